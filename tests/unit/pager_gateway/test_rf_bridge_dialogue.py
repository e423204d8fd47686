"""The dialogue with an RF bridge chip on a virtual line: what counts as sent, what is heard, what is refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages import PageFormat, PageState, Proof
from pager_gateway.drivers.rf_bridge.driver import AskedRfBridge, create
from pager_gateway.sender import (
    Batch,
    HeardReport,
    PageReport,
    ProbeNow,
    ProbeReport,
    Sender,
    SenderInput,
    SenderReport,
)
from pager_gateway.transmitter import Heard, Page, Probing, SubmitResult, Write
from simulator.clock import FakeClock, VirtualLoop
from simulator.pager import Air
from simulator.transmitters.base import Trouble
from simulator.transmitters.rf_bridge import RfBridge, RfBridgeHabits
from simulator.transmitters.virtual import VirtualTransmitter
from simulator.watch import ForeignButton, Key, Watch

SENT = b"\xaa\xa0\x55"
AIR_S = 0.32768


class Bench:
    def __init__(self, habits: RfBridgeHabits | None = None, **settings: Any) -> None:
        self.clock, self.air = FakeClock(), Air()
        self.box = RfBridge(habits)
        self.line = VirtualTransmitter(self.clock, self.box, self.air, baudrate=19200)
        self.driver = create(settings, 19200)
        self.reports: list[SenderReport] = []
        sender = Sender("rf-1", self.driver, self.line, self.reports.append, self.clock.boot)
        self.loop: VirtualLoop[SenderInput] = VirtualLoop(sender, self.clock)
        self.line.open(self.loop.put)
        self.clock.advance(0.1)

    def submit(self, body: str, **more: Any) -> Page:
        page = Page(uuid4(), "7", body, PageFormat.CODE, **more)
        self.loop.put(Batch((page,)))
        self.clock.advance(0)
        return page

    def result(self, page: Page) -> SubmitResult | None:
        found = [
            one.result for one in self.reports if isinstance(one, PageReport) and one.result.page == page.id
        ]
        assert len(found) <= 1
        return found[0] if found else None

    def heard(self) -> list[Heard]:
        return [one.heard for one in self.reports if isinstance(one, HeardReport)]


def test_a_page_is_on_the_air_for_its_time_and_then_proven() -> None:
    bench = Bench()
    page = bench.submit("123451")
    bench.clock.advance(AIR_S)
    assert bench.result(page) is None
    bench.clock.advance(0.02)
    assert bench.result(page) == SubmitResult(page.id, PageState.TRANSMITTED, Proof.ON_AIR)
    bench.air.pager("123451").expects("")


def test_a_report_while_the_answer_is_awaited_is_heard_and_is_no_answer() -> None:
    bench = Bench(confirm=True)
    bench.box.trouble(Trouble.BUSY, 1, bench.clock.boot())
    page = bench.submit("123451")
    bench.clock.advance(0.3)
    bench.line.do(lambda: bench.box.hear("AAA055", 350, bench.clock.boot()))
    bench.clock.advance(0.3)
    assert bench.heard() == [Heard("AAA055", 350)]
    assert bench.result(page) is None
    bench.box.trouble(Trouble.BUSY, 0, bench.clock.boot())
    bench.clock.advance(2)
    assert bench.result(page) == SubmitResult(page.id, PageState.TRANSMITTED, Proof.ON_AIR)


def test_a_report_is_confirmed_when_the_chip_is_free() -> None:
    bench = Bench(confirm=True)
    said: list[str] = []
    bench.line.observe(lambda seen: said.append(seen.why))
    bench.line.do(lambda: bench.box.hear("123451", 320, bench.clock.boot()))
    bench.clock.advance(0.1)
    assert "the report was taken" in said


def test_a_neighbour_who_pushes_all_day_hides_no_dead_chip() -> None:
    bench = Bench(confirm=True)
    asked: list[str] = []
    bench.line.observe(lambda seen: asked.append(seen.why) if "which version" in seen.why else None)
    for _ in range(60):
        bench.line.do(lambda: bench.box.hear("A1B2C8", 320, bench.clock.boot()))
        bench.clock.advance(1)
    assert len(asked) >= 15


@pytest.mark.parametrize("version", [True, False])
def test_a_late_answer_is_never_the_next_pages(version: bool) -> None:
    """The chip drops the second page; what it says late belongs to the first."""
    bench = Bench(RfBridgeHabits(version=3 if version else None), version=version)
    bench.box.trouble(Trouble.SLOW, 1_100, bench.clock.boot())
    first = bench.submit("111111")
    bench.clock.advance(1.35)
    second = bench.submit("222222")
    bench.clock.advance(0.2)
    assert bench.result(first) is not None
    bench.box.trouble(Trouble.CHECKSUM, 100, bench.clock.boot())
    bench.clock.advance(20)
    result = bench.result(second)
    assert result is not None
    assert result.state is PageState.UNKNOWN
    assert not bench.air.pager("222222").history


def test_frames_that_the_chip_drops_are_sent_again_but_not_for_ever() -> None:
    bench = Bench()
    bench.box.trouble(Trouble.CHECKSUM, 2, bench.clock.boot())
    page = bench.submit("123451")
    bench.clock.advance(5)
    assert bench.result(page) == SubmitResult(page.id, PageState.TRANSMITTED, Proof.ON_AIR)
    assert len(bench.air.pager("123451").history) == 1
    bench.box.trouble(Trouble.CHECKSUM, 3, bench.clock.boot())
    lost = bench.submit("123452")
    bench.clock.advance(10)
    result = bench.result(lost)
    assert result is not None
    assert (result.state, result.error and result.error.retry) == (PageState.UNKNOWN, False)
    assert not bench.air.pager("123452").history


def test_a_chip_that_starts_anew_in_the_middle_gets_the_code_again() -> None:
    bench = Bench()
    page = bench.submit("123451")
    bench.clock.advance(0.1)
    bench.box.trouble(Trouble.RESET, 1, bench.clock.boot())
    bench.line.do(lambda: bench.box.received(b"", bench.clock.boot()))
    bench.clock.advance(3)
    assert bench.result(page) == SubmitResult(page.id, PageState.TRANSMITTED, Proof.ON_AIR)
    assert len(bench.air.pager("123451").history) == 1


def test_a_page_that_expires_between_two_tries_is_not_sent_again() -> None:
    bench = Bench()
    bench.box.trouble(Trouble.CHECKSUM, 9, bench.clock.boot())
    page = bench.submit("123451", expires_at=bench.clock.boot() + 1)
    bench.clock.advance(5)
    result = bench.result(page)
    assert result is not None
    assert result.state is PageState.UNKNOWN
    assert bench.box.faults.drop == 8


@pytest.mark.parametrize(
    ("page", "word"),
    [
        (Page(uuid4(), "7", "HELP"), "no page of format text"),
        (Page(uuid4(), "7", "12", PageFormat.NUMERIC), "numeric"),
        (Page(uuid4(), "7", "", PageFormat.CODE), "no code for this place"),
        (Page(uuid4(), "7", "12345", PageFormat.CODE), "six hexadecimal digits"),
        (Page(uuid4(), "7", "12345G", PageFormat.CODE), "six hexadecimal digits"),
        (Page(uuid4(), "7", "000000", PageFormat.CODE), "no watch can be taught"),
        (Page(uuid4(), "7", "ffffff", PageFormat.CODE), "no watch can be taught"),
    ],
)
def test_what_no_watch_understands_is_refused_in_words(page: Page, word: str) -> None:
    driver = create({}, 19200)
    driver.submit([page], 0.0)
    (refused,) = driver.outputs()
    assert isinstance(refused, SubmitResult)
    assert refused.error is not None
    assert word in refused.error.text
    assert not refused.error.retry
    assert not driver.busy


def test_a_firmware_without_a_version_is_not_asked_and_proves_itself_by_its_pages() -> None:
    bench = Bench(RfBridgeHabits(version=None), version=False)
    assert not isinstance(bench.driver, Probing)
    said: list[bytes] = []
    bench.line.observe(lambda seen: said.append(seen.data) if seen.direction == "in" else None)
    bench.clock.advance(3_600)
    assert said == []
    page = bench.submit("123451")
    bench.clock.advance(1)
    assert bench.result(page) == SubmitResult(page.id, PageState.TRANSMITTED, Proof.ON_AIR)


def test_a_firmware_that_keeps_its_version_to_itself_still_pages() -> None:
    """The setting is wrong for it: it is called dead until a page goes."""
    bench = Bench(RfBridgeHabits(version=None))
    bench.clock.advance(20)
    page = bench.submit("123451")
    bench.clock.advance(4)
    assert bench.result(page) == SubmitResult(page.id, PageState.TRANSMITTED, Proof.ON_AIR)
    assert len(bench.air.pager("123451").history) == 1


def test_who_asks_during_a_page_gets_its_answer() -> None:
    bench = Bench()
    page = bench.submit("123451")
    bench.loop.put(ProbeNow(4))
    bench.clock.advance(1)
    assert bench.result(page) is not None
    assert [(one.number, one.error) for one in bench.reports if isinstance(one, ProbeReport)] == [(4, None)]


def test_a_watch_learns_and_a_foreign_button_is_heard_by_all() -> None:
    bench = Bench()
    watch = Watch(bench.air, places=2)
    foreign = ForeignButton("A1B2C8", bench.air, bench.clock.boot, [(bench.line, bench.box)], te_us=341)
    watch.learn(12)
    bench.submit("123451")
    bench.clock.advance(1)
    watch.expects_nothing()
    watch.learn(7, Key.BILL)
    foreign.push()
    bench.clock.advance(1)
    assert bench.heard() == [Heard("A1B2C8", 341)]
    for body in ("123451", "A1B2C8", "654321"):
        bench.submit(body)
        bench.clock.advance(1)
    watch.expects(12)
    watch.expects(7, Key.BILL)
    watch.expects_nothing()
    watch.learn(3)
    bench.submit("654321")
    bench.clock.advance(1)
    assert watch.learning, "its two places are full"


pieces = st.one_of(
    st.binary(max_size=4), st.sampled_from([SENT, SENT[:1], SENT[1:], b"\xaa\xa4", b"\xaa\x03\x55"])
)


@given(st.lists(st.tuples(pieces, st.floats(0, 0.5)), max_size=12), st.booleans())
@settings(max_examples=100)
def test_noise_at_any_moment_makes_no_page_that_the_chip_did_not_take(
    said: list[tuple[bytes, float]], asked: bool
) -> None:
    """Only the chip's own word, and not before the air can be free again, ends it as transmitted."""
    driver = create({"version": asked}, 19200)
    assert isinstance(driver, AskedRfBridge) is asked
    page = Page(uuid4(), "7", "123451", PageFormat.CODE)
    results: list[tuple[float, SubmitResult]] = []
    writes: list[float] = []
    now = 0.0

    def look() -> None:
        for one in driver.outputs():
            if isinstance(one, SubmitResult):
                results.append((now, one))
            elif isinstance(one, Write) and one.begins:
                writes.append(now)

    driver.opened(now)
    driver.submit([page], now)
    for data, pause in said:
        driver.received(data, now)
        look()
        now += pause
        driver.tick(now)
        look()
    while driver.busy:
        now += 0.25
        driver.tick(now)
        look()
        assert now < 60
    ((at, result),) = results
    if result.state is PageState.TRANSMITTED:
        assert at - writes[0] >= 0.9 * AIR_S
        assert SENT in b"".join(data for data, _ in said)
    else:
        assert result.state is PageState.UNKNOWN
