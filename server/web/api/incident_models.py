"""What the API says of an incident, and what it takes."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from server.requests import RefusalReason
from server.rules.incidents import SAID_BY_STAFF, Outcome, State
from server.rules.remedies import MOST_CENTS, Remedy
from server.web.api.shared import MaybeMoment, Moment, Next, Out


class Cause(Out):
    id: int
    code: Annotated[str | None, Field(description="Of a built-in one.")]
    name: Annotated[str, Field(description="As the store calls it; empty for a built-in one.")]


class Incident(Out):
    id: UUID
    number: int
    state: State
    purpose: str
    zone: str | None
    button: str | None
    priority: int
    press_count: int
    again: bool
    opened_at: Moment
    exit_at: Moment
    called_at: MaybeMoment
    nobody_at: MaybeMoment
    acknowledged_at: MaybeMoment
    attended_at: MaybeMoment
    attended_how: str | None
    closed_at: MaybeMoment
    outcome: Annotated[Outcome | None, Field(description="By the staff's word, or by the customer's own.")]
    confirmed_at: Annotated[MaybeMoment, Field(description="The customer's own green press.")]
    sorry_at: Annotated[MaybeMoment, Field(description="When the exit clock ran out.")]
    quiet: Annotated[bool, Field(description="For security and managers alone.")]
    damped: Annotated[bool, Field(description="Pressed in fun too often: fewer people are called.")]
    last_resort_at: Annotated[MaybeMoment, Field(description="When the slow channels were tried.")]
    stood_in_at: Annotated[MaybeMoment, Field(description="When the gateway called by itself.")]
    cause: Cause | None
    apology: bool | None
    remedy: Remedy | None
    cost_cents: int | None


class Press(Out):
    id: UUID
    device: str
    input: int
    seq: int
    kind: str
    purpose: str
    state: str
    pressed_at: Moment
    received_at: Moment
    age_ms: int
    age_known: bool
    tries: int


class Page(Out):
    id: UUID
    step: int
    reason: str
    to: Annotated[str | None, Field(description="Initials of whoever wears the pager.")]
    pager: str
    gateway: str
    transmitter: str
    body: str
    state: str
    proof: Annotated[
        str, Field(description="What the transmitter proved. Nobody knows what a one-way pager got.")
    ]
    attempt: int
    created_at: Moment
    ordered_at: MaybeMoment
    held_at: MaybeMoment
    final_at: MaybeMoment
    tx_ms: int | None
    error_code: str | None


class Entry(Out):
    id: int
    at: Moment
    action: str
    old: str | None
    new: str | None
    by: str | None
    detail: dict[str, Any]


class Notice(Out):
    """A letter by a slow channel. Whether anybody read it is not known."""

    kind: str
    state: str
    tries: int
    created_at: Moment
    final_at: MaybeMoment
    error: str | None


class WholeIncident(Incident):
    passed_on_by: Annotated[list[str], Field(description="Initials.")]
    acknowledged_by: str | None
    attended_by: str | None
    closed_by: str | None
    presses: list[Press]
    pages: list[Page]
    notices: list[Notice]
    journal: list[Entry]


class Incidents(Out):
    items: list[Incident]
    next: Next


class Changed(Out):
    state: State


class NotChanged(Out):
    reason: RefusalReason
    state: State | None
    by: Annotated[str | None, Field(description="Who was faster.")]


class PassTo(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    to: Annotated[
        int | None,
        Field(ge=1, le=2**31 - 1, description="A carrier; null: whoever the policy calls next."),
    ] = None


class HowItEnded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    cause: Annotated[
        int | str | None,
        Field(description="Id of a cause of this store, or the code of a built-in one."),
    ] = None
    apology: bool | None = None
    remedy: Remedy | None = None
    cost_cents: Annotated[int | None, Field(ge=0, le=MOST_CENTS)] = None

    @field_validator("outcome")
    @classmethod
    def _a_person_may_say_it(cls, value: Outcome) -> Outcome:
        if value not in SAID_BY_STAFF:
            raise ValueError(f"must be one of {', '.join(SAID_BY_STAFF)}")
        return value
