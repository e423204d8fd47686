"""The parts of a shop file that depend on the clock: opening hours, shifts, rotations, policies with their steps."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from server.shop_words import (
    Alert,
    Clock,
    Days,
    Initials,
    Label,
    Name,
    Names,
    Part,
    People,
    Seconds,
    StaffRole,
)


class HoursPart(Part):
    """The same stretch on one day or several, local. `to` at or before `from`: past midnight."""

    days: Days
    starts: Clock = Field(alias="from")
    ends: Clock = Field(alias="to")


class SpecialDayPart(Part):
    """A date with opening hours of its own; without any: closed."""

    day: date
    opens: Clock | None = Field(default=None, alias="from")
    closes: Clock | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _both_or_none(self) -> SpecialDayPart:
        if (self.opens is None) != (self.closes is None):
            raise ValueError("a special day has from and to, or neither when the store is closed")
        return self


class RotationPart(Part):
    """People who take turns of `days` days each, in this order."""

    name: Name
    starts_on: date
    """The first day of the first one's turn."""
    days: Annotated[int, Field(ge=1, le=366)] = 7
    carriers: Annotated[People, Field(min_length=1)]


class ShiftPart(HoursPart):
    """Working time of one person or several, or of whoever's turn it is in a rotation."""

    carrier: People = ()
    rotation: Name | None = None
    zone: Names = ()
    """One or several; without: anywhere in the store."""

    @model_validator(mode="after")
    def _whose(self) -> ShiftPart:
        if bool(self.carrier) == (self.rotation is not None):
            raise ValueError("a shift has either carrier or rotation")
        return self


class StepPart(Part):
    after_s: Seconds = 0
    target: Literal["zone", "role", "carrier", "group", "everybody"]
    role: StaffRole | None = None
    carrier: Initials | None = None
    pager: Label | None = None
    """Label of the pager of a group."""
    most: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """Call at most so many people, the best first; without: all of them."""
    alert: Alert | None = None
    """Beep or vibration pattern; without: the pager's own."""

    @model_validator(mode="after")
    def _whom(self) -> StepPart:
        for target, name in (("role", "role"), ("carrier", "carrier"), ("group", "pager")):
            given = getattr(self, name) is not None
            if given != (self.target == target):
                raise ValueError(
                    f'a step with target = "{self.target}" {"cannot have" if given else "needs"} {name}'
                )
        return self


class PolicyPart(Part):
    name: Name
    zone: Name | None = None
    """Without: for every zone that has none of its own, nor a zone above it."""
    use: Literal["call", "closed", "quiet"] = "call"
    hours: tuple[HoursPart, ...] = ()
    """When it holds; without: whenever no other one with hours does."""
    priority: Annotated[int, Field(ge=1, le=3)] = 2
    tell_others: bool = True
    ttl_s: Annotated[int, Field(ge=10, le=3_600)] = 120
    exit_s: Annotated[int, Field(ge=10, le=3_600)] = 90
    attend_s: Annotated[int, Field(ge=10, le=3_600)] = 120
    patience_s: Annotated[int, Field(ge=4, le=600)] = 10
    """How long a page may wait at one gateway before another one takes it over."""
    repeat_s: Annotated[int, Field(ge=5, le=3_600)] = 30
    repeats: Annotated[int, Field(ge=0, le=100)] = 5
    steps: Annotated[tuple[StepPart, ...], Field(min_length=1, max_length=20)]
