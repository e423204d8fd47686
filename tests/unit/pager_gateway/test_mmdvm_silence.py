"""An MMDVM modem that dies, starts anew, falls silent or loses its line: what is in doubt, and how it comes back."""

from __future__ import annotations

from uuid import uuid4

import pytest

from pager_gateway.drivers.pocsag_mmdvm import words
from pager_gateway.drivers.pocsag_mmdvm.driver import create
from pager_gateway.sender import (
    HealthReport,
    PageReport,
)
from pager_gateway.transmitter import Page, Write
from simulator.transmitters.base import Say, Trouble
from simulator.transmitters.mmdvm import MmdvmHabits, MmdvmModem
from tests.unit.pager_gateway.mmdvm_line import BAUD, LONG, F, Line, T, U


def test_a_modem_that_dies_in_mid_air_leaves_doubt_only_for_what_was_written() -> None:
    line = Line()
    pages = [Page(uuid4(), "1234567", f"{number} {LONG}") for number in range(32)]
    given = line.give(*pages)
    line.clock.advance(3)
    line.trouble(Trouble.SILENT, 1)
    line.clock.advance(5)
    states = [one.state for one in line.finals(given)]
    done, doubtful = states.count(T), states.count(U)
    assert done >= 2
    assert 1 <= doubtful <= 4
    assert states == [T] * done + [U] * doubtful + [F] * (32 - done - doubtful)
    assert line.health() == ("dead", words.NO_ANSWER)
    reports = {one.result.page: one for one in line.reports if isinstance(one, PageReport)}
    assert [reports[page].first_byte_at is not None for page in given] == [
        state in (T, U) for state in states
    ]
    assert done <= len(line.texts()) < done + doubtful


def test_it_starts_anew_by_itself_and_is_set_up_before_the_next_page() -> None:
    line = Line()
    line.trouble(Trouble.RESET, 1)
    assert line.states("BROKEN OFF", seconds=8) == [U]
    assert line.health() == ("ready", None)
    assert line.box.modes == frozenset({6})
    assert line.states("AFTERWARDS") == [T]
    assert line.texts() == ["AFTERWARDS"]


@pytest.mark.parametrize("protocol", [1, 2])
def test_a_short_blackout_is_noticed_and_it_is_set_up_anew(protocol: int) -> None:
    line = Line(MmdvmHabits(protocol=protocol, boot_s=1.2))
    line.box._reset(line.clock.boot())
    line.clock.advance(2.5)
    assert line.box.modes == frozenset({6})
    assert line.health() == ("ready", None)
    assert line.sent()[-8:].count("02") == 1
    assert line.states("STILL THERE") == [T]


def test_a_blackout_over_the_end_of_a_transmission_leaves_doubt() -> None:
    line = Line(MmdvmHabits(boot_s=1.2))
    given = line.give("WHAT BECAME OF IT")
    line.clock.advance(1.2)
    line.box._reset(line.clock.boot())
    line.clock.advance(5)
    (result,) = line.finals(given)
    assert (result.state, result.error and result.error.code) == (U, "not-seen")
    assert line.states("NEXT") == [T]


def test_lost_statuses_do_not_break_a_text() -> None:
    line = Line()
    line.trouble(Trouble.LOSE_REPLY, 1)
    assert line.states(LONG, seconds=10)[0] in (T, U)
    assert line.texts() == [LONG]
    assert line.carriers() == [3]


def test_slow_answers_change_nothing() -> None:
    line = Line()
    line.trouble(Trouble.SLOW, 400)
    line.clock.advance(2)
    pages = [Page(uuid4(), "1234567", f"{number} {LONG}") for number in range(12)]
    assert [one.state for one in line.run(*pages, seconds=30)] == [T] * 12
    assert line.texts() == [page.body for page in pages]


def test_silent_for_two_seconds_is_dead() -> None:
    line = Line()
    line.trouble(Trouble.SILENT, 1)
    line.clock.advance(1.7)
    assert line.health() == ("ready", None)
    line.clock.advance(0.6)
    assert line.health() == ("dead", words.NO_ANSWER)
    assert [one.why for one in line.seen if one.direction == "line"] == [
        f"the port is opened anew: {words.NO_ANSWER}"
    ]
    error = line.error("TO THE DEAD")
    assert error.retry
    line.trouble(Trouble.SILENT, 0)
    line.clock.advance(15)
    assert line.health() == ("ready", None)
    assert line.states("TO THE LIVING") == [T]


@pytest.mark.parametrize("stands_still_s", [1.9, 2.5, 30.0])
def test_a_machine_that_stood_still_does_not_blame_the_modem(stands_still_s: float) -> None:
    line = Line()
    line.loop.freeze()
    line.clock.advance(stands_still_s)
    line.loop.thaw()
    line.clock.advance(3)
    assert [one.health.state for one in line.reports if isinstance(one, HealthReport)] == ["ready"]
    assert line.states("ON TIME") == [T]


def test_a_machine_that_stood_still_while_it_transmitted_leaves_doubt_and_nothing_worse() -> None:
    line = Line()
    given = line.give(*(f"{number} {LONG}" for number in range(20)))
    line.clock.advance(2)
    line.loop.freeze()
    line.clock.advance(20)
    line.loop.thaw()
    line.clock.advance(3)
    line.clock.advance(30)
    states = [one.state for one in line.finals(given)]
    assert 1 <= states.count(U) <= 4
    assert states.count(T) == 20 - states.count(U)
    sure = {f"{number} {LONG}" for number, state in enumerate(states) if state is T}
    assert sure <= set(line.texts())
    assert len(set(line.texts())) == len(line.texts())
    assert [one.health.state for one in line.reports if isinstance(one, HealthReport)] == ["ready"]


def test_after_a_batch_that_may_be_broken_no_zeros_go_out_for_a_whole_round() -> None:
    line = Line()
    line.give("BROKEN OFF")
    line.clock.advance(0)
    line.trouble(Trouble.SILENT, 1)
    line.clock.advance(13)
    assert bytes(255) not in [one.data for one in line.seen]
    line.clock.advance(13)
    assert bytes(255) in [one.data for one in line.seen]


def test_the_cable() -> None:
    line = Line()
    given = line.give("BROKEN")
    line.clock.advance(0.3)
    line.wire.unplug()
    line.clock.advance(0.1)
    assert [one.state for one in line.finals(given)] == [U]
    assert line.health() == ("dead", "the cable was pulled")
    error = line.error("NO CABLE")
    assert (error.code, error.retry) == ("port-lost", True)
    line.wire.plug()
    line.clock.advance(4)
    assert line.states("AGAIN") == [T]


def test_every_frame_goes_out_in_one_piece() -> None:
    """A frame that is broken off swallows what follows, and half a batch would go on the air."""
    driver = create({}, BAUD)
    box = MmdvmModem()
    driver.opened(0.0)
    now, found = 2.0, []
    driver.submit([Page(uuid4(), "1234567", f"{number} {LONG}") for number in range(8)], 1.0)
    while now < 25:
        driver.tick(now)
        for output in driver.outputs():
            if isinstance(output, Write):
                found.append(output.data)
                box.received(output.data, now)
        box.tick(now)
        for said in box.outputs():
            if isinstance(said, Say):
                driver.received(said.data, now)
        now += 0.01
    assert not driver.busy
    for data in found:
        rest = data
        while rest:
            assert rest[0] == 0xE0
            assert len(rest) >= rest[1]
            rest = rest[rest[1] :]
