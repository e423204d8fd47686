"""Facts in, an account out: totals that add up, and every gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from broker_config.messages import Purpose
from server.rules.account import matters
from server.rules.account.facts import Facts, Truth
from server.rules.account.kinds import Gap, GapKind
from server.rules.account.numbers import Numbers, judge
from server.rules.faults import OwnFault
from server.rules.gaps import in_words
from server.rules.incidents import Outcome
from server.rules.pages import TELLS

MARKED = "unknown"
"""Reason of a page that rings once more, and says so."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Presses: `made` is what became of them, together; the other messages of buttons are among them."""

    made: int = 0
    stored: int = 0
    merged: int = 0
    late: int = 0
    undone: int = 0
    refused: int = 0
    waiting: int = 0
    """Still on their way."""
    lost: int = 0
    canaries: int = 0
    """Among the stored and late ones: no hand made them."""
    incidents: int = 0
    unanswered: int = 0
    paged: int = 0
    """Pages that call somebody."""
    transmitted: int = 0
    """Of them: a transmitter proved something. No further than its byte."""
    doubled: int = 0
    """Of them: may have rung twice, and say so; and what pagers heard beyond what pages tell."""

    @property
    def adds_up(self) -> bool:
        parts = (self.stored, self.merged, self.late, self.undone, self.refused, self.waiting, self.lost)
        return self.made == sum(parts)


@dataclass(frozen=True, slots=True)
class Account:
    totals: Totals
    gaps: tuple[Gap, ...]
    """By moment."""

    @property
    def explained(self) -> bool:
        return not self.gaps


def draw_up(facts: Facts, truth: Truth | None = None) -> Account:
    truth = truth or Truth()
    numbers = {unit.device: judge(unit, facts.refused, facts.now) for unit in facts.units}
    pushed = list(_pushed(facts, truth, numbers))
    heard = list(_heard(facts, truth))
    found = [
        *chain.from_iterable(one.gaps for one in numbers.values()),
        *_troubles(facts),
        *chain.from_iterable(matters.of_press(one, facts.now) for one in facts.presses),
        *(
            Gap(
                GapKind.CALL_GONE,
                "",
                f"call {in_words([(hole.first, hole.last)])}",
                hole.after,
                count=hole.last - hole.first + 1,
            )
            for hole in facts.incident_holes
        ),
        *chain.from_iterable(matters.of_incident(one, facts.now) for one in facts.incidents),
        *chain.from_iterable(matters.of_page(one, facts.now) for one in facts.pages),
        *(
            Gap(
                GapKind.DOUBLED,
                one.gateway,
                f"call {one.call}",
                one.at,
                f"step {one.step} by {one.transmitter}, {one.times} times",
                one.times - 1,
            )
            for one in facts.doubles
        ),
        *chain.from_iterable(matters.of_report(one, facts.now) for one in facts.reports),
        *chain.from_iterable(matters.of_letter(one, facts.now) for one in facts.letters),
        *pushed,
        *heard,
    ]
    beyond = sum(one.count for one in pushed if one.kind is GapKind.PUSHED_AND_LOST)
    twice = sum(one.count for one in heard if one.kind is GapKind.RANG_UNTOLD)
    totals = _totals(
        facts, numbers, beyond, twice + facts.twice + sum(one.times - 1 for one in facts.doubles)
    )
    return Account(totals, tuple(sorted(found, key=_order)))


def _totals(facts: Facts, numbers: dict[str, Numbers], beyond: int, twice: int) -> Totals:
    """`beyond`: pushes that not even a counter knows of."""
    states: Counter[str] = Counter()
    for press in facts.press_tallies:
        # a state that does not exist is told as a gap, and its press was stored
        states[press.state if press.state in matters.ARRIVED else "stored"] += press.count
    refused = sum(one.refused for one in numbers.values())
    waiting = sum(one.waiting for one in numbers.values())
    lost = sum(one.lost for one in numbers.values()) + beyond
    calls = [one for one in facts.page_tallies if one.reason not in TELLS]
    rang = [one for one in calls if one.state in matters.RANG]
    return Totals(
        made=states.total() + refused + waiting + lost,
        stored=states["stored"],
        merged=states["merged"],
        late=states["late"],
        undone=states["undone"],
        refused=refused,
        waiting=waiting,
        lost=lost,
        canaries=sum(one.count for one in facts.press_tallies if one.purpose == Purpose.CANARY),
        incidents=sum(one.count for one in facts.incident_tallies),
        unanswered=sum(
            one.count for one in facts.incident_tallies if one.outcome == Outcome.UNANSWERED.value
        ),
        paged=sum(one.count for one in calls),
        transmitted=sum(one.count for one in rang),
        doubled=sum(one.count for one in rang if one.reason == MARKED) + twice,
    )


def _troubles(facts: Facts) -> Iterator[Gap]:
    for one in facts.troubles:
        back = one.kind == OwnFault.COUNTER_BACK
        kind = GapKind.COUNTED_AGAIN if back else GapKind.UNIT_LOST
        yield Gap(kind, one.device, "counter" if back else "presses", one.since, one.text, max(1, one.count))


def _pushed(facts: Facts, truth: Truth, numbers: dict[str, Numbers]) -> Iterator[Gap]:
    """What hands did against what is accounted for. A number that is lost is a push that is accounted for as lost."""
    if truth.pushes is None:
        return
    have = Counter({device: found.all for device, found in numbers.items()})
    for tally in facts.press_tallies:
        if tally.purpose != Purpose.CANARY:
            have[tally.device] += tally.count
    for device in sorted(truth.pushes.keys() | truth.perhaps.keys() | have.keys()):
        sure = truth.pushes.get(device, 0)
        most = sure + truth.perhaps.get(device, 0)
        words = f"{sure} pushes, {have[device]} presses accounted for"
        if have[device] < sure:
            missing = sure - have[device]
            yield Gap(GapKind.PUSHED_AND_LOST, device, "presses", None, words, missing)
        elif have[device] > most:
            yield Gap(GapKind.NEVER_PUSHED, device, "presses", None, words, have[device] - most)


def _heard(facts: Facts, truth: Truth) -> Iterator[Gap]:
    """What pagers heard against what pages say of themselves; one that says `unknown` may have rung or not."""
    if truth.rang is None:
        return
    for address in sorted(truth.rang.keys() | facts.addressed.keys()):
        rang = truth.rang.get(address, 0)
        sure, unknown = facts.addressed.get(address, (0, 0))
        words = f"rang {rang} times, {sure} pages say so, of {unknown} nobody knows"
        if rang < sure:
            yield Gap(GapKind.NEVER_RANG, "", f"address {address}", None, words, sure - rang)
        elif rang > sure + unknown:
            yield Gap(GapKind.RANG_UNTOLD, "", f"address {address}", None, words, rang - sure - unknown)


def _order(gap: Gap) -> tuple[datetime, str, str]:
    return (gap.at or datetime.max.replace(tzinfo=UTC), gap.device, gap.what)
