"""An MMDVM modem that refuses, is full, is elsewhere, or does not go on the air: what is said of pages."""

from __future__ import annotations

import pytest

from pager_gateway.drivers.pocsag_mmdvm import words
from simulator.transmitters.base import Trouble
from simulator.transmitters.mmdvm import MmdvmHabits
from tests.unit.pager_gateway.mmdvm_line import LONG, F, Line, T, U


def test_refused_for_good_says_so() -> None:
    line = Line()
    line.trouble(Trouble.REFUSE, 1)
    error = line.error(LONG)
    assert (error.code, error.retry) == ("refused", False)
    assert "NAK 4" in error.text
    assert line.carriers() == []
    assert line.states(LONG) == [T]
    assert line.health() == ("ready", None)


def test_a_part_that_is_refused_leaves_doubt() -> None:
    """Nobody knows what a pager makes of a text with a hole. Who stands in no batch yet goes by the next carrier."""
    line = Line()
    given = line.give(LONG, "SHORT ONE")
    line.clock.advance(0.008)
    line.trouble(Trouble.REFUSE, 1)
    line.clock.advance(20)
    assert [one.state for one in line.finals(given)] == [U, T]
    assert line.texts() == ["SHORT ONE"]
    assert len(line.carriers()) == 2


def test_a_full_buffer_is_waited_for() -> None:
    line = Line()
    line.trouble(Trouble.BUSY, 1)
    given = line.give("PATIENT")
    line.clock.advance(5)
    line.trouble(Trouble.BUSY, 0)
    line.clock.advance(5)
    assert [one.state for one in line.finals(given)] == [T]
    assert line.texts() == ["PATIENT"]
    assert [one.why for one in line.seen if one.direction == "out" and "NAK" in one.why] == [
        "no: the buffer is full (NAK 5)"
    ]


def test_a_buffer_that_stays_full_ends_the_wait() -> None:
    line = Line()
    line.trouble(Trouble.BUSY, 1)
    error = line.error("PATIENT")
    assert (error.code, error.text, error.retry) == ("full", words.FULL, True)


def test_room_that_is_shown_and_refused_for_ever_ends_the_wait() -> None:
    line = Line(full_s=10)
    line.box._commands[0x50] = lambda data, now: line.box._say(0x7F, b"\x50\x05", "", now)
    error = line.error("PATIENT")
    assert (error.code, error.text, error.retry) == ("full", words.FULL, True)
    assert 10 < line.sent().count("50") < 100


def test_no_room_for_the_second_batch_is_waited_for_while_the_carrier_is_up() -> None:
    line = Line()
    given = line.give(LONG)
    line.clock.advance(0.008)
    line.trouble(Trouble.BUSY, 1)
    line.clock.advance(0.4)
    line.trouble(Trouble.BUSY, 0)
    line.clock.advance(5)
    assert [one.state for one in line.finals(given)] == [T]
    assert line.texts() == [LONG]
    assert line.carriers() == [3]


def test_room_that_comes_too_late_leaves_doubt() -> None:
    line = Line()
    given = line.give(LONG, "ANOTHER")
    line.clock.advance(0.008)
    line.trouble(Trouble.BUSY, 1)
    line.clock.advance(3)
    line.trouble(Trouble.BUSY, 0)
    line.clock.advance(3)
    results = line.finals(given)
    assert [one.state for one in results] == [U, T]
    assert results[0].error is not None
    assert results[0].error.code == "broken"
    assert line.texts() == ["ANOTHER"]


def test_a_modem_in_another_mode_is_set_up_anew() -> None:
    line = Line()
    line.box.modes = frozenset({2, 6})
    line.box.mode = 2
    assert line.states("FOR ALL THAT") == [T]
    assert line.box.modes == frozenset({6})


def test_a_modem_that_stays_in_another_mode_fails_the_page() -> None:
    line = Line(MmdvmHabits(protocol=2))
    line.box._commands[0x02] = lambda data, now: line.box._say(0x70, b"\x02", "", now)
    line.box._commands[0x03] = lambda data, now: line.box._say(0x70, b"\x03", "", now)
    line.box.mode = 2
    error = line.error("NEVER")
    assert (error.code, error.text, error.retry) == ("mode", words.BUSY_ELSEWHERE, True)


def test_modes_that_stay_on_are_a_refusal() -> None:
    line = Line()
    line.box._commands[0x02] = lambda data, now: line.box._say(0x70, b"\x02", "", now)
    line.box.modes = frozenset({2, 6})
    line.clock.advance(3)
    assert line.health() == ("dead", "it keeps the modes 22, POCSAG alone was asked for")


def test_no_carrier_is_a_fault() -> None:
    line = Line()
    line.box.faults.no_carrier = True
    (result,) = line.run("MUTE", seconds=1.6)
    assert result.state is U
    assert result.error is not None
    assert result.error.text == words.NO_CARRIER
    assert line.health() == ("dead", words.NO_CARRIER)


def test_a_carrier_that_never_ends_is_a_fault() -> None:
    """The page has left the antenna by then; what comes meanwhile waits in vain."""
    line = Line()
    given = line.give("ENDLESS")
    line.clock.advance(0.5)
    line.box._commands[0x01] = lambda data, now: line.box._say(
        0x01, bytes.fromhex("20 06 01 00 00 00 00 00 00 0E 00"), "", now
    )
    line.clock.advance(3)
    given += line.give("WAITS")
    line.clock.advance(4)
    done, waits = line.finals(given)
    assert done.state is T
    assert line.texts() == ["ENDLESS"]
    assert (waits.state, waits.error and waits.error.code) == (F, "endless")
    assert line.health() == ("dead", words.ENDLESS)


@pytest.mark.parametrize("protocol", [1, 2])
@pytest.mark.parametrize(
    ("lost", "carried", "code"), [(0, [], "no-carrier"), (1, [1], "too-short"), (2, [2], "too-short")]
)
def test_a_batch_that_the_line_swallowed_is_found_out(
    protocol: int, lost: int, carried: list[int], code: str
) -> None:
    """The modem has no word for a frame that it never saw. Its count says that one is missing; the rest is spared."""
    line = Line(MmdvmHabits(protocol=protocol))
    sent, real = 0, line.box.received

    def eats(data: bytes, now: float) -> None:
        nonlocal sent
        if len(data) > 70:
            sent += 1
            data = data[71:] if sent == lost + 1 else data
        real(data, now)

    line.box.received = eats  # type: ignore[method-assign]
    (result,) = line.run(LONG, seconds=10)
    assert line.carriers() == carried
    assert result.state is U
    assert result.error is not None
    assert result.error.code == code
