"""An MMDVM modem under every trouble that it can make: what goes on the line, and what is said of pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages import PageFormat, PageState, Proof, ResultError
from pager_gateway.drivers.pocsag_mmdvm import words
from pager_gateway.drivers.pocsag_mmdvm.driver import create
from pager_gateway.sender import (
    AirReport,
    Batch,
    HealthReport,
    PageReport,
    ProbeNow,
    ProbeReport,
    Sender,
    SenderInput,
    SenderReport,
)
from pager_gateway.transmitter import Output, Page, Probed, SubmitResult, Write
from simulator.clock import FakeClock, VirtualLoop
from simulator.pager import Air
from simulator.transmitters.base import Say, Seen, Trouble
from simulator.transmitters.mmdvm import MmdvmFaults, MmdvmHabits, MmdvmModem
from simulator.transmitters.virtual import VirtualTransmitter

T, F, U, E = PageState.TRANSMITTED, PageState.FAILED, PageState.UNKNOWN, PageState.EXPIRED
BAUD = 115_200
LONG = "FITTING ROOMS: PLEASE COME AT ONCE, A CUSTOMER WAITS THERE FOR HELP 12345"


class Line:
    """A driver and a modem on one line."""

    def __init__(
        self,
        habits: MmdvmHabits | None = None,
        faults: MmdvmFaults | None = None,
        *,
        up: bool = True,
        **mmdvm: Any,
    ) -> None:
        self.clock = FakeClock()
        self.air = Air()
        self.box = MmdvmModem(habits, faults, seed=3)
        self.wire = VirtualTransmitter(self.clock, self.box, self.air, baudrate=BAUD)
        self.seen: list[Seen] = []
        self.wire.observe(self.seen.append)
        self.reports: list[SenderReport] = []
        self.driver = create(mmdvm, BAUD)
        sender = Sender("tx-1", self.driver, self.wire, self.reports.append, self.clock.boot)
        self.loop: VirtualLoop[SenderInput] = VirtualLoop(sender, self.clock)
        if up:
            self.wire.open(self.loop.put)
            self.clock.advance(3)

    def trouble(self, kind: Trouble, amount: int = 1) -> None:
        self.box.trouble(kind, amount, self.clock.boot())

    def give(self, *pages: Page | str, lives_s: float = 100.0) -> list[UUID]:
        given = [
            Page(uuid4(), "1234567", page, expires_at=self.clock.boot() + lives_s)
            if isinstance(page, str)
            else page
            for page in pages
        ]
        self.loop.put(Batch(tuple(given)))
        return [page.id for page in given]

    def finals(self, pages: list[UUID]) -> list[SubmitResult]:
        found = []
        for page in pages:
            (one,) = [
                one.result
                for one in self.reports
                if isinstance(one, PageReport) and one.result.page == page and one.result.state.is_final
            ]
            found.append(one)
        return found

    def run(self, *pages: Page | str, seconds: float = 60.0) -> list[SubmitResult]:
        given = self.give(*pages)
        self.clock.advance(seconds)
        return self.finals(given)

    def states(self, *pages: Page | str, seconds: float = 60.0) -> list[PageState]:
        return [one.state for one in self.run(*pages, seconds=seconds)]

    def error(self, *pages: Page | str) -> ResultError:
        found = self.run(*pages)[0].error
        assert found is not None
        return found

    def texts(self) -> list[str]:
        return [page.text for pager in self.air.pagers() for page in pager.history]

    def sent(self, since: float = 0.0) -> list[str]:
        """What the modem heard of us: types of frames."""
        return [f"{one.data[2]:02X}" for one in self.seen if one.direction == "in" and one.at >= since]

    def health(self) -> tuple[str, str | None]:
        health = [one.health for one in self.reports if isinstance(one, HealthReport)][-1]
        return health.state, health.cause

    def carriers(self) -> list[int]:
        """Batches of each transmission."""
        return [one.batches for one in self.box.radio.history]


# Coming up


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


# Pages


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


# Trouble


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
    """Nobody knows what a pager makes of a text with a hole."""
    line = Line()
    given = line.give(LONG, "SHORT ONE")
    line.clock.advance(0.008)
    line.trouble(Trouble.REFUSE, 1)
    line.clock.advance(20)
    results = line.finals(given)
    assert [one.state for one in results] == [U, F]
    assert results[1].error is not None
    assert results[1].error.retry
    assert line.texts() == []
    assert line.states("NEXT") == [T]


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
    given = line.give(LONG, "NEVER WRITTEN")
    line.clock.advance(0.008)
    line.trouble(Trouble.BUSY, 1)
    line.clock.advance(3)
    line.trouble(Trouble.BUSY, 0)
    line.clock.advance(3)
    results = line.finals(given)
    assert [one.state for one in results] == [U, F]
    assert results[0].error is not None
    assert results[0].error.code == "broken"
    assert line.texts() == []


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
    line = Line()
    line.give("ENDLESS")
    line.clock.advance(0.5)
    line.box._commands[0x01] = lambda data, now: line.box._say(
        0x01, bytes.fromhex("20 06 01 00 00 00 00 00 00 0E 00"), "", now
    )
    line.clock.advance(7)
    (report,) = [one for one in line.reports if isinstance(one, PageReport)]
    assert (report.result.state, report.result.error and report.result.error.code) == (U, "endless")


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_batch_that_the_line_swallowed_is_found_out_by_the_carrier(lost: int) -> None:
    """The modem has no word for a frame that it never saw."""
    line = Line()
    sent, real = 0, line.box.received

    def eats(data: bytes, now: float) -> None:
        nonlocal sent
        if len(data) > 70:
            sent += 1
            data = data[71:] if sent == lost + 1 else data
        real(data, now)

    line.box.received = eats  # type: ignore[method-assign]
    (result,) = line.run(LONG, seconds=10)
    assert line.carriers() == [2]
    assert result.state is U
    assert result.error is not None
    assert result.error.code == "too-short"


def test_a_modem_that_dies_in_mid_air_leaves_doubt_only_for_what_was_written() -> None:
    line = Line()
    pages = [Page(uuid4(), "1234567", f"{number} {LONG}") for number in range(32)]
    given = line.give(*pages)
    line.clock.advance(3)
    line.trouble(Trouble.SILENT, 1)
    line.clock.advance(5)
    states = [one.state for one in line.finals(given)]
    doubtful = states.count(U)
    assert 6 < doubtful < 12
    assert states == [U] * doubtful + [F] * (32 - doubtful)
    assert line.health() == ("dead", words.NO_ANSWER)
    reports = {one.result.page: one for one in line.reports if isinstance(one, PageReport)}
    assert [reports[page].first_byte_at is not None for page in given] == [state is U for state in states]
    assert len(line.texts()) < doubtful


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
    states = [one.state for one in line.finals(given)]
    assert states == [U] * states.count(U) + [F] * states.count(F)
    assert states.count(F) > 5
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


# Anything at all


def _noise(line: Line) -> Callable[[bytes], None]:
    return lambda data: line.driver.received(data, line.clock.boot())


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([1, 2]))
def test_bytes_cut_anywhere_with_noise_between_never_hang_a_page_or_lie(
    data: st.DataObject, protocol: int
) -> None:
    """The modem's words arrive in pieces, among noise; the pages end once, in bounded time, and none is called
    transmitted that was not on the air."""
    line = Line(MmdvmHabits(protocol=protocol), up=False)
    driver, box = line.driver, line.box
    results: list[SubmitResult] = []
    pages = [Page(uuid4(), "1234567", f"NUMBER {number}", expires_at=60.0) for number in range(3)]
    pieces = data.draw(st.lists(st.integers(1, 20), min_size=1, max_size=5))
    noise = data.draw(st.lists(st.binary(max_size=6), max_size=12))
    heard: list[str] = []
    now, number, waiting = 0.0, 0, list(pages)

    def act() -> None:
        nonlocal number, now
        for output in driver.outputs():
            results.extend([output] if isinstance(output, SubmitResult) else [])
            if isinstance(output, Write):
                box.received(output.data, now)
            elif type(output).__name__ == "Reopen":
                driver.lost("reopened", now)
                driver.opened(now)
        for said in box.outputs():
            if type(said).__name__ == "OnAir":
                heard.append(said.text)  # type: ignore[union-attr]
            if isinstance(said, Say):
                rest = said.data
                if noise and now < 20:
                    rest = noise.pop() + rest
                while rest:
                    size = pieces[number % len(pieces)]
                    number += 1
                    driver.received(rest[:size], now)
                    rest = rest[size:]
                act()

    driver.opened(now)
    while now < 60:
        if waiting and not driver.busy and now > 2.5:
            driver.submit([waiting.pop()], now)
        due = driver.due()
        if due is not None and due <= now:
            driver.tick(now)
        act()
        box.tick(now)
        act()
        now += 0.05
    assert sorted(str(one.page) for one in results if one.state.is_final) == sorted(
        str(page.id) for page in pages
    )
    bodies = {page.id: page.body for page in pages}
    assert {bodies[one.page] for one in results if one.state is T} <= set(heard)
    assert not driver.busy


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(1, 70), min_size=1, max_size=12),
    st.sets(st.integers(0, 60), max_size=8),
    st.sets(st.integers(0, 60), max_size=8),
    st.sampled_from([1, 2]),
)
def test_what_gets_lost_on_the_line_is_never_called_transmitted(
    lengths: list[int], lost_to_it: set[int], lost_from_it: set[int], protocol: int
) -> None:
    """Batches, questions and answers vanish whole; nobody says a word about it."""
    line = Line(MmdvmHabits(protocol=protocol))
    heard, real, act = 0, line.box.received, line.wire._say
    said = 0

    def hears(data: bytes, now: float) -> None:
        nonlocal heard
        heard += 1
        if heard - 1 not in lost_to_it:
            real(data, now)

    def says(data: bytes) -> None:
        nonlocal said
        said += 1
        if said - 1 not in lost_from_it:
            act(data)

    line.box.received = hears  # type: ignore[method-assign]
    line.wire._say = says  # type: ignore[method-assign]
    pages = [
        Page(uuid4(), str(1_234_560 + number % 8), f"{number}".ljust(length, "X"))
        for number, length in enumerate(lengths)
    ]
    results = line.run(*pages, seconds=25)
    bodies = {page.id: page.body for page in pages}
    assert {bodies[one.page] for one in results if one.state is T} <= set(line.texts())
    if not lost_to_it and not lost_from_it:
        assert {one.state for one in results} == {T}
    line.clock.advance(10)
    assert line.states("THE END", seconds=3) == [T]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=40), st.floats(0, 3)), max_size=20))
def test_a_peer_that_talks_rubbish_proves_nothing(portions: list[tuple[bytes, float]]) -> None:
    """Whatever arrives on the line, nothing raises, no moment lies behind for ever, and no page is called done."""
    driver = create({}, BAUD)
    outputs: list[Output] = []
    now = 0.0
    driver.opened(now)
    page = Page(uuid4(), "1234567", "NOBODY HEARS")
    driver.submit([page], now)
    for portion, wait in [*portions, *[(b"", 3.0)] * 40]:
        driver.received(portion, now)
        for _ in range(100):
            due = driver.due()
            if due is None or due > now + wait:
                break
            driver.tick(max(now, due))
            outputs += driver.outputs()
        else:
            raise AssertionError("it is due without end")
        now += wait
    outputs += driver.outputs()
    results = [one for one in outputs if isinstance(one, SubmitResult)]
    assert [(one.page, one.state) for one in results] == [(page.id, F)]
    driver.probe(now)
    driver.tick(now + 10)
    assert [one.error is not None for one in driver.outputs() if isinstance(one, Probed)] == [True]
