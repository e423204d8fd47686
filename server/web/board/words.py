"""What a card says of an open call: its tags, and who was called; the same on the board and on a phone."""

from __future__ import annotations

from server.db.open_incidents import Note, OpenIncident
from server.db.places import Person
from server.rules.incidents import State
from server.rules.journal import Action
from server.web.frame import names
from server.web.frame.words import Words
from server.web.incident.happened import damped_words

NAMED = 4
"""So many of the called are named on a card."""


def tags(incident: OpenIncident, t: Words, *, wall: bool) -> tuple[str, ...]:
    """The most urgent first. A wall shows initials."""
    waits = incident.state == State.TRIGGERED
    found = []
    if incident.purpose != "call":
        found.append(names.purpose(incident.purpose, t))
    if incident.quiet:
        found.append(t.gettext("quiet call"))
    if waits:
        found += _calling(incident, t)
    if incident.presses > 1:
        found.append(t.ngettext("pressed %(n)s time", "pressed %(n)s times", incident.presses))
    if incident.again:
        found.append(t.gettext("again here"))
    last = {note.action: note for note in incident.notes}
    if Action.HELP in last:
        found.append(_by(t.gettext("help asked for"), last[Action.HELP], wall))
    if waits and Action.PASSED_ON in last:
        found.append(_by(t.gettext("passed on"), last[Action.PASSED_ON], wall))
    if waits and Action.NOT_ATTENDED in last and Action.PASSED_ON not in last:
        found.append(t.gettext("nobody has arrived"))
    if incident.state == State.ATTENDED and Action.ASKED_TO_CLOSE in last:
        found.append(t.gettext("say how it ended"))
    if incident.damped:
        detail = last[Action.DAMPED].detail if Action.DAMPED in last else {}
        found.append(damped_words(detail, t) if detail else t.gettext("pressed in fun before"))
    if incident.last_resort_at is not None:
        found.append(t.gettext("last resort (slow)"))
    if incident.stood_in_at is not None:
        found.append(t.gettext("called by the gateway, the server was silent"))
    return tuple(found)


def _calling(incident: OpenIncident, t: Words) -> list[str]:
    if incident.nobody_at is not None:
        rang = any(call.reason == "fallback" for call in incident.calls)
        return [t.gettext("nobody could be called"), *([t.gettext("fallback group rang")] if rang else [])]
    calls = incident.step + incident.repeats
    if calls < 2:
        return []
    known = {2: t.gettext("2nd call"), 3: t.gettext("3rd call")}
    return [known.get(calls) or t.gettext("call %(number)s", number=calls)]


def called_line(incident: OpenIncident, t: Words) -> str:
    called = list(dict.fromkeys(call.to for call in incident.calls))
    if not called:
        return joined(incident.button, "" if incident.nobody_at else t.gettext("nobody called yet"))
    named = ", ".join(called[:NAMED])
    if len(called) > NAMED:
        named += " " + t.gettext("and %(number)s more", number=len(called) - NAMED)
    newest = max(call.created_at for call in incident.calls)
    last = [(call.state, call.proof) for call in incident.calls if call.created_at == newest]
    return joined(incident.button, named, names.furthest(last, t))


def shown_name(person: Person | None, wall: bool) -> str:
    if person is None:
        return ""
    return person.initials if wall else person.name


def short_name(person: Person | None, wall: bool) -> str:
    """`Olga S.`: enough among colleagues, and it fits."""
    if person is None or wall:
        return shown_name(person, wall)
    first, *rest = person.name.split() or [""]
    return f"{first}\u00a0{rest[-1][0]}." if rest else first


def joined(*parts: str) -> str:
    return "\u00a0\u00b7 ".join(part for part in parts if part)


def _by(words: str, note: Note, wall: bool) -> str:
    who = note.by.initials if note.by is not None and wall else short_name(note.by, wall)
    return f"{words}: {who}" if who else words
