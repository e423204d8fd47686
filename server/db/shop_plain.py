"""Rows as the plain values that a shop file is written from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from server.shop_words import days_words

Table = dict[str, Any]


def distinct(name: str, taken: Iterable[str]) -> str:
    """Names are what a file tells things apart by; on screens two may have the same."""
    names = set(taken)
    stems = [name, *(f"{name[:56]} {number}" for number in range(2, len(names) + 3))]
    return next(one for one in stems if one not in names)


def fields(row: Any, *names: str) -> Table:
    return {name: getattr(row, name) for name in names}


def some(table: Table) -> Table:
    """Without what is not set."""
    return {key: value for key, value in table.items() if value is not None}


def clock(value: time | None) -> str | None:
    return None if value is None else value.isoformat("seconds" if value.second else "minutes")


def hours(spans: Iterable[tuple[int, time, time]]) -> list[Table]:
    found: dict[tuple[time, time], set[int]] = {}
    for weekday, starts, ends in spans:
        found.setdefault((starts, ends), set()).add(weekday)
    return [
        {"days": days_words(on), "from": clock(starts), "to": clock(ends)}
        for (starts, ends), on in sorted(found.items())
    ]
