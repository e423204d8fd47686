"""The gateway's core: from an order to exactly one final result, whatever comes twice, late or never."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config.messages import (
    CommandAnswer,
    CommandName,
    DeviceState,
    DeviceStatus,
    PageFormat,
    PageState,
    Proof,
    SettingsAnswer,
    Telemetry,
)
from pager_gateway.results import MOST_UNDER_WAY
from pager_gateway.sender import CancelPage, SenderInput
from pager_gateway.transmitter import Health
from tests.unit.pager_gateway.rig import Rig

HELD, TRANSMITTING, TRANSMITTED = PageState.HELD, PageState.TRANSMITTING, PageState.TRANSMITTED
FAILED, EXPIRED, CANCELLED, UNKNOWN = (
    PageState.FAILED,
    PageState.EXPIRED,
    PageState.CANCELLED,
    PageState.UNKNOWN,
)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path).start()


@pytest.fixture
def pair(tmp_path: Path) -> Rig:
    return Rig(tmp_path, transmitters=2).start()


def test_a_free_channel_sends_at_once_and_tells_only_the_end(rig: Rig) -> None:
    page = rig.order("DAIRY")
    rig.clock.advance(2)
    (result,) = rig.results(page)
    assert (result.state, result.proof, result.transmitter, result.error) == (
        TRANSMITTED,
        Proof.ACCEPTED,
        "tx-1",
        None,
    )
    assert result.tx_ms == 0
    assert rig.texts() == ["DAIRY"]


def test_a_slow_channel_says_that_it_works_on_it(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.delay_reply_s = 3.0
    first, second = rig.order("ONE"), rig.order("TWO")
    rig.clock.advance(0.7)
    assert rig.states(first) == [TRANSMITTING]
    assert rig.states(second) == [HELD]
    rig.clock.advance(10)
    assert rig.states(first) == [TRANSMITTING, TRANSMITTED]
    assert rig.states(second) == [HELD, TRANSMITTING, TRANSMITTED]
    numbers = [one.seq for one in rig.results(second)]
    assert numbers == sorted(set(numbers))


def test_an_order_that_comes_again_is_answered_and_not_sent_again(rig: Rig) -> None:
    page = rig.order("ONCE")
    rig.clock.advance(1)
    for _ in range(3):
        rig.order("ONCE", page=page)
        rig.clock.advance(1)
    assert rig.states(page) == [TRANSMITTED] * 4
    assert len({one.seq for one in rig.results(page)}) == 1
    assert rig.texts() == ["ONCE"]


def test_the_same_order_twice_at_the_same_moment(rig: Rig) -> None:
    page = rig.order("ONCE")
    rig.order("ONCE", page=page)
    rig.clock.advance(2)
    assert rig.texts() == ["ONCE"]
    assert rig.states(page)[-1] is TRANSMITTED


def test_a_later_attempt_of_a_transmitted_page_gets_its_answer_only(rig: Rig) -> None:
    page = rig.order("ONCE")
    rig.clock.advance(1)
    rig.order("ONCE", page=page, attempt=2)
    rig.clock.advance(1)
    assert [(one.attempt, one.state) for one in rig.results(page)] == [(1, TRANSMITTED), (2, TRANSMITTED)]
    assert rig.texts() == ["ONCE"]


def test_a_waiting_page_can_be_cancelled_and_lives_again_with_a_later_attempt(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.delay_reply_s = 2.0
    rig.order("FIRST")
    page = rig.order("SECOND")
    rig.clock.advance(0.1)
    rig.cancel(page)
    rig.clock.advance(10)
    assert rig.states(page) == [CANCELLED]
    rig.order("SECOND", page=page)
    rig.clock.advance(5)
    assert rig.states(page) == [CANCELLED, CANCELLED]
    rig.terminals["tx-1"].faults.delay_reply_s = 0.0
    rig.order("SECOND", page=page, attempt=2)
    rig.clock.advance(2)
    assert rig.results(page)[-1].state is TRANSMITTED
    assert rig.results(page)[-1].attempt == 2
    assert rig.texts() == ["FIRST", "SECOND"]


def test_a_page_on_the_air_cannot_be_cancelled(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.delay_reply_s = 0.3
    page = rig.order("GOING")
    rig.clock.advance(0.05)
    rig.cancel(page)
    rig.clock.advance(3)
    assert rig.states(page) == [TRANSMITTING, TRANSMITTED]


def test_a_cancel_reaches_the_driver_that_has_or_had_the_page(pair: Rig) -> None:
    assert pair.gateway.core is not None
    asked: list[tuple[str, SenderInput]] = []
    for lane in pair.gateway.core._lanes.values():
        lane.hand = partial(_watched, asked, lane.id, lane.hand)
    pair.terminals["tx-2"].faults.delay_reply_s = 0.3
    page = pair.order("GOING", routes=("tx-2",))
    pair.clock.advance(0.05)
    pair.cancel(page)
    pair.clock.advance(3)
    pair.cancel(page)
    pair.clock.advance(1)
    assert [one for one in asked if isinstance(one[1], CancelPage)] == [("tx-2", CancelPage(page))] * 2
    assert pair.states(page) == [TRANSMITTING, TRANSMITTED, TRANSMITTED]


def _watched(
    asked: list[tuple[str, SenderInput]], name: str, hand: Callable[[SenderInput], None], event: SenderInput
) -> None:
    asked.append((name, event))
    hand(event)


def test_a_cancel_that_comes_before_its_order(rig: Rig) -> None:
    page = uuid4()
    rig.cancel(page)
    rig.clock.advance(0.1)
    rig.order("NEVER", page=page)
    rig.clock.advance(2)
    assert set(rig.states(page)) == {CANCELLED}
    assert rig.texts() == []


def test_the_urgent_first_then_the_old(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.delay_reply_s = 1.0
    rig.order("ON AIR")
    rig.clock.advance(0.05)
    for name, priority in (("LOW", 3), ("NORMAL 1", 2), ("NORMAL 2", 2), ("URGENT", 1)):
        rig.order(name, priority=priority)
    rig.clock.advance(20)
    assert rig.texts() == ["ON AIR", "URGENT", "NORMAL 1", "NORMAL 2", "LOW"]


def test_a_page_expires_aloud_while_it_waits(rig: Rig) -> None:
    rig.lines["tx-1"].unplug()
    rig.clock.advance(1)
    page = rig.order("STALE", exp_s=5)
    rig.clock.advance(4.8)
    assert rig.states(page) == [HELD]
    rig.clock.advance(0.5)
    assert rig.states(page) == [HELD, EXPIRED]
    rig.lines["tx-1"].plug()
    rig.clock.advance(60)
    assert rig.texts() == []


def test_time_spent_at_the_broker_counts(rig: Rig) -> None:
    """The gateway is away for longer than the order lives."""
    rig.gateway.stop()
    rig.clock.advance(1)
    page = rig.order("STALE", exp_s=3)
    rig.clock.advance(5)
    rig.gateway.start()
    rig.clock.advance(10)
    assert rig.texts() == []
    assert TRANSMITTED not in rig.states(page)


def test_what_the_broker_has_left_of_an_order_counts_not_what_it_began_with(rig: Rig) -> None:
    rig.lines["tx-1"].unplug()
    rig.clock.advance(1)
    page = rig.order("STALE", exp_s=60)
    rig.clock.advance(1)
    assert rig.states(page) == [HELD]
    other = uuid4()
    rig.deliver(rig.page_order("OLD", page=other, exp_s=60), expiry_s=2)
    rig.clock.advance(1.9)
    assert EXPIRED not in rig.states(other)
    rig.clock.advance(0.2)
    assert rig.states(other)[-1] is EXPIRED
    assert rig.states(page) == [HELD]


def test_an_order_whose_expiry_the_broker_does_not_tell_is_over(rig: Rig) -> None:
    """It leaves it out in the last second of a life."""
    page = uuid4()
    rig.deliver(rig.page_order("OLD", page=page, exp_s=60), expiry_s=None)
    rig.clock.advance(1)
    assert rig.states(page)[-1] is EXPIRED
    assert rig.texts() == []


def test_a_result_in_flight_when_the_broker_dies_is_told_again(rig: Rig) -> None:
    page = rig.order()
    rig.clock.advance(0.02)
    rig.broker.freeze()
    rig.clock.advance(1)
    rig.broker.kill()
    rig.clock.advance(1)
    assert rig.states(page) == []
    rig.broker.start()
    rig.clock.advance(30)
    assert rig.states(page)[-1] is TRANSMITTED


def test_a_page_in_doubt_on_one_transmitter_and_refused_by_the_other_is_unknown(pair: Rig) -> None:
    pair.terminals["tx-1"].faults.hang_up_in_block = 1
    pair.terminals["tx-2"].faults.refuse = [511]
    page = pair.order(routes=("tx-1", "tx-2"))
    pair.clock.advance(5)
    assert pair.states(page)[-1] is UNKNOWN
    assert pair.results(page)[-1].proof is Proof.NONE


def test_a_killed_gateway_says_unknown_and_sends_nothing_again(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.delay_reply_s = 5.0
    on_air, waiting = rig.order("ON AIR"), rig.order("WAITING")
    rig.clock.advance(0.2)
    rig.gateway.kill()
    rig.terminals["tx-1"].faults.delay_reply_s = 0.0
    rig.clock.advance(2)
    rig.gateway.start()
    rig.clock.advance(20)
    assert rig.states(on_air) == [UNKNOWN]
    assert rig.states(waiting)[-1] is TRANSMITTED
    rig.order("ON AIR", page=on_air)
    rig.clock.advance(5)
    assert rig.states(on_air) == [UNKNOWN, UNKNOWN]
    assert rig.texts() == ["ON AIR", "WAITING"]


def test_numbers_of_results_grow_over_restarts(rig: Rig) -> None:
    seen = []
    for _ in range(3):
        page = rig.order()
        rig.clock.advance(2)
        seen.append(rig.results(page)[-1].seq)
        rig.gateway.restart()
        rig.clock.advance(3)
    assert seen == sorted(set(seen))


def test_after_a_reboot_the_age_is_unknown_so_nothing_waiting_is_sent(rig: Rig) -> None:
    rig.lines["tx-1"].unplug()
    rig.clock.advance(1)
    page = rig.order("STALE", exp_s=600)
    rig.clock.advance(1)
    rig.gateway.kill()
    rig.gateway.boot = "b002"
    rig.lines["tx-1"].plug()
    rig.gateway.start()
    rig.clock.advance(20)
    assert rig.states(page)[-1] is EXPIRED
    assert rig.texts() == []


def test_a_result_that_the_broker_never_took_is_told_when_it_is_back(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.delay_reply_s = 2.0
    page = rig.order()
    rig.clock.advance(0.1)
    rig.broker.kill()
    rig.clock.advance(5)
    assert rig.states(page) == []
    rig.broker.start()
    rig.clock.advance(20)
    assert rig.states(page)[-1] is TRANSMITTED


def test_a_refused_page_fails_with_the_reason(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.refuse = [511]
    page = rig.order()
    rig.clock.advance(2)
    (result,) = rig.results(page)
    assert result.state is FAILED
    assert result.error is not None
    assert (result.error.code, result.error.retry) == ("tap-511", False)


def test_not_now_is_tried_again_a_few_times(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.refuse = [512, 512]
    page = rig.order("LATER")
    rig.clock.advance(10)
    assert rig.states(page)[-1] is TRANSMITTED
    rig.terminals["tx-1"].faults.refuse = [512] * 9
    hopeless = rig.order("NEVER")
    rig.clock.advance(30)
    assert rig.states(hopeless)[-1] is FAILED
    assert len(rig.terminals["tx-1"].faults.refuse) == 6
    assert rig.texts() == ["LATER"]


def test_a_resting_page_can_be_cancelled(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.refuse = [512]
    page = rig.order("LATER")
    rig.clock.advance(1)
    rig.cancel(page)
    rig.clock.advance(10)
    assert rig.states(page)[-1] is CANCELLED
    assert rig.texts() == []


def test_routes_are_taken_in_order(pair: Rig) -> None:
    page = pair.order(routes=("tx-2", "tx-1"))
    pair.clock.advance(2)
    assert pair.results(page)[-1].transmitter == "tx-2"


def test_a_dead_transmitter_is_passed_over_and_taken_again_later(pair: Rig) -> None:
    pair.lines["tx-1"].unplug()
    pair.clock.advance(1)
    assert [one.state for one in pair.abilities().transmitters] == ["dead", "ready"]
    assert "cable" in (pair.abilities().transmitters[0].cause or "")
    page = pair.order(routes=("tx-1", "tx-2"))
    pair.clock.advance(2)
    assert pair.results(page)[-1].transmitter == "tx-2"
    pair.lines["tx-1"].plug()
    pair.clock.advance(10)
    back = pair.order(routes=("tx-1", "tx-2"))
    pair.clock.advance(2)
    assert pair.results(back)[-1].transmitter == "tx-1"


def test_a_page_that_must_wait_holds_up_none_that_may_go(pair: Rig) -> None:
    """The first in line waits for a transmitter that is known and busy; the next may take the free one, of which
    nothing is known yet."""
    pair.terminals["tx-1"].faults.delay_reply_s = 3.0
    assert pair.gateway.core is not None
    lane = pair.gateway.core._lanes["tx-2"]
    lane.hear(Health("unknown"), pair.clock.boot())
    pair.order("ON AIR")
    pair.clock.advance(0.05)
    waits = pair.order("WAITS", routes=("tx-1", "tx-2"))
    pair.clock.advance(0.05)
    goes = pair.order("GOES", routes=("tx-2",))
    pair.clock.advance(1)
    assert pair.states(goes) == [TRANSMITTED]
    assert TRANSMITTED not in pair.states(waits)


def test_what_expires_before_a_dead_line_says_so(rig: Rig) -> None:
    rig.lines["tx-1"].unplug()
    rig.clock.advance(1)
    page = rig.order("STALE", exp_s=5)
    rig.clock.advance(6)
    error = rig.results(page)[-1].error
    assert error is not None
    assert (error.code, error.text) == ("dead", "tx-1: the cable was pulled")


def test_a_page_that_the_ledger_cannot_give_back_is_in_doubt(rig: Rig) -> None:
    rig.lines["tx-1"].unplug()
    rig.clock.advance(1)
    bad, good = rig.order("BAD"), rig.order("GOOD")
    rig.clock.advance(1)
    assert rig.gateway.core is not None
    ledger = rig.gateway.core._ledger
    ledger._db.execute("UPDATE page SET payload = x'7b' WHERE page = ?", (bad.bytes,))
    rig.lines["tx-1"].plug()
    rig.gateway.restart()
    rig.clock.advance(10)
    assert rig.states(good)[-1] is TRANSMITTED
    assert rig.states(bad)[-1] is UNKNOWN
    rig.order("BAD", page=bad)
    rig.clock.advance(2)
    assert rig.states(bad)[-1] is UNKNOWN
    assert rig.texts() == ["GOOD"]


@pytest.mark.parametrize(("away_s", "after_s"), [(1.0, 0.0), (5.0, 1.5)])
def test_what_another_gateway_may_have_by_now_waits_for_a_word_after_a_start(
    rig: Rig, away_s: float, after_s: float
) -> None:
    rig.lines["tx-1"].unplug()
    rig.clock.advance(1)
    rig.order("WAITING")
    rig.clock.advance(1)
    rig.gateway.kill()
    rig.lines["tx-1"].plug()
    rig.clock.advance(away_s)
    rig.gateway.start()
    rig.clock.advance(max(0.0, after_s - 0.1))
    assert rig.texts() == []
    rig.clock.advance(3)
    assert rig.texts() == ["WAITING"]


def test_a_busy_transmitter_lets_the_standby_help(pair: Rig) -> None:
    pair.terminals["tx-1"].faults.delay_reply_s = 3.0
    first = pair.order("ONE", routes=("tx-1", "tx-2"))
    second = pair.order("TWO", routes=("tx-1", "tx-2"))
    pair.clock.advance(10)
    assert pair.results(first)[-1].transmitter == "tx-1"
    assert pair.results(second)[-1].transmitter == "tx-2"


def test_a_cable_pulled_in_a_burst_moves_the_rest_none_lost_at_most_one_doubled(pair: Rig) -> None:
    pages = [pair.order(f"PAGE {number}", routes=("tx-1", "tx-2"), address="1") for number in range(100)]
    pair.terminals["tx-2"].habits.reply_s = 0.05
    pair.clock.advance(1.53)
    pair.lines["tx-1"].unplug()
    pair.clock.advance(60)
    assert {pair.states(page)[-1] for page in pages} == {TRANSMITTED}
    texts = pair.texts()
    assert set(texts) == {f"PAGE {number}" for number in range(100)}
    assert len(texts) <= 101


def test_a_page_refused_by_one_transmitter_goes_to_the_other(pair: Rig) -> None:
    pair.terminals["tx-1"].faults.refuse = [511]
    page = pair.order(routes=("tx-1", "tx-2"))
    pair.clock.advance(3)
    assert pair.results(page)[-1].transmitter == "tx-2"
    assert pair.results(page)[-1].state is TRANSMITTED


def test_no_such_transmitter(rig: Rig) -> None:
    page = rig.order(routes=("tx-9",))
    rig.clock.advance(1)
    (result,) = rig.results(page)
    assert result.error is not None
    assert result.error.code == "no-route"


def test_a_format_that_the_driver_cannot_carry(rig: Rig) -> None:
    page = rig.order("A1B2C3", format=PageFormat.CODE)
    rig.clock.advance(1)
    assert rig.states(page) == [FAILED]


def test_odd_deliveries_change_nothing(rig: Rig) -> None:
    for payload in (b"", b"{", b"\xff", b'{"v":2}', b"[]", b'{"v":1,"page":"x"}', b"x" * 3_000):
        rig.raw(payload)
    rig.raw(b"{}", "cfg")
    rig.clock.advance(1)
    page = rig.order("FINE")
    rig.clock.advance(2)
    assert rig.states(page) == [TRANSMITTED]
    assert rig.gateway.core is not None
    assert sum(rig.gateway.core.refused.values()) == 8


def test_birth_abilities_and_telemetry(rig: Rig) -> None:
    assert [one.state for one in rig.heard if isinstance(one, DeviceStatus)] == [DeviceState.ONLINE]
    (transmitter,) = rig.abilities().transmitters
    assert (transmitter.id, transmitter.driver, transmitter.state) == ("tx-1", "tap", "ready")
    rig.clock.advance(180)
    assert len([one for one in rig.heard if isinstance(one, Telemetry)]) == 4
    rig.gateway.kill()
    rig.clock.advance(60)
    assert [one.state for one in rig.heard if isinstance(one, DeviceStatus)][-1] is DeviceState.OFFLINE


def test_commands_are_answered_honestly(rig: Rig) -> None:
    for name in CommandName:
        rig.command(name)
    rig.clock.advance(1)
    answers = [one for one in rig.heard if isinstance(one, CommandAnswer)]
    assert len(answers) == len(CommandName)
    assert [one.text for one in answers if one.ok] == ["tx-1: it answers"]


def test_settings_are_kept_on_disk_and_refused_by_field(rig: Rig) -> None:
    rig.settings(rev=3, telemetry_s=10)
    rig.clock.advance(61)
    rig.gateway.restart()
    rig.heard.clear()
    rig.clock.advance(62)
    assert len([one for one in rig.heard if isinstance(one, Telemetry)]) >= 6
    rig.settings(rev=4, volume=3)
    rig.clock.advance(1)
    answer = [one for one in rig.heard if isinstance(one, SettingsAnswer)][-1]
    assert (answer.rev, answer.ok, list(answer.errors)) == (4, False, ["volume"])


def test_a_backlog_goes_in_one_commit_and_all_of_it_leaves(rig: Rig) -> None:
    assert rig.gateway.core is not None
    ledger = rig.gateway.core._ledger
    sizes: list[int] = []
    put = ledger.put

    def counted(rows: object, calls: object = ()) -> None:
        found = list(rows)  # type: ignore[call-overload]
        sizes.append(len(found))
        put(found)

    ledger.put = counted  # type: ignore[method-assign]
    pages = [rig.order(f"PAGE {number}") for number in range(40)]
    rig.clock.advance(0.01)
    assert max(sizes) >= 40
    rig.clock.advance(30)
    assert {rig.states(page)[-1] for page in pages} == {TRANSMITTED}
    assert rig.texts() == [f"PAGE {number}" for number in range(40)]


def test_a_disk_that_fails_does_not_stop_the_pagers(rig: Rig) -> None:
    import sqlite3

    assert rig.gateway.core is not None
    ledger = rig.gateway.core._ledger
    put = ledger.put

    def full(rows: object, calls: object = ()) -> None:
        if list(rows):  # type: ignore[call-overload]
            raise sqlite3.OperationalError("database or disk is full")

    ledger.put = full  # type: ignore[method-assign]
    page = rig.order("STILL")
    rig.clock.advance(2)
    rig.order("STILL", page=page)
    rig.clock.advance(2)
    assert rig.texts() == ["STILL"]
    assert rig.states(page) == [TRANSMITTED, TRANSMITTED]
    ledger.put = put  # type: ignore[method-assign]
    rig.clock.advance(120)
    rig.gateway.restart()
    rig.clock.advance(3)
    rig.order("STILL", page=page)
    rig.clock.advance(3)
    assert rig.texts() == ["STILL"]


def test_an_idle_gateway_sleeps(rig: Rig) -> None:
    page = rig.order()
    rig.clock.advance(5)
    assert rig.states(page) == [TRANSMITTED]
    core = rig.gateway.core
    assert core is not None
    calls = 0
    handle = core.handle

    def counted(events: object, now: float) -> None:
        nonlocal calls
        calls += 1
        handle(events, now)  # type: ignore[arg-type]

    core.handle = counted  # type: ignore[method-assign]
    rig.clock.advance(600)
    assert calls < 60


def test_a_terminal_that_refuses_a_pager_names_its_capcode(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.refuse = [511]
    page = rig.order(address="1021")
    rig.clock.advance(2)
    error = rig.results(page)[-1].error
    assert error is not None
    assert error.text == "refuses capcode 1021: the terminal knows no such pager (511)"
    assert rig.abilities().transmitters[0].state == "ready"


def test_a_flood_of_pages_that_wait_does_not_flood_the_broker(rig: Rig) -> None:
    rig.lines["tx-1"].unplug()
    rig.clock.advance(1)
    pages = [rig.order(f"PAGE {number}") for number in range(2 * MOST_UNDER_WAY)]
    rig.clock.advance(0.3)
    rig.broker.freeze()
    rig.clock.advance(1)
    assert rig.gateway.core is not None
    assert len(rig.gateway.core._results._in_flight) == MOST_UNDER_WAY
    rig.broker.thaw()
    rig.clock.advance(1)
    assert {tuple(rig.states(page)) for page in pages} == {(HELD,)}
