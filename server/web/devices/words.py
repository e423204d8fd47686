"""What the screens of devices call things: presence, commands and their answers, settings, times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from broker_config.messages import CommandName
from server.db.devices import CommandLine, InForce, InputLine
from server.rules.presence import Presence
from server.web.frame.words import Words
from server.web.readiness.words import moment

LONGEST = 120
"""Letters of a device's own words that are shown."""
LONGEST_AGO_S = 10 * 366 * 86_400
ANSWER_S = 30
"""A command that was not answered by then never will be."""


def cut(text: str, most: int = LONGEST) -> str:
    """What a device says, on one line; what cannot be printed is dropped."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "\u2026"


def lasting(time: timedelta, t: Words) -> str:
    """14 min, 2 h 5 min, 3 days: as exact as anybody cares."""
    seconds = max(0, int(time.total_seconds()))
    if seconds < 60:
        return _solid(t.gettext("%(number)s s", number=t.number(seconds)))
    if seconds < 3_600:
        return _solid(t.gettext("%(number)s min", number=t.number(seconds // 60)))
    hours, minutes = seconds // 3_600, seconds % 3_600 // 60
    if hours >= 48:
        return _solid(t.ngettext("%(n)s day", "%(n)s days", hours // 24))
    if not minutes:
        return _solid(t.gettext("%(number)s h", number=t.number(hours)))
    return _solid(t.gettext("%(hours)s h %(minutes)s min", hours=t.number(hours), minutes=t.number(minutes)))


def before(at: datetime, seconds: float) -> datetime:
    """So long before. A device may say anything: nobody believes more than some years."""
    return at - timedelta(seconds=min(seconds, LONGEST_AGO_S))


def celsius(value: float, t: Words) -> str:
    return _solid(t.gettext("%(number)s °C", number=_whole(value, t)))


def dbm(value: float, t: Words) -> str:
    return _solid(t.gettext("%(number)s dBm", number=_whole(value, t)))


def megabytes(value: float, t: Words) -> str:
    return _solid(t.gettext("%(number)s MB", number=_whole(value, t)))


def kind(letter: str, t: Words) -> str:
    return {
        "b": t.gettext("Button unit"),
        "g": t.gettext("Gateway"),
        "s": t.gettext("Server"),
    }.get(letter, letter)


def presence(found: Presence, since: datetime | None, now: datetime, t: Words) -> str:
    if found is Presence.UNKNOWN:
        return t.gettext("Never seen")
    if since is None:
        return {
            Presence.ONLINE: t.gettext("Connected"),
            Presence.OFFLINE: t.gettext("Not connected"),
            Presence.SILENT: t.gettext("Connected and silent"),
        }[found]
    time = moment(since, now, t)
    return {
        Presence.ONLINE: t.gettext("Here since %(time)s", time=time),
        Presence.OFFLINE: t.gettext("Away since %(time)s", time=time),
        Presence.SILENT: t.gettext("Silent since %(time)s", time=time),
    }[found]


def presence_advice(found: Presence, t: Words) -> str:
    return {
        Presence.ONLINE: "",
        Presence.UNKNOWN: t.gettext("Is it switched on, in the network and enrolled?"),
        Presence.OFFLINE: t.gettext("Is it switched on, and is the network there?"),
        Presence.SILENT: t.gettext("Switch it off and on. If this comes again, change the device."),
    }[found]


def input_name(number: int, inputs: Iterable[InputLine], t: Words) -> str:
    """As people call it, and its number on the unit."""
    known = {one.input: one for one in inputs}
    line = known.get(number)
    label = line.label if line is not None else None
    if not label and line is not None and line.key_of in known:
        button = known[line.key_of].label
        label = t.gettext("Staff key of %(name)s", name=button) if button else None
    if not label:
        return t.gettext("Input %(number)s", number=t.number(number))
    return t.gettext("%(name)s (input %(number)s)", name=label, number=t.number(number))


def refused(reason: str, t: Words) -> str:
    """Why a push became no press."""
    return {
        "short": t.gettext("too short"),
        "lockout": t.gettext("in the lock-out"),
    }.get(reason, cut(reason, 32))


def settings(state: InForce, t: Words) -> str:
    return {
        InForce.OWN: t.gettext("As its own file says"),
        InForce.WAITING: t.gettext("Waiting for the device"),
        InForce.IN_FORCE: t.gettext("In force"),
        InForce.REFUSED: t.gettext("Refused by the device"),
    }[state]


SETTINGS_MOODS = {
    InForce.OWN: "plain",
    InForce.WAITING: "warn",
    InForce.IN_FORCE: "good",
    InForce.REFUSED: "bad",
}


def command(name: str, t: Words) -> str:
    return {
        CommandName.IDENTIFY.value: t.gettext("Blink"),
        CommandName.DRILL.value: t.gettext("Drill"),
        CommandName.CANARY.value: t.gettext("Canary"),
        CommandName.PROBE.value: t.gettext("Does it answer?"),
        CommandName.RESTART.value: t.gettext("Restart"),
        CommandName.ROTATE.value: t.gettext("New password"),
        "watch_code": t.gettext("Code for a watch"),
    }.get(name, cut(name, 32))


def command_note(name: str, t: Words) -> str:
    """What happens then: said before it does."""
    return {
        CommandName.IDENTIFY.value: t.gettext("Its lights blink, so that you find it."),
        CommandName.DRILL.value: t.gettext(
            "A real page, marked as a drill, goes to whoever is on duty, as if a customer had pressed."
        ),
        CommandName.PROBE.value: t.gettext("It is asked for an answer, and nothing else happens."),
        CommandName.RESTART.value: t.gettext(
            "It is away for some seconds. Whoever pushes a button just then is not heard."
        ),
        CommandName.ROTATE.value: t.gettext(
            "Put the new password file on the device first. It then starts anew with it."
        ),
    }.get(name, "")


ANSWER_MOODS = {"asked": "plain", "done": "good", "refused": "bad", "no_answer": "bad"}


def answer(line: CommandLine, now: datetime, t: Words) -> str:
    at = line.answered_at or line.asked_at
    time = t.clock_s(at) if t.local(at).date() == t.local(now).date() else moment(at, now, t)
    match line.state:
        case "done":
            return t.gettext("done at %(time)s", time=time)
        case "refused":
            return t.gettext("refused at %(time)s", time=time)
        case "no_answer":
            return t.ngettext(
                "no answer in %(n)s second (%(time)s)",
                "no answer in %(n)s seconds (%(time)s)",
                ANSWER_S,
                time=time,
            )
        case _:
            return t.gettext("asked at %(time)s, no answer yet", time=time)


def _whole(value: float, t: Words) -> str:
    """With a real minus."""
    return t.number(round(value)).replace("-", "\u2212")


def _solid(text: str) -> str:
    """A figure and its unit stay on one line."""
    return text.replace(" ", "\u00a0")
