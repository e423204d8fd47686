"""The TOML file of a scenario: when it begins, what happens, who comes, and what must have happened at the end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from broker_config.config import FieldErrors
from simulator.config import Colour
from simulator.scenarios.expectations import Expect
from simulator.scenarios.times import DAY_S, Begin, Moment, Span
from simulator.stage import Cable, Network, Power

Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
ANY = "any"
EVERYBODY = "everybody"


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Words(Row):
    en: str
    ru: str
    et: str


class Do(StrEnum):
    PRESS = "press"
    HAMMER = "hammer"
    UNDO = "undo"
    POWER = "power"
    NETWORK = "network"
    CABLE = "cable"
    STAFF = "staff"
    AWAY = "away"


HANDS = (Do.PRESS, Do.HAMMER, Do.UNDO)
NEEDS = {
    Do.PRESS: ("button",),
    Do.HAMMER: ("button",),
    Do.UNDO: ("button",),
    Do.POWER: ("part", "verb"),
    Do.NETWORK: ("part", "verb"),
    Do.CABLE: ("verb",),
    Do.STAFF: ("on",),
    Do.AWAY: ("who", "on"),
}
MAY = {
    **dict.fromkeys(HANDS, ("zone", "colour", "count", "every")),
    Do.CABLE: ("transmitter",),
}
VERBS: dict[Do, type[StrEnum]] = {Do.POWER: Power, Do.NETWORK: Network, Do.CABLE: Cable}


class Step(Row):
    """`button`: `b1.2`, a label, `any`, or `any A`: the same unknown one wherever the file says `any A`.

    `part`: `server`, `broker`, `gateway` (the first one), `unit` (the first one), or a device id."""

    at: Moment | None = None
    after: Span | None = None
    do: Do
    button: Name | None = None
    zone: Name | None = None
    colour: Colour | None = None
    count: Annotated[int, Field(ge=1, le=500)] | None = None
    every: Span | None = None
    part: Name | None = None
    transmitter: Name | None = None
    verb: str | None = None
    on: bool | None = None
    who: Name | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        errors: dict[str, str] = {}
        if (self.at is None) == (self.after is None):
            errors["do"] = 'say either at = "12:00" or after = "5m"'
        needed, more = NEEDS[self.do], MAY.get(self.do, ())
        for field in needed:
            if getattr(self, field) is None:
                errors[field] = f"{self.do} needs {field}"
        for field in (
            "button",
            "zone",
            "colour",
            "count",
            "every",
            "part",
            "transmitter",
            "verb",
            "on",
            "who",
        ):
            if field not in needed and field not in more and getattr(self, field) is not None:
                errors[field] = f"{self.do} has no {field}"
        verbs = VERBS.get(self.do)
        if verbs is not None and self.verb is not None and self.verb not in list(verbs):
            errors["verb"] = f"{self.do} knows {', '.join(verbs)}"
        if (self.count or 1) > 1 and self.every is None and self.do is not Do.HAMMER:
            errors["every"] = 'several times: say every = "20s"'
        if errors:
            raise FieldErrors(errors)
        return self


class Customers(Row):
    """People who come by themselves: so many in an hour, at moments that the seed draws."""

    start: Annotated[Moment | None, Field(alias="from")] = None
    until: Moment | None = None
    per_hour: Annotated[float, Field(gt=0.0, le=2_000.0)]
    zone: Name | None = None
    """Or everywhere."""
    colours: dict[Colour, Annotated[float, Field(gt=0.0)]] = Field(default={"red": 1.0}, min_length=1)
    """How often each colour is pressed, against the others."""
    patience: tuple[Span, Span] | None = None
    """Somewhere between the two a customer to whom nobody comes presses again."""
    takes_back: Share = 0.0


class Frame(Row):
    lasts: Annotated[Span, Field(gt=0.0)]
    settles: Span = 60.0
    """At the end nobody comes any more for so long: calls are finished."""


class Happenings(Row):
    steps: Annotated[tuple[Step, ...], Field(alias="at")] = ()
    customers: tuple[Customers, ...] = ()
    expect: tuple[Expect, ...] = ()


class Live(Frame, Happenings):
    """The same story for the running shop: short, since its time is ours."""

    lasts: Annotated[Span, Field(gt=0.0, le=300.0)]
    settles: Span = 0.0
    staff: bool = True


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is played, in fast motion or in the running shop."""

    lasts: float
    settles: float
    steps: tuple[Step, ...]
    customers: tuple[Customers, ...]
    expect: tuple[Expect, ...]
    begins: float
    """Second of the day from which the moments in it count."""
    staff: bool


class LastResort(Row):
    kind: Literal["mail", "webhook"]
    to: Annotated[str, StringConstraints(min_length=3, max_length=200)]


class Head(Frame):
    id: Id
    title: Words
    summary: Words
    starts: Begin
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    speed: Annotated[float, Field(ge=1.0, le=3_600.0)] = 60.0
    """How much faster than life it is usually watched."""
    staff: bool = True
    """Whether people act by themselves from the beginning."""
    watch: bool = True
    """Whether the server looks if everything works and proves the path by silent canaries, as it does in a shop. Where
    nothing breaks, fast motion is several times faster without; then the shop says nothing of its readiness."""
    last_resort: tuple[LastResort, ...] = ()
    """What this shop has besides its own file: slow channels out of it. In fast motion alone."""
    internet: bool = True
    """Whether letters can leave. In fast motion alone: nobody cuts the line of the machine you look at."""


class Scenario(Happenings):
    scenario: Head
    live: Live | None = None

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        errors = _problems("", self.whole)
        if (short := self.short) is not None:
            errors |= _problems("live.", short)
        if errors:
            raise FieldErrors(errors)
        return self

    @property
    def id(self) -> str:
        return self.scenario.id

    @property
    def whole(self) -> Timeline:
        return self._timeline(self.scenario, self, self.scenario.staff)

    @property
    def short(self) -> Timeline | None:
        """For the running shop, where the file has one."""
        return None if self.live is None else self._timeline(self.live, self.live, self.live.staff)

    def _timeline(self, frame: Frame, what: Happenings, staff: bool) -> Timeline:
        begins = self.scenario.starts[1]
        return Timeline(frame.lasts, frame.settles, what.steps, what.customers, what.expect, begins, staff)


def offset(at: float | None, after: float | None, begins: float) -> float:
    """Seconds since the beginning. A moment of the day that is over means tomorrow's."""
    if after is not None:
        return after
    return 0.0 if at is None else (at - begins) % DAY_S


def _problems(where: str, timeline: Timeline) -> dict[str, str]:
    errors = {} if timeline.expect else {f"{where}expect": "say what must have happened: an [[expect]]"}
    for index, step in enumerate(timeline.steps):
        if offset(step.at, step.after, timeline.begins) > timeline.lasts:
            errors[f"{where}at.{index}.do"] = "this is after the end: lasts is too short"
    for index, stream in enumerate(timeline.customers):
        if offset(stream.start, None, timeline.begins) > timeline.lasts:
            errors[f"{where}customers.{index}.from"] = "this is after the end: lasts is too short"
    return errors
