"""From the finger to the server and back: press, receipt, light, stand-in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from broker_config.messages.base import Count, InputNumber, Message, Milliseconds, RunId, Seconds, Text, Word


class PressKind(StrEnum):
    PRESS = "press"
    UNDO = "undo"
    ARRIVE = "arrive"
    QUIET = "quiet"


class Purpose(StrEnum):
    CALL = "call"
    DRILL = "drill"
    CANARY = "canary"


class ReceiptResult(StrEnum):
    STORED = "stored"
    LATE = "late"
    REFUSED = "refused"


class LightState(StrEnum):
    IDLE = "idle"
    RECEIVED = "received"
    CALLED = "called"
    COMING = "coming"
    SORRY = "sorry"
    NOBODY = "nobody"


class StandInState(StrEnum):
    CALLED = "called"
    FAILED = "failed"


class Press(Message):
    """One human intention at one input of a button unit. The same `id` in every resend."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    id: UUID
    run: RunId
    boot: RunId
    seq: Annotated[int, Field(ge=1, le=2**53)]
    input: InputNumber
    kind: PressKind = PressKind.PRESS
    purpose: Purpose = Purpose.CALL
    ref: UUID | None = None
    """Undo: the press that is taken back."""
    via_input: InputNumber | None = None
    """The key input that was used, when it is not the button's own."""
    age_ms: Milliseconds
    """Age at this send, by CLOCK_BOOTTIME; a lower bound when `age_known` is false."""
    age_known: bool = True
    ttl_s: Seconds
    """How long after the push this press may still page anybody."""
    exp_s: Seconds
    """Message expiry set on this send; the reader subtracts what is left of it."""
    try_: Annotated[int, Field(ge=1, le=1_000_000, alias="try")] = 1
    wall: datetime | None = None
    """Wall clock at the push, for the log only; None unless the clock was synced."""
    synced: bool = False
    via: Word | None = None
    """The adapter that stands in front of a bought button."""
    sw: Word

    @model_validator(mode="after")
    def _undo_names_its_press(self) -> Self:
        if (self.kind is PressKind.UNDO) != (self.ref is not None):
            raise ValueError("ref belongs to an undo, and every undo has one")
        if self.wall is not None and self.wall.tzinfo is None:
            raise ValueError("wall must carry its offset")
        return self


class PressReceipt(Message):
    """The only thing that lets a button forget a press."""

    id: UUID
    result: ReceiptResult
    reason: Text | None = None
    at: datetime


class Light(Message):
    """What a button shows. Within one `run` the higher `rev` wins; another `run` always wins."""

    input: InputNumber
    run: RunId
    rev: Count
    state: LightState
    for_s: Seconds | None = None
    """Then `idle`. None: until the next one."""


class StandIn(Message):
    """The keeper gateway called somebody, or could not, while the server was silent."""

    press: UUID
    input: InputNumber
    state: StandInState
