"""Pages through an MMDVM modem that is well: what goes on the line, and when they are done."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from broker_config.messages import PageFormat, Proof
from pager_gateway.sender import (
    AirReport,
    PageReport,
)
from pager_gateway.transmitter import Page
from simulator.transmitters.base import Trouble
from simulator.transmitters.mmdvm import MmdvmHabits
from tests.unit.pager_gateway.mmdvm_line import LONG, E, F, Line, T


def test_the_conversation_of_the_description() -> None:
    """Section 8 of it, with status questions between; the reference host differs in bytes that mean nothing here."""
    line = Line()
    pages = [
        Page(uuid4(), "1234567", "HELLO"),
        Page(uuid4(), "133703", "42-17", PageFormat.NUMERIC),
        Page(uuid4(), "2000000", "", PageFormat.TONE),
        Page(uuid4(), "1234560", "Kassa 3: abi!"),
        Page(uuid4(), "24", "HI", alert=2),
    ]
    for page in pages:
        assert line.states(page, seconds=3) == [T]
    idle = "7A 89 C1 97 "
    said = [(one.direction, one.data.hex(" ").upper()) for one in line.seen if one.direction in ("in", "out")]
    batches = [
        f"{idle * 14}4B 5A 1A 25 89 A2 63 4D",
        f"CC F9 05 DE {idle * 15}",
        f"{idle * 14}08 29 04 70 92 5C 70 E7",
        idle * 16,
        f"7A 12 09 D5 {idle * 15}",
        "4B 5A 1A 25 E9 87 99 5B F3 C3 03 0F D9 97 03 2B A8 68 E0 16 DC 20 07 FD " + idle * 10,
        f"00 00 76 91 89 92 00 DB {idle * 14}",
    ]
    hat = "E0 4F 00 01 " + line.box.habits.text.hex(" ").upper()
    assert [one for one in said if one[1][6:8] != "01" and not one[1].startswith("E0 0E 01")] == [
        ("in", "E0 03 00"),
        ("out", hat),
        ("in", "E0 11 04 00 00 18 DD 19 00 18 DD 19 FF 00 18 DD 19"),
        ("out", "E0 04 70 04"),
        ("in", "E0 1A 02 80 20 0A 00 80 80 00 00 80 80 80 80 80 80 80 80 00 80 80 00 00 00 00"),
        ("out", "E0 04 70 02"),
        ("in", "E0 04 03 00"),
        ("out", "E0 04 70 03"),
        *(("in", f"E0 47 50 7C D2 15 D8 {one}".strip()) for one in batches),
    ]
    statuses = {one for way, one in said if way == "out" and one.startswith("E0 0E 01")}
    assert statuses == {
        "E0 0E 01 20 00 00 00 00 00 00 00 00 0E 00",
        "E0 0E 01 20 06 01 00 00 00 00 00 00 0D 00",
        "E0 0E 01 20 06 01 00 00 00 00 00 00 0E 00",
        "E0 0E 01 20 06 00 00 00 00 00 00 00 0E 00",
    }
    assert line.texts() == ["HELLO", "42-17", "", "Kassa 3: abi!", "HI"]


@pytest.mark.parametrize("protocol", [1, 2])
def test_a_page_is_done_when_the_carrier_is_gone(protocol: int) -> None:
    line = Line(MmdvmHabits(protocol=protocol))
    begun = line.clock.boot()
    (page,) = line.give("HELLO")
    line.clock.advance(1.45)
    assert not [one for one in line.reports if isinstance(one, PageReport)]
    line.clock.advance(0.15)
    (result,) = line.finals([page])
    assert (result.state, result.proof, result.error) == (T, Proof.ON_AIR, None)
    assert line.texts() == ["HELLO"]
    (air,) = [one for one in line.reports if isinstance(one, AirReport)]
    assert air.seconds == pytest.approx(1.4867, abs=1e-3)
    assert air.at == pytest.approx(begun, abs=0.02)
    assert line.carriers() == [2]


def test_many_pages_go_in_one_keying_by_the_room_in_the_buffer() -> None:
    line = Line()
    pages = [Page(uuid4(), str(1_234_560 + number % 8), f"{number} {LONG}") for number in range(32)]
    results = line.run(*pages)
    assert {(one.state, one.proof) for one in results} == {(T, Proof.ON_AIR)}
    assert sorted(line.texts()) == sorted(page.body for page in pages)
    (batches,) = line.carriers()
    assert batches > 58
    assert not [one for one in line.seen if one.direction == "out" and "NAK" in one.why]
    (carrier,) = line.box.radio.history
    assert carrier.until is not None
    assert carrier.until - carrier.since == pytest.approx(0.58 + batches * 544 / 1200, abs=1e-3)


def test_the_urgent_are_first_on_the_air() -> None:
    line = Line()
    later = [Page(uuid4(), "1234567", f"LATER {number}") for number in range(3)]
    urgent = Page(uuid4(), "1234567", "URGENT", priority=1)
    line.run(*later, urgent)
    assert line.texts() == ["URGENT", "LATER 0", "LATER 1", "LATER 2"]


def test_the_next_transmission_follows_at_once() -> None:
    line = Line()
    first = line.give("ONE")
    second: list[UUID] = []
    while line.driver.busy or not second:
        if not second and not line.driver.busy and line.clock.boot() > 1_003.5:
            second = line.give("TWO")
        line.clock.advance(0.005)
    assert [one.state for one in line.finals(first + second)] == [T, T]
    one, two = line.box.radio.history
    assert one.until is not None
    assert two.since - one.until < 0.06


def test_formats_letters_and_alerts() -> None:
    line = Line()
    pages = [
        Page(uuid4(), "1234567", "42-17", PageFormat.NUMERIC),
        Page(uuid4(), "1234560", "", PageFormat.TONE, alert=2),
        Page(uuid4(), "1234561B", "FORCED"),
        Page(uuid4(), "1234562", "КАССА 3", charset="philips"),
        Page(uuid4(), "2007664", "NEVER"),
        Page(uuid4(), "1234567", "A1B2C3", PageFormat.CODE),
    ]
    results = line.run(*pages)
    assert [one.state for one in results] == [T, T, T, T, F, F]
    assert results[4].error is not None
    assert results[4].error.text.startswith("refuses capcode 2007664")
    assert [(one.text, one.alert) for one in line.air.pager("1234567").history] == [("42-17", 1)]
    assert [(one.text, one.alert) for one in line.air.pager("1234560").history] == [("", 3)]
    assert [(one.text, one.alert) for one in line.air.pager("1234561").history] == [("FORCED", 2)]
    assert [one.text for one in line.air.pager("1234562").history] == ["j`qq` 3"]


def test_too_old_pages_are_left_out_of_a_transmission() -> None:
    line = Line()
    line.trouble(Trouble.BUSY, 1)
    line.clock.advance(1)
    short = line.give(Page(uuid4(), "1234567", "SHORT", expires_at=line.clock.boot() + 2), "LONG")
    line.clock.advance(3)
    assert [one.state for one in line.finals(short[:1])] == [E]
    line.trouble(Trouble.BUSY, 0)
    line.clock.advance(3)
    assert [one.state for one in line.finals(short)] == [E, T]
    assert line.texts() == ["LONG"]


def test_back_to_the_idle_mode_after_a_while() -> None:
    line = Line(idle_after_s=3)
    line.run("A", seconds=1.6)
    line.clock.advance(2)
    assert line.box.mode == 6
    line.clock.advance(2.5)
    assert line.box.mode == 0
    count = len(line.sent())
    line.clock.advance(5)
    assert set(line.sent()[count:]) == {"01"}
    assert line.states("B") == [T]


def test_a_carrier_that_is_not_ours_is_waited_for() -> None:
    line = Line(up=False)
    now = line.clock.boot()
    idle = bytes.fromhex("E0 47 50 7C D2 15 D8" + "7A 89 C1 97" * 16)
    line.box.received(idle * 9, now)
    line.wire.open(line.loop.put)
    line.clock.advance(2.2)
    (page,) = line.give("MINE")
    line.clock.advance(9)
    assert [one.state for one in line.finals([page])] == [T]
    assert line.carriers() == [9, 2]
