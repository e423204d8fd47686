"""The list of quiet calls in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.db.incidents import Listed
from server.web.frame import names
from server.web.frame.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    url: str
    when: str
    place: str
    mood: str
    outcome: str


@dataclass(frozen=True, slots=True)
class QuietList:
    lines: tuple[Line, ...]
    older: str | None


def quiet_list(found: Sequence[Listed], limit: int, t: Words, *, url: str) -> QuietList:
    """`found` may hold one more than `limit`: then there is an older screenful."""
    lines = []
    for one in found[:limit]:
        row = one.incident
        lines.append(
            Line(
                key=f"q{row.number}",
                url=f"{url}/incidents/{row.number}",
                when=f"{t.day_short(row.opened_at)} {t.clock_s(row.opened_at)}",
                place=one.zone or row.device,
                mood=names.mood(row.state, row.outcome),
                outcome=names.outcome(row.outcome, t) or names.state(row.state, t),
            )
        )
    more = len(found) > limit
    return QuietList(tuple(lines), f"{url}/quiet?before={found[limit - 1].incident.number}" if more else None)
