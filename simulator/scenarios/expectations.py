"""What a scenario's file may expect of its ending: each kind with the figures that belong to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from broker_config.config import FieldErrors
from simulator.scenarios.times import Span, spoken


class That(StrEnum):
    PRESSED = "pressed"
    """Hands pressed a red button at least so often: an ending of an empty day proves nothing."""
    ANSWERED = "answered"
    """Every red press rang a wrist, or joined a call that had, within the time."""
    NOBODY_LOST = "nobody_lost"
    """Every red press ended as paged, merged, taken back, or told to the customer by the light."""
    NOTHING_STALE = "nothing_stale"
    """No wrist rang for a page older than its time to live, nor for a press that came too late."""
    HONEST_LIGHT = "honest_light"
    """The light said "called" only after a wrist had rung."""
    TAKEN_BACK = "taken_back"
    """Presses that were taken back ended so, at least so many."""
    STOOD_IN = "stood_in"
    """While the server was away the gateway called at least so often by its plan."""
    ONE_EACH = "one_each"
    """Every press of the trouble is written down once, with its true time."""
    TOLD_NOBODY = "told_nobody"
    """Whoever pressed during the trouble read off the light, within the time, that nobody could be called or came."""
    BACK_WITHIN = "back_within"
    """After the trouble the first press rang a wrist within the time again."""
    FAULT = "fault"
    """A fault of that kind was written down."""
    ONE_CALL = "one_call"
    """Hammering at one button made at most so many calls."""
    FEW_RINGS = "few_rings"
    """And rang at most so many wrists."""
    OUTCOME = "outcome"
    """So many calls, of those that staff closed, ended like that."""
    CLOSED = "closed"
    """Every call has its final word."""
    NOT_READY = "not_ready"
    """Within the time the shop said itself that it was not ready, with that cause."""
    READY = "ready"
    """At the end it said that the whole path holds."""
    COUNTED = "counted"
    """Yellow and green presses were written down, and rang nobody."""
    LETTERS_STUCK = "letters_stuck"
    """Letters out of the shop failed, and their calls say so."""


NEEDS: dict[That, tuple[str, ...]] = {
    That.PRESSED: ("at_least",),
    That.ANSWERED: ("within",),
    That.TAKEN_BACK: ("at_least",),
    That.STOOD_IN: ("at_least",),
    That.TOLD_NOBODY: ("within",),
    That.BACK_WITHIN: ("within",),
    That.FAULT: ("kind",),
    That.ONE_CALL: ("at_most",),
    That.FEW_RINGS: ("at_most",),
    That.OUTCOME: ("outcome", "share"),
    That.NOT_READY: ("cause", "within"),
    That.COUNTED: ("at_least",),
    That.LETTERS_STUCK: ("at_least",),
}
FIGURES = ("within", "at_least", "at_most", "share", "kind", "outcome", "cause")


class Expect(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    that: That
    within: Span | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None
    share: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    kind: str | None = None
    outcome: str | None = None
    cause: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = NEEDS.get(self.that, ())
        errors = {
            field: f"{self.that} {'needs' if field in needed else 'has no'} {field}"
            for field in FIGURES
            if (getattr(self, field) is not None) != (field in needed)
        }
        if errors:
            raise FieldErrors(errors)
        return self

    def values(self) -> dict[str, Any]:
        """For its words."""
        found = {field: getattr(self, field) for field in NEEDS.get(self.that, ())}
        if self.within is not None:
            found["within"] = spoken(self.within)
        if self.share is not None:
            found["share"] = f"{self.share:.0%}"
        return found
