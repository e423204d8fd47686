"""The journal of one incident as a manager reads it: who, what and why, and how long after the press."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    if detail.get("taken_from"):
        return _taken_over(row, label, t)
    proof = str(detail.get("proof", "none"))
    title = f"{label}: {names.page_state(row.new or '', proof, t)}"
    by = _by(detail, t)
    if row.new in ("transmitted", "confirmed"):
        return Line("page", "good", title, _joined(body, *by))
    if row.new in ("failed", "expired", "unknown"):
        said = detail.get("said") or detail.get("error") or ""  # in the driver's own words
        return Line("page", "bad", title, _joined(str(said), *by))
    members = detail.get("members")
    who = ", ".join(str(one) for one in members) if isinstance(members, list) else ""
    note = _joined(who, names.reason(reason, t), *by) if row.old is None else _joined(*by)
    return Line("page", "plain", title, note, minor=True)


def _taken_over(row: Journal, label: str, t: Words) -> Line:
    detail = row.detail
    title = t.gettext(
        "%(label)s: %(new)s takes over from %(old)s",
        label=label,
        new=detail.get("transmitter", ""),
        old=detail.get("taken_from", ""),
    )
    why, said = names.taken_over(str(detail.get("why")), t), str(detail.get("said") or "")
    doubt = t.gettext("it may have rung there, so it says that it is a repeat") if detail.get("doubt") else ""
    return Line("page", "warn", title, _joined(why, said, doubt, *_by(detail, t)[1:]))


def _by(detail: Mapping[str, Any], t: Words) -> list[str]:
    """By which transmitter, if a journal of then says so; whether that is the standby; which attempt it was."""
    name, attempt = detail.get("transmitter"), detail.get("attempt")
    found = [t.gettext("by %(transmitter)s", transmitter=name) if name else ""]
    if detail.get("standby"):
        found.append(t.gettext("the standby"))
    if isinstance(attempt, int) and attempt > 1:
        found.append(t.gettext("attempt %(number)s", number=t.number(attempt)))
    return found


def _joined(*parts: str) -> str:
    return " \u00b7 ".join(part for part in parts if part)
