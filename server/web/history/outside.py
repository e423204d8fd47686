"""Presses outside the opening hours in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.db.history import Cursor
from server.db.outside_hours import OutsidePress
from server.web.frame.words import Words
from server.web.history.filters import Typed, write_cursor


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    day: str
    time: str
    place: str
    button: str


@dataclass(frozen=True, slots=True)
class Outside:
    first: str
    last: str
    sentence: str
    lines: tuple[Line, ...]
    older: str | None
    plain: str
    """The calls of the same days."""
    here: str


def outside(typed: Typed, found: Sequence[OutsidePress], limit: int, t: Words, *, url: str) -> Outside:
    """`found` may hold one more than `limit`: then there is an older screenful."""
    last = found[limit - 1] if len(found) > limit else None
    older = typed.query(at=write_cursor(Cursor(last.pressed_at, last.id))) if last is not None else None
    return Outside(
        first=typed.first.isoformat(),
        last=typed.last.isoformat(),
        sentence=t.days(typed.first, typed.last),
        lines=tuple(
            Line(f"p{one.id}", t.day_short(one.pressed_at), t.clock_s(one.pressed_at), one.place, one.button)
            for one in found[:limit]
        ),
        older=f"{url}/history?{older}" if older else None,
        plain=f"{url}/history?{replace(typed, outside=False).query()}",
        here=f"{url}/history",
    )
