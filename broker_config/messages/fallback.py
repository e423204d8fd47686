"""What the keeper gateway does alone while the server is silent, and how it tells afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from broker_config.messages.base import Count, DeviceId, InputNumber, Message, Milliseconds, Part, Word
from broker_config.messages.page import (
    Alert,
    Attempt,
    Body,
    PageFormat,
    PageState,
    Proof,
    ResultError,
    Route,
)

Slot = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
"""Names an order of the plan; the page's id is UUIDv5(namespace = press id, name = slot)."""


class PlannedOrder(Part):
    slot: Slot
    routes: Annotated[list[Route], Field(min_length=1, max_length=8)]
    format: PageFormat
    charset: Word
    body: Body
    alert: Alert = 1


class PlannedWindow(Part):
    """Which slots ring for one button between two local moments."""

    starts: datetime
    ends: datetime
    slots: Annotated[list[Slot], Field(max_length=64)]


class PlannedButton(Part):
    device: DeviceId
    input: InputNumber
    windows: Annotated[list[PlannedWindow], Field(max_length=200)]


class FallbackPlan(Message):
    """48 hours ahead. Addresses and texts only, no names."""

    rev: Count
    keeper: bool
    wait_ms: Milliseconds = 3_000
    merge_s: Count = 60
    orders: Annotated[list[PlannedOrder], Field(max_length=500)]
    buttons: Annotated[list[PlannedButton], Field(max_length=500)]
    everybody: Annotated[list[Slot], Field(max_length=64)] = []
    """For a gateway whose clock is not synced."""


class ReportedPage(Part):
    slot: Slot
    page: UUID
    attempt: Attempt = 1
    state: PageState
    proof: Proof = Proof.NONE
    error: ResultError | None = None


class FallbackReport(Message):
    """What the stand-in did for one press. Stays in the gateway's ledger until its receipt."""

    id: UUID
    press: UUID
    device: DeviceId
    input: InputNumber
    age_ms: Milliseconds
    """Age of the press at this send."""
    reason: Word
    pages: Annotated[list[ReportedPage], Field(max_length=64)]


class ReportReceipt(Message):
    id: UUID
