"""An MMDVM modem is brought up: order, patience, and what it may refuse."""

from __future__ import annotations

from typing import Any

import pytest

from pager_gateway.drivers.pocsag_mmdvm import words
from pager_gateway.sender import (
    ProbeNow,
    ProbeReport,
)
from simulator.transmitters.mmdvm import MmdvmFaults, MmdvmHabits
from tests.unit.pager_gateway.mmdvm_line import Line, T


@pytest.mark.parametrize("protocol", [1, 2])
def test_it_comes_up_in_the_order_of_the_description(protocol: int) -> None:
    line = Line(MmdvmHabits(protocol=protocol), up=False)
    line.wire.open(line.loop.put)
    line.clock.advance(1.999)
    assert line.sent() == []
    line.clock.advance(0.55)
    assert line.sent() == ["00", "04", "02", "03", "01", "01", "01"]
    assert line.health() == ("ready", None)
    assert line.box.modes == frozenset({6})


def test_each_command_waits_for_its_acknowledgement_and_other_frames_are_skipped() -> None:
    line = Line(MmdvmHabits(), MmdvmFaults(noise=0.9), up=False)
    line.wire.open(line.loop.put)
    line.clock.advance(60)
    assert line.health() == ("ready", None)
    order = [one for one in line.sent() if one in ("02", "03", "04")]
    assert sorted(set(order), key=order.index) == ["04", "02", "03"]
    assert line.states("THROUGH ALL THAT", "AND MORE") == [T, T]


def test_a_page_before_it_is_up_waits_for_it_and_is_never_before_the_settings() -> None:
    line = Line(up=False)
    line.wire.open(line.loop.put)
    line.clock.advance(0.5)
    (page,) = line.give("EARLY")
    line.clock.advance(5)
    assert [one.state for one in line.finals([page])] == [T]
    order = line.sent()
    assert order.index("50") > order.index("03") > order.index("02")


def test_it_asks_six_times_who_is_there_then_opens_the_port_anew() -> None:
    line = Line(faults=MmdvmFaults(silent=True), up=False)
    begun = line.clock.boot()
    line.wire.open(line.loop.put)
    line.clock.advance(14)
    asked = [one.at - begun for one in line.seen if one.direction == "in" and len(one.data) == 3]
    zeros = [one.at - begun for one in line.seen if one.direction == "in" and one.data == bytes(255)]
    assert asked == [pytest.approx(at, abs=0.01) for at in (2.0, 3.5, 5.3, 6.8, 8.3, 9.8, 13.5)]
    assert zeros == [pytest.approx(5.0, abs=0.03)]
    assert line.health() == ("dead", words.NO_ANSWER)


def test_zeros_wake_a_hotspot_that_somebody_left_in_mid_frame() -> None:
    line = Line(up=False)
    line.box.received(bytes.fromhex("E0 11 04 00 00 18"), line.clock.boot())
    line.wire.open(line.loop.put)
    line.clock.advance(8)
    assert line.health() == ("ready", None)
    assert line.states("AWAKE") == [T]


@pytest.mark.parametrize(
    ("mmdvm", "habits", "cause"),
    [
        ({"frequency_hz": 436_500_000}, MmdvmHabits(), "refuses 436.5 MHz: outside its bands"),
        ({"simplex": False}, MmdvmHabits(), "simplex = true"),
        ({}, MmdvmHabits(pocsag=False), "has no POCSAG"),
        ({}, MmdvmHabits(protocol=2, pocsag=False), "has no POCSAG"),
    ],
)
def test_a_modem_that_refuses_the_settings_says_why(
    mmdvm: dict[str, Any], habits: MmdvmHabits, cause: str
) -> None:
    line = Line(habits, **mmdvm)
    state, words_of = line.health()
    assert state == "dead"
    assert cause in (words_of or "")
    error = line.error("NOT TO BE")
    assert not error.retry
    assert cause in error.text
    assert "50" not in line.sent()
    line.loop.put(ProbeNow(1))
    line.clock.advance(8)
    assert [
        (one.error.code, one.error.text) for one in line.reports if isinstance(one, ProbeReport) and one.error
    ] == [("refused", words_of)]


def test_it_tries_anew_until_the_settings_fit() -> None:
    line = Line(frequency_hz=436_500_000)
    assert line.health()[0] == "dead"
    line.box.habits.frequency_checked = False
    line.clock.advance(6)
    assert line.health() == ("ready", None)
    assert line.states("NOW") == [T]


def test_an_unknown_protocol_is_refused() -> None:
    line = Line(MmdvmHabits(protocol=1, description=b"x"), up=False)
    line.box._commands[0x00] = lambda data, now: line.box._say(0x00, b"\x03new", "", now)
    line.wire.open(line.loop.put)
    line.clock.advance(3)
    assert line.health() == ("dead", "it speaks protocol 3, we know 1 and 2")
