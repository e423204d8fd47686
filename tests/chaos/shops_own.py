"""The shop's own account of the same time (`redbutton account`), with what only hands and wrists know put in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from server.db.account import read_facts
from server.rules.account import Gap, GapKind, Totals, Truth, draw_up
from tests.chaos.book import Push
from tests.chaos.plan import Kind
from tests.chaos.run import Run
from tests.live.brokers import STORE


def shops_own(
    run: Run, pushes: Iterable[Push], undos: Counter[str], rang: Counter[str]
) -> tuple[Totals, list[str]]:
    """Its totals, and a line for each gap. `undos`: unit -> those that were tried, each of which takes back one press
    or two. `rang`: address -> pages, without what a bad line has doubled."""
    sure, perhaps = Counter[str](), Counter({unit: 2 * count for unit, count in undos.items()})
    for push in pushes:
        (sure if push.must_be_there else perhaps)[push.place[0]] += 1
    with run.shop.db.reading() as session:
        facts = read_facts(session, STORE, datetime.now(UTC))
    account = draw_up(facts, Truth(sure, perhaps, rang))
    complaints = [_line(gap) for gap in account.gaps if not _may_be(run, gap)]
    if not account.totals.adds_up:
        complaints.append(f"the shop's own account does not add up: {account.totals}")
    return account.totals, complaints


def _may_be(run: Run, gap: Gap) -> bool:
    """A number that a unit gave while its disk took nothing dies with it: no light had claimed anything. And a press
    that was merged and taken back before the stand-in's report on it came is named by two calls."""
    if gap.kind is GapKind.PRESSES_DIFFER:
        return gap.what in {
            f"call {row.number}"
            for row in run.shop.incidents()
            if row.stood_in_at is not None and row.outcome == "false_press"
        }
    full = any(run.record.of(gap.device, Kind.FULL)) and any(run.record.of(gap.device, Kind.KILL))
    return gap.kind in (GapKind.LOST, GapKind.COUNTED_AGAIN, GapKind.UNIT_LOST) and full


def _line(gap: Gap) -> str:
    at = f" of {gap.at:%H:%M:%S}" if gap.at else ""
    detail = f" ({gap.detail})" if gap.detail else ""
    return f"the shop's own account: {gap.device} {gap.what}{at}: {gap.meaning}{detail}"
