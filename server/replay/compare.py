"""A record side by side: how it really went, by the same shop's rules, and by those of other shops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from uuid import UUID

from broker_config.errors import SetupError
from server.replay.figures import Figures, difference, figures, is_alike
from server.replay.floors import Floors
from server.replay.lines import CallLine, Head, Line
from server.replay.people import Habits, habits
from server.replay.run import CALLS, replay
from server.replay.shop import store_of
from server.replay.went import Replayed, Went, truth
from server.rules.facts import Store
from server.shop_file import ShopFile, parse_shop

TRUTH, SAME = "in truth", "same shop"
MOST = 10
Lines = Callable[[], Iterable[Line]]
"""Gives the lines of a record anew each time."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    went: Replayed
    figures: Figures
    unknown: tuple[str, ...] = ()
    """Inputs that called in truth and that this shop does not know: there they belong to no zone."""


@dataclass(frozen=True, slots=True)
class Row:
    """One press that opened a call in any of the columns; None where it opened none."""

    id: UUID
    went: tuple[Went | None, ...]
    """In the order of the columns."""

    @property
    def any(self) -> Went:
        return next(one for one in self.went if one is not None)


@dataclass(frozen=True, slots=True)
class Comparison:
    head: Head
    habits: Habits
    columns: tuple[Column, ...]
    """What really happened, the same shop, then the others."""

    def rows(self) -> list[Row]:
        """Every call, in the order of the presses."""
        found = [{one.id: one for one in column.went.calls} for column in self.columns]
        order: dict[UUID, Went] = {}
        for column in found:
            for key, one in column.items():
                order.setdefault(key, one)
        keys = sorted(order, key=lambda key: (order[key].opened_at, key))
        return [Row(key, tuple(column.get(key) for column in found)) for key in keys]

    def alike(self, rows: Sequence[Row]) -> int:
        """In how many calls the same shop's rules give what really happened: how far the model can be trusted."""
        return sum(is_alike(row.went[0], row.went[1]) for row in rows)

    def differing(self, rows: Sequence[Row], most: int = MOST) -> list[Row]:
        """The calls that differ most: from the same shop's rules where another shop was asked, else from the truth."""
        base, first = (1, 2) if len(self.columns) > 2 else (0, 1)
        measured = [
            (max(difference(row.went[base], one) for one in row.went[first:]), -place)
            for place, row in enumerate(rows)
        ]
        return [rows[-place] for apart, place in nlargest(most, measured) if apart > 0]


def compare(head: Head, lines: Lines, others: Sequence[tuple[str, ShopFile]] = ()) -> Comparison:
    """`others`: name of a column and its shop. Raises SetupError for a shop of another store."""
    for name, shop in others:
        if shop.store.id != head.store:
            raise SetupError(f"{name} is the shop {shop.store.id!r}, the record is of {head.store!r}")
    known = habits(lines())
    own = store_of(parse_shop(head.shop, "the shop in the record"), head.duties)
    same = replay(own, head, known, lines())
    truly = recorded(own, head, same.people, lines())
    columns = [Column(TRUTH, truly, figures(truly)), Column(SAME, same, figures(same))]
    places = sorted({one.place for one in truly.calls})
    for name, shop in others:
        store = store_of(shop, head.duties)
        went = replay(store, head, known, lines())
        unknown = tuple(
            f"{device}/{number}" for device, number in places if (device, number) not in store.buttons
        )
        columns.append(Column(name, went, figures(went), unknown))
    return Comparison(head, known, tuple(columns))


def recorded(store: Store, head: Head, people: frozenset[str], lines: Iterable[Line]) -> Replayed:
    """What really happened. `people`: who was here, by the roster of the same shop."""
    counts = {"closed": 0, "late": 0, "counted": 0}

    def calls() -> Iterator[Went]:
        for line in lines:
            if isinstance(line, CallLine):
                yield truth(line)
            elif line.state == "late":
                counts["late"] += 1
            elif line.state == "stored":
                red = store.button(line.device, line.input).colour == CALLS
                counts["closed" if red else "counted"] += 1

    found = tuple(calls())
    return Replayed(
        found,
        people,
        counts["closed"],
        counts["late"],
        counts["counted"],
        Floors(store).empty_minutes(head.first_day, head.last_day),
    )
