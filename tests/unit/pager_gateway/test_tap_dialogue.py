"""The TAP session under trouble: every fault the terminal can play, byte by byte, with noise between."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages import PageState
from pager_gateway.drivers.tap.driver import TapTransmitter, create
from pager_gateway.errors import Refused
from pager_gateway.sender import Batch, PageReport, Sender, SenderInput, SenderReport
from pager_gateway.transmitter import Health, Output, Page, SubmitResult, Write
from simulator.clock import FakeClock, VirtualLoop
from simulator.pager import Air
from simulator.transmitters.base import OnAir, Say, Seen
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal
from simulator.transmitters.virtual import VirtualTransmitter

T, F, U = PageState.TRANSMITTED, PageState.FAILED, PageState.UNKNOWN


class Line:
    """A driver and a terminal on one line."""

    def __init__(self, faults: TapFaults, habits: TapHabits | None = None, **tap: Any) -> None:
        self.clock = FakeClock()
        self.air = Air()
        self.terminal = TapTerminal(habits, faults, seed=3)
        self.wire = VirtualTransmitter(self.clock, self.terminal, self.air)
        self.seen: list[Seen] = []
        self.wire.observe(self.seen.append)
        self.reports: list[SenderReport] = []
        self.driver = create(tap, 9600)
        sender = Sender("tx-1", self.driver, self.wire, self.reports.append, self.clock.boot)
        self.loop: VirtualLoop[SenderInput] = VirtualLoop(sender, self.clock)

    def run(self, *bodies: str, seconds: float = 200.0) -> list[PageState]:
        self.wire.open(self.loop.put)
        self.clock.advance(1)
        states = []
        for body in bodies:
            page = Page(uuid4(), "1234001", body)
            self.loop.put(Batch((page,)))
            self.clock.advance(seconds)
            finals = [
                one.result
                for one in self.reports
                if isinstance(one, PageReport) and one.result.page == page.id
            ]
            states.append(finals[0].state)
        return states

    def texts(self) -> list[str]:
        return [page.text for page in self.air.pager("1234001").history]

    def code(self) -> str | None:
        found = [one.result for one in self.reports if isinstance(one, PageReport)]
        return found[-1].error.code if found[-1].error else None

    def said(self, why: str) -> int:
        return sum(one.why.startswith(why) for one in self.seen)


@pytest.mark.parametrize(
    ("faults", "state", "copies"),
    [
        (TapFaults(late_prompt_s=1.5), T, 1),
        (TapFaults(late_prompt_s=3.0), T, 1),
        (TapFaults(nak_logon=2), T, 1),
        (TapFaults(merged_go_ahead=True), T, 1),
        (TapFaults(nak_block=3), T, 1),
        (TapFaults(nak_block=4), F, 0),
        (TapFaults(refuse=[504]), F, 0),
        (TapFaults(throw_out=[506]), T, 1),
        (TapFaults(throw_out=[503, 503, 503, 503]), F, 0),
        (TapFaults(lose_reply=1), T, 2),
        (TapFaults(lose_reply=3), T, 4),
        (TapFaults(lose_reply=99), U, 4),
        (TapFaults(eat_block=1), T, 1),
        (TapFaults(eat_block=99), U, 0),
        (TapFaults(delay_reply_s=9.0), T, 1),
        (TapFaults(hold_ack_s=25.0), T, 1),
        (TapFaults(note=213), T, 1),
        (TapFaults(noise=1.0), T, 1),
        (TapFaults(forget_session=1), T, 1),
        (TapFaults(xoff_s=3.0), T, 1),
    ],
    ids=str,
)
def test_one_page_under_a_fault(faults: TapFaults, state: PageState, copies: int) -> None:
    line = Line(faults)
    assert line.run("HELP") == [state]
    assert line.texts() == ["HELP"] * copies


@pytest.mark.parametrize("code", [504, 505, 510, 511, 513, 516, 517, 512])
def test_a_refusal_carries_its_code_and_whether_to_try_again(code: int) -> None:
    line = Line(TapFaults(refuse=[code]))
    assert line.run("HELP", "NEXT", seconds=0.5) == [F, T]
    (first, _) = [one.result for one in line.reports if isinstance(one, PageReport)]
    assert first.error is not None
    assert first.error.code == f"tap-{code}"
    assert first.error.retry == (code in (512, 516))
    assert line.said("logged on") == 1


@pytest.mark.parametrize(
    ("faults", "cause"),
    [
        (TapFaults(silent=True), "cable"),
        (TapFaults(deny_logon=509), "password"),
        (TapFaults(deny_logon=508), "service"),
        (TapFaults(no_go_ahead=99), "go-ahead"),
        (TapFaults(nak_logon=99), "logon"),
    ],
    ids=str,
)
def test_no_session_is_a_failure_with_its_cause(faults: TapFaults, cause: str) -> None:
    line = Line(faults)
    assert line.run("HELP") == [F]
    assert line.texts() == []
    causes = [str(getattr(one, "health", Health("")).cause) for one in line.reports]
    assert any(cause in one for one in causes)


def test_hang_up_in_a_block_leaves_the_page_in_doubt() -> None:
    line = Line(TapFaults(hang_up_in_block=1))
    assert line.run("HELP", "AGAIN") == [U, T]
    assert line.code() is None


def test_taken_back_after_the_goodbye_is_told_after_the_result() -> None:
    line = Line(TapFaults(), idle_s=0)
    line.run()
    line.terminal.faults.take_back = 1
    assert line.run("HELP") == [T]
    results = [one.result for one in line.reports if isinstance(one, PageReport)]
    assert [one.state for one in results] == [T, F]


def test_a_page_that_was_taken_is_not_repeated_because_its_control_code_is_held_back() -> None:
    line = Line(TapFaults(hold_ack_s=33), TapHabits(t4_s=None))
    assert line.run("HELP") == [U]
    assert line.texts() == ["HELP"]


def test_a_slow_reply_to_one_page_is_never_credited_to_the_next() -> None:
    """The first page's reply comes after the driver gave up waiting; the second page's block is lost."""
    line = Line(TapFaults(delay_reply_s=10.5), n2=0)
    line.wire.open(line.loop.put)
    line.clock.advance(1)
    first = Page(uuid4(), "1", "SLOW")
    line.loop.put(Batch((first,)))
    line.clock.advance(10.2)
    line.terminal.faults.eat_block = 99
    second = Page(uuid4(), "1", "LOST")
    line.clock.advance(0.1)
    line.loop.put(Batch((second,)))
    line.clock.advance(200)
    states = {one.result.page: one.result.state for one in line.reports if isinstance(one, PageReport)}
    assert states[first.id] is U
    assert states[second.id] is not T


def test_a_session_is_kept_between_pages_and_left_when_idle() -> None:
    line = Line(TapFaults())
    line.run("ONE", "TWO", seconds=1.0)
    assert line.said("logged on") == 1
    line.clock.advance(3.5)
    assert line.said("goodbye") >= 1
    assert line.said("waited too long") == 0


def test_the_terminal_may_leave_first() -> None:
    line = Line(TapFaults(), TapHabits(t4_s=1.0), idle_s=30)
    assert line.run("ONE", "TWO", seconds=5.0) == [T, T]
    assert line.said("waited too long") == 3


def test_a_terminal_that_is_still_logged_on_from_before_a_crash() -> None:
    line = Line(TapFaults(), TapHabits(t4_s=None))
    line.terminal.received(b"\r\x1bPG1\r", 0.0)
    line.terminal.outputs()
    assert line.run("HELP", seconds=10.0) == [T]
    assert line.texts() == ["HELP"]


def test_log_on_early_keeps_the_line_warm() -> None:
    line = Line(TapFaults(), TapHabits(t4_s=4.0), log_on_early=True, idle_s=60)
    line.run()
    line.clock.advance(30.5)
    assert line.driver.warm or line.said("logged on") >= 5


def test_a_page_of_several_blocks() -> None:
    text = "ABCDEFGHIJ" * 60
    line = Line(TapFaults(nak_block=1), multi_block=True, longest=1000)
    assert line.run(text) == [T]
    assert line.texts() == [text]


def test_alert_suffix_and_characters_of_the_box() -> None:
    line = Line(
        TapFaults(),
        TapHabits(alert_digits="ABCD"),
        alert_suffix=["A", "B"],
        replace={"~": "-"},
        line_break="blank",
    )
    line.wire.open(line.loop.put)
    line.clock.advance(1)
    line.loop.put(Batch((Page(uuid4(), "1234001", "a~b\nc é  ", alert=2),)))
    line.clock.advance(1)
    (page,) = line.air.pager("1234001").history
    assert (page.text, page.alert) == ("a-b c ?", 2)


def test_too_long_for_one_block() -> None:
    driver = create({}, 9600)
    with pytest.raises(Refused):
        driver.encode(Page(uuid4(), "1234001", "~\n" * 119))
    assert len(driver.encode(Page(uuid4(), "12345678", "x" * 240))) == 1


def test_a_502_may_be_about_our_second_logon_so_the_block_is_in_doubt() -> None:
    driver = create({}, 9600)
    driver.opened(0.0)
    driver.received(b"ID=\x06\r\x1b[p", 0.0)
    page = Page(uuid4(), "1234001", "HELP")
    driver.submit([page], 0.0)
    driver.received(b"502 Unexpected characters\r\x15\r", 0.1)
    driver.lost("cable", 0.2)
    (result,) = [one for one in driver.outputs() if isinstance(one, SubmitResult)]
    assert result.state is U


NOISE = bytes(byte for byte in range(0x20, 0x7F) if chr(byte) not in "ID=[") + b"\x00\x0a\x7f"
PEER = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"ID=",
                b"\x06\r",
                b"\x15\r",
                b"\x1e\r",
                b"\x1b\x04\r",
                b"\x1b[p\r",
                b"211 x\r",
                b"502 y\r",
                b"111 z\r",
            ]
        ),
        st.binary(max_size=6),
        st.floats(0.0, 12.0),
        st.just("page"),
        st.just("lost"),
        st.just("opened"),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(PEER, st.booleans(), st.booleans())
def test_whatever_the_peer_does_every_page_ends_once_and_in_time(
    script: list[Any], implied: bool, one_by_one: bool
) -> None:
    driver = create({"implied_login": implied}, 9600)
    now, given_at, final = 0.0, {}, {}

    def look() -> None:
        for output in driver.outputs():
            if isinstance(output, SubmitResult) and output.page not in final:
                final[output.page] = now
        due = driver.due()
        if due is not None and due <= now:
            driver.tick(now)

    def wait(seconds: float) -> None:
        nonlocal now
        until = now + seconds
        for _ in range(10_000):
            due = driver.due()
            if due is None or due > until:
                break
            now = max(now, due)
            driver.tick(now)
            look()
        else:
            pytest.fail("busy without end")
        now = until

    for step in script:
        if step == "page":
            if not driver.busy:
                page = Page(uuid4(), "1", "x")
                given_at[page.id] = now
                driver.submit([page], now)
        elif step == "lost":
            driver.lost("cable", now)
        elif step == "opened":
            driver.opened(now)
        elif isinstance(step, float):
            wait(step)
        else:
            for piece in [bytes((b,)) for b in step] if one_by_one else [step]:
                driver.received(piece, now)
                look()
        look()
    wait(400)
    assert set(final) == set(given_at)
    assert not driver.busy


@settings(max_examples=60, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.builds(
        TapFaults,
        late_prompt_s=st.sampled_from([0.0, 1.5, 2.5]),
        nak_logon=st.integers(0, 2),
        no_go_ahead=st.integers(0, 1),
        merged_go_ahead=st.booleans(),
        nak_block=st.integers(0, 4),
        refuse=st.lists(st.sampled_from([511, 512]), max_size=2),
        throw_out=st.lists(st.sampled_from([112, 503]), max_size=2),
        lose_reply=st.integers(0, 3),
        eat_block=st.integers(0, 3),
        delay_reply_s=st.sampled_from([0.0, 0.5, 9.0]),
        hold_ack_s=st.sampled_from([0.0, 5.0]),
        forget_session=st.integers(0, 2),
    ),
    st.integers(1, 4),
)
def test_no_page_counts_as_transmitted_that_the_terminal_did_not_take(
    random: Any, faults: TapFaults, count: int
) -> None:
    """The terminal's words reach the driver byte by byte, with harmless noise between them."""
    clock, air = FakeClock(), Air()
    terminal = TapTerminal(TapHabits(), faults, seed=1)
    driver: TapTransmitter = create({}, 9600)
    final: dict[Any, PageState] = {}
    pages = {(page := Page(uuid4(), "1", f"P{number}")).id: page for number in range(count)}
    waiting = list(pages.values())
    driver.opened(clock.boot())

    def act(outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Write):
                terminal.received(output.data, clock.boot())
            elif isinstance(output, SubmitResult):
                final.setdefault(output.page, output.state)

    def hear() -> None:
        for output in terminal.outputs():
            if isinstance(output, OnAir):
                air.transmit(output.address, output.text, 1, clock.boot())
            for byte in output.data if isinstance(output, Say) else b"":
                if random.random() < 0.3:
                    noise = bytes((NOISE[random.randrange(len(NOISE))],))
                    driver.received(noise if byte in (6, 21, 30) else b"", clock.boot())
                driver.received(bytes((byte,)), clock.boot())

    for _ in range(3_000):
        act(driver.outputs())
        hear()
        act(driver.outputs())
        if waiting and not driver.busy:
            driver.submit([waiting.pop(0)], clock.boot())
            continue
        dues = [due for due in (driver.due(), terminal.due()) if due is not None]
        if not dues or (len(final) == count and not driver.busy):
            break
        clock.advance(max(0.0, min(dues) - clock.boot()))
        driver.tick(clock.boot())
        terminal.tick(clock.boot())
    assert set(final) == set(pages)
    texts = [page.text for page in air.pager("1").history]
    for key, page in pages.items():
        if final[key] is T:
            assert page.body in texts
        if final[key] is F:
            assert page.body not in texts
        assert texts.count(page.body) <= 4
