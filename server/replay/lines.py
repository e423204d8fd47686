"""What stands in a record: a head, then one line per call and per press that called nobody, then an end.

All moments are aware UTC datetimes. People are initials, places are (device, input): no name, no customer's word."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from server.rules.facts import DutyKind
from server.shop_words import Timezone

VERSION = 1
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _possible(moment: datetime) -> datetime:
    """At the ends of the calendar nothing can be computed any more."""
    if not FIRST_YEAR - 1 <= moment.year <= LAST_YEAR + 10:
        raise ValueError(f"outside the period of any record, {FIRST_YEAR} to {LAST_YEAR}")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_possible)]
Did = Literal[
    "acknowledged", "passed_on", "help", "attended", "not_attended", "closed", "nobody", "fallback", "last_resort"
]  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DutyPart(_Part):
    """A dated exception to the weekly shifts."""

    who: str
    kind: DutyKind
    zone: str | None = None
    """Name of the zone; None: anywhere."""
    starts_at: Moment
    ends_at: Moment


class Head(_Part):
    what: Literal["head"] = "head"
    version: int = VERSION
    store: str
    timezone: Timezone
    first_day: date
    last_day: date
    """Local days, both included."""
    begins_at: Moment
    ends_at: Moment
    recorded_at: Moment
    """What was open then is open in a replay, too."""
    shop: dict[str, Any]
    """The shop as it was when this was recorded: the table of a shop file, with initials instead of names."""
    duties: tuple[DutyPart, ...] = ()
    last_called: dict[str, Moment] = Field(default_factory=dict)
    """Initials -> when a call last rang there before the period."""

    @model_validator(mode="after")
    def _is_a_period(self) -> Head:
        if not FIRST_YEAR <= self.first_day.year <= self.last_day.year <= LAST_YEAR:
            raise ValueError(f"first_day and last_day lie between the years {FIRST_YEAR} and {LAST_YEAR}")
        if not self.begins_at < self.ends_at or self.last_day < self.first_day:
            raise ValueError("the period ends before it begins")
        return self


class PressPart(_Part):
    """One push; of a call the first one stands first."""

    id: UUID
    pressed_at: Moment
    received_at: Moment


class PagePart(_Part):
    at: Moment
    pager: str
    """Its label."""
    who: str | None = None
    """Initials; None: a pager that nobody carries alone."""
    reason: str
    step: int = 0
    reached: bool = True
    """Whether a transmitter proved something for it."""


class DeedPart(_Part):
    at: Moment
    did: Did
    staff: bool = False
    """Somebody of the staff did it; otherwise it came by itself, or from the customer."""
    by: str | None = None
    """Initials; None for an account without a pager and for the key at the button."""
    to: str | None = None
    """To whom it was passed on, if one person was named."""
    outcome: str | None = None


class CallLine(_Part):
    """One call, from its first press to its outcome, as it really went."""

    what: Literal["call"] = "call"
    number: int
    device: str
    input: int
    zone: str | None = None
    kind: Literal["press", "quiet"] = "press"
    opened_at: Moment
    exit_at: Moment
    again: bool = False
    damped: bool = False
    stood_in: bool = False
    """The keeper gateway called for it, while the server was silent."""
    presses: Annotated[tuple[PressPart, ...], Field(min_length=1)]
    pages: tuple[PagePart, ...] = ()
    deeds: tuple[DeedPart, ...] = ()

    @property
    def id(self) -> UUID:
        return self.presses[0].id

    @property
    def moment(self) -> datetime:
        return self.opened_at


class PressLine(_Part):
    """A press that opened no call and joined none."""

    what: Literal["press"] = "press"
    device: str
    input: int
    kind: Literal["press", "quiet"] = "press"
    state: Literal["stored", "late", "undone"]
    """`stored`: outside the opening hours, or the colour of its button calls nobody."""
    press: PressPart

    @property
    def id(self) -> UUID:
        return self.press.id

    @property
    def moment(self) -> datetime:
        return self.press.pressed_at


class End(_Part):
    """Without it the record was cut."""

    what: Literal["end"] = "end"
    calls: int
    presses: int


Line: TypeAlias = CallLine | PressLine
