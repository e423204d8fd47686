"""A whole gateway with MMDVM modems, in virtual time: how well a backlog fills the air, and how many pages are said
twice when the cable of the first modem goes in the middle of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from uuid import UUID

from broker_config.messages import PageState
from pager_gateway.pocsag import packing
from tests.bench.pocsag import BACKLOG, BAUD, MOST_OVER, TABLE, TEXT
from tests.bench.results import Figure, most, none
from tests.conformance.gateway_rig import GatewayBench

MODEMS = {"mmdvm-1": "a hotspot", "mmdvm-2": "a board"}
BURST, MOMENTS, QUICK_MOMENTS = 100, 40, 5
LAST_S = 8.0
"""The cable goes within so many seconds of the burst."""
MOST_DOUBLED = 4
PATIENCE_S = 600.0
FIRST_RIC = 1_234_000


@dataclass(frozen=True)
class Burst:
    """`limit` None: worth knowing. Short pages to many pagers stand five to a batch."""

    what: str
    text: Callable[[int], str]
    address: Callable[[int], str | None]
    limit: int | None = MOST_DOUBLED


def _ric(number: int) -> str:
    return str(FIRST_RIC + number)


BURSTS = (
    Burst("short pages to one pager", lambda number: f"N {number}", lambda number: None),
    Burst("texts of 24 characters to many", lambda number: f"{number:02d} {TEXT}"[:24], _ric),
    Burst("short pages to many", lambda number: f"N {number}", _ric, None),
)


def measure(*, quick: bool) -> list[Figure]:
    figures = []
    for rig, what in MODEMS.items():
        figures.append(filled(rig, what))
        for burst in BURSTS:
            figures += cut(rig, what, burst, QUICK_MOMENTS if quick else MOMENTS)
    return figures


def filled(rig: str, what: str) -> Figure:
    """From the first carrier up until the last one is down, against the table."""
    worst, details = 0.0, []
    for length, batches in TABLE.items():
        bench = GatewayBench(rig).start()
        texts = [f"{number:02d} {TEXT * 4}"[:length] for number in range(BACKLOG)]
        pages = [bench.order(text, address=_ric(number)) for number, text in enumerate(texts)]
        bench.until_final(*pages, seconds=PATIENCE_S)
        bench.clock.advance(5)
        if sorted(bench.texts()) != sorted(texts):
            raise RuntimeError("the backlog did not arrive whole")
        carriers = bench.boxes["tx-1"].radio.history  # type: ignore[attr-defined]
        took, wanted = carriers[-1].until - carriers[0].since, packing.seconds(batches, BAUD)
        worst = max(worst, 100 * (took / wanted - 1))
        details.append(f"{length} characters {took:.2f} s, table {wanted:.2f} s")
    name = f"{what}, whole gateway: backlog of {BACKLOG} text pages, over the packing table by"
    return most("", name, worst, MOST_OVER, "%", "; ".join(details))


def cut(rig: str, what: str, burst: Burst, moments: int) -> list[Figure]:
    """The cable of the first of two goes at random moments of a burst; the second one says the rest."""
    random, doubled, lost = Random(1), [], 0
    for _ in range(moments):
        pair = GatewayBench(rig, rig).start()
        words = [burst.text(number) for number in range(BURST)]
        pages = [pair.order(word, address=burst.address(number)) for number, word in enumerate(words)]
        pair.clock.advance(random.uniform(0.05, LAST_S))
        pair.lines["tx-1"].unplug()
        pair.until_final(*pages, seconds=PATIENCE_S)
        pair.clock.advance(20)
        texts = pair.texts()
        lost += len(set(words) - set(texts)) + _not_done(pair, pages)
        doubled.append(len(texts) - len(set(texts)))
    name = f"{what}: said twice, cable out in a burst of {BURST} {burst.what}"
    detail = f"mean {sum(doubled) / moments:.1f} of {moments} moments"
    worst = float(max(doubled))
    if burst.limit is None:
        figure = Figure("", name, worst, detail=detail)
    else:
        figure = most("", name, worst, burst.limit, "", detail)
    return [figure, none("", f"{what}: lost by it, {burst.what}", lost)]


def _not_done(pair: GatewayBench, pages: list[UUID]) -> int:
    return sum(pair.state(page) is not PageState.TRANSMITTED for page in pages)
