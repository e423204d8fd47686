"""The engine's half of the stand-in: when a plan is sent, and what a report does, once, twice, late, out of order."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from broker_config import channels
from broker_config.codec import decode, publication
from broker_config.link import Connected, Publication
from broker_config.messages import (
    DeviceState,
    DeviceStatus,
    FallbackPlan,
    FallbackReport,
    PageState,
    PressKind,
    Proof,
    ReceiptResult,
    ReportReceipt,
    StandIn,
    StandInState,
)
from broker_config.messages.fallback import ReportedPage
from broker_config.messages.page import ResultError
from server.db.connect import Database
from server.db.engine_write import Writer
from server.db.tables import (
    Button,
    Device,
    Journal,
    Opening,
    Page,
    Pager,
    PolicyStep,
    Refused,
    Shift,
    StandInReport,
    Store,
    Transmitter,
)
from server.engine.events import FromLink
from server.engine.work import Work
from server.requests import Acknowledge, Close, Ending, SetDuty, ShopChanged
from server.rules.facts import DutyKind
from server.rules.incidents import Outcome
from tests import small_shop
from tests.engine_box import EngineBox
from tests.small_shop import ADDRESS, ANNA, CARMEN, DMITRI, STORE

REPORT = UUID("6f1d3c52-8a0e-4a67-9b1e-2f6b0c9d4a16")
PRESS = UUID("6f1d3c52-8a0e-4a67-9b1e-2f6b0c9d4a10")
SECOND = timedelta(seconds=1)


# -- the plan


def plans(box: EngineBox, gateway: str = "g1") -> list[FallbackPlan]:
    topic = f"rb/1/{STORE}/g/{gateway}/plan"
    sent = [one for one in box.link.published if one.topic == topic]
    assert all(one.retain for one in sent)
    return [decode(FallbackPlan, one.payload, channels.PLAN.max_bytes) for one in sent]


def online(box: EngineBox, gateway: str = "g1", run: str = "ab12") -> None:
    status = DeviceStatus(state=DeviceState.ONLINE, run=run, boot="cd34", sw="test")
    box.deliver(publication(channels.STATUS, STORE, "g", gateway, status))
    box.time.advance(1)


def changed(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.get_one(Store, STORE).revision += 1
    box.ask(ShopChanged(STORE, ANNA, "zone", "Dairy"))
    box.time.advance(1)


def called(plan: FallbackPlan, box: EngineBox) -> list[str]:
    return [one.routes[0].address for one in plan.called("b1", 1, box.time.now())]


def test_the_keeper_gets_its_plan_with_the_link(box: EngineBox) -> None:
    box.time.advance(1)
    [plan] = plans(box)
    assert plan.keeper
    assert called(plan, box) == [ADDRESS[ANNA]]
    assert [(one.device, one.input) for one in plan.buttons] == [("b1", 1), ("b1", 2), ("b2", 1), ("b2", 2)]


def test_without_news_it_is_sent_again_after_a_quarter_of_its_time_only(box: EngineBox) -> None:
    box.time.advance(12 * 3600 - 60)
    assert len(plans(box)) == 1
    box.time.advance(3600)
    first, second = plans(box)
    assert second.rev > first.rev
    assert second.moments[-1] - first.moments[-1] >= timedelta(hours=12)


def test_a_duty_is_in_the_plan_at_once_and_no_plan_is_sent_for_nothing(box: EngineBox) -> None:
    box.time.advance(1)
    until = box.time.now() + timedelta(minutes=15)
    box.ask(SetDuty(STORE, ANNA, ANNA, DutyKind.BREAK, until=until))
    box.time.advance(1)
    assert [called(plan, box) for plan in plans(box)] == [[ADDRESS[ANNA]], [ADDRESS[CARMEN]]]
    changed(box)  # nothing that a plan says
    assert len(plans(box)) == 2


def test_a_changed_shop_is_in_the_plan_at_once(box: EngineBox) -> None:
    box.time.advance(1)
    with box.db.transaction() as session:
        session.exec(select(Button).where(Button.device == "b1", Button.input == 1)).one().label = "Milk"
    changed(box)
    assert [one.called("b1", 1, None)[0].body for one in plans(box)] == [
        "DAIRY Shelf 1 CALL",
        "DAIRY Milk CALL",
    ]


def test_a_keeper_that_comes_back_and_a_broker_that_forgot_are_told_again(box: EngineBox) -> None:
    box.time.advance(1)
    online(box)
    assert len(plans(box)) == 2
    online(box, gateway="g1", run="ab13")
    assert len(plans(box)) == 3
    box.loop.put(FromLink(STORE, Connected(2, False, box.time.boot())))
    box.time.advance(1)
    revisions = [one.rev for one in plans(box)]
    assert len(revisions) == 4
    assert revisions == sorted(set(revisions))


def test_revisions_grow_over_a_restart(box: EngineBox) -> None:
    box.time.advance(1)
    box.restart()
    box.time.advance(1)
    first, second = plans(box)
    assert second.rev > first.rev


def test_a_link_that_is_down_gets_it_when_it_is_up(box: EngineBox) -> None:
    box.time.advance(1)
    box.link.connected = False
    with box.db.transaction() as session:
        session.exec(select(Button).where(Button.device == "b1", Button.input == 1)).one().label = "Milk"
    changed(box)
    assert len(plans(box)) == 1
    box.link.connected = True
    box.loop.put(FromLink(STORE, Connected(2, False, box.time.boot())))
    box.time.advance(1)
    assert plans(box)[-1].called("b1", 1, None)[0].body == "DAIRY Milk CALL"


def test_another_keeper_is_told_after_the_old_one_was_stopped(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.add(Device(store_id=STORE, device="g2", kind="g", keeper=True))
        session.flush()
        session.add(Transmitter(id=2, store_id=STORE, gateway="g2", name="t2"))
        session.flush()
        session.get_one(Pager, CARMEN).transmitter_id = 2
    changed(box)
    assert [one.keeper for one in plans(box)] == [True, False]
    [plan] = plans(box, "g2")
    assert called(plan, box) == [ADDRESS[CARMEN]]  # whom it reaches
    topics = [one.topic for one in box.link.published if one.topic.endswith("/plan")]
    assert topics[-2:] == [f"rb/1/{STORE}/g/g1/plan", f"rb/1/{STORE}/g/g2/plan"]
    box.restart()
    box.time.advance(1)
    assert [one.keeper for one in plans(box)] == [True, False, False]


def test_whose_turn_it_is_changes_with_each_call(db: Database) -> None:
    with db.transaction() as session:
        small_shop.fill(session)
        step = session.exec(select(PolicyStep).where(PolicyStep.position == 1)).one()
        step.target, step.most = "everybody", 1
    box = EngineBox(db)
    box.time.advance(1)
    box.press()
    box.time.advance(6)
    assert box.addresses()[0] == "1001"
    assert [called(plan, box) for plan in plans(box)] == [["1001"], ["1002"]]
    box.close()


def test_presses_do_not_wait_for_the_plan_of_a_large_shop(db: Database) -> None:
    """It is made in pieces: an order leaves while a plan is still in the making."""
    with db.transaction() as session:
        small_shop.fill(session)
        for minute in range(60):
            starts, ends = time(minute % 24, minute), time(minute % 24, 59 - minute % 30)
            session.add(Shift(store_id=STORE, carrier_id=DMITRI, weekday=0, starts=starts, ends=ends))
    box = EngineBox(db)
    box.press()
    tails = [one.topic.rsplit("/", 1)[1] for one in box.link.published]
    assert "order" in tails
    assert "plan" not in tails
    box.time.advance(5)
    assert len(plans(box)) == 1
    box.close()


# -- a report


def page(
    who: int = ANNA, state: PageState = PageState.TRANSMITTED, press: UUID = PRESS, **more: Any
) -> ReportedPage:
    slot = f"p{who}"
    proof = Proof.ACCEPTED if state is PageState.TRANSMITTED else Proof.NONE
    return ReportedPage(slot=slot, page=uuid5(press, slot), state=state, proof=proof, **more)


def tell(box: EngineBox, *pages: ReportedPage, left_s: int | None = None, **more: Any) -> FallbackReport:
    values: dict[str, Any] = {
        "id": REPORT,
        "press": PRESS,
        "device": "b1",
        "input": 1,
        "age_ms": 10_000,
        "stood_in_ms": 3_000,
    }
    values |= {"reason": "no receipt", "pages": list(pages)}
    report = FallbackReport(**(values | more))
    packet = publication(channels.PLAN_REPORT, STORE, "g", "g1", report)
    if left_s is not None:
        packet = Publication(packet.topic, packet.payload, packet.qos, packet.retain, left_s)
    box.deliver(packet)
    box.time.advance(0)
    return report


def receipts(box: EngineBox) -> list[UUID]:
    return [one.id for one in box.link.messages(channels.PLAN_REPORT_RECEIPT, ReportReceipt)]


def seconds_ago(box: EngineBox, moment: datetime | None) -> float:
    assert moment is not None
    return (box.time.now() - moment).total_seconds()


@pytest.fixture
def quiet_box(box: EngineBox) -> EngineBox:
    """Some time has passed: nothing of the start is left to do."""
    box.time.advance(5)
    return box


def test_a_report_opens_the_incident_with_the_true_times(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(since_press_ms=4_000))
    [incident], [row] = box.incidents(), box.pages()
    assert seconds_ago(box, incident.opened_at) == 10
    assert seconds_ago(box, incident.stood_in_at) == 7
    assert seconds_ago(box, incident.triggered_at) == 7
    assert seconds_ago(box, incident.called_at) == 6
    assert (row.id, row.reason, row.state, row.proof, row.step) == (
        uuid5(PRESS, "p1"),
        "stand_in",
        "transmitted",
        "accepted",
        1,
    )
    assert seconds_ago(box, row.final_at) == 6
    assert (row.body, row.address, row.carrier_id) == ("DAIRY Shelf 1 CALL", "1001", ANNA)
    assert receipts(box) == [REPORT]
    assert box.orders == []
    assert box.lights[-1] == "called"
    assert "stood_in" in box.actions()


def test_a_page_was_put_on_the_air_by_the_transmitter_that_the_report_names(quiet_box: EngineBox) -> None:
    """Also when that becomes known later; a keeper that does not say leaves it at the pager's own."""
    box = quiet_box
    tell(box, page(state=PageState.HELD))
    assert [row.transmitter for row in box.pages()] == ["t1"]
    tell(box, page(transmitter="t2"))
    assert [(row.state, row.transmitter) for row in box.pages()] == [("transmitted", "t2")]
    tell(box, page(state=PageState.CONFIRMED))
    assert [(row.state, row.transmitter) for row in box.pages()] == [("confirmed", "t2")]


def test_the_next_step_is_due_from_now(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page())
    box.time.advance(19.5)
    assert box.orders == []
    box.time.advance(1)
    assert box.addresses() == [ADDRESS[CARMEN]]


def test_the_same_report_again_changes_nothing_and_is_answered_again(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page())
    before = (box.incidents(), box.pages(), box.actions())
    tell(box, page(), age_ms=11_000)
    box.restart()
    box.time.advance(1)
    tell(box, page(), age_ms=12_000)
    assert receipts(box) == [REPORT] * 3
    assert [one.id for one in box.incidents()] == [one.id for one in before[0]]
    assert [(one.id, one.state, one.final_at) for one in box.pages()] == [
        (one.id, one.state, one.final_at) for one in before[1]
    ]
    assert box.actions() == before[2]


def test_newer_states_of_the_same_report_are_taken_and_older_ones_are_not(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(ANNA, PageState.TRANSMITTING), page(CARMEN, PageState.HELD))
    assert box.incidents()[0].called_at is None
    tell(box, page(ANNA), page(CARMEN, PageState.TRANSMITTING))
    assert [one.state for one in sorted(box.pages(), key=lambda one: one.pager_id)] == [
        "transmitted",
        "transmitting",
    ]
    tell(box, page(ANNA, PageState.HELD), page(CARMEN, PageState.HELD))
    assert [one.state for one in sorted(box.pages(), key=lambda one: one.pager_id)] == [
        "transmitted",
        "transmitting",
    ]
    assert box.incidents()[0].called_at is not None
    assert box.lights[-1] == "called"


def test_what_was_given_up_on_is_mended_by_a_later_report(quiet_box: EngineBox) -> None:
    """Nothing is too late to be known: only that nobody rings for it."""
    box = quiet_box
    tell(box, page(state=PageState.HELD), age_ms=400_000)
    box.time.advance(30)
    assert [(one.state, one.error_code) for one in box.pages()] == [("unknown", "no_answer")]
    tell(box, page(), age_ms=430_000)
    assert [(one.state, one.error_code) for one in box.pages()] == [("transmitted", None)]
    assert box.orders == []


def test_a_page_that_is_not_over_long_after_may_still_be_told_of(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(state=PageState.HELD), age_ms=200_000)
    box.time.advance(5)
    tell(box, page(), age_ms=205_000)
    box.time.advance(5)
    [told] = [one for one in box.pages() if one.pager_id == ANNA]
    assert (told.state, told.error_code) == ("transmitted", None)
    assert ADDRESS[ANNA] not in box.addresses()


def test_a_report_that_lay_in_the_broker_is_older_than_it_says(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(), left_s=20)
    assert seconds_ago(box, box.incidents()[0].opened_at) == 50


def test_too_old_opens_the_incident_and_rings_nobody(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(), age_ms=600_000)
    [incident] = box.incidents()
    assert (incident.state, seconds_ago(box, incident.opened_at)) == ("triggered", 600)
    assert seconds_ago(box, incident.sorry_at) == 510
    box.time.advance(3_600)
    assert box.orders == []
    assert [(one.state, one.outcome) for one in box.incidents()] == [("closed", "unanswered")]


def test_an_unknown_age_rings_nobody(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(), age_known=False)
    box.time.advance(300)
    assert box.orders == []
    assert [one.priority for one in box.incidents()] == [3]


def test_a_press_of_known_age_mends_the_times_of_an_unknown_one(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(), age_known=False)
    box.press(id=PRESS, age_ms=60_000, try_=5)
    assert seconds_ago(box, box.incidents()[0].opened_at) == 60
    assert len(box.incidents()) == 1
    assert box.orders == []


def test_an_age_beyond_all_bounds_is_stored(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(since_press_ms=2**53), age_ms=2**53, stood_in_ms=2**53)
    assert len(box.incidents()) == 1
    assert receipts(box) == [REPORT]


# -- the press


def test_the_press_after_the_report_is_a_row_of_the_same_incident(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page())
    for number in (1, 2, 3):
        box.press(id=PRESS, age_ms=10_000, try_=number)
    [press], [incident] = box.presses(), box.incidents()
    assert (press.state, press.incident_id, incident.presses) == ("stored", incident.id, 1)
    assert [one.result for one in box.receipts] == [ReceiptResult.STORED] * 3
    assert box.orders == []
    assert box.actions().count("opened") == 1


def test_a_first_send_of_the_press_finds_the_report_over_a_restart(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page())
    box.restart()
    box.press(id=PRESS, age_ms=10_000)
    assert len(box.incidents()) == 1
    assert [one.incident_id for one in box.presses()] == [box.incidents()[0].id]
    box.restart()
    box.press(id=PRESS, age_ms=11_000, try_=2)
    assert len(box.presses()) == 1


def test_a_late_press_after_the_report_is_history_of_the_same_incident(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page())
    box.ask(Acknowledge(box.incidents()[0].id, ANNA))
    box.time.advance(5)
    box.press(id=PRESS, age_ms=200_000, try_=30)
    assert [(one.state, one.incident_id) for one in box.presses()] == [("late", box.incidents()[0].id)]
    assert [one.result for one in box.receipts] == [ReceiptResult.LATE]
    assert len(box.incidents()) == 1
    assert box.lights[-1] == "coming"


def test_a_press_after_its_incident_was_closed_opens_none(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page())
    box.ask(Close(box.incidents()[0].id, ANNA, Ending(Outcome.LEFT_BEFORE_CONTACT)))
    box.press(id=PRESS, age_ms=50_000, try_=9)
    assert [one.state for one in box.incidents()] == ["closed"]
    assert [one.incident_id for one in box.presses()] == [box.incidents()[0].id]
    assert box.orders == []


def test_the_report_after_the_press_adds_only_what_is_new(quiet_box: EngineBox) -> None:
    box = quiet_box
    box.press(id=PRESS, age_ms=10_000)
    assert [order.page for order in box.orders] == [uuid5(PRESS, "p1")]
    tell(box, page(since_press_ms=4_000), page(CARMEN, since_press_ms=4_500))
    [incident] = box.incidents()
    assert {one.id: one.reason for one in box.pages()} == {
        uuid5(PRESS, "p1"): "step",
        uuid5(PRESS, "p3"): "stand_in",
    }
    assert {one.state for one in box.pages()} == {"transmitted"}
    assert len(box.orders) == 1
    assert seconds_ago(box, incident.stood_in_at) == 7
    box.time.advance(10)
    assert len(box.orders) == 1  # it is not asked about any more


def test_a_result_for_the_same_page_counts_as_called(quiet_box: EngineBox) -> None:
    box = quiet_box
    box.press(id=PRESS, age_ms=9_000)
    box.result(box.orders[0], PageState.TRANSMITTED)
    assert box.lights[-1] == "called"
    tell(box, page())
    assert len(box.pages()) == 1


@pytest.mark.parametrize("state", [PageState.EXPIRED, PageState.FAILED, PageState.CANCELLED])
def test_a_page_that_the_stand_in_gave_up_and_the_server_has_ordered_is_not_over(
    quiet_box: EngineBox, state: PageState
) -> None:
    """Order and report cross: the gateway transmits a first order for what was certainly not on the air."""
    box = quiet_box
    box.press(id=PRESS, age_ms=9_000)
    tell(box, page(state=state))
    assert [one.state for one in box.pages()] == ["ordered"]
    box.result(box.orders[0], PageState.TRANSMITTED)
    assert [one.state for one in box.pages()] == ["transmitted"]
    assert box.lights[-1] == "called"


@pytest.mark.parametrize("state", [PageState.EXPIRED, PageState.FAILED, PageState.CANCELLED])
def test_what_the_stand_in_gave_up_after_the_server_has_asked_for_it_is_not_over(
    quiet_box: EngineBox, state: PageState
) -> None:
    """The question is an order: what the stand-in took back before it heard of that rings now."""
    box = quiet_box
    tell(box, page(state=PageState.HELD))
    box.time.advance(5)
    assert [order.page for order in box.orders[:1]] == [uuid5(PRESS, "p1")]
    tell(box, page(state=state), age_ms=15_000)
    assert [one.state for one in box.pages()] == ["held"]
    box.result(box.orders[0], PageState.TRANSMITTED)
    assert [one.state for one in box.pages()] == ["transmitted"]
    assert box.lights[-1] == "called"


def test_what_is_too_old_to_be_ordered_is_over_when_the_stand_in_says_so(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(state=PageState.HELD), age_ms=400_000)
    box.time.advance(5)
    assert box.orders == []
    tell(box, page(state=PageState.CANCELLED), age_ms=405_000)
    assert [one.state for one in box.pages()] == ["cancelled"]


def test_a_late_press_before_the_report_is_linked_with_what_the_report_opens(quiet_box: EngineBox) -> None:
    box = quiet_box
    box.press(id=PRESS, age_ms=150_000, try_=20)
    assert box.incidents() == []
    tell(box, page(), age_ms=150_000)
    assert [(one.state, one.incident_id) for one in box.presses()] == [("late", box.incidents()[0].id)]
    assert seconds_ago(box, box.incidents()[0].opened_at) == 150


@pytest.mark.parametrize("order", ["first", "last", "together", "before and after"])
def test_a_press_that_was_one_with_the_call_is_history_of_it(quiet_box: EngineBox, order: str) -> None:
    """The keeper merged it with its call, and names the first press alone; the server was away for too long."""
    box = quiet_box
    if order == "first":
        box.press("b1", 1, age_ms=285_000, try_=9)
    elif order == "together":
        box.press("b1", 1, run=False, age_ms=285_000, try_=9)
    elif order == "before and after":
        box.press("b1", 1, age_ms=285_000, try_=9)
    tell(box, page(), age_ms=300_000)
    if order in ("last", "before and after"):
        box.press("b1", 1, age_ms=280_000, try_=9)
    tell(box, page(), age_ms=300_000)
    box.press("b1", 1, id=PRESS, age_ms=300_000, try_=9)
    count = 3 if order == "before and after" else 2
    [incident] = box.incidents()
    assert [(one.state, one.incident_id) for one in box.presses()] == [("late", incident.id)] * count
    assert incident.presses == count
    assert box.orders == []


def test_another_customer_of_that_button_long_before_or_after_is_history_alone(quiet_box: EngineBox) -> None:
    box = quiet_box
    box.press("b1", 1, age_ms=400_000, try_=9)
    tell(box, page(), age_ms=300_000)
    box.press("b1", 1, age_ms=200_000, try_=9)
    box.press("b1", 2, age_ms=300_000, try_=9)
    assert [(one.state, one.incident_id) for one in box.presses()] == [("late", None)] * 3


def test_report_and_press_in_one_batch(quiet_box: EngineBox) -> None:
    box = quiet_box
    report = FallbackReport(
        id=REPORT, press=PRESS, device="b1", input=1, age_ms=5_000, reason="no receipt", pages=[page()]
    )
    box.deliver(publication(channels.PLAN_REPORT, STORE, "g", "g1", report))
    box.deliver(publication(channels.PLAN_REPORT, STORE, "g", "g1", report), dup=True)
    box.press(id=PRESS, age_ms=5_000)
    assert len(box.incidents()) == len(box.presses()) == len(box.pages()) == 1
    assert box.addresses() in ([], ["1001"])
    assert receipts(box) == [REPORT] * 2


@pytest.mark.parametrize("late", [False, True])
def test_in_whatever_order_it_comes_it_is_one_incident(quiet_box: EngineBox, late: bool) -> None:
    """Press, press again, report, newer report and a restart, in every order; fresh and too late."""
    box, age_ms = quiet_box, 300_000 if late else 9_000
    for number, order in enumerate(permutations(["press", "again", "report", "newer"]), 1):
        press, report = UUID(int=number << 64 | 0x4000 << 48 | 0x8000), UUID(int=number << 70)
        for place, what in enumerate(order):
            if place == number % 4:
                box.restart()
            match what:
                case "press" | "again":
                    box.press(id=press, age_ms=age_ms, try_=1 if what == "press" else 7)
                case "report":
                    tell(box, page(state=PageState.HELD, press=press), id=report, press=press, age_ms=age_ms)
                case "newer":
                    tell(box, page(press=press), id=report, press=press, age_ms=age_ms)
        incidents = [one for one in box.incidents() if one.closed_at is None]
        assert [one.press_id for one in incidents] == [press], order
        [row] = [one for one in box.presses() if one.id == press]
        assert row.incident_id == incidents[0].id, order
        [rung] = [one for one in box.pages() if one.press_id == press]
        assert (rung.id, rung.state) == (uuid5(press, "p1"), "transmitted"), order
        assert incidents[0].called_at is not None
        box.ask(Close(incidents[0].id, ANNA, Ending(Outcome.RECOVERED)))
        assert box.core._picture.reported == {}
    assert not late or box.orders == []


@pytest.mark.parametrize("late", [False, True])
def test_a_report_that_waited_in_the_broker_several_times_is_one_incident(
    quiet_box: EngineBox, late: bool
) -> None:
    """A gateway says it again and again; a server that was away hears all of that at once."""
    box, age_ms = quiet_box, 300_000 if late else 9_000
    if late:
        box.press(id=PRESS, age_ms=age_ms)  # stored before, as history of no call
    for _ in range(3):
        report = FallbackReport(
            id=REPORT, press=PRESS, device="b1", input=1, age_ms=age_ms, reason="no receipt", pages=[page()]
        )
        box.deliver(publication(channels.PLAN_REPORT, STORE, "g", "g1", report))
    box.time.advance(0)
    [incident] = box.incidents()
    assert incident.presses == 1
    assert [one.incident_id for one in box.presses()] == ([incident.id] if late else [])
    assert receipts(box) == [REPORT] * 3


def test_a_fresh_report_joins_the_open_incident_of_its_button(quiet_box: EngineBox) -> None:
    box = quiet_box
    box.press()
    tell(box, page(), age_ms=4_000)
    [incident] = box.incidents()
    assert incident.presses == 2
    assert {one.reason for one in box.pages()} == {"step", "stand_in"}
    box.press(id=PRESS, age_ms=6_000)
    assert box.incidents()[0].presses == 2
    assert {one.incident_id for one in box.presses()} == {incident.id}


def test_an_old_report_never_joins_the_call_of_another_customer(quiet_box: EngineBox) -> None:
    box = quiet_box
    box.press()
    tell(box, page(), age_ms=700_000)
    assert len(box.incidents()) == 2
    assert sorted(one.presses for one in box.incidents()) == [1, 1]


def test_a_report_that_could_not_be_stored_is_dealt_with_again(
    quiet_box: EngineBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, real = quiet_box, Writer.write
    troubles = [OperationalError("insert", {}, Exception("disk full"))]

    def write(self: Writer, at: Connection, work: Work) -> None:
        real(self, at, work)
        if troubles and work.reports:
            raise troubles.pop()

    monkeypatch.setattr(Writer, "write", write)
    tell(box, page())
    assert (receipts(box), box.incidents()) == ([], [])
    box.press(id=PRESS, age_ms=10_000)
    box.time.advance(1)
    assert receipts(box) == [REPORT]
    assert len(box.incidents()) == len(box.presses()) == len(box.pages()) == 1
    box.restart()
    box.press(id=PRESS, age_ms=12_000, try_=2)
    assert len(box.presses()) == 1


def test_a_call_of_a_closed_shop_is_written_down_and_rings_nobody_more(quiet_box: EngineBox) -> None:
    """By a clock that nobody vouched for the keeper called everybody."""
    box = quiet_box
    with box.db.transaction() as session:
        session.add(Opening(store_id=STORE, weekday=6, opens=time(9), closes=time(10)))
    changed(box)
    tell(box, page())
    box.time.advance(300)
    assert box.orders == []
    assert len(box.incidents()) == 1


def test_a_report_id_of_another_store_is_refused_aloud_and_stops_nothing(quiet_box: EngineBox) -> None:
    box = quiet_box
    with box.db.transaction() as session:
        session.add(Store(id="s2", name="Other", timezone="Europe/Tallinn"))
        session.flush()
        words: dict[str, Any] = {
            "gateway": "g1",
            "press_id": PRESS,
            "reason": "no receipt",
            "received_at": box.time.now(),
        }
        session.add(StandInReport(id=REPORT, store_id="s2", **words))
    tell(box, page())
    assert box.incidents() == []
    with box.db.reading() as session:
        assert [one.reason for one in session.exec(select(Refused))] == ["internal"]
    box.press()
    assert len(box.incidents()) == 1


# -- taken back


def undo(box: EngineBox) -> None:
    box.press(kind=PressKind.UNDO, ref=PRESS, age_ms=100)


def test_an_undo_after_the_report_closes_it_and_the_press_is_undone(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page())
    undo(box)
    assert [(one.state, one.outcome) for one in box.incidents()] == [("closed", "false_press")]
    box.press(id=PRESS, age_ms=20_000)
    assert sorted(one.state for one in box.presses()) == ["stored", "undone"]
    assert len(box.incidents()) == 1


def test_an_undo_after_the_report_finds_it_over_a_restart(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page())
    box.restart()
    undo(box)
    assert [one.outcome for one in box.incidents()] == ["false_press"]


@pytest.mark.parametrize("press_too", [False, True])
def test_a_report_after_the_undo_is_written_down_as_a_false_press(
    quiet_box: EngineBox, press_too: bool
) -> None:
    box = quiet_box
    undo(box)
    if press_too:
        box.press(id=PRESS, age_ms=9_000)
    tell(box, page(), page(CARMEN, PageState.HELD))
    assert [(one.state, one.outcome) for one in box.incidents()] == [("closed", "false_press")]
    box.press(id=PRESS, age_ms=11_000, try_=2)
    assert sorted(one.state for one in box.presses()) == ["stored", "undone"]
    assert [one.incident_id for one in box.presses() if one.state == "undone"] == [box.incidents()[0].id]
    box.time.advance(120)
    assert box.orders == []


# -- what came of the pages


def test_a_call_that_reached_nobody_brings_the_next_step_at_once(quiet_box: EngineBox) -> None:
    box = quiet_box
    error = ResultError(code="port", text="The cable is out.", retry=False)
    tell(box, page(state=PageState.FAILED, error=error))
    assert box.addresses() == [ADDRESS[CARMEN]]
    [failed] = [one for one in box.pages() if one.pager_id == ANNA]
    assert (failed.state, failed.error_code) == ("failed", "port")


def test_a_report_without_pages_brings_the_next_step_at_once(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box)
    box.time.advance(0.1)
    assert box.addresses() == [ADDRESS[CARMEN]]


def test_a_page_that_may_have_been_on_the_air_is_said_again_under_a_new_id(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(state=PageState.UNKNOWN))
    assert box.addresses() == [ADDRESS[ANNA]]
    assert box.orders[0].page != uuid5(PRESS, "p1")
    assert "REPEATED" in box.orders[0].body


def test_a_page_that_is_not_over_is_asked_about_until_it_is_too_old(quiet_box: EngineBox) -> None:
    """The gateway answers an order for a page that it knows with its last result, and transmits nothing."""
    box = quiet_box
    tell(box, page(state=PageState.HELD))
    box.time.advance(5)
    assert {order.page for order in box.orders} == {uuid5(PRESS, "p1")}
    assert all(order.exp_s <= 110 for order in box.orders)
    tell(box, page(), age_ms=15_000)
    before = len(box.orders)
    box.time.advance(5)
    assert len(box.orders) == before


# -- strangers


def test_reports_of_what_is_not_there_any_more_are_stored(quiet_box: EngineBox) -> None:
    box = quiet_box
    with box.db.transaction() as session:
        session.get_one(Pager, ANNA).active = False
        session.exec(select(Button).where(Button.device == "b1", Button.input == 1)).one().active = False
    changed(box)
    strange = ReportedPage(slot="p999", page=uuid5(PRESS, "p999"), state=PageState.TRANSMITTED)
    odd = ReportedPage(slot="everybody", page=uuid5(PRESS, "everybody"), state=PageState.TRANSMITTED)
    tell(box, page(), strange, odd)
    assert [one.pager_id for one in box.pages()] == [ANNA]
    assert [one.button_id for one in box.incidents()] == [None]
    with box.db.reading() as session:
        [said] = session.exec(select(Journal).where(Journal.action == "stood_in"))
    assert said.detail["unknown"] == 2
    assert receipts(box) == [REPORT]


def test_a_button_of_a_unit_that_nobody_knows(quiet_box: EngineBox) -> None:
    box = quiet_box
    tell(box, page(), device="b99", input=16)
    assert [(one.device, one.input, one.zone_id) for one in box.incidents()] == [("b99", 16, None)]
    assert receipts(box) == [REPORT]


def test_a_page_of_another_incident_is_never_moved(quiet_box: EngineBox) -> None:
    box = quiet_box
    box.press(id=PRESS)
    stolen = ReportedPage(slot="p1", page=uuid5(PRESS, "p1"), state=PageState.FAILED)
    other = UUID("6f1d3c52-8a0e-4a67-9b1e-2f6b0c9d4a77")
    tell(box, stolen, press=other, device="b2", input=1)
    with box.db.reading() as session:
        row = session.get_one(Page, uuid5(PRESS, "p1"))
        assert (row.state, row.press_id) == ("ordered", PRESS)
    assert len(box.incidents()) == 2
    box.restart()
    tell(box, stolen, press=other, device="b2", input=1)
    assert receipts(box) == [REPORT] * 2


def test_a_report_of_a_closed_incident_of_yesterday(quiet_box: EngineBox) -> None:
    box = quiet_box
    box.press(id=PRESS)
    box.result(box.orders[0], PageState.TRANSMITTED)
    box.ask(Close(box.incidents()[0].id, ANNA, Ending(Outcome.RECOVERED)))
    box.time.advance(3_600)
    box.restart()
    tell(box, page(), page(CARMEN), age_ms=3_605_000)
    [incident] = box.incidents()
    assert (incident.state, incident.outcome) == ("closed", "recovered")
    assert incident.stood_in_at is not None
    assert sorted(one.pager_id for one in box.pages()) == [ANNA, CARMEN]
    assert len(box.orders) == 1
    assert box.core._picture.incidents == {}  # forgotten again


def test_what_the_keeper_tells_a_button_is_not_the_servers_business(quiet_box: EngineBox) -> None:
    box = quiet_box
    word = StandIn(press=PRESS, input=1, state=StandInState.CALLED)
    delivery = box.deliver(publication(channels.STAND_IN, STORE, "b", "b1", word))
    box.time.advance(0)
    assert delivery in box.link.settled
    assert box.incidents() == []


def test_the_burden_is_shared_with_what_the_stand_in_called(db: Database) -> None:
    with db.transaction() as session:
        small_shop.fill(session)
        step = session.exec(select(PolicyStep).where(PolicyStep.position == 1)).one()
        step.target, step.most = "everybody", 1
        others = session.exec(select(PolicyStep).where(col(PolicyStep.position) > 1)).all()
        for other in others:
            other.after_s = 3_000
    box = EngineBox(db)
    tell(box, page(since_press_ms=4_000))
    box.press("b2", 2)
    assert box.addresses() == ["1002"]
    assert box.time.now().tzinfo is UTC
    box.close()
