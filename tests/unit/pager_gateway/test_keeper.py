"""The keeper in the whole gateway: what rings, what is said and reported, whatever comes late, twice, in the middle."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config.channels import ORDER
from broker_config.messages import PageState, PressKind, Proof, Purpose, ReceiptResult, StandInState
from tests.unit.pager_gateway.keeper_rig import ANNA, BORIS, SLOTS, KeeperRig, page_of, plan

CALLED, FAILED = StandInState.CALLED, StandInState.FAILED
HELD, TRANSMITTED, CANCELLED = PageState.HELD, PageState.TRANSMITTED, PageState.CANCELLED


@pytest.fixture
def rig(tmp_path: Path) -> KeeperRig:
    made = KeeperRig(tmp_path)
    made.start()
    made.give(plan(ANNA))
    return made


def test_a_press_without_a_receipt_rings_after_three_seconds_and_the_light_is_told(rig: KeeperRig) -> None:
    press = rig.press()
    rig.clock.advance(2.9)
    assert rig.texts() == []
    rig.clock.advance(1)
    rig.air.pager(ANNA).expects("DAIRY CALL")
    rig.air.assert_empty()
    assert rig.told(press) == [CALLED]
    (report,) = rig.reports()
    (page,) = report.pages
    assert (report.press, report.device, report.input, report.reason) == (press, "b1", 1, "no receipt")
    assert (page.slot, page.page, page.state, page.proof) == (
        SLOTS[ANNA],
        page_of(press),
        TRANSMITTED,
        Proof.ACCEPTED,
    )
    assert report.stood_in_ms == pytest.approx(3_020, abs=10)
    assert page.since_press_ms == pytest.approx(report.age_ms, abs=10)
    assert (page.since_press_ms or 0) > (report.stood_in_ms or 0)
    assert rig.results(page_of(press)) == [], "nobody ordered it"


@pytest.mark.parametrize("result", list(ReceiptResult))
def test_any_receipt_stands_it_down_before_and_after_the_press(rig: KeeperRig, result: ReceiptResult) -> None:
    rig.receipt(rig.press(), result)
    early = uuid4()
    rig.receipt(early, result)
    rig.clock.advance(0.1)
    rig.press(id=early)
    rig.clock.advance(30)
    assert rig.texts() == []
    assert rig.words == []
    assert rig.reports() == []


def test_a_receipt_of_another_press_changes_nothing(rig: KeeperRig) -> None:
    rig.press()
    rig.receipt(uuid4())
    rig.clock.advance(5)
    rig.air.pager(ANNA).expects("DAIRY")


@pytest.mark.parametrize(
    "values",
    [
        {"kind": PressKind.ARRIVE},
        {"kind": PressKind.QUIET},
        {"purpose": Purpose.DRILL},
        {"purpose": Purpose.CANARY},
        {"age_ms": 121_000},
        {"age_known": False},
        {"number": 2},
        {"number": 3},
        {"retain": True},
        {"age_ms": 118_000},
    ],
    ids=str,
)
def test_what_is_no_fresh_call_of_a_button_with_slots_is_neither_paged_nor_answered(
    rig: KeeperRig, values: dict[str, object]
) -> None:
    rig.press(**values)  # type: ignore[arg-type]
    rig.clock.advance(60)
    assert rig.texts() == []
    assert rig.words == []
    assert rig.reports() == []


def test_time_at_the_broker_counts(rig: KeeperRig) -> None:
    rig.deliver_press(rig.press_message(ttl_s=60, age_ms=1_000), expiry_s=5)
    rig.clock.advance(10)
    report = rig.reports()[0]
    assert report.age_ms == pytest.approx(56_000 + 3_000, abs=200)
    rig.clock.advance(70)
    rig.deliver_press(rig.press_message(ttl_s=60, age_ms=1_000), expiry_s=1)
    rig.clock.advance(10)
    assert rig.texts() == ["DAIRY CALL"]


def test_a_press_whose_expiry_the_broker_does_not_tell_is_no_fresh_call(rig: KeeperRig) -> None:
    rig.deliver_press(rig.press_message(ttl_s=60, age_ms=1_000), expiry_s=None)
    rig.clock.advance(10)
    assert rig.texts() == []
    assert rig.reports() == []


def test_a_foreign_store_rings_nobody(rig: KeeperRig) -> None:
    rig.deliver_press(rig.press_message(), 120, store="other")
    rig.clock.advance(10)
    assert rig.texts() == []
    assert rig.gateway.core is not None
    assert rig.gateway.core.refused["foreign"] == 1


def test_pages_of_a_dead_transmitter_wait_until_the_press_is_too_old(rig: KeeperRig) -> None:
    rig.lines["tx-1"].unplug()
    press = rig.press(ttl_s=30, age_ms=1_000)
    rig.clock.advance(20)
    assert rig.told(press) == []
    rig.clock.advance(15)
    assert rig.told(press) == [FAILED]
    (report,) = rig.reports()[-1:]
    assert [page.state for page in report.pages] == [PageState.EXPIRED]
    rig.lines["tx-1"].plug()
    rig.clock.advance(30)
    assert rig.texts() == []


def test_a_report_says_which_transmitter_it_was(tmp_path: Path) -> None:
    """Also after a restart, and of the page that never got to one it says none."""
    rig = KeeperRig(tmp_path, transmitters=2)
    rig.start()
    rig.give(plan(ANNA, transmitters=("tx-1", "tx-2")))
    rig.lines["tx-1"].unplug()
    rig.press()
    rig.clock.advance(5)
    (report,) = rig.reports()
    assert [(page.state, page.transmitter) for page in report.pages] == [(TRANSMITTED, "tx-2")]
    rig.heard.clear()
    rig.gateway.restart()
    rig.clock.advance(5)
    assert [page.transmitter for page in rig.reports()[0].pages] == ["tx-2"]
    rig.report_receipt(rig.reports()[0])
    rig.lines["tx-2"].unplug()
    rig.clock.advance(70)
    rig.press(ttl_s=30)
    rig.clock.advance(40)
    assert [(page.state, page.transmitter) for page in rig.reports()[-1].pages] == [(PageState.EXPIRED, None)]


def test_a_plan_that_names_no_transmitter_of_this_gateway_fails_aloud(rig: KeeperRig) -> None:
    rig.give(plan(ANNA, transmitters=("tx-9",)))
    press = rig.press()
    rig.clock.advance(4)
    assert rig.told(press) == [FAILED]
    (page,) = rig.reports()[-1].pages
    assert page.error is not None
    assert page.error.code == "no-route"


def test_one_pager_refused_and_one_rung_is_called(rig: KeeperRig) -> None:
    rig.give(plan(ANNA, BORIS))
    rig.terminals["tx-1"].faults.refuse = [511]
    press = rig.press()
    rig.clock.advance(6)
    assert rig.told(press) == [CALLED]
    assert {page.state for page in rig.reports()[-1].pages} == {PageState.FAILED, TRANSMITTED}


def test_a_receipt_takes_back_what_is_not_on_the_air(rig: KeeperRig) -> None:
    rig.give(plan(ANNA, BORIS))
    rig.terminals["tx-1"].faults.delay_reply_s = 3.0
    press = rig.press()
    rig.clock.advance(4)
    rig.receipt(press)
    rig.clock.advance(20)
    assert len(rig.texts()) == 1
    assert rig.words == [], "the light is the server's now"
    states = {page.slot: page.state for page in rig.reports()[-1].pages}
    assert sorted(states.values()) == [CANCELLED, TRANSMITTED]


def test_stood_down_before_anything_rang_there_is_nothing_to_report(rig: KeeperRig) -> None:
    rig.lines["tx-1"].unplug()
    press = rig.press()
    rig.clock.advance(10)
    rig.receipt(press)
    rig.clock.advance(1)
    rig.lines["tx-1"].plug()
    rig.clock.advance(60)
    assert rig.texts() == []
    assert rig.words == []
    assert rig.reports() == []


def test_the_servers_order_for_a_page_that_was_taken_back_rings(rig: KeeperRig) -> None:
    """The receipt comes after the orders, but the wire may turn that round for a page that waited here."""
    rig.lines["tx-1"].unplug()
    press = rig.press()
    rig.clock.advance(10)
    rig.receipt(press)
    rig.clock.advance(1)
    rig.lines["tx-1"].plug()
    rig.order("DAIRY Shelf 1", page=page_of(press), address=ANNA)
    rig.clock.advance(20)
    assert rig.states(page_of(press))[-1] is TRANSMITTED
    assert len(rig.texts()) == 1


def test_an_order_for_what_rang_already_gets_its_result_and_is_not_sent_again(rig: KeeperRig) -> None:
    press = rig.press()
    rig.clock.advance(5)
    rig.order("DAIRY Shelf 1", page=page_of(press), address=ANNA)
    rig.order("DAIRY Shelf 1", page=page_of(press), address=ANNA)
    rig.clock.advance(5)
    rig.gateway.restart()
    rig.clock.advance(5)
    rig.order("DAIRY Shelf 1", page=page_of(press), address=ANNA)
    rig.clock.advance(5)
    assert set(rig.states(page_of(press))) == {TRANSMITTED}
    assert {one.attempt for one in rig.results(page_of(press))} == {1}
    assert len(rig.results(page_of(press))) == 2
    assert rig.texts() == ["DAIRY CALL"]


def test_once_ordered_the_results_flow(rig: KeeperRig) -> None:
    rig.lines["tx-1"].unplug()
    press = rig.press(ttl_s=30)
    rig.clock.advance(10)
    assert rig.results(page_of(press)) == []
    rig.order("DAIRY", page=page_of(press), address=ANNA, exp_s=100)
    rig.clock.advance(1)
    assert rig.states(page_of(press)) == [HELD]
    rig.receipt(press)
    rig.clock.advance(40)
    assert rig.states(page_of(press)) == [HELD], "the order lives longer than the press"
    rig.lines["tx-1"].plug()
    rig.clock.advance(10)
    assert rig.states(page_of(press))[-1] is TRANSMITTED


def test_an_order_that_came_before_the_silence_is_not_rung_a_second_time(rig: KeeperRig) -> None:
    press = rig.press()
    rig.order("DAIRY Shelf 1", page=page_of(press), address=ANNA)
    rig.clock.advance(10)
    assert rig.texts() == ["DAIRY Shelf 1"]
    assert rig.told(press) == [CALLED]
    (report,) = rig.reports()[-1:]
    assert [page.state for page in report.pages] == [TRANSMITTED]


def test_a_cancel_of_the_server_ends_a_page_of_the_stand_in(rig: KeeperRig) -> None:
    rig.lines["tx-1"].unplug()
    press = rig.press()
    rig.clock.advance(5)
    rig.cancel(page_of(press))
    rig.clock.advance(1)
    assert rig.states(page_of(press)) == [CANCELLED]
    rig.order("DAIRY", page=page_of(press), address=ANNA)
    rig.lines["tx-1"].plug()
    rig.clock.advance(10)
    assert rig.texts() == []


def test_an_undo_before_or_after_its_press_leaves_the_pagers_quiet(rig: KeeperRig) -> None:
    rig.undo(rig.press())
    early = uuid4()
    rig.undo(early)
    rig.clock.advance(0.1)
    rig.press(id=early)
    rig.clock.advance(20)
    assert rig.texts() == []
    assert rig.words == []


def test_an_undo_takes_back_what_waits_for_the_channel(rig: KeeperRig) -> None:
    rig.lines["tx-1"].unplug()
    press = rig.press()
    rig.clock.advance(5)
    rig.undo(press)
    rig.clock.advance(1)
    rig.lines["tx-1"].plug()
    rig.clock.advance(20)
    assert rig.texts() == []
    assert rig.reports() == []
    again = rig.press()
    rig.clock.advance(5)
    assert rig.told(again) == [CALLED], "any later press opens its own"


def test_a_press_after_one_that_rang_and_was_taken_back_is_a_call_of_its_own(rig: KeeperRig) -> None:
    first = rig.press()
    rig.clock.advance(5)
    rig.undo(first)
    rig.clock.advance(5)
    second = rig.press()
    rig.clock.advance(5)
    assert rig.texts() == ["DAIRY CALL"] * 2
    assert (rig.told(first), rig.told(second)) == ([CALLED], [CALLED])
    assert {report.press for report in rig.reports()} == {first, second}


def test_a_press_that_comes_again_when_it_is_too_old_is_answered_no_more(rig: KeeperRig) -> None:
    press = rig.press(ttl_s=30)
    rig.clock.advance(40)
    assert rig.told(press) == [CALLED]
    rig.press(id=press, age_ms=40_000, ttl_s=30)
    rig.clock.advance(5)
    assert rig.told(press) == [CALLED]


def test_presses_of_one_button_are_one_and_each_light_is_told(rig: KeeperRig) -> None:
    first = rig.press()
    rig.clock.advance(1)
    second = rig.press()
    rig.clock.advance(10)
    third = rig.press()
    rig.clock.advance(10)
    assert rig.texts() == ["DAIRY CALL"]
    assert [rig.told(press) for press in (first, second, third)] == [[CALLED]] * 3
    assert {report.press for report in rig.reports()} == {first}
    rig.clock.advance(60)
    later = rig.press()
    rig.clock.advance(10)
    assert rig.texts() == ["DAIRY CALL"] * 2
    assert rig.told(later) == [CALLED]


def test_a_press_that_comes_again_is_paged_once_and_its_light_is_told_again(rig: KeeperRig) -> None:
    press = rig.press()
    for age in (1_000, 3_000, 7_000, 15_000):
        rig.clock.advance(4)
        rig.press(id=press, age_ms=age)
    rig.clock.advance(5)
    assert rig.texts() == ["DAIRY CALL"]
    assert set(rig.told(press)) == {CALLED}
    assert len(rig.told(press)) > 1


def test_a_server_that_took_the_first_press_only_leaves_the_second_to_the_stand_in(rig: KeeperRig) -> None:
    rig.lines["tx-1"].unplug()
    first = rig.press()
    rig.clock.advance(1)
    second = rig.press()
    rig.clock.advance(5)
    rig.receipt(first)
    rig.lines["tx-1"].plug()
    rig.clock.advance(10)
    assert rig.texts() == ["DAIRY CALL"]
    assert (rig.told(first), rig.told(second)) == ([], [CALLED])
    assert rig.reports()[-1].press == second


def test_an_unsure_clock_calls_everybody(rig: KeeperRig) -> None:
    rig.give(plan(ANNA, everybody=(BORIS,)))
    rig.gateway.synced = False
    rig.press()
    rig.clock.advance(5)
    rig.air.pager(BORIS).expects("DAIRY CALL")
    rig.air.assert_empty()
    assert rig.reports()[-1].reason == "no receipt, clock unsure"


def test_a_plan_that_ran_out_calls_everybody(rig: KeeperRig) -> None:
    rig.give(plan(ANNA, everybody=(BORIS,)))
    rig.clock.jump_wall(timedelta(days=9))
    rig.press()
    rig.clock.advance(5)
    rig.air.pager(BORIS).expects("DAIRY CALL")
    rig.air.assert_empty()


def test_a_gateway_that_is_not_the_keeper_any_more_stays_quiet(rig: KeeperRig) -> None:
    waiting = rig.press()
    rig.give(plan(ANNA, keeper=False))
    rig.press()
    rig.clock.advance(10)
    assert rig.texts() == []
    assert rig.told(waiting) == []


def test_the_last_good_plan_is_kept_over_a_restart_without_a_broker(rig: KeeperRig) -> None:
    rig.raw(b'{"v": 1, "rev": 9, "keeper": true, "orders": [], "buttons": [{}]}', "plan", retain=True)
    rig.raw(b"", "plan", retain=True)
    rig.clock.advance(0.1)
    rig.gateway.restart()
    rig.clock.advance(3)
    rig.press()
    rig.clock.advance(5)
    rig.air.pager(ANNA).expects("DAIRY CALL")


def test_a_report_is_said_until_its_receipt(rig: KeeperRig) -> None:
    rig.press()
    rig.clock.advance(60)
    said = rig.reports()
    assert len(said) >= 4
    assert len({report.id for report in said}) == 1
    ages = [report.age_ms for report in said]
    assert ages == sorted(set(ages)), "the age of that moment"
    rig.report_receipt(said[-1])
    rig.clock.advance(0.1)
    rig.heard.clear()
    rig.clock.advance(600)
    rig.gateway.restart()
    rig.server_is_online()
    rig.clock.advance(600)
    assert rig.reports() == []


def test_a_report_outlives_the_process_and_the_boot(rig: KeeperRig) -> None:
    press = rig.press()
    rig.clock.advance(4)
    rig.gateway.kill()
    rig.heard.clear()
    rig.clock.advance(50)
    rig.gateway.boot = "b002"
    rig.gateway.start()
    rig.clock.advance(5)
    report = rig.reports()[0]
    assert report.press == press
    assert report.age_known
    assert report.age_ms >= 54_000
    assert report.pages[0].since_press_ms == pytest.approx(3_050, abs=200)
    rig.gateway.synced = False
    rig.heard.clear()
    rig.gateway.restart()
    rig.clock.advance(5)
    assert not rig.reports()[0].age_known


def test_a_server_that_comes_back_in_the_middle_hears_what_is_known_and_then_the_end(rig: KeeperRig) -> None:
    rig.lines["tx-1"].unplug()
    rig.press()
    rig.clock.advance(5)
    assert rig.reports() == []
    rig.server_is_online()
    rig.clock.advance(0.5)
    (early,) = rig.reports()
    assert [page.state for page in early.pages] == [HELD]
    rig.report_receipt(early)
    rig.clock.advance(40)
    assert len(rig.reports()) == 1
    rig.lines["tx-1"].plug()
    rig.clock.advance(10)
    last = rig.reports()[-1]
    assert last.id == early.id
    assert [page.state for page in last.pages] == [TRANSMITTED]
    rig.report_receipt(last)
    rig.heard.clear()
    rig.clock.advance(100)
    assert rig.reports() == []


def test_a_receipt_of_the_early_report_does_not_swallow_the_last_one(rig: KeeperRig) -> None:
    rig.lines["tx-1"].unplug()
    rig.press()
    rig.clock.advance(5)
    rig.server_is_online()
    rig.clock.advance(0.5)
    (early,) = rig.reports()
    rig.lines["tx-1"].plug()
    rig.clock.advance(1.5)
    rig.report_receipt(early)
    rig.clock.advance(5)
    assert [page.state for page in rig.reports()[-1].pages] == [TRANSMITTED]


@pytest.mark.parametrize("after_s", [0.5, 2.9, 3.0, 3.001, 3.01, 3.03, 3.05, 3.1, 3.5, 5.0])
def test_killed_at_any_moment_it_rings_once_and_says_so(rig: KeeperRig, after_s: float) -> None:
    """The unit sends the press again until its receipt. What was on the air in the kill may or may not have rung."""
    rig.terminals["tx-1"].habits.reply_s = 0.02
    press = rig.press()
    rig.clock.advance(after_s)
    rig.gateway.kill()
    rig.clock.advance(1)
    rig.gateway.start()
    for _ in range(4):
        rig.clock.advance(4)
        rig.press(id=press, age_ms=10_000)
    rig.clock.advance(10)
    state = rig.reports()[-1].pages[0].state
    rung = rig.texts()
    assert len(rung) <= 1
    if state is TRANSMITTED:
        assert rung == ["DAIRY CALL"]
        assert rig.told(press)[-1] is CALLED
    else:
        assert state is PageState.UNKNOWN
        assert rig.told(press)[-1] is FAILED
    assert {report.press for report in rig.reports()} == {press}
    assert len({report.id for report in rig.reports()}) == 1


def test_presses_are_one_also_when_the_gateway_was_killed_between_them(rig: KeeperRig) -> None:
    rig.press()
    rig.clock.advance(5)
    rig.gateway.restart()
    rig.clock.advance(5)
    second = rig.press()
    rig.clock.advance(5)
    assert rig.texts() == ["DAIRY CALL"]
    assert rig.told(second) == [CALLED]


def test_everybody_of_a_large_shop_fits_one_report(tmp_path: Path) -> None:
    rig = KeeperRig(tmp_path)
    rig.start()
    base = plan(ANNA)
    slots = [f"slot-{number:02}" for number in range(64)]
    orders = [
        base.orders[0].model_copy(update={"slot": slot, "routes": base.orders[0].routes}) for slot in slots
    ]
    rig.give(base.model_copy(update={"orders": orders, "calls": [[], slots], "everybody": slots}))
    rig.terminals["tx-1"].faults.refuse = [511] * 64
    press = rig.press()
    rig.clock.advance(60)
    assert rig.told(press) == [FAILED]
    assert len(rig.reports()[-1].pages) == 64


def test_a_gateway_cut_off_from_the_broker_rings_by_what_it_knows(rig: KeeperRig) -> None:
    press = rig.press()
    rig.clock.advance(0.5)
    rig.broker.kill()
    rig.clock.advance(5)
    assert rig.texts() == ["DAIRY CALL"]
    rig.broker.start()
    rig.clock.advance(15)
    assert rig.reports()[-1].press == press
    rig.say(ORDER, rig.page_order("DAIRY", page=page_of(press), address=ANNA))
    rig.clock.advance(5)
    assert rig.texts() == ["DAIRY CALL"]
