"""One suite for every driver with its simulated peer: what the gateway relies on, whatever is spoken on the line.

A new driver adds one entry to `RIGS` (driver settings, its peer, and how to make the peer misbehave)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from broker_config.messages import PageFormat, PageState, Proof
from pager_gateway import registry
from pager_gateway.probes import ANSWER_S
from pager_gateway.sender import (
    Batch,
    HealthReport,
    PageReport,
    ProbeNow,
    ProbeReport,
    Sender,
    SenderInput,
    SenderReport,
)
from pager_gateway.transmitter import Page, Probing
from simulator.clock import FakeClock, VirtualLoop
from simulator.pager import Air
from simulator.transmitters.base import Box
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal
from simulator.transmitters.virtual import VirtualTransmitter

PATIENCE_S = 200.0
"""Every page has its final result by then, whatever the peer does."""


@dataclass
class Rig:
    """A driver, its peer, and the peer's faults by physical name."""

    driver: str
    settings: dict[str, Any]
    box: Callable[[Air], Box]
    silence: Callable[[Box], None]
    speak: Callable[[Box], None]
    refuse_next: Callable[[Box], None]
    lose_reply: Callable[[Box], None]
    most_copies: int


def _tap(faults: TapFaults | None = None, **habits: Any) -> Callable[[Air], Box]:
    return lambda air: TapTerminal(TapHabits(**habits), faults or TapFaults(), knows=air.knows, seed=1)


def _set(name: str, value: Any) -> Callable[[Box], None]:
    return lambda box: setattr(box.faults, name, value)  # type: ignore[attr-defined]


def _tap_rig(settings: dict[str, Any], **habits: Any) -> Rig:
    return Rig(
        "tap",
        settings,
        _tap(**habits),
        _set("silent", True),
        _set("silent", False),
        _set("refuse", [511]),
        _set("lose_reply", 1),
        most_copies=4,
    )


RIGS = {
    "tap": lambda: _tap_rig({}),
    "tap-warm": lambda: _tap_rig({"stay": True}, t4_s=None),
    "tap-leaves-at-once": lambda: _tap_rig({"idle_s": 0}),
    "tap-implied": lambda: _tap_rig({"implied_login": True}, implied_login=True),
    "tap-password": lambda: _tap_rig({"password": "abc123"}, password="abc123"),
    "tap-batch": lambda: _tap_rig({"batch": 8}, verbose=False),
    "tap-zetron": lambda: _tap_rig({}, text_after=True, line_end=b"\n\r", prompt=b"Hello\r\nID=\r"),
    "tap-one-page": lambda: _tap_rig({"pages_per_session": 1}, most_pages=1),
    "tap-unaware-of-limit": lambda: _tap_rig({}, most_pages=2),
    "tap-no-go-ahead": lambda: _tap_rig({"go_ahead": False}, go_ahead=False),
    "tap-parity": lambda: _tap_rig({}, parity=True),
}

from tests.conformance.rigs_espa444 import RIGS as _ESPA  # noqa: E402

RIGS.update(_ESPA)


@dataclass
class Bench:
    rig: Rig
    clock: FakeClock = field(default_factory=FakeClock)
    air: Air = field(default_factory=Air)
    reports: list[SenderReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.driver = registry.find(self.rig.driver)(self.rig.settings, 9600)
        self.box = self.rig.box(self.air)
        self.line = VirtualTransmitter(self.clock, self.box, self.air)
        sender = Sender("tx-1", self.driver, self.line, self.reports.append, self.clock.boot)
        self.loop: VirtualLoop[SenderInput] = VirtualLoop(sender, self.clock)

    def open(self, seconds: float = 2.0) -> None:
        self.line.open(self.loop.put)
        self.clock.advance(seconds)

    def page(self, text: str, *, lives_s: float = 100.0, address: str = "1234001") -> Page:
        return Page(uuid4(), address, text, expires_at=self.clock.boot() + lives_s)

    def submit(self, *pages: Page, seconds: float = 3.0) -> None:
        """By as many batches as the driver wants, like the gateway: the next when the last is over."""
        waiting = list(pages)
        until = self.clock.boot() + seconds
        while waiting or self.driver.busy:
            if waiting and not self.driver.busy:
                batch, waiting = tuple(waiting[: self.driver.batch]), waiting[self.driver.batch :]
                self.loop.put(Batch(batch))
            self.clock.advance(0.01)
            if self.clock.boot() > until:
                break

    def results(self, page: Page) -> list[PageReport]:
        return [one for one in self.reports if isinstance(one, PageReport) and one.result.page == page.id]

    def final(self, page: Page) -> PageReport:
        """The first final word; what comes later only proves more."""
        finals = [one for one in self.results(page) if one.result.state.is_final]
        proofs = [list(Proof).index(one.result.proof) for one in finals]
        assert proofs == sorted(set(proofs)), "a later word that proves no more"
        return finals[0]

    def health(self) -> str:
        return next(
            (one.health.state for one in reversed(self.reports) if isinstance(one, HealthReport)), "unknown"
        )

    def answers(self) -> list[ProbeReport]:
        return [one for one in self.reports if isinstance(one, ProbeReport)]

    def texts(self) -> list[str]:
        return [page.text for pager in self.air.pagers() for page in pager.history]


@pytest.fixture(params=sorted(RIGS))
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(RIGS[request.param]())


def test_a_page_reaches_its_pager_and_says_what_is_proven(bench: Bench) -> None:
    bench.open()
    page = bench.page("FITTING ROOMS")
    bench.submit(page)
    report = bench.final(page)
    assert report.result.state is PageState.TRANSMITTED
    assert report.result.proof is not Proof.NONE
    assert report.result.error is None
    assert report.first_byte_at is not None
    assert report.first_byte_at <= bench.clock.boot()
    got = bench.air.pager("1234001").expects("FITTING ROOMS")
    assert got.at >= report.first_byte_at
    bench.air.assert_empty()
    assert bench.health() == "ready"


def test_many_pages_each_once_and_in_order(bench: Bench) -> None:
    bench.open()
    pages = [bench.page(f"PAGE {number}") for number in range(12)]
    bench.submit(*pages, seconds=60)
    assert {bench.final(page).result.state for page in pages} == {PageState.TRANSMITTED}
    assert bench.texts() == [page.body for page in pages]


def test_a_page_after_a_long_silence(bench: Bench) -> None:
    bench.open()
    for pause in (0.5, 3.9, 4.1, 50.0, 1_000.0):
        bench.clock.advance(pause)
        page = bench.page(f"AFTER {pause}")
        bench.submit(page, seconds=10)
        assert bench.final(page).result.state is PageState.TRANSMITTED
        bench.air.pager("1234001").expects(page.body)
    bench.air.assert_empty()


def test_a_refused_page_ends_and_the_next_one_goes(bench: Bench) -> None:
    bench.open()
    bench.rig.refuse_next(bench.box)
    bad, good = bench.page("NOBODY"), bench.page("SOMEBODY")
    bench.submit(bad, good)
    refused = bench.final(bad).result
    assert refused.state is PageState.FAILED
    assert refused.error is not None
    assert not refused.error.retry
    assert bench.final(good).result.state is PageState.TRANSMITTED
    assert bench.texts() == ["SOMEBODY"]


def test_a_silent_peer_ends_every_page_in_bounded_time(bench: Bench) -> None:
    bench.open()
    bench.rig.silence(bench.box)
    pages = [bench.page(f"LOST {number}", lives_s=1_000) for number in range(bench.driver.batch)]
    bench.submit(*pages, seconds=PATIENCE_S)
    for page in pages:
        assert bench.final(page).result.state in (PageState.FAILED, PageState.UNKNOWN)
    assert not bench.driver.busy
    assert bench.texts() == []
    assert bench.health() == "dead"


def test_it_comes_back_by_itself_after_silence(bench: Bench) -> None:
    bench.open()
    bench.rig.silence(bench.box)
    bench.submit(bench.page("LOST"), seconds=PATIENCE_S)
    bench.clock.advance(600)
    bench.rig.speak(bench.box)
    bench.clock.advance(30)
    page = bench.page("BACK")
    bench.submit(page, seconds=60)
    assert bench.final(page).result.state is PageState.TRANSMITTED
    assert bench.texts() == ["BACK"]
    assert bench.health() == "ready"


def test_a_lost_reply_doubles_a_page_at_most_as_often_as_the_bound(bench: Bench) -> None:
    bench.open()
    bench.rig.lose_reply(bench.box)
    page, other = bench.page("MAYBE TWICE", lives_s=1_000), bench.page("ONCE", lives_s=1_000)
    bench.submit(page, other, seconds=PATIENCE_S)
    assert bench.final(page).result.state in (PageState.TRANSMITTED, PageState.UNKNOWN)
    assert 1 <= bench.texts().count("MAYBE TWICE") <= bench.rig.most_copies
    assert bench.final(other).result.state is PageState.TRANSMITTED
    assert bench.texts().count("ONCE") == 1


def test_an_expired_page_is_not_begun(bench: Bench) -> None:
    bench.open()
    page = bench.page("TOO LATE", lives_s=-1)
    bench.submit(page)
    report = bench.final(page)
    assert report.result.state is PageState.EXPIRED
    assert report.first_byte_at is None
    assert bench.texts() == []


def test_a_page_that_expires_while_the_peer_is_away_is_never_sent(bench: Bench) -> None:
    bench.open()
    bench.rig.silence(bench.box)
    bench.clock.advance(120)
    page = bench.page("STALE", lives_s=1.0)
    bench.loop.put(Batch((page,)))
    bench.clock.advance(2)
    bench.rig.speak(bench.box)
    bench.clock.advance(PATIENCE_S)
    assert bench.final(page).result.state is not PageState.TRANSMITTED or bench.rig.settings.get(
        "implied_login"
    )
    assert not bench.driver.busy


def test_a_closed_port_fails_a_page_at_once(bench: Bench) -> None:
    page = bench.page("NO PORT")
    bench.loop.put(Batch((page,)))
    bench.clock.advance(0.01)
    result = bench.final(page).result
    assert result.state is PageState.FAILED
    assert result.error is not None
    assert result.error.retry


@pytest.mark.parametrize("after_s", [0.0, 0.001, 0.01, 0.03, 0.05, 0.08, 0.2])
def test_a_cable_pulled_at_any_moment(bench: Bench, after_s: float) -> None:
    bench.open()
    bench.clock.advance(20)
    page = bench.page("CABLE")
    bench.loop.put(Batch((page,)))
    bench.clock.advance(after_s)
    bench.line.unplug()
    bench.clock.advance(PATIENCE_S)
    result = bench.final(page).result
    if result.state is PageState.FAILED:
        assert bench.texts() == [], "it said that nothing was sent"
    if result.state is PageState.TRANSMITTED:
        assert bench.texts() == ["CABLE"]
    assert bench.health() == "dead"
    bench.line.plug()
    bench.clock.advance(30)
    again = bench.page("AGAIN")
    bench.submit(again, seconds=60)
    assert bench.final(again).result.state is PageState.TRANSMITTED


def test_what_it_cannot_carry_is_refused_before_the_line(bench: Bench) -> None:
    bench.open()
    code = Page(uuid4(), "1234001", "A1B2C3", PageFormat.CODE)
    long = Page(uuid4(), "1234001", "x" * 1_001)
    bench.submit(code, long)
    for page in (code, long):
        report = bench.final(page)
        assert report.result.state is PageState.FAILED
        assert report.result.error is not None
        assert not report.result.error.retry
        assert report.first_byte_at is None
    assert bench.texts() == []


def test_a_tone_and_digits(bench: Bench) -> None:
    bench.open()
    tone = Page(uuid4(), "1234001", "", PageFormat.TONE)
    digits = Page(uuid4(), "1234001", "12-3", PageFormat.NUMERIC)
    bench.submit(tone, digits)
    assert bench.texts() == ["", "12-3"]


@pytest.fixture
def asked(bench: Bench) -> Bench:
    """A driver that can be asked whether its transmitter is there."""
    if not isinstance(bench.driver, Probing):
        pytest.skip("cannot be asked")
    return bench


@pytest.mark.parametrize("after_s", [0.0, 0.03, 1.0, 3.5, 4.2, 7.0, 50.0])
def test_asked_while_idle_it_answers_and_disturbs_nobody(asked: Bench, after_s: float) -> None:
    asked.open()
    asked.clock.advance(after_s)
    asked.loop.put(ProbeNow(7))
    asked.clock.advance(ANSWER_S)
    (answer,) = asked.answers()
    assert (answer.transmitter, answer.number, answer.error) == ("tx-1", 7, None)
    assert answer.asked_at is not None
    assert answer.asked_at <= asked.clock.boot()
    assert asked.texts() == []
    page = asked.page("AFTERWARDS")
    asked.submit(page, seconds=10)
    assert asked.final(page).result.state is PageState.TRANSMITTED


def test_asked_of_a_silent_peer_it_says_no_answer_in_time(asked: Bench) -> None:
    asked.open()
    for pause in (0.5, 2.0, 20.0):
        asked.rig.silence(asked.box)
        asked.clock.advance(pause)
        asked.reports.clear()
        asked.loop.put(ProbeNow(1))
        asked.clock.advance(ANSWER_S)
        (answer,) = asked.answers()
        assert answer.error is not None
        assert answer.error.code == "no_answer"
        assert answer.error.text
        asked.rig.speak(asked.box)
        asked.clock.advance(30)
        asked.reports.clear()
        asked.loop.put(ProbeNow(2))
        asked.clock.advance(ANSWER_S)
        assert [one.error for one in asked.answers()] == [None]


def test_asked_with_the_port_closed_it_answers_at_once(asked: Bench) -> None:
    asked.loop.put(ProbeNow(1))
    asked.clock.advance(0.01)
    assert [one.error.code for one in asked.answers() if one.error] == ["port"]
    asked.reports.clear()
    asked.open()
    asked.line.unplug()
    asked.clock.advance(1)
    asked.loop.put(ProbeNow(2))
    asked.clock.advance(0.01)
    (answer,) = asked.answers()
    assert answer.error is not None
    assert (answer.number, answer.error.code) == (2, "port")
    assert "cable" in answer.error.text or "port" in answer.error.text


def test_asked_when_the_cable_goes_it_says_so(asked: Bench) -> None:
    asked.open()
    asked.rig.silence(asked.box)
    asked.loop.put(ProbeNow(1))
    asked.clock.advance(1)
    asked.line.unplug()
    asked.clock.advance(0.01)
    assert [one.error.code for one in asked.answers() if one.error] == ["port"]


def test_asked_between_pages_each_page_goes_once_and_everybody_gets_an_answer(asked: Bench) -> None:
    asked.open()
    asked.clock.advance(20)
    pages = [asked.page(f"PAGE {number}") for number in range(5)]
    for number, page in enumerate(pages):
        asked.loop.put(ProbeNow(2 * number))
        asked.loop.put(Batch((page,)))
        asked.loop.put(ProbeNow(2 * number + 1))
        until = asked.clock.boot() + 10
        while asked.driver.busy or not asked.results(page):
            asked.clock.advance(0.003)
            assert asked.clock.boot() < until
    asked.clock.advance(ANSWER_S)
    assert sorted(one.number for one in asked.answers()) == list(range(10))
    assert all(one.error is None for one in asked.answers())
    assert asked.texts() == [page.body for page in pages]


def test_a_peer_that_falls_silent_while_idle_is_dead_in_ten_seconds(bench: Bench) -> None:
    if bench.rig.settings.get("implied_login"):
        pytest.skip("answers nothing but pages and probes")
    for after_s in [step * 0.37 for step in range(1, 30)]:
        bench.rig.speak(bench.box)
        bench.clock.advance(40)
        bench.open(after_s)
        bench.rig.silence(bench.box)
        bench.clock.advance(10)
        assert bench.health() == "dead", after_s
        report = next(one for one in reversed(bench.reports) if isinstance(one, HealthReport))
        assert report.health.cause


@pytest.mark.parametrize(("rate", "seed"), [(0.01, 1), (0.05, 2), (0.3, 3)])
def test_a_line_that_spoils_bytes_ends_every_page_once_and_is_forgotten(
    bench: Bench, rate: float, seed: int
) -> None:
    bench.open()
    bench.line.garble(rate, seed)
    pages = [bench.page(f"N {number}") for number in range(4)]
    bench.submit(*pages, seconds=PATIENCE_S)
    assert all(bench.final(page).result.state.is_final for page in pages)

    bench.line.clean()
    bench.clock.advance(60)
    page = bench.page("CLEAN")
    bench.submit(page, seconds=60.0)

    assert bench.final(page).result.state is PageState.TRANSMITTED
    assert "CLEAN" in bench.texts()


def test_results_name_only_pages_that_were_given(bench: Bench) -> None:
    bench.open()
    pages = [bench.page(f"N {number}") for number in range(3)]
    bench.submit(*pages)
    named: set[UUID] = {one.result.page for one in bench.reports if isinstance(one, PageReport)}
    assert named == {page.id for page in pages}


def test_an_idle_driver_asks_for_little(bench: Bench) -> None:
    """No busy waiting: an hour without pages needs a call or two a second, and every due moment lies ahead."""
    bench.open()
    calls = 0
    sender = bench.loop._core
    original = sender.handle

    def counted(events: Any, now: float) -> None:
        nonlocal calls
        calls += 1
        original(events, now)

    sender.handle = counted  # type: ignore[method-assign]
    bench.clock.advance(3_600)
    assert calls < 6_000
