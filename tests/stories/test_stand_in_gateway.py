"""With the server gone the keeper pages by its plan: real button units, a real gateway, and a server that only speaks
when the story lets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from broker_config import codec
from broker_config.channels import PLAN, PLAN_REPORT_RECEIPT, RECEIPT, Role
from broker_config.link import Delivery, LinkEvent
from broker_config.messages import (
    FallbackPlan,
    FallbackReport,
    PageFormat,
    PageState,
    Press,
    PressReceipt,
    ReceiptResult,
    ReportReceipt,
    Route,
)
from broker_config.messages.fallback import PlannedButton, PlannedOrder
from broker_config.presence import link_setup
from broker_config.rights import User
from firmware_bridge.light import Shown
from simulator.broker import MemoryBroker
from simulator.button import SimulatedUnit
from simulator.clock import MONDAY_NOON, FakeClock
from simulator.gateway import SimulatedGateway
from simulator.pager import Air
from simulator.transmitters.tap import TapTerminal
from simulator.transmitters.virtual import VirtualTransmitter

STORE = "s1"
ANNA, BORIS = "1001", "1002"


class LoneShop:
    """Two units of two buttons: 1 is in Dairy (Anna), 2 is green and calls nobody. The plan is there, the server is
    not: `server` is a link with its rights, which gives receipts when `answers` says so."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        roles = {"b1": Role.BUTTON, "b2": Role.BUTTON, "g1": Role.KEEPER, "srv": Role.SERVER}
        self.users = {name: User(STORE, name, role, "pw") for name, role in roles.items()}
        self.broker = MemoryBroker(self.clock, self.users.values())
        self.air = Air([ANNA, BORIS])
        self.terminal = TapTerminal()
        self.transmitter = VirtualTransmitter(self.clock, self.terminal, self.air)
        self.gateway = SimulatedGateway(
            self.clock,
            self.broker.link,
            {"t1": self.transmitter},
            folder / "ledger.sqlite",
            store=STORE,
            device="g1",
            password="pw",
        )
        self.units = {
            name: SimulatedUnit(
                self.clock,
                self.broker.link,
                STORE,
                name,
                (1, 2),
                str(folder / f"{name}.sqlite"),
                seed=number,
                password="pw",
            )
            for number, name in enumerate(("b1", "b2"))
        }
        self.answers = False
        self.presses: list[Press] = []
        self.reports: list[FallbackReport] = []
        self.server = self.broker.link(link_setup(self.users["srv"], run="5e4f", boot="beef", sw="story"))
        self.server.open(self.hear)
        self.gateway.start()
        self.clock.advance(2)
        self.server.publish(codec.publication(PLAN, STORE, "g", "g1", the_plan()))
        self.clock.advance(1)

    def hear(self, event: LinkEvent) -> None:
        if not isinstance(event, Delivery):
            return
        found = codec.receive(event) if event.payload else None
        if found is not None and isinstance(found.message, Press):
            self.presses.append(found.message)
            if self.answers:
                said = PressReceipt(id=found.message.id, result=ReceiptResult.STORED, at=self.clock.now())
                self.server.publish(codec.publication(RECEIPT, STORE, "b", found.device, said))
        elif found is not None and isinstance(found.message, FallbackReport):
            self.reports.append(found.message)
            if self.answers:
                receipt = ReportReceipt(id=found.message.id)
                self.server.publish(codec.publication(PLAN_REPORT_RECEIPT, STORE, "g", "g1", receipt))
        self.server.settle(event)

    def server_dies(self) -> None:
        self.server.vanish()

    def server_returns(self, run: str = "5e50") -> None:
        self.answers = True
        self.server = self.broker.link(link_setup(self.users["srv"], run=run, boot="beef", sw="story"))
        self.server.open(self.hear)

    def press(self, unit: str = "b1", number: int = 1) -> None:
        self.units[unit].button(number).press()

    def light(self, unit: str = "b1", number: int = 1) -> Shown:
        return self.units[unit].light(number)


def the_plan() -> FallbackPlan:
    return FallbackPlan(
        rev=1,
        keeper=True,
        orders=[
            PlannedOrder(
                slot=name,
                routes=[Route(transmitter="t1", address=address)],
                format=PageFormat.TEXT,
                charset="ascii",
                body="CALL",
                face="en",
            )
            for name, address in (("anna", ANNA), ("boris", BORIS))
        ],
        moments=[MONDAY_NOON, MONDAY_NOON + timedelta(hours=6), MONDAY_NOON + timedelta(hours=48)],
        calls=[[], ["anna"], ["boris"]],
        hours=[[(0, 1), (1, 2)], [(0, 0)]],
        buttons=[
            PlannedButton(device=unit, input=number, hours=number - 1, bodies={"en": f"DAIRY {unit} CALL"})
            for unit in ("b1", "b2")
            for number in (1, 2)
        ],
        everybody=["anna", "boris"],
    )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[LoneShop]:
    made = LoneShop(tmp_path)
    yield made
    made.air.assert_empty()


@pytest.mark.parametrize("trouble", ["dead", "frozen", "cut off"])
def test_without_a_server_the_wrist_rings_and_the_light_says_called(shop: LoneShop, trouble: str) -> None:
    """Dead, frozen and cut off look the same from here: no receipt."""
    if trouble == "dead":
        shop.server_dies()
    elif trouble == "cut off":
        shop.broker.cut(f"{STORE}.srv")
    pressed_at = shop.clock.boot()
    shop.press()
    shop.clock.advance(2.5)
    assert shop.light() is Shown.SENDING
    shop.clock.advance(2.5)
    page = shop.air.pager(ANNA).expects("DAIRY b1 CALL")
    assert 3.0 < page.at - pressed_at < 3.6
    assert shop.light() is Shown.CALLED
    shop.clock.advance(30)
    assert shop.light() is Shown.CALLED
    assert shop.units["b1"].waiting == 1, "only the server's receipt ends a press"


def test_a_server_that_answers_is_left_alone(shop: LoneShop) -> None:
    shop.answers = True
    shop.press()
    shop.press("b2")
    shop.clock.advance(60)
    assert shop.light() is Shown.RECEIVED
    assert shop.reports == []


def test_a_green_button_is_neither_paged_nor_answered(shop: LoneShop) -> None:
    shop.press("b1", 2)
    shop.clock.advance(60)
    assert shop.light("b1", 2) is not Shown.CALLED
    assert shop.reports == []


def test_the_hour_decides_who_rings(shop: LoneShop) -> None:
    shop.clock.advance(6 * 3_600)
    shop.press()
    shop.clock.advance(5)
    shop.air.pager(BORIS).expects("DAIRY b1")


def test_a_server_that_returns_takes_over_and_hears_what_was_done(shop: LoneShop) -> None:
    shop.server_dies()
    shop.press()
    shop.clock.advance(1)
    shop.press("b2")
    shop.clock.advance(40)
    shop.air.pager(ANNA).expects("DAIRY b1")
    shop.air.pager(ANNA).expects("DAIRY b2")
    shop.press()
    shop.clock.advance(15)
    assert shop.light() is Shown.CALLED, "one with the first"
    shop.server_returns()
    shop.clock.advance(10)
    assert shop.units["b1"].waiting == shop.units["b2"].waiting == 0
    told = {report.device: report for report in shop.reports}
    assert set(told) == {"b1", "b2"}
    assert all(page.state is PageState.TRANSMITTED for report in told.values() for page in report.pages)
    assert {report.reason for report in told.values()} == {"no receipt"}
    known = len(shop.reports)
    shop.clock.advance(300)
    assert len(shop.reports) == known, "said until the receipt, and no longer"


@pytest.mark.parametrize("after_s", [0.05, 0.5, 2.0, 3.05, 3.1, 3.15, 3.2, 3.3, 4.0, 9.0])
def test_the_gateway_killed_in_the_middle_rings_once_and_the_light_says_what_is_true(
    shop: LoneShop, after_s: float
) -> None:
    shop.server_dies()
    shop.press()
    shop.clock.advance(after_s)
    shop.gateway.kill()
    shop.clock.advance(3)
    shop.gateway.start()
    shop.clock.advance(40)
    rung = shop.air.pager(ANNA).history
    shop.air.pager(ANNA).inbox.clear()
    assert len(rung) <= 1
    shop.answers = True
    shop.server_returns()
    shop.clock.advance(20)
    (said,) = {report.press: report for report in shop.reports}.values()
    state = said.pages[0].state
    assert state is (
        PageState.TRANSMITTED if Shown.CALLED in shop.units["b1"].lights_seen() else PageState.UNKNOWN
    )
    assert rung or state is PageState.UNKNOWN


def test_a_transmitter_without_power_is_waited_for_and_the_customer_is_not_lied_to(shop: LoneShop) -> None:
    shop.server_dies()
    shop.terminal.faults.silent = True
    shop.press()
    shop.clock.advance(15)
    assert shop.light() is Shown.NOBODY
    shop.terminal.faults.silent = False
    shop.clock.advance(30)
    shop.air.pager(ANNA).expects("DAIRY b1")
    assert shop.light() is Shown.CALLED


def test_an_old_press_from_a_unit_that_was_away_rings_nobody(shop: LoneShop) -> None:
    shop.server_dies()
    shop.broker.cut(f"{STORE}.b1")
    shop.press()
    shop.clock.advance(150)
    shop.broker.mend(f"{STORE}.b1")
    shop.clock.advance(60)
    assert shop.reports == []


def test_the_broker_dies_with_the_server_and_the_press_rings_when_it_is_back(shop: LoneShop) -> None:
    shop.clock.advance(10)
    shop.server_dies()
    shop.broker.kill()
    shop.press()
    shop.clock.advance(20)
    shop.broker.start()
    shop.clock.advance(15)
    shop.air.pager(ANNA).expects("DAIRY b1")
    assert shop.light() is Shown.CALLED
