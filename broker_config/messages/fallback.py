"""What the keeper gateway does alone while the server is silent, and how it tells afterwards.

A plan of 60 buttons and 40 pagers for 48 hours must fit into 64 KiB, so that what is the same is said once: `orders`
per pager, `calls` per set of pagers that ring together, `moments` at which anything changes, `hours` of the buttons
that call alike. A keeper need not walk through that: `FallbackPlan.called(device, input, at)` gives the orders with the
text that names the place; the page id of each is UUIDv5(press id, slot). Empty: the button is neither paged nor
answered. An order has no words for a place, since its pager may ring for any button: they stand in the button's
`bodies`, made by the server for each kind of pager (`face`: charset, length, language), so that the keeper never fits a
text.

The plan that came last counts, whatever its `rev`: one writer, one retained topic, so what comes last is newest, and a
server whose database or clock was set back is still heard. `rev` only grows within one run; it is for logs. The keeper
keeps its plan over a restart (the retained one may be out of reach then).

A report waits 60 s in the broker at most, so that the server sees how long it lay there (what is missing of the expiry
is added to `age_ms`); the keeper sends it again, with the age of that moment, at each `online` of the server and every
30 s at the most seldom, until the receipt."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

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
Index = Annotated[int, Field(ge=0, le=1_000)]
Hours = Annotated[list[tuple[Index, Index]], Field(max_length=400)]
"""[index in `moments` from which on, index in `calls`], in time order; each holds until the next."""


class PlannedOrder(Part):
    slot: Slot
    routes: Annotated[list[Route], Field(min_length=1, max_length=8)]
    format: PageFormat
    charset: Word
    body: Body
    """For a button that has no text for this `face`."""
    alert: Alert = 1
    face: Word | None = None
    """Which of a button's `bodies` this pager shows."""


class PlannedButton(Part):
    """Who rings for one button, and what their pagers show."""

    device: DeviceId
    input: InputNumber
    hours: Index
    """Which of the plan's `hours`."""
    bodies: Annotated[dict[Word, Body], Field(max_length=64)] = {}
    """Face -> the text that names this button's place."""


class FallbackPlan(Message):
    """48 hours ahead. Addresses and texts only, no names."""

    rev: Count
    keeper: bool
    """False: this gateway does not stand in, whatever else is written here."""
    wait_ms: Milliseconds = 3_000
    merge_s: Count = 60
    orders: Annotated[list[PlannedOrder], Field(max_length=500)]
    moments: Annotated[list[datetime], Field(max_length=400)] = []
    """In order, with offsets; the first is the start of the plan, the last its end."""
    calls: Annotated[list[Annotated[list[Slot], Field(max_length=64)]], Field(max_length=1_000)] = []
    hours: Annotated[list[Hours], Field(max_length=500)] = []
    buttons: Annotated[list[PlannedButton], Field(max_length=2_000)]
    everybody: Annotated[list[Slot], Field(max_length=64)] = []
    """For a gateway whose clock is not synced, and past the end of the plan."""

    def called(self, device: str, number: int, at: datetime | None) -> tuple[PlannedOrder, ...]:
        """The orders for a press of this button at `at`, each with its own text; None: nobody vouches for the clock.

        After the end of the plan everybody is called: nothing goes quiet because a server is away for days. A clock
        that is a little before the start means the start. A button that calls nobody at any hour is never answered."""
        button = next((one for one in self.buttons if (one.device, one.input) == (device, number)), None)
        if (
            not self.keeper
            or button is None
            or not any(self.calls[call] for _, call in self.hours[button.hours])
        ):
            return ()
        orders = {one.slot: one for one in self.orders}
        return tuple(_with_text(orders[slot], button) for slot in self.slots(button, at))

    def slots(self, button: PlannedButton, at: datetime | None) -> list[str]:
        if at is None or not self.moments or at >= self.moments[-1]:
            return self.everybody
        moment = max(0, bisect_right(self.moments, at) - 1)
        hours = self.hours[button.hours]
        window = bisect_right([first for first, _ in hours], moment) - 1
        return self.calls[hours[window][1]] if window >= 0 else []

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        known = {one.slot for one in self.orders}
        if any(slot not in known for slots in (*self.calls, self.everybody) for slot in slots):
            raise ValueError("a slot has no order")
        if any(one.tzinfo is None for one in self.moments):
            raise ValueError("a moment must carry its offset")
        if any(later <= earlier for earlier, later in pairwise(self.moments)):
            raise ValueError("moments must grow")
        if any(button.hours >= len(self.hours) for button in self.buttons):
            raise ValueError("a button has no hours")
        for hours in self.hours:
            if any(later[0] <= earlier[0] for earlier, later in pairwise(hours)):
                raise ValueError("hours must follow one another")
            if any(moment >= len(self.moments) or call >= len(self.calls) for moment, call in hours):
                raise ValueError("hours point at nothing")
        return self


def _with_text(order: PlannedOrder, button: PlannedButton) -> PlannedOrder:
    text = button.bodies.get(order.face) if order.face is not None else None
    return order if text is None else order.model_copy(update={"body": text})


class ReportedPage(Part):
    slot: Slot
    page: UUID
    attempt: Attempt = 1
    state: PageState
    proof: Proof = Proof.NONE
    error: ResultError | None = None
    transmitter: DeviceId | None = None
    """The one that has it, or had it last; None: none had it yet, or an older keeper does not say."""
    since_press_ms: Milliseconds | None = None
    """From the push until the page came to this state; None: not known any more."""


class FallbackReport(Message):
    """What the stand-in did for one press. Stays in the gateway's ledger until its receipt. Sent again under the same
    `id` when the state of a page has changed since."""

    id: UUID
    press: UUID
    device: DeviceId
    input: InputNumber
    age_ms: Milliseconds
    """Age of the press at this send; a lower bound when `age_known` is false."""
    age_known: bool = True
    """False after the gateway's machine has started anew with a clock that is not synced."""
    stood_in_ms: Milliseconds | None = None
    """From the push until the stand-in called."""
    reason: Word
    pages: Annotated[list[ReportedPage], Field(max_length=64)]


class ReportReceipt(Message):
    id: UUID
