"""Words for everything that the journal knows, one function per action; pages have a place of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.db.tables import Journal
from server.rules.fatigue import WITHIN
from server.rules.journal import Action
from server.web.frame import names
from server.web.frame.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    icon: str
    mood: str
    title: str
    note: str = ""
    minor: bool = False


Say = Callable[[str, Journal, Words], Line]
"""Name of who did it (or nothing), the entry, the language."""


def _number(detail: Mapping[str, Any], name: str) -> int:
    value = detail.get(name)
    return value if isinstance(value, int) else 0


def _note(*parts: object) -> str:
    return " \u00b7 ".join(str(part) for part in parts if part)


def _by(name: str, row: Journal, t: Words) -> str:
    """Who it was, and on which shared tablet, if on one."""
    tablet = row.detail.get("tablet")
    return _note(name, t.gettext("on tablet %(name)s", name=tablet)) if tablet else name


def _called(row: Journal, t: Words) -> str:
    return t.ngettext("%(n)s pager called", "%(n)s pagers called", _number(row.detail, "called"))


def _received(_name: str, row: Journal, t: Words) -> Line:
    note = [t.gettext("on the way for %(took)s", took=t.seconds(_number(row.detail, "age_ms") / 1000))]
    tries = _number(row.detail, "tries")
    if tries > 1:
        note.append(t.ngettext("%(n)s try", "%(n)s tries", tries))
    return Line("press", "alarm", t.gettext("Press received"), ", ".join(note))


def _opened(_name: str, row: Journal, t: Words) -> Line:
    note = t.gettext("again here") if row.detail.get("again") else ""
    return Line("alarm", "alarm", t.gettext("Call opened"), note)


def _step(_name: str, row: Journal, t: Words) -> Line:
    step, target = row.detail.get("step", ""), names.target(row.detail.get("target"), t)
    title = t.gettext("Step %(step)s: %(target)s", step=step, target=target)
    return Line("step", "warn", title, _note(_called(row, t), _people(row.detail.get("who"), t)))


def _skipped(_name: str, row: Journal, t: Words) -> Line:
    step, target = row.detail.get("step", ""), names.target(row.detail.get("target"), t)
    title = t.gettext("Step %(step)s skipped: %(target)s", step=step, target=target)
    note = _people(row.detail.get("left"), t) or t.gettext("nobody on duty")
    return Line("step", "warn", title, note)


def _people(pairs: object, t: Words) -> str:
    """`AT on shift, BK on a break`"""
    found = pairs if isinstance(pairs, list) else []
    return ", ".join(f"{one[0]} {names.why(str(one[1]), t)}" for one in found if len(one) == 2)


def _nobody(_name: str, row: Journal, t: Words) -> Line:
    why = {
        "no_line": t.gettext("no transmitter works"),
        "no_gateway": t.gettext("the gateway does not answer"),
    }.get(str(row.detail.get("why")), "")
    return Line("warn", "bad", t.gettext("Nobody could be called"), _note(why, row.detail.get("cause")))


def _damped(_name: str, row: Journal, t: Words) -> Line:
    return Line("warn", "warn", t.gettext("Fewer people are called"), damped_words(row.detail, t))


def damped_words(detail: Mapping[str, Any], t: Words) -> str:
    minutes = int(WITHIN.total_seconds()) // 60
    return t.ngettext(
        "%(n)s false press here in %(minutes)s min",
        "%(n)s false presses here in %(minutes)s min",
        _number(detail, "false_presses"),
        minutes=minutes,
    )


def _fallback(_name: str, row: Journal, t: Words) -> Line:
    return Line("warn", "bad", t.gettext("The fallback group rings"), _called(row, t))


def _last_resort(_name: str, row: Journal, t: Words) -> Line:
    count = _number(row.detail, "channels")
    note = t.ngettext("%(n)s slow channel", "%(n)s slow channels", count)
    return Line("warn", "warn", t.gettext("The last resort is tried"), note)


def _notice(_name: str, row: Journal, t: Words) -> Line:
    mood = {"sent": "good", "failed": "bad"}.get(row.new or "", "plain")
    channel, state = names.channel(row.detail.get("channel"), t), names.notice_state(row.new, t)
    title = t.gettext("%(channel)s (slow): %(state)s", channel=channel, state=state)
    return Line("page", mood, title, str(row.detail.get("error") or ""), minor=row.new == "queued")


def _passed_on(name: str, row: Journal, t: Words) -> Line:
    to = row.detail.get("to")
    title = t.gettext("Passed on to %(who)s", who=to) if to else t.gettext("Passed on to whoever is next")
    return Line("step", "warn", title, _by(name, row, t))


def _help(name: str, row: Journal, t: Words) -> Line:
    return Line("warn", "warn", t.gettext("Asked for help"), _note(name, _called(row, t)))


def _told(_name: str, row: Journal, t: Words) -> Line:
    count = _number(row.detail, "called")
    note = t.ngettext("%(n)s pager", "%(n)s pagers", count)
    return Line("page", "plain", t.gettext("The others are told that somebody goes"), note)


def _attended(name: str, row: Journal, t: Words) -> Line:
    how = t.gettext("proven by key at the button") if row.detail.get("how") == "key" else _by(name, row, t)
    return Line("person", "good", t.gettext("With the customer"), how)


def _closed(name: str, row: Journal, t: Words) -> Line:
    title = t.gettext("Closed: %(outcome)s", outcome=names.outcome(row.new, t))
    remedy = row.detail.get("remedy")
    given = names.remedy(remedy, t) if remedy and remedy != "none" else ""
    apology = t.gettext("apologised") if row.detail.get("apology") else ""
    return Line("good", "plain", title, _note(_by(name, row, t), apology, given))


def _stood_in(_name: str, row: Journal, t: Words) -> Line:
    title = t.gettext("The gateway called by itself: the server was silent")
    return Line("warn", "warn", title, _note(row.detail.get("gateway"), _called(row, t)))


def _duty(name: str, row: Journal, t: Words) -> Line:
    title = names.duty(row.new, t)
    who = row.detail.get("carrier")
    return Line("person", "plain", title, _note(who if who != name else "", name))


def _shop_changed(name: str, row: Journal, t: Words) -> Line:
    what = _note(row.detail.get("what"), row.detail.get("name"))
    return Line("dot", "plain", t.gettext("The shop was changed"), _note(what, name))


def _canary(_name: str, row: Journal, t: Words) -> Line:
    good = row.new == "good"
    title = t.gettext("The whole path works") if good else t.gettext("The whole path does not work")
    return Line(
        "good" if good else "warn", "good" if good else "bad", title, str(row.detail.get("device", ""))
    )


def _coverage(_name: str, row: Journal, t: Words) -> Line:
    good = row.new == "covered"
    title = t.gettext("Every call would be heard") if good else t.gettext("Not every call would be heard")
    return Line("good" if good else "warn", "good" if good else "bad", title)


def _fault(_name: str, row: Journal, t: Words) -> Line:
    over = row.new == "over"
    title = t.gettext("A device is in order again") if over else t.gettext("Something is wrong with a device")
    note = " · ".join(str(row.detail[key]) for key in ("device", "kind") if key in row.detail)
    return Line("good" if over else "warn", "plain", title, note)


def _asked_of_device(title: str, name: str, row: Journal) -> Line:
    return Line("dot", "plain", title, " · ".join(filter(None, (name, str(row.detail.get("device", ""))))))


def _undone(_name: str, _row: Journal, t: Words) -> Line:
    return Line("press", "plain", t.gettext("The press was taken back"))


def _closed_hours(_name: str, _row: Journal, t: Words) -> Line:
    return Line("press", "plain", t.gettext("A press outside the opening hours"))


def _not_attended(name: str, _row: Journal, t: Words) -> Line:
    return Line("warn", "bad", t.gettext("Did not arrive in time: calling again"), name)


def _forgotten(_name: str, _row: Journal, t: Words) -> Line:
    return Line("dot", "plain", t.gettext("Closed by itself: nobody said how it ended"))


HAPPENED: dict[Action, Say] = {
    Action.PRESS_RECEIVED: _received,
    Action.PRESS_MERGED: lambda _n, _r, t: Line("press", "alarm", t.gettext("Pressed again")),
    Action.PRESS_LATE: lambda _n, _r, t: Line("press", "plain", t.gettext("A press came too late to page")),
    Action.PRESS_UNDONE: _undone,
    Action.OPENED: _opened,
    Action.STEP: _step,
    Action.STEP_SKIPPED: _skipped,
    Action.NOBODY: _nobody,
    Action.FALLBACK: _fallback,
    Action.CLOSED_HOURS: _closed_hours,
    Action.DAMPED: _damped,
    Action.LAST_RESORT: _last_resort,
    Action.NOTICE: _notice,
    Action.ACKNOWLEDGED: lambda n, r, t: Line("person", "good", t.gettext("On the way"), _by(n, r, t)),
    Action.PASSED_ON: _passed_on,
    Action.HELP: _help,
    Action.TOLD_OTHERS: _told,
    Action.ATTENDED: _attended,
    Action.CLOSED: _closed,
    Action.CONFIRMED: lambda _n, _r, t: Line("good", "good", t.gettext("The customer says it is put right")),
    Action.LOOKED: lambda n, _r, t: Line("search", "plain", t.gettext("Looked at"), n),
    Action.NOT_ATTENDED: _not_attended,
    Action.SORRY: lambda _n, _r, t: Line("warn", "bad", t.gettext("The exit clock ran out")),
    Action.ASKED_TO_CLOSE: lambda _n, _r, t: Line("dot", "plain", t.gettext("Asked to say how it ended")),
    Action.FORGOTTEN: _forgotten,
    Action.STOOD_IN: _stood_in,
    Action.DUTY: _duty,
    Action.SHOP_CHANGED: _shop_changed,
    Action.CANARY: _canary,
    Action.COVERAGE: _coverage,
    Action.FAULT: _fault,
    Action.SETTINGS: lambda n, r, t: _asked_of_device(t.gettext("Other settings for a device"), n, r),
    Action.COMMAND: lambda n, r, t: _asked_of_device(t.gettext("A device was told to do something"), n, r),
}
"""Everything but the hops of pages."""
