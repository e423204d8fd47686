"""The server is silent: the keeper gateway calls by its plan, and afterwards there is one incident per customer, with
the true times, and no wrist rang twice for one call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from broker_config.messages import PageState
from firmware_bridge.light import Shown
from server.db.tables import Journal, Page, StandInReport
from server.requests import SetDuty
from server.rules.facts import DutyKind
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, BORIS, CARMEN, STORE

Verb = Callable[[Shop], None]
SILENT: dict[str, tuple[Verb, Verb]] = {
    "killed": (lambda shop: shop.server.kill(), lambda shop: shop.server.start()),
    "frozen": (lambda shop: shop.server.freeze(), lambda shop: shop.server.thaw()),
    "cut off": (lambda shop: shop.server.cut(), lambda shop: shop.server.mend()),
}
SECOND = timedelta(seconds=1)


@pytest.fixture(params=SILENT)
def trouble(request: pytest.FixtureRequest) -> tuple[Verb, Verb]:
    return SILENT[request.param]


def rang(shop: Shop, who: int) -> list[str]:
    return [page.text for page in shop.pager(ADDRESS[who]).history]


def near(moment: datetime | None, expected: datetime, within_s: float = 1.5) -> bool:
    return moment is not None and abs((moment - expected).total_seconds()) <= within_s


def stood_in_pages(shop: Shop) -> list[Page]:
    return [page for page in shop.pages() if page.reason == "stand_in"]


def journal(shop: Shop, action: str) -> list[Journal]:
    with shop.db.reading() as session:
        return list(session.exec(select(Journal).where(Journal.action == action)))


def reports(shop: Shop) -> list[StandInReport]:
    with shop.db.reading() as session:
        return list(session.exec(select(StandInReport)))


def nobody_felt_it_twice(shop: Shop) -> None:
    """No page was on the air twice: each wrist felt as often as there are pages for it that rang."""
    sent = [page for page in shop.pages() if page.state == PageState.TRANSMITTED.value]
    for address in ADDRESS.values():
        felt = len(shop.pager(address).history)
        assert felt == sum(page.address == address for page in sent), address


def lose_what_waits(shop: Shop) -> None:
    """The broker's disk was replaced: it holds nothing for the server any more."""
    shop.broker.forget(f"{STORE}.srv")


def settle(shop: Shop) -> None:
    """What has been felt so far was expected."""
    for address in ADDRESS.values():
        shop.pager(address).inbox.clear()


# -- while it is silent


def test_the_wrist_rings_by_the_plan_within_five_seconds(shop: Shop, trouble: tuple[Verb, Verb]) -> None:
    trouble[0](shop)
    pushed = shop.clock.boot()
    shop.button().press()
    shop.clock.advance(5)
    page = shop.pager(ADDRESS[ANNA]).expects("DAIRY Shelf 1 CALL")
    assert 3.0 <= page.at - pushed <= 5.0
    assert shop.light() is Shown.CALLED
    assert shop.light("b2") is Shown.IDLE


def test_an_impatient_customer_is_one_call(shop: Shop) -> None:
    shop.server.kill()
    for _ in range(3):
        shop.button().press()
        shop.clock.advance(4)
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    shop.server.start()
    shop.clock.advance(8)
    shop.acknowledge(ANNA)
    shop.clock.advance(60)
    assert len(shop.incidents()) == 1
    assert len(rang(shop, ANNA)) == 1
    assert len(shop.presses()) == 3
    assert shop.units["b1"].waiting == 0
    settle(shop)


# -- afterwards


@pytest.mark.parametrize("away_s", [5, 60, 600])
def test_afterwards_there_is_one_incident_with_the_true_times(
    shop: Shop, trouble: tuple[Verb, Verb], away_s: float
) -> None:
    pushed = shop.clock.now()
    trouble[0](shop)
    shop.button().press()
    shop.clock.advance(away_s)
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    trouble[1](shop)
    shop.clock.advance(10)
    incident = shop.incident()
    assert len(shop.incidents()) == 1
    # what waited in a half-open socket has not aged: a cut of five seconds hides some of them
    within = 1.5 if trouble is not SILENT["cut off"] or away_s > 5 else 2.5
    assert near(incident.opened_at, pushed, within)
    assert near(incident.stood_in_at, pushed + 3.5 * SECOND, within)
    assert near(incident.called_at, pushed + 4 * SECOND)
    assert incident.exit_at == incident.opened_at + 90 * SECOND
    [press] = shop.presses()
    assert press.incident_id == incident.id
    assert near(press.pressed_at, pushed, 1.5 if trouble is not SILENT["cut off"] else 5)
    first = next(page for page in shop.pages() if page.pager_id == ANNA)
    assert (first.state, first.incident_id) == ("transmitted", incident.id)
    assert [one.incident_id for one in reports(shop)] == [incident.id]
    [said] = journal(shop, "stood_in")
    assert said.detail["called"] == 1
    assert said.detail["gateway"] == "g1"
    assert shop.units["b1"].waiting == 0
    shown = Shown.SORRY if away_s == 600 else Shown.CALLED
    assert shop.light() is shown
    shop.acknowledge(ANNA)
    shop.clock.advance(30)
    assert shop.light() is Shown.COMING
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    nobody_felt_it_twice(shop)
    settle(shop)


def test_the_policy_goes_on_from_where_the_stand_in_left_it(shop: Shop) -> None:
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(40)
    shop.server.start()
    shop.clock.advance(15)
    assert rang(shop, CARMEN) == []  # twenty seconds from when the server knows
    shop.clock.advance(15)
    assert rang(shop, CARMEN) == ["DAIRY Shelf 1 CALL"]
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    assert len(shop.incidents()) == 1
    settle(shop)


def test_an_old_call_is_shown_and_rings_nobody(shop: Shop) -> None:
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(600)
    settle(shop)
    shop.server.start()
    shop.clock.advance(1_800)
    assert [one.state for one in shop.incidents()] == ["triggered"]
    assert [one.state for one in shop.presses()] == ["late"]
    shop.clock.advance(1_800)  # forgotten, an hour after the call
    assert [(one.state, one.outcome) for one in shop.incidents()] == [("closed", "unanswered")]
    assert shop.light() is Shown.IDLE
    nobody_felt_it_twice(shop)


def test_hours_later_it_is_in_the_history_at_its_own_time(shop: Shop) -> None:
    pushed = shop.clock.now()
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(9 * 3600)
    settle(shop)
    shop.server.start()
    shop.clock.advance(30)
    assert near(shop.incident().opened_at, pushed)
    assert shop.incident().outcome == "unanswered"
    assert shop.light() is Shown.IDLE


def test_several_customers_have_an_incident_each(shop: Shop, trouble: tuple[Verb, Verb]) -> None:
    trouble[0](shop)
    shop.button("b1", 1).press()
    shop.clock.advance(2)
    shop.button("b2", 2).press()
    shop.clock.advance(1)
    shop.button("b2", 1).press()
    shop.clock.advance(30)
    trouble[1](shop)
    shop.clock.advance(12)
    found = shop.incidents()
    assert sorted((one.device, one.input) for one in found) == [("b1", 1), ("b2", 1), ("b2", 2)]
    assert sorted(rang(shop, ANNA)) == ["DAIRY Shelf 1 CALL"] * 2
    assert rang(shop, BORIS) == ["WINE Shelf 2 CALL"]
    assert all(one.stood_in_at is not None for one in found)
    for one in found:
        shop.acknowledge(CARMEN, one.number)
    shop.clock.advance(10)
    assert {shop.light(one.device, one.input) for one in found} == {Shown.COMING}
    nobody_felt_it_twice(shop)
    settle(shop)


def test_a_customer_an_hour_after_the_other_is_another_incident(shop: Shop) -> None:
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(3_000)
    shop.button().press()
    shop.clock.advance(30)
    assert len(rang(shop, ANNA)) == 2
    shop.server.start()
    shop.clock.advance(12)
    first, second = sorted(shop.incidents(), key=lambda one: one.opened_at)
    assert near(second.opened_at, first.opened_at + 3_000 * SECOND, 2)
    assert shop.light() is Shown.CALLED
    shop.acknowledge(ANNA, second.number)
    shop.clock.advance(30)
    assert len(rang(shop, ANNA)) == 2
    settle(shop)


# -- what comes first


def test_the_report_first_and_the_press_long_after(shop: Shop) -> None:
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(6)
    shop.units["b1"].kill()
    lose_what_waits(shop)
    shop.server.start()
    shop.clock.advance(12)
    assert shop.presses() == []
    assert len(shop.incidents()) == 1
    assert [page.reason for page in shop.pages()] == ["stand_in"]
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.close(ANNA)
    shop.clock.advance(200)
    shop.units["b1"].start()
    shop.clock.advance(20)
    [press] = shop.presses()
    assert (press.state, press.incident_id) == ("late", shop.incident().id)
    assert len(shop.incidents()) == 1
    assert shop.units["b1"].waiting == 0
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    settle(shop)


def test_the_press_first_and_the_report_long_after(shop: Shop) -> None:
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(6)
    shop.gateway.kill()
    lose_what_waits(shop)
    shop.server.start()
    shop.clock.advance(12)
    assert [one.stood_in_at for one in shop.incidents()] == [None]
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.clock.advance(200)
    shop.gateway.start()
    shop.clock.advance(20)
    assert len(shop.incidents()) == 1
    assert shop.incident().stood_in_at is not None
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    assert [page.state for page in shop.pages()] == ["transmitted"]
    settle(shop)


def test_a_late_press_that_came_first_joins_what_the_report_opens(shop: Shop) -> None:
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(6)
    shop.gateway.kill()
    shop.clock.advance(150)
    lose_what_waits(shop)
    shop.server.start()
    shop.clock.advance(12)
    assert [one.state for one in shop.presses()] == ["late"]
    assert shop.incidents() == []
    shop.gateway.start()
    shop.clock.advance(20)
    [press], incident = shop.presses(), shop.incident()
    assert press.incident_id == incident.id
    assert near(incident.opened_at, press.pressed_at)
    shop.acknowledge(ANNA)
    settle(shop)


def test_a_server_that_dies_again_right_after_the_report_says_nothing_twice(shop: Shop) -> None:
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(6)
    shop.server.start()
    shop.clock.advance(0.3)
    for _ in range(4):
        shop.server.restart()
        shop.clock.advance(1.1)
    shop.clock.advance(8)
    assert len(shop.incidents()) == 1
    assert len(reports(shop)) == 1
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    shop.acknowledge(ANNA)
    settle(shop)


# -- taken back, refused, dead


def test_a_press_that_was_taken_back_after_the_call_is_a_false_press(shop: Shop) -> None:
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(4.5)
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    shop.button().undo()
    shop.clock.advance(20)
    shop.server.start()
    shop.clock.advance(15)
    assert [(one.state, one.outcome) for one in shop.incidents()] == [("closed", "false_press")]
    assert {one.state for one in shop.presses() if one.kind == "press"} == {"undone"}
    assert shop.light() is Shown.IDLE
    shop.clock.advance(120)
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    settle(shop)


def test_a_press_that_was_taken_back_before_the_keeper_heard_of_it_rings_nobody(shop: Shop) -> None:
    """Holding the button takes as long as the keeper waits: on a network that works it would have called."""
    shop.server.kill()
    shop.broker.kill()
    shop.button().press()
    shop.button().undo()
    shop.clock.advance(6)
    shop.broker.start()
    shop.clock.advance(20)
    shop.server.start()
    shop.clock.advance(30)
    assert {one.state for one in shop.presses() if one.kind == "press"} == {"undone"}
    assert shop.incidents() == []
    assert reports(shop) == []
    assert rang(shop, ANNA) == []


def test_a_quiet_call_and_a_drill_are_never_the_stand_ins(shop: Shop) -> None:
    shop.server.kill()
    shop.button("b1", 1).quiet()
    shop.button("b2", 2).drill()
    shop.clock.advance(30)
    assert [rang(shop, who) for who in ADDRESS] == [[], [], [], []]
    shop.server.start()
    shop.clock.advance(12)
    assert reports(shop) == []
    settle(shop)


def test_a_stand_in_with_a_dead_transmitter_says_so_and_the_next_step_does_not_wait(shop: Shop) -> None:
    shop.transmitter.unplug()
    shop.clock.advance(5)
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(30)
    assert shop.light() is Shown.NOBODY
    shop.transmitter.plug()
    shop.server.start()
    shop.clock.advance(15)
    assert len(shop.incidents()) == 1
    assert rang(shop, ANNA) + rang(shop, CARMEN) != []
    shop.acknowledge(CARMEN)
    settle(shop)


# -- the plan keeps up with the shop


def test_who_takes_a_break_is_not_called_by_the_plan_either(shop: Shop) -> None:
    until = shop.clock.now() + timedelta(minutes=20)
    shop.server.ask(SetDuty(STORE, ANNA, ANNA, DutyKind.BREAK, until=until))
    shop.clock.advance(2)
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(6)
    assert rang(shop, ANNA) == []
    assert rang(shop, CARMEN) == ["DAIRY Shelf 1 CALL"]
    shop.clock.advance(20 * 60)
    shop.button().press()
    shop.clock.advance(6)
    assert rang(shop, ANNA) == ["DAIRY Shelf 1 CALL"]
    settle(shop)


def test_a_keeper_that_was_away_for_long_has_todays_plan_when_it_is_back(shop: Shop) -> None:
    shop.gateway.kill()
    shop.clock.advance(13 * 3600)
    shop.gateway.start()
    shop.clock.advance(5)
    shop.server.kill()
    shop.button("b2", 2).press()
    shop.clock.advance(6)
    assert rang(shop, BORIS) == ["WINE Shelf 2 CALL"]
    assert rang(shop, ANNA) == []
    settle(shop)


def test_a_keeper_and_a_server_that_die_together_know_the_plan_still(shop: Shop) -> None:
    shop.gateway.kill()
    shop.server.kill()
    shop.broker.kill()
    shop.clock.advance(5)
    shop.broker.start()
    shop.gateway.start()
    shop.clock.advance(20)
    shop.button("b2", 2).press()
    shop.clock.advance(8)
    assert rang(shop, BORIS) == ["WINE Shelf 2 CALL"]
    settle(shop)


def test_whose_call_is_over_is_not_again_for_nothing(shop: Shop) -> None:
    """A press of the next hour, with the server there, is an ordinary one."""
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(6)
    shop.server.start()
    shop.clock.advance(12)
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.close(ANNA)
    shop.clock.advance(3_600)
    settle(shop)
    shop.button().press()
    shop.clock.advance(5)
    shop.pager(ADDRESS[ANNA]).expects("DAIRY Shelf 1 CALL")
    assert [one.stood_in_at is None for one in shop.incidents()] == [False, True]
    shop.acknowledge(ANNA, 2)
