"""One suite for every driver with its simulated peer: what the gateway relies on, whatever is spoken on the line.

A new driver adds a file `rigs_<kind>.py` (driver settings, its peer, what is special about them)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from broker_config.messages import PageFormat, PageState, Proof
from pager_gateway.probes import ANSWER_S
from pager_gateway.sender import HealthReport, PageReport, ProbeNow
from pager_gateway.transmitter import Page, Probing
from simulator.transmitters.base import Trouble
from tests.conformance.rig import PATIENCE_S
from tests.conformance.rigs import RIGS, Bench, names

DONE = (PageState.TRANSMITTED, PageState.CONFIRMED)
BODIES = {PageFormat.TEXT: "HELP", PageFormat.NUMERIC: "12", PageFormat.TONE: "", PageFormat.CODE: "A1B2C3"}


def _bench(name: str) -> Bench:
    return Bench(RIGS[name]())


@pytest.fixture(params=sorted(RIGS))
def bench(request: pytest.FixtureRequest) -> Bench:
    return _bench(request.param)


@pytest.fixture(params=names(lambda one: one.can(Trouble.REFUSE)))
def refusing(request: pytest.FixtureRequest) -> Bench:
    """A peer that has a word for no."""
    return _bench(request.param)


@pytest.fixture(params=names(lambda one: one.can(Trouble.LOSE_REPLY)))
def replying(request: pytest.FixtureRequest) -> Bench:
    """A peer whose reply can get lost."""
    return _bench(request.param)


@pytest.fixture(params=names(lambda one: one.rig.watches))
def watching(request: pytest.FixtureRequest) -> Bench:
    """A driver that looks after its peer between pages."""
    return _bench(request.param)


@pytest.fixture(params=names(lambda one: one.joins and one.driver.batch > 1))
def joining(request: pytest.FixtureRequest) -> Bench:
    """A driver that takes pages into a transmission that is under way."""
    return _bench(request.param)


@pytest.fixture(params=names(lambda one: isinstance(one.driver, Probing)))
def asked(request: pytest.FixtureRequest) -> Bench:
    """A driver that can be asked whether its transmitter is there."""
    return _bench(request.param)


def test_a_page_reaches_its_pager_and_says_what_is_proven(bench: Bench) -> None:
    bench.open()
    page = bench.page("FITTING ROOMS")
    bench.submit(page)
    report = bench.final(page)
    assert report.result.state in DONE
    assert (report.result.proof is not Proof.NONE) == bench.rig.receipts
    assert (bench.driver.abilities.proof is not Proof.NONE) == bench.rig.receipts
    assert report.result.error is None
    assert report.first_byte_at is not None
    assert report.first_byte_at <= bench.clock.boot()
    got = bench.air.pager(bench.heard_at()).expects(*bench.shown(page))
    assert got.at >= report.first_byte_at
    if report.result.proof is not Proof.ACCEPTED:
        assert got.at <= bench.ended[page.id] + 1e-6, "it was told before it was true"
    bench.air.assert_empty()
    assert bench.health() == "ready" or (not bench.rig.receipts and bench.health() != "dead")


def test_many_pages_each_once_and_in_order(bench: Bench) -> None:
    bench.open()
    pages = [bench.page(f"PAGE {number}") for number in range(12)]
    bench.submit(*pages)
    assert {bench.final(page).result.state for page in pages} <= set(DONE)
    assert bench.texts() == bench.shown(*pages)


def test_the_carrier_is_told_once_and_no_result_comes_before_its_page_is_out(bench: Bench) -> None:
    """A transmission that grows is told by its parts: together they are as long as it was."""
    bench.open()
    ups: list[float] = []
    bench.line.observe(
        lambda seen: (
            ups.append(seen.airs.until - seen.airs.since)
            if seen.airs is not None and seen.airs.address is None
            else None
        )
    )
    size = min(3, bench.driver.batch)
    batches = [[bench.page(f"{letter} {number}") for number in range(size)] for letter in "AB"]
    for pages in batches:
        bench.submit(*pages)
    bench.clock.advance(5)
    carriers = bench.carriers()
    assert bool(carriers) == bench.rig.air_time
    if not bench.joins:
        assert len(carriers) == (len(batches) if bench.rig.air_time else 0)
    if bench.rig.air_time:
        told = sum(carrier.seconds for carrier in carriers)
        assert 0.99 * sum(ups) <= told <= 1.2 * sum(ups), "it may err to the long side"
    heard = [(page.text, page.at) for pager in bench.air.pagers() for page in pager.history]
    for page, (text, at) in zip([page for pages in batches for page in pages], heard, strict=True):
        assert [text] == bench.shown(page)
        if bench.final(page).result.proof is not Proof.ACCEPTED:
            assert bench.ended[page.id] >= at - 1e-6


@pytest.mark.parametrize("gap_s", [0.0, 0.05, 0.3, 0.9, 2.0])
def test_pages_join_the_transmission_that_is_under_way(joining: Bench, gap_s: float) -> None:
    """Each once, the urgent before all that have not begun, and by no more carriers than must be."""
    joining.open()
    most = joining.driver.batch
    pages = [joining.page(f"PAGE {number}") for number in range(min(most, 12))]
    joining.give(*pages[: len(pages) // 2])
    urgent = replace(joining.page("URGENT"), priority=1)
    joining.clock.advance(gap_s)
    joining.give(*pages[len(pages) // 2 :], urgent)
    joining.clock.advance(30)
    assert {joining.final(page).result.state for page in (*pages, urgent)} <= set(DONE)
    texts = joining.texts()
    assert sorted(texts) == sorted(joining.shown(*pages, urgent))
    (words,) = joining.shown(urgent)
    assert [text for text in texts if text != words] == joining.shown(*pages)
    assert texts.index(words) <= 4 + gap_s / 0.4


def test_a_page_after_a_long_silence(bench: Bench) -> None:
    bench.open()
    for pause in (0.5, 3.9, 4.1, 50.0, 1_000.0):
        bench.clock.advance(pause)
        page = bench.page(f"AFTER {pause}")
        bench.submit(page)
        assert bench.final(page).result.state in DONE
        bench.air.pager(bench.heard_at()).expects(*bench.shown(page))
    bench.air.assert_empty()


def test_a_refused_page_ends_and_the_next_one_goes(refusing: Bench) -> None:
    """Packed pages share a transmission, and its refusal: so they come one after the other there."""
    refusing.open()
    refusing.trouble(Trouble.REFUSE)
    bad, good = refusing.page("NOBODY"), refusing.page("SOMEBODY")
    for pages in ([bad], [good]) if refusing.driver.abilities.packing else ([bad, good],):
        refusing.submit(*pages)
    refused = refusing.final(bad).result
    assert refused.state is PageState.FAILED
    assert refused.error is not None
    assert not refused.error.retry
    assert refusing.final(good).result.state in DONE
    assert refusing.texts() == refusing.shown(good)


def test_a_silent_peer_ends_every_page_in_bounded_time(bench: Bench) -> None:
    """Nobody misses the answers of a peer that never answers: then it says so by its proof."""
    bench.open()
    bench.silence()
    pages = [bench.page(f"LOST {number}", lives_s=1_000) for number in range(bench.driver.batch)]
    bench.submit(*pages)
    for page in pages:
        result = bench.final(page).result
        if bench.rig.receipts:
            assert result.state in (PageState.FAILED, PageState.UNKNOWN)
        assert result.proof is Proof.NONE
    assert not bench.driver.busy
    assert bench.texts() == []
    assert bench.health() == "dead" or not bench.rig.receipts


def test_it_comes_back_by_itself_after_silence(bench: Bench) -> None:
    bench.open()
    bench.silence()
    bench.submit(bench.page("LOST"))
    bench.clock.advance(600)
    bench.speak()
    bench.clock.advance(30)
    page = bench.page("BACK")
    bench.submit(page)
    assert bench.final(page).result.state in DONE
    assert bench.texts() == bench.shown(page)
    assert bench.health() == "ready" or not bench.rig.receipts


def test_a_lost_reply_doubles_a_page_at_most_as_often_as_the_bound(replying: Bench) -> None:
    """`transmitted` or `unknown`; never `failed`, since it was on the air. Packed pages share the lost reply."""
    replying.open()
    replying.trouble(Trouble.LOSE_REPLY)
    page, other = replying.page("MAYBE TWICE", lives_s=1_000), replying.page("ONCE", lives_s=1_000)
    for pages in ([page], [other]) if replying.driver.abilities.packing else ([page, other],):
        replying.submit(*pages)
    assert replying.final(page).result.state in (*DONE, PageState.UNKNOWN)
    (twice,), (once,) = replying.shown(page), replying.shown(other)
    assert 1 <= replying.texts().count(twice) <= replying.rig.most_copies
    assert replying.final(other).result.state in DONE
    assert replying.texts().count(once) == 1


def test_an_expired_page_is_not_begun(bench: Bench) -> None:
    bench.open()
    page = bench.page("TOO LATE", lives_s=-1)
    bench.submit(page)
    report = bench.final(page)
    assert report.result.state is PageState.EXPIRED
    assert report.first_byte_at is None
    assert bench.texts() == []


def test_a_page_that_expires_while_the_peer_is_away_is_never_sent(watching: Bench) -> None:
    watching.open()
    watching.silence()
    watching.clock.advance(120)
    page = watching.page("STALE", lives_s=1.0)
    watching.give(page)
    watching.clock.advance(2)
    watching.speak()
    watching.clock.advance(PATIENCE_S)
    assert watching.final(page).result.state not in DONE
    assert watching.texts() == []
    assert not watching.driver.busy


def test_a_closed_port_fails_a_page_at_once(bench: Bench) -> None:
    page = bench.page("NO PORT")
    bench.give(page)
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
    bench.give(page)
    bench.clock.advance(after_s)
    bench.line.unplug()
    bench.clock.advance(PATIENCE_S)
    result = bench.final(page).result
    if result.state is PageState.FAILED:
        assert bench.texts() == [], "it said that nothing was sent"
    if result.state in DONE:
        assert bench.texts() == bench.shown(page)
    assert bench.health() == "dead"
    bench.line.plug()
    bench.clock.advance(30)
    again = bench.page("AGAIN")
    bench.submit(again)
    assert bench.final(again).result.state in DONE


def test_what_it_cannot_carry_is_refused_before_the_line(bench: Bench) -> None:
    bench.open()
    formats = bench.driver.abilities.formats
    pages = [Page(uuid4(), bench.rig.address, BODIES[one], one) for one in PageFormat if one not in formats]
    pages += [
        Page(uuid4(), bench.rig.address, "9" * 1_001, one) for one in formats if one is not PageFormat.TONE
    ]
    for page in pages:
        bench.submit(page)
        report = bench.final(page)
        assert report.result.state is PageState.FAILED
        assert report.result.error is not None
        assert not report.result.error.retry
        assert report.first_byte_at is None
    assert bench.texts() == []


def test_a_tone_and_digits(bench: Bench) -> None:
    bench.open()
    expected: list[str] = []
    for format, body in ((PageFormat.TONE, ""), (PageFormat.NUMERIC, bench.rig.digits)):
        if format in bench.driver.abilities.formats:
            bench.submit(Page(uuid4(), bench.rig.address, body, format))
            expected.append(body)
    assert bench.texts() == expected


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
    asked.submit(page)
    assert asked.final(page).result.state in DONE


def test_asked_of_a_silent_peer_it_says_no_answer_in_time(asked: Bench) -> None:
    asked.open()
    for pause in (0.5, 2.0, 20.0):
        asked.silence()
        asked.clock.advance(pause)
        asked.reports.clear()
        asked.loop.put(ProbeNow(1))
        asked.clock.advance(ANSWER_S)
        (answer,) = asked.answers()
        assert answer.error is not None
        assert answer.error.code == "no_answer"
        assert answer.error.text
        asked.speak()
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
    asked.silence()
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
        asked.give(page)
        asked.loop.put(ProbeNow(2 * number + 1))
        until = asked.clock.boot() + 20
        while asked.driver.busy or not asked.results(page):
            asked.clock.advance(0.003)
            assert asked.clock.boot() < until
    asked.clock.advance(ANSWER_S)
    assert sorted(one.number for one in asked.answers()) == list(range(10))
    assert all(one.error is None for one in asked.answers())
    assert asked.texts() == asked.shown(*pages)


def test_a_peer_that_falls_silent_while_idle_is_dead_in_ten_seconds(watching: Bench) -> None:
    for after_s in [step * 0.37 for step in range(1, 30)]:
        watching.speak()
        watching.clock.advance(40)
        watching.open(after_s)
        watching.silence()
        watching.clock.advance(10)
        assert watching.health() == "dead", after_s
        report = next(one for one in reversed(watching.reports) if isinstance(one, HealthReport))
        assert report.health.cause


@pytest.mark.parametrize(("rate", "seed"), [(0.01, 1), (0.05, 2), (0.3, 3)])
def test_a_line_that_spoils_bytes_ends_every_page_once_and_is_forgotten(
    bench: Bench, rate: float, seed: int
) -> None:
    bench.open()
    bench.line.garble(rate, seed)
    pages = [bench.page(f"N {number}") for number in range(4)]
    bench.submit(*pages, seconds=2 * PATIENCE_S)
    assert all(bench.final(page).result.state.is_final for page in pages)

    bench.line.clean()
    bench.clock.advance(60)
    page = bench.page("CLEAN")
    bench.submit(page)

    assert bench.final(page).result.state in DONE
    assert set(bench.shown(page)) <= set(bench.texts())


def test_results_name_only_pages_that_were_given(bench: Bench) -> None:
    bench.open()
    pages = [bench.page(f"N {number}") for number in range(3)]
    bench.submit(*pages)
    named: set[UUID] = {one.result.page for one in bench.reports if isinstance(one, PageReport)}
    assert named == {page.id for page in pages}


def test_an_idle_driver_asks_for_little(bench: Bench) -> None:
    """No busy waiting: an hour without pages needs a call or two a second, unless the protocol wants more, and every
    due moment lies ahead."""
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
    assert calls < 3_600 * bench.rig.calls_per_s
