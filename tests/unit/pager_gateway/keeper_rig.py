"""A keeper gateway beside a button unit's link, and a server's hand that gives plans, receipts and orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from broker_config import codec
from broker_config.channels import PLAN, PLAN_REPORT_RECEIPT, PRESS, RECEIPT
from broker_config.link import Delivery, LinkEvent, LinkSetup, Subscription
from broker_config.messages import (
    FallbackPlan,
    FallbackReport,
    Press,
    PressKind,
    PressReceipt,
    Purpose,
    ReceiptResult,
    ReportReceipt,
    Route,
    StandIn,
    StandInState,
)
from broker_config.messages.fallback import PlannedButton, PlannedOrder
from broker_config.messages.page import PageFormat
from simulator.clock import MONDAY_NOON
from tests.unit.pager_gateway.rig import GATEWAY, SERVER, STORE, UNIT, Rig

ANNA, BORIS = "1001", "1002"
SLOTS = {ANNA: "anna", BORIS: "boris"}


def plan(
    *addresses: str,
    rev: int = 1,
    keeper: bool = True,
    wait_ms: int = 3_000,
    merge_s: int = 60,
    transmitters: tuple[str, ...] = ("tx-1",),
    everybody: tuple[str, ...] = (ANNA, BORIS),
) -> FallbackPlan:
    """Input 1 of the unit calls `addresses` at any hour of two days, input 2 nobody, 3 is not in it."""
    return FallbackPlan(
        rev=rev,
        keeper=keeper,
        wait_ms=wait_ms,
        merge_s=merge_s,
        orders=[
            PlannedOrder(
                slot=slot,
                routes=[Route(transmitter=name, address=address) for name in transmitters],
                format=PageFormat.TEXT,
                charset="ascii",
                body="CALL",
                face="en",
            )
            for address, slot in SLOTS.items()
        ],
        moments=[MONDAY_NOON - timedelta(hours=1), MONDAY_NOON + timedelta(hours=47)],
        calls=[[], [SLOTS[address] for address in addresses]],
        hours=[[(0, 1)], [(0, 0)]],
        buttons=[
            PlannedButton(device=UNIT, input=1, hours=0, bodies={"en": "DAIRY CALL"}),
            PlannedButton(device=UNIT, input=2, hours=1, bodies={"en": "GREEN"}),
        ],
        everybody=[SLOTS[address] for address in everybody],
    )


class KeeperRig(Rig):
    def __init__(self, folder: Path, transmitters: int = 1) -> None:
        super().__init__(folder, transmitters)
        self.words: list[StandIn] = []
        name = f"{STORE}.{UNIT}"
        topic = f"rb/1/{STORE}/b/{UNIT}/stand-in"
        self.unit = self.broker.link(LinkSetup(name, name, "pw", subscriptions=[Subscription(topic)]))
        self.unit.open(self._at_the_unit)
        self.seq = 0
        self.clock.advance(0.1)

    def _at_the_unit(self, event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            message = codec.receive(event).message
            assert isinstance(message, StandIn)
            self.words.append(message)
            self.unit.settle(event)

    def give(self, plan: FallbackPlan) -> None:
        self.say(PLAN, plan)
        self.clock.advance(0.1)

    def press_message(
        self,
        number: int = 1,
        *,
        id: UUID | None = None,
        age_ms: int = 20,
        ttl_s: int = 120,
        exp_s: int | None = None,
        kind: PressKind = PressKind.PRESS,
        purpose: Purpose = Purpose.CALL,
        ref: UUID | None = None,
        age_known: bool = True,
    ) -> Press:
        self.seq += 1
        return Press(
            id=id or uuid4(),
            run="abcd",
            boot="beef",
            seq=self.seq,
            input=number,
            kind=kind,
            purpose=purpose,
            ref=ref,
            age_ms=age_ms,
            age_known=age_known,
            ttl_s=ttl_s,
            exp_s=exp_s or ttl_s,
            sw="1",
        )

    def press(self, number: int = 1, *, retain: bool = False, **values: Any) -> UUID:
        """Over the broker; values as in `press_message`."""
        press = self.press_message(number, **values)
        packet = codec.publication(PRESS, STORE, "b", UNIT, press)
        assert self.unit.publish(replace(packet, retain=retain)) is not None
        return press.id

    def deliver_press(
        self, press: Press, expiry_s: int | None, device: str = UNIT, store: str = STORE
    ) -> None:
        """As the broker hands over a press that it held for a while."""
        packet = codec.publication(PRESS, store, "b", device, press)
        now = self.clock.boot()
        self.gateway.put(Delivery(packet.topic, packet.payload, 1, False, False, expiry_s, 1, 99_999, now))

    def undo(self, press: UUID) -> UUID:
        return self.press(kind=PressKind.UNDO, ref=press)

    def receipt(self, press: UUID, result: ReceiptResult = ReceiptResult.STORED) -> None:
        message = PressReceipt(id=press, result=result, at=self.clock.now())
        assert self.server.publish(codec.publication(RECEIPT, STORE, "b", UNIT, message)) is not None

    def report_receipt(self, report: FallbackReport) -> None:
        self.say(PLAN_REPORT_RECEIPT, ReportReceipt(id=report.id))

    def reports(self) -> list[FallbackReport]:
        return [one for one in self.heard if isinstance(one, FallbackReport)]

    def told(self, press: UUID) -> list[StandInState]:
        return [one.state for one in self.words if one.press == press]


def page_of(press: UUID, address: str = ANNA) -> UUID:
    return uuid5(press, SLOTS[address])


__all__ = ["ANNA", "BORIS", "GATEWAY", "SERVER", "STORE", "UNIT", "KeeperRig", "page_of", "plan"]
