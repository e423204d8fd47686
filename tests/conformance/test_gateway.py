"""One suite for a whole gateway over every kind of transmitter: what the server relies on, whatever is spoken below.

Slow stories run over one rig of each driver."""

from __future__ import annotations

import pytest

from broker_config.messages import PageFormat, PageState
from pager_gateway.airtime import AirLimits
from pager_gateway.transmitter import Cancelling, Joining, Probing
from simulator.transmitters.base import Seen, Trouble
from tests.conformance.gateway_rig import GatewayBench
from tests.conformance.rigs import RIGS, names

TRANSMITTED, CONFIRMED, FAILED = PageState.TRANSMITTED, PageState.CONFIRMED, PageState.FAILED
EXPIRED, CANCELLED, UNKNOWN, HELD = PageState.EXPIRED, PageState.CANCELLED, PageState.UNKNOWN, PageState.HELD
DONE = (TRANSMITTED, CONFIRMED)
DEAD_S = 10.0
KINDS = sorted({make().driver: name for name, make in sorted(RIGS.items(), reverse=True)}.values())
"""The first rig of each driver."""
WATCHED = names(lambda bench: bench.rig.watches)
UNWATCHED = names(lambda bench: bench.rig.receipts and not bench.rig.watches)
REFUSING = names(lambda bench: bench.can(Trouble.REFUSE))
CANCELLING = names(lambda bench: isinstance(bench.driver, Cancelling))


@pytest.fixture(params=sorted(RIGS))
def bench(request: pytest.FixtureRequest) -> GatewayBench:
    return GatewayBench(request.param).start()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> GatewayBench:
    return GatewayBench(request.param).start()


@pytest.fixture(params=KINDS)
def pair(request: pytest.FixtureRequest) -> GatewayBench:
    """Two of a kind."""
    return GatewayBench(request.param, request.param).start()


def test_an_order_becomes_one_page_and_one_result(bench: GatewayBench) -> None:
    page = bench.order("HELP")
    bench.until_final(page)
    assert bench.state(page) in DONE
    assert bench.results(page)[-1].tx_ms is not None
    assert bench.texts() == [bench.shown("HELP")]


@pytest.mark.parametrize("name", KINDS)
def test_a_canary_rings_the_address_that_is_kept_for_it(name: str) -> None:
    """Also where nothing can be asked, and where only codes go on the air."""
    rig = RIGS[name]()
    code = rig.format is PageFormat.CODE
    bench = GatewayBench(name, canary_address=rig.body("CANARY") if code else rig.address).start()
    page = bench.canary()
    bench.until_final(page)
    assert bench.state(page) in DONE
    assert bench.texts() == [bench.shown("CANARY") if code else "CANARY"]


@pytest.mark.parametrize("name", KINDS)
def test_a_canary_without_an_address_asks_or_says_that_it_cannot(name: str) -> None:
    bench = GatewayBench(name).start()
    page = bench.canary()
    bench.until_final(page)
    result = bench.results(page)[-1]
    assert bench.texts() == []
    if isinstance(bench.rig.create(), Probing):
        assert (result.state, result.error) == (TRANSMITTED, None)
    else:
        assert result.state is FAILED
        assert result.error is not None
        assert "canary_address" in result.error.text


def test_an_order_that_comes_again_is_not_transmitted_again(bench: GatewayBench) -> None:
    page = bench.order("ONCE")
    bench.order("ONCE", page)
    bench.clock.advance(0.05)
    bench.order("ONCE", page)
    bench.until_final(page)
    bench.clock.advance(30)
    before = len(bench.results(page))
    bench.order("ONCE", page)
    bench.clock.advance(10)
    assert len(bench.results(page)) == before + 1
    assert bench.state(page) in DONE
    assert bench.texts() == [bench.shown("ONCE")]


def test_a_page_that_waits_for_a_dead_line_expires_aloud_with_the_cause(bench: GatewayBench) -> None:
    bench.lines["tx-1"].unplug()
    bench.clock.advance(0.5)
    page = bench.order("STALE", exp_s=5)
    bench.clock.advance(4.5)
    assert bench.state(page) is HELD
    bench.clock.advance(1)
    result = bench.results(page)[-1]
    assert result.state is EXPIRED
    assert result.error is not None
    assert "cable" in result.error.text
    bench.lines["tx-1"].plug()
    bench.clock.advance(60)
    assert bench.texts() == []


def test_a_page_that_waits_can_be_cancelled(bench: GatewayBench) -> None:
    first = bench.order("FIRST")
    bench.clock.advance(0.01)
    second, third = bench.order("SECOND"), bench.order("THIRD")
    bench.cancel(second)
    bench.until_final(first, second, third)
    assert bench.state(second) is CANCELLED
    assert bench.state(first) in DONE
    assert bench.state(third) in DONE
    assert bench.texts() == [bench.shown("FIRST"), bench.shown("THIRD")]


def test_killed_with_pages_held_and_one_on_the_air(bench: GatewayBench) -> None:
    """What a driver takes into a transmission that is under way is in its hand, and in doubt, too."""
    on_air = bench.order("ON AIR")
    bench.clock.advance(0.0007)
    held = []
    for number in range(3):
        held.append(bench.order(f"HELD {number}"))
        bench.clock.advance(0.0003)
    bench.clock.advance(0.0003)
    bench.gateway.kill()
    bench.clock.advance(5)
    bench.gateway.start()
    bench.until_final(on_air, *held)
    bench.order("ON AIR", on_air)
    bench.clock.advance(30)
    assert bench.state(on_air) is UNKNOWN
    driver = bench.rig.create()
    in_hand = isinstance(driver, Joining) and driver.batch > 1
    assert {bench.state(page) for page in held} <= {*DONE, *([UNKNOWN] if in_hand else [])}
    texts = bench.texts()
    assert texts.count(bench.shown("ON AIR")) <= 1
    assert [text for text in texts if text != bench.shown("ON AIR")] == [
        bench.shown(f"HELD {number}")
        for number, page in enumerate(held)
        if bench.state(page) in DONE or bench.shown(f"HELD {number}") in texts
    ]


def test_killed_with_a_whole_batch_in_hand(kind: GatewayBench) -> None:
    """What the transmitter had taken is in doubt, every page of it, unless its result was known; nothing goes twice."""
    pages = [kind.order(f"PAGE {number}") for number in range(8)]
    kind.clock.advance(0.3)
    known = {page: kind.state(page) for page in pages if kind.final(page)}
    kind.gateway.kill()
    kind.clock.advance(30)
    kind.gateway.start()
    kind.until_final(*pages)
    for number, page in enumerate(pages):
        heard = kind.texts().count(kind.shown(f"PAGE {number}"))
        assert kind.state(page) == known.get(page, kind.state(page))
        assert kind.state(page) in (*DONE, UNKNOWN)
        assert heard == 1 or (kind.state(page) is UNKNOWN and heard == 0)


def test_a_line_that_is_cut_is_dead_on_the_wire_in_ten_seconds_and_comes_back(bench: GatewayBench) -> None:
    bench.lines["tx-1"].unplug()
    bench.clock.advance(DEAD_S)
    assert bench.told().state == "dead"
    assert "cable" in (bench.told().cause or "")
    page = bench.order("WAITED")
    bench.clock.advance(20)
    assert bench.state(page) is HELD
    bench.lines["tx-1"].plug()
    bench.until_final(page)
    assert bench.state(page) in DONE
    assert bench.told().state == "ready"
    assert bench.told().cause is None
    assert bench.texts() == [bench.shown("WAITED")]


@pytest.mark.parametrize("rig", WATCHED)
def test_a_box_that_falls_silent_is_dead_on_the_wire_in_ten_seconds_and_comes_back(rig: str) -> None:
    bench = GatewayBench(rig).start()
    bench.clock.advance(20)
    assert bench.told().state == "ready"
    bench.trouble(Trouble.SILENT, 1)
    bench.clock.advance(DEAD_S)
    assert bench.told().state == "dead"
    assert bench.told().cause
    bench.trouble(Trouble.SILENT, 0)
    bench.clock.advance(60)
    assert bench.told().state == "ready"
    page = bench.order("BACK")
    bench.until_final(page)
    assert bench.state(page) in DONE


@pytest.mark.parametrize("rig", UNWATCHED)
def test_a_box_that_nobody_watches_is_found_dead_by_a_page_and_tried_again(rig: str) -> None:
    bench = GatewayBench(rig).start()
    bench.trouble(Trouble.SILENT, 1)
    lost = bench.order("LOST")
    bench.until_final(lost, seconds=60)
    assert bench.state(lost) not in DONE
    assert "dead" in [one.transmitters[0].state for one in bench.abilities]
    bench.trouble(Trouble.SILENT, 0)
    bench.clock.advance(60)
    page = bench.order("BACK")
    bench.until_final(page)
    assert bench.state(page) in DONE
    assert bench.told().state == "ready"


@pytest.mark.parametrize("rig", REFUSING)
def test_a_refused_page_is_no_fault_of_the_transmitter(rig: str) -> None:
    bench = GatewayBench(rig).start()
    bench.clock.advance(20)
    said = _troubles(bench)
    bench.trouble(Trouble.REFUSE, 1)
    bad = bench.order("NOBODY")
    bench.until_final(bad)
    good = bench.order("SOMEBODY")
    bench.until_final(good)
    result = bench.results(bad)[-1]
    assert result.state is FAILED
    assert result.error is not None
    assert result.error.text
    assert bench.state(good) in DONE
    assert _troubles(bench) == said


def _troubles(bench: GatewayBench) -> int:
    """How often the server was told that the transmitter is not well; a remark while it is `ready` is none."""
    return sum(one.transmitters[0].state != "ready" for one in bench.abilities)


def test_the_urgent_do_not_wait_behind_a_backlog(kind: GatewayBench) -> None:
    """A hundred pages wait; the urgent one is in the next transmission, and that is not a long one."""
    pages = [kind.order(f"N {number}") for number in range(100)]
    kind.clock.advance(0.5)
    began = kind.clock.boot()
    urgent = kind.order("URGENT", priority=1)
    kind.until_final(urgent)
    waited = kind.clock.boot() - began
    assert kind.state(urgent) in DONE
    assert waited < 2 * AirLimits().most_air_s + 2.0, "one transmission that was under way, and its own"
    kind.until_final(*pages, seconds=500)
    assert sum(kind.state(page) in DONE for page in pages) == 100
    words = ["URGENT", *(f"N {number}" for number in range(100))]
    assert sorted(kind.texts()) == sorted(map(kind.shown, words))


def test_air_time_is_counted(bench: GatewayBench) -> None:
    pages = [bench.order(f"N {number}") for number in range(4)]
    bench.until_final(*pages)
    bench.clock.advance(61)
    assert 1 <= (bench.told().air_s or 0) <= 30


@pytest.mark.parametrize("rig", KINDS)
def test_the_ceiling_is_kept_and_the_standby_takes_the_rest(rig: str) -> None:
    pair = GatewayBench(rig, rig, ceiling_s_per_h=20).start()
    pages = [pair.order(f"N {number}") for number in range(100)]
    core = pair.gateway.core
    assert core is not None
    lane, until, most = core._lanes["tx-1"], pair.clock.boot() + 400, 0.0
    while not all(pair.final(page) for page in pages) and pair.clock.boot() < until:
        pair.clock.advance(0.5)
        most = max(most, lane.air.used(pair.clock.boot()))
    assert all(pair.state(page) in DONE for page in pages)
    assert 8.0 < most <= 20.0
    assert sorted(pair.texts()) == sorted(pair.shown(f"N {number}") for number in range(100))


def test_the_routes_are_honoured(pair: GatewayBench) -> None:
    pair.clock.advance(20)
    for number in range(5):
        page = pair.order(f"N {number}")
        pair.until_final(page)
        pair.clock.advance(1)
    assert pair.texts("tx-2") == []
    assert len(pair.texts("tx-1")) == 5


MOST_DOUBLED = 4
"""Pages to one pager, a batch each, that a modem has and goes on sending when its line is gone: it must have 1.3 s of
them beforehand, and the last ones may be on the air already without saying so."""


@pytest.mark.parametrize("after_s", [0.37, 1.53, 2.9, 4.45, 6.6])
def test_the_primary_loses_its_cable_in_a_burst(pair: GatewayBench, after_s: float) -> None:
    """None is lost; doubled is at most what the primary had in hand and may have transmitted: one page, what is in the
    buffer of a modem that is fed while it sends, or the pages of one packed transmission."""
    words = [f"N {number}" for number in range(100)]
    pages = [pair.order(word) for word in words]
    pair.clock.advance(after_s)
    pair.lines["tx-1"].unplug()
    pair.clock.advance(0.5)
    in_hand = [page for page in pages if not pair.final(page)]
    pair.until_final(*pages, seconds=600)
    assert all(pair.state(page) in DONE for page in pages)
    texts = pair.texts()
    assert {pair.shown(word) for word in words} == set(texts)
    packs, joins = pair.told().packing, isinstance(pair.rig.create(), Joining)
    assert len(texts) - 100 <= (MOST_DOUBLED if joins else min(32, len(in_hand)) if packs else 1)

    pair.lines["tx-1"].plug()
    pair.clock.advance(60)
    before = len(pair.texts("tx-1"))
    back = pair.order("BACK")
    pair.until_final(back)
    assert pair.results(back)[-1].transmitter == "tx-1"
    assert len(pair.texts("tx-1")) == before + 1


def test_a_primary_that_comes_and_goes_does_not_bounce_each_page() -> None:
    """Once in six seconds, for two minutes: it is tried now and then, and pages go on by the standby at once."""
    pair = GatewayBench("tap", "tap").start()
    pair.clock.advance(20)
    pages = []
    for number in range(120):
        if number % 6 == 0:
            pair.lines["tx-1"].unplug()
        elif number % 6 == 3:
            pair.lines["tx-1"].plug()
        pages.append(pair.order(f"N {number}"))
        pair.clock.advance(1)
    pair.until_final(*pages)
    assert all(pair.state(page) in DONE for page in pages)
    took = [pair.results(page)[-1].tx_ms or 0 for page in pages]
    assert sorted(took)[-6] < 3_000
    assert len(pair.texts("tx-2")) > 100
    assert len(pair.texts()) <= 125


@pytest.mark.parametrize("rig", CANCELLING)
def test_a_page_in_hand_that_has_not_begun_is_taken_back(rig: str) -> None:
    bench = GatewayBench(rig).start()
    first, second, third = (bench.order(f"N {number}") for number in range(3))
    bench.clock.advance(0.005)
    bench.cancel(third)
    bench.until_final(first, second, third)
    assert [bench.state(page) for page in (first, second)] == [TRANSMITTED] * 2
    assert bench.state(third) is CANCELLED
    assert bench.texts() == [bench.shown("N 0"), bench.shown("N 1")]


def test_a_page_that_was_taken_is_asked_back_on_the_line() -> None:
    bench = GatewayBench("espa444").start()
    page = bench.order("DONE WITH")
    bench.until_final(page)
    seen: list[Seen] = []
    bench.lines["tx-1"].observe(seen.append)
    bench.cancel(page)
    bench.clock.advance(10)
    assert [one for one in seen if one.direction == "in" and "take back" in one.why]
    assert bench.state(page) in DONE
