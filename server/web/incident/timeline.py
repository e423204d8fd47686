"""The journal of one incident as a manager reads it: who, what and why, and how long after the press."""

from __future__ import annotations

from dataclasses import dataclass

from server.db.incidents import Whole
from server.db.tables import Journal
from server.rules.journal import Action
from server.web.frame import names
from server.web.frame.words import Words
from server.web.incident.happened import HAPPENED, Line


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    time: str
    after: str
    """Since the press."""
    icon: str
    mood: str
    title: str
    note: str
    minor: bool
    """One hop of a page on its way: smaller."""


def entries(whole: Whole, t: Words) -> tuple[Entry, ...]:
    opened = whole.listed.incident.opened_at
    pages = {page.id: (page.reason, label, page.body) for page, label in whole.pages}
    found = []
    for row, name in whole.journal:
        line = _line(row, name or "", pages.get(row.page_id) if row.page_id else None, t)
        after = (row.at - opened).total_seconds()
        found.append(
            Entry(
                key=f"j{row.id}",
                time=t.clock_s(row.at),
                after=f"+{t.seconds(after)}" if after >= 0 else "",
                icon=line.icon,
                mood=line.mood,
                title=line.title,
                note=line.note,
                minor=line.minor,
            )
        )
    return tuple(found)


def _line(row: Journal, name: str, page: tuple[str, str, str] | None, t: Words) -> Line:
    try:
        action = Action(row.action)
    except ValueError:  # written by a newer version
        return Line("dot", "plain", row.action)
    if action is Action.PAGE:
        return _page(row, page, t)
    return HAPPENED[action](name, row, t)


def _page(row: Journal, page: tuple[str, str, str] | None, t: Words) -> Line:
    detail = row.detail
    reason, label, body = page or (str(detail.get("reason", "")), str(detail.get("to", "")), "")
    proof = str(detail.get("proof", "none"))
    title = f"{label}: {names.page_state(row.new or '', proof, t)}"
    if row.new in ("transmitted", "confirmed"):
        return Line("page", "good", title, body)
    if row.new in ("failed", "expired", "unknown"):
        return Line("page", "bad", title, str(detail.get("error", "")))
    note = names.reason(reason, t) if row.old is None else ""
    return Line("page", "plain", title, note, minor=True)
