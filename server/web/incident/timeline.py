"""The journal of one incident as a manager reads it: who, what and why, and how long after the press."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.db.incidents import Whole
from server.db.tables import Journal
from server.rules.journal import Action
from server.web.frame import names
from server.web.frame.words import Words


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


@dataclass(frozen=True, slots=True)
class _Line:
    icon: str
    mood: str
    title: str
    note: str = ""
    minor: bool = False


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


def _line(row: Journal, name: str, page: tuple[str, str, str] | None, t: Words) -> _Line:
    try:
        action = Action(row.action)
    except ValueError:  # written by a newer version
        return _Line("dot", "plain", row.action)
    if action is Action.PAGE:
        return _page(row, page, t)
    detail = row.detail
    plain = _PLAIN.get(action)
    if plain is not None:
        return plain(name, detail, t)
    if action is Action.CLOSED:
        return _Line(
            "good", "plain", t.gettext("Closed: %(outcome)s", outcome=names.outcome(row.new, t)), name
        )
    return _Line("dot", "plain", row.action)


def _page(row: Journal, page: tuple[str, str, str] | None, t: Words) -> _Line:
    detail = row.detail
    reason, label, body = page or (str(detail.get("reason", "")), str(detail.get("to", "")), "")
    proof = str(detail.get("proof", "none"))
    title = f"{label}: {names.page_state(row.new or '', proof, t)}"
    if row.new in ("transmitted", "confirmed"):
        return _Line("page", "good", title, body)
    if row.new in ("failed", "expired", "unknown"):
        return _Line("page", "bad", title, str(detail.get("error", "")))
    note = _reason(reason, t) if row.old is None else ""
    return _Line("page", "plain", title, note, minor=True)


def _reason(reason: str, t: Words) -> str:
    return {
        "repeat": t.gettext("nobody answered yet"),
        "again": t.gettext("again here"),
        "joined": t.gettext("pressed again"),
        "not_attended": t.gettext("nobody has arrived"),
        "unknown": t.gettext("the page before may be lost"),
        "pass": t.gettext("passed on"),
    }.get(reason, "")


def _target(word: object, t: Words) -> str:
    return {
        "zone": t.gettext("the people of the zone"),
        "role": t.gettext("a role"),
        "carrier": t.gettext("one person"),
        "everybody": t.gettext("everybody"),
        "staff": t.gettext("staff"),
        "shift_lead": t.gettext("the shift lead"),
        "manager": t.gettext("the manager"),
        "security": t.gettext("security"),
    }.get(str(word), str(word))


Detail = Mapping[str, Any]


def _received(_name: str, detail: Detail, t: Words) -> _Line:
    note = [t.gettext("on the way for %(took)s", took=t.seconds(float(detail.get("age_ms", 0)) / 1000))]
    tries = int(detail.get("tries", 1))
    if tries > 1:
        note.append(t.ngettext("%(n)s try", "%(n)s tries", tries))
    return _Line("press", "alarm", t.gettext("Press received"), ", ".join(note))


def _step(_name: str, detail: Detail, t: Words) -> _Line:
    called = int(detail.get("called", 0))
    title = t.gettext(
        "Step %(step)s: %(target)s", step=detail.get("step", ""), target=_target(detail.get("target"), t)
    )
    return _Line("step", "warn", title, t.ngettext("%(n)s pager called", "%(n)s pagers called", called))


def _skipped(_name: str, detail: Detail, t: Words) -> _Line:
    title = t.gettext(
        "Step %(step)s skipped: %(target)s",
        step=detail.get("step", ""),
        target=_target(detail.get("target"), t),
    )
    return _Line("step", "warn", title, t.gettext("nobody on duty"))


def _attended(name: str, detail: Detail, t: Words) -> _Line:
    how = t.gettext("proven by key at the button") if detail.get("how") == "key" else name
    return _Line("person", "good", t.gettext("With the customer"), how)


_PLAIN: dict[Action, Callable[[str, Detail, Words], _Line]] = {
    Action.PRESS_RECEIVED: _received,
    Action.PRESS_MERGED: lambda _n, _d, t: _Line("press", "alarm", t.gettext("Pressed again")),
    Action.PRESS_LATE: lambda _n, _d, t: _Line("press", "plain", t.gettext("A press came too late to page")),
    Action.PRESS_UNDONE: lambda _n, _d, t: _Line("press", "plain", t.gettext("The press was taken back")),
    Action.OPENED: lambda _n, d, t: _Line(
        "alarm", "alarm", t.gettext("Call opened"), t.gettext("again here") if d.get("again") else ""
    ),
    Action.STEP: _step,
    Action.STEP_SKIPPED: _skipped,
    Action.NOBODY: lambda _n, _d, t: _Line("warn", "bad", t.gettext("Nobody could be called")),
    Action.ACKNOWLEDGED: lambda n, _d, t: _Line("person", "good", t.gettext("On the way"), n),
    Action.ATTENDED: _attended,
    Action.NOT_ATTENDED: lambda n, _d, t: _Line(
        "warn", "bad", t.gettext("Did not arrive in time: calling again"), n
    ),
    Action.SORRY: lambda _n, _d, t: _Line("warn", "bad", t.gettext("The exit clock ran out")),
    Action.ASKED_TO_CLOSE: lambda _n, _d, t: _Line("dot", "plain", t.gettext("Asked to say how it ended")),
    Action.FORGOTTEN: lambda _n, _d, t: _Line(
        "dot", "plain", t.gettext("Closed by itself: nobody said how it ended")
    ),
}
