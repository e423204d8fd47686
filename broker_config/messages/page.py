"""Between server and pager gateway: order, cancel, result, abilities."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from broker_config.messages.base import (
    Address,
    Count,
    DeviceId,
    Message,
    Milliseconds,
    Part,
    Seconds,
    Text,
    Word,
)
from broker_config.messages.press import Purpose


class PageFormat(StrEnum):
    TEXT = "text"
    NUMERIC = "numeric"
    TONE = "tone"
    CODE = "code"


class PageState(StrEnum):
    """`queued` and `ordered` exist in the server only; the others are what a gateway may report."""

    QUEUED = "queued"
    ORDERED = "ordered"
    HELD = "held"
    TRANSMITTING = "transmitting"
    TRANSMITTED = "transmitted"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """No later result changes it, except that `confirmed` beats everything."""
        return self in _FINAL


_FINAL = frozenset(
    {
        PageState.TRANSMITTED,
        PageState.CONFIRMED,
        PageState.FAILED,
        PageState.EXPIRED,
        PageState.CANCELLED,
        PageState.UNKNOWN,
    }
)


class Proof(StrEnum):
    """What the transmitter showed for it, weakest first."""

    NONE = "none"
    ACCEPTED = "accepted"
    ON_AIR = "on_air"
    PAGER = "pager"


Attempt = Annotated[int, Field(ge=1, le=1_000)]
Body = Annotated[str, StringConstraints(max_length=240)]
Alert = Annotated[int, Field(ge=1, le=4)]
Priority = Annotated[int, Field(ge=1, le=3)]
"""1 is the most urgent."""


class Route(Part):
    transmitter: DeviceId
    address: Address


class PageOrder(Message):
    """Put one text on the air for one address. Repeated as it is while no result came."""

    page: UUID
    attempt: Attempt
    incident: UUID
    press: UUID
    purpose: Purpose = Purpose.CALL
    routes: Annotated[list[Route], Field(min_length=1, max_length=8)]
    """In order of preference within this gateway."""
    format: PageFormat
    charset: Word
    body: Body
    alert: Alert = 1
    priority: Priority = 2
    exp_s: Seconds


class PageCancel(Message):
    page: UUID
    reason: Word


class ResultError(Part):
    code: Word
    text: Text
    retry: bool
    """Whether another try with the same transmitter could help."""


class PageResult(Message):
    """What came of a page. Counts per (page, gateway, attempt) by `seq`, which only grows."""

    page: UUID
    attempt: Attempt
    seq: Annotated[int, Field(ge=1, le=2**53)]
    transmitter: DeviceId | None = None
    state: PageState
    proof: Proof = Proof.NONE
    tx_ms: Milliseconds | None = None
    """From the order's arrival at the gateway to the first byte on the serial line."""
    error: ResultError | None = None


class HeardCode(Part):
    """A 24-bit code of somebody else's button, as an RF bridge heard it."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{6}$")]
    te_us: Annotated[int, Field(ge=1, le=65_535)]
    """Its time unit."""


class TransmitterAbilities(Part):
    id: DeviceId
    driver: Word
    state: Annotated[str, StringConstraints(pattern=r"^(ready|busy|dead|unknown)$")]
    cause: Text | None = None
    """Why it is dead, in words for the technician."""
    formats: Annotated[list[PageFormat], Field(max_length=4)]
    charsets: Annotated[list[Word], Field(max_length=16)]
    longest: Annotated[int, Field(ge=0, le=1_000)]
    """Longest text in characters."""
    alerts: Annotated[int, Field(ge=1, le=4)] = 1
    packing: bool = False
    proof: Proof
    """The most that it can ever prove."""
    ceiling_s_per_h: Count | None = None
    """Air time allowed per hour, in seconds; None: no ceiling known."""
    air_s: Count | None = None
    """Air time of the last hour, in seconds, as it was when this was said; None: it is not counted."""
    heard: Annotated[list[HeardCode], Field(max_length=8)] | None = None
    """Codes of foreign buttons since its gateway began, the newest first, each once; None: it cannot hear, or none
    came."""


class Abilities(Message):
    run: Word
    transmitters: Annotated[list[TransmitterAbilities], Field(max_length=16)]
