"""Pages through an MMDVM modem that is well: what goes on the line, and when they are done."""

from __future__ import annotations

from itertools import pairwise
from uuid import uuid4

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
def test_a_page_is_done_when_the_word_that_ends_it_is_out(protocol: int) -> None:
    """Its last word stands in the first slot of the second batch, so that is after 696 bits, and 20 words of 32."""
    line = Line(MmdvmHabits(protocol=protocol))
    begun = line.clock.boot()
    (page,) = line.give("HELLO")
    line.clock.advance((696 + 20 * 32) / 1200)
    assert not [one for one in line.reports if isinstance(one, PageReport)]
    line.clock.advance(0.1)
    (result,) = line.finals([page])
    assert (result.state, result.proof, result.error) == (T, Proof.ON_AIR, None)
    assert line.texts() == ["HELLO"]
    line.clock.advance(1)
    first, *_ = air = [one for one in line.reports if isinstance(one, AirReport)]
    assert sum(one.seconds for one in air) == pytest.approx(1.4867, abs=1e-3)
    assert first.at == pytest.approx(begun, abs=0.02)
    assert line.carriers() == [2]


def test_many_pages_go_in_one_keying() -> None:
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


@pytest.mark.parametrize("protocol", [1, 2])
@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.4, 0.8, 1.1, 1.2])
def test_a_page_joins_the_transmission_that_is_under_way(protocol: int, after_s: float) -> None:
    line = Line(MmdvmHabits(protocol=protocol))
    pages = line.give("ONE")
    line.clock.advance(after_s)
    pages += line.give("TWO")
    line.clock.advance(5)
    assert [one.state for one in line.finals(pages)] == [T, T]
    assert line.texts() == ["ONE", "TWO"]
    assert len(line.carriers()) == 1


@pytest.mark.parametrize("protocol", [1, 2])
@pytest.mark.parametrize("after_s", [1.3, 1.4, 1.45, 1.48, 1.49, 1.5])
def test_what_comes_too_late_to_join_goes_in_the_next_transmission_at_once(
    protocol: int, after_s: float
) -> None:
    line = Line(MmdvmHabits(protocol=protocol))
    pages = line.give("ONE")
    line.clock.advance(after_s)
    pages += line.give("TWO")
    line.clock.advance(5)
    assert [one.state for one in line.finals(pages)] == [T, T]
    assert line.texts() == ["ONE", "TWO"]
    one, two = line.box.radio.history
    assert one.until is not None
    assert two.since - one.until < 0.06


@pytest.mark.parametrize(("protocol", "most_s"), [(1, 2.7), (2, 2.4)])
def test_the_urgent_wait_for_no_more_than_the_modem_has(protocol: int, most_s: float) -> None:
    """It is whole on the air after what was handed over, and its own two batches."""
    line = Line(MmdvmHabits(protocol=protocol))
    line.give(*(f"LATER {number}" for number in range(15)))
    for number in range(4):
        line.clock.advance(0.7)
        since = line.clock.boot()
        (urgent,) = line.give(Page(uuid4(), "1234566", f"URGENT {number}", priority=1))
        while not [one for one in line.reports if isinstance(one, PageReport) and one.result.page == urgent]:
            line.clock.advance(0.01)
        assert line.clock.boot() - since < most_s
    assert len(line.carriers()) == 1


@pytest.mark.parametrize("protocol", [1, 2])
def test_the_modem_is_given_little_more_than_it_needs(protocol: int) -> None:
    """Beside what its radio has drawn it never holds more than a second batch."""
    line = Line(MmdvmHabits(protocol=protocol))
    line.give(*(f"{number} {LONG}" for number in range(20)))
    for _ in range(2_000):
        line.clock.advance(0.01)
        (carrier,) = line.box.radio.history
        held = line.box.habits.buffer - line.box.radio.room
        unsent = 8 * len(carrier.sent) + 544 * held - (line.clock.boot() - carrier.since) * 1200
        assert held <= 2
        assert unsent / 1200 < (1.5 if protocol == 1 else 1.2)


def test_pages_are_done_one_by_one_while_the_carrier_is_up() -> None:
    line = Line()
    given = line.give(*(f"N {number}" for number in range(12)))
    line.clock.advance(10)
    results = [one for one in line.reports if isinstance(one, PageReport)]
    assert [one.result.page for one in results] == given
    assert [one.result.state for one in results] == [T] * 12
    assert line.carriers() == [13]


def test_a_carrier_gives_way_after_a_minute() -> None:
    line = Line()
    line.give(*(f"{number} {LONG}" for number in range(100)), lives_s=1_000)
    line.clock.advance(150)
    assert len(line.texts()) == 100
    ups = [one.until - one.since for one in line.box.radio.history if one.until is not None]
    assert 60 < max(ups) < 64
    gaps = [
        after.since - before.until
        for before, after in pairwise(line.box.radio.history)
        if before.until is not None
    ]
    assert min(gaps) < 0.06


@pytest.mark.parametrize("lost_s", [0.3, 0.6])
def test_an_answer_that_got_lost_delays_proofs_until_the_line_is_idle_again(lost_s: float) -> None:
    """Later answers then count for older questions. Who it is tells which got lost, since answers keep their order."""
    line = Line()
    real = line.wire._say
    line.wire._say = lambda data: None  # type: ignore[method-assign]
    line.clock.advance(lost_s)
    line.wire._say = real  # type: ignore[method-assign]
    line.clock.advance(3)
    assert 1 <= line.sent(line.clock.boot() - 3 - lost_s).count("00") <= 2
    begun = line.clock.boot()
    (page,) = line.give("HELLO")
    line.clock.advance((696 + 20 * 32) / 1200 + 0.1)
    assert [one.state for one in line.finals([page])] == [T]
    assert line.sent(begun).count("00") == 0


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
