"""Judges the pages of a run: what rang, by which line, against what the rows say, by what each kind can promise.

A box with receipts is believed unless its answers could be spoilt; one without proves nothing, so its pages must have
rung only where nothing was wrong with its line. A page rings again only as often as the figures of its kind allow, and
only where an answer could get lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pager_gateway.verdicts import MOST_TRIES
from server.in_world import Books, PageFacts
from simulator.transmitters.base import Trouble
from simulator.world.lines import GARBLED, PULLED, PULLED_ON_AIR, Rang
from simulator.world.shop import WorldShop
from simulator.world.trouble import Struck

FINAL = frozenset({"transmitted", "confirmed", "failed", "expired", "cancelled", "unknown"})
RANG = frozenset({"transmitted", "confirmed"})
LATEST_S = 15.0
"""A page's gateway may begin it in its last second, and a transmitter takes its time."""
STOOD_IN_S = 600.0
"""So long before its row a page of the stand-in may have rung."""
AFTER_S = 15.0
"""What a fault of a line does to answers may come out so long after it: a dialogue begins anew."""
ANSWERS_LOST = frozenset(
    {
        GARBLED,
        PULLED,
        PULLED_ON_AIR,
        *(Trouble.SILENT, Trouble.GARBAGE, Trouble.SLOW, Trouble.LOSE_REPLY, Trouble.RESET),
    }
)
"""Faults of a line after which a driver may say a page again that has rung."""
SEEN = frozenset({PULLED, PULLED_ON_AIR})
"""Faults of a line that its driver is told of, whatever its box says."""
CERTAINLY_NOT = frozenset({"failed", "expired", "cancelled"})
"""Words of a gateway that a page has not rung there."""
ANY = "*"
LONGEST = 80
"""Letters of any page of a shop."""


def latest_s(shop: WorldShop) -> float:
    """After its deadline a page is over in this time, wherever it went."""
    pagers = len(shop.plan.pagers)
    return LATEST_S + max(kind.longest_s(pagers, LONGEST) for kind in shop.kinds.values())


def _touches(one: Struck, span: Span) -> bool:
    return one.begins <= span.until and one.ends + AFTER_S >= span.begins


@dataclass(frozen=True, slots=True)
class Span:
    """When a page may be with its transmitter: moments of the boot clock. `over`: when its row had the final word, if
    that says that it rang."""

    begins: float
    ends: float
    over: float | None = None

    @property
    def until(self) -> float:
        return self.ends if self.over is None else self.over


class _Lines:
    """What was wrong with each line, and when."""

    def __init__(self, shop: WorldShop, struck: Sequence[Struck]) -> None:
        self.kinds = shop.kinds
        self._struck = [one for one in struck if not one.fault.kind.startswith("unit ")]

    def wrong(self, line: str, span: Span) -> set[str]:
        """Kinds of trouble in this time."""
        return {
            one.fault.kind.split(" ")[1]
            for one in self._struck
            if one.fault.part == line and _touches(one, span)
        }

    def calm(self, span: Span) -> bool:
        """Nothing at all was wrong with whatever a page passes."""
        return not any(_touches(one, span) for one in self._struck)

    def most(self, page: PageFacts, span: Span) -> int:
        """How often this page may ring: once, and once more for each attempt and each line where an answer could get
        lost."""
        if self.calm(span):
            return 1
        attempts = 1 + sum(one.state not in CERTAINLY_NOT for one in page.others)
        lines = [name for _, name in page.ways] or [page.transmitter]
        doubted = [name for name in lines if self.wrong(name, span) & ANSWERS_LOST]
        again = sum(self._copies(name, span) for name in doubted)
        if doubted and len(doubted) == len(lines):
            again -= 1  # the last of them had nobody to go on
        return attempts + again * max(1, page.attempt - len(page.others))

    def _copies(self, line: str, span: Span) -> int:
        """How often a page may be said on a line whose answers get lost."""
        lies = {GARBLED, Trouble.GARBAGE} & self.wrong(line, span)  # an answer may have become another one
        return self.kinds[line].copies * (MOST_TRIES if lies else 1)

    def least(self, page: PageFacts, span: Span, *, stood_in: bool) -> int:
        """How often it must have rung, by what is proven. Which line the stand-in took, the row does not know."""
        if stood_in:
            return int(page.state in RANG and all(self._proves(line, span) for line in self.kinds))
        tries = [(page.transmitter, page.state), *((one.transmitter, one.state) for one in page.others)]
        return sum(state in RANG and self._proves(line, span) for line, state in tries)

    def _proves(self, line: str, span: Span) -> bool:
        """Whether a page must have rung that this line says it has transmitted."""
        wrong = self.wrong(line, span)
        return GARBLED not in wrong if self.kinds[line].receipts else not wrong - SEEN

    def spoilt(self, rang: Rang) -> bool:
        """It may have been meant for somebody else, or in other words."""
        return not self.kinds[rang.line].checked and any(
            one.fault.part == rang.line and one.begins <= rang.at and one.ends >= rang.began
            for one in self._struck
            if one.fault.kind == f"line {GARBLED}"
        )


def judge_pages(
    shop: WorldShop, books: Books, rang: Sequence[Rang], struck: Sequence[Struck]
) -> Iterator[str]:
    zero = shop.clock.now() - timedelta(seconds=shop.clock.boot())
    lines = _Lines(shop, struck)
    stood_in = {call.id for call in books.calls if call.stood_in_at is not None}
    spans = {page.id: _span(page, zero, stood_in=page.incident in stood_in) for page in books.pages}
    heard = [one for one in rang if not lines.spoilt(one)]
    for page in books.pages:
        if page.state not in FINAL:
            yield f"page {page.id} has no final state: {page.state}"
    yield from _counts(books, heard, lines, stood_in, spans)
    yield from _times(books, heard, stood_in, spans)


def _counts(
    books: Books, heard: Sequence[Rang], lines: _Lines, stood_in: set[UUID], spans: dict[UUID, Span]
) -> Iterator[str]:
    """By address and words: rows that look alike cannot be told apart on a wrist. What the stand-in said is in the
    plan's words, so it counts by address alone."""
    least: Counter[tuple[str, str]] = Counter()
    most: Counter[tuple[str, str]] = Counter()
    for page in books.pages:
        here = [(page.address, ANY)]
        if page.incident not in stood_in:
            here += [(page.address, words) for words in _words(page)]
        for key in here:
            if len(here) == 2 or key[1] == ANY:  # which of several words it was, only the lines may know
                least[key] += lines.least(page, spans[page.id], stood_in=page.incident in stood_in)
            most[key] += lines.most(page, spans[page.id])
    mixed = {page.address for page in books.pages if page.incident in stood_in}
    found = Counter(key for one in heard for key in ((one.address, ANY), (one.address, one.text)))
    for key in sorted(found | least):
        address, text = key
        if found[key] < least[key]:
            yield f"NEVER RANG: {address} {text!r}: {least[key]} pages say so, it rang {found[key]} times"
        if found[key] > most[key] and (text == ANY or address not in mixed):
            yield f"DOUBLED: {address} {text!r} rang {found[key]} times, {most[key]} would be explained"


def _words(page: PageFacts) -> set[str]:
    """What it may have shown: an attempt of another gateway says that it is a repeat."""
    return {page.body, *(one.body for one in page.others if one.body is not None)}


def _times(
    books: Books, heard: Sequence[Rang], stood_in: set[UUID], spans: dict[UUID, Span]
) -> Iterator[str]:
    """What rang was some page in its time. Pages that go out together count from the moment when their carrier came
    up: whoever built that transmission looked at their time last."""
    times: dict[str, list[Span]] = {}
    for page in books.pages:
        for words in _words(page):
            times.setdefault(f"{page.address} {words}", []).append(spans[page.id])
        if page.incident in stood_in:  # it rang in the plan's words
            times.setdefault(page.address, []).append(spans[page.id])
    for one in heard:
        found = [*times.get(f"{one.address} {one.text}", []), *times.get(one.address, [])]
        if not any(span.begins <= one.at and one.began <= span.ends for span in found):
            yield f"STALE: {one.address} rang {one.text!r} at {one.at:.3f}: that was no page's time"


def _span(page: PageFacts, zero: datetime, *, stood_in: bool) -> Span:
    begins = (page.created_at - zero).total_seconds() - (STOOD_IN_S if stood_in else 0.0)
    over = page.final_at if page.state in RANG and not stood_in else None  # that one is by the age of a press
    return Span(
        begins,
        (page.deadline_at - zero).total_seconds() + LATEST_S,
        None if over is None else (over - zero).total_seconds(),
    )
