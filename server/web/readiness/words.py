"""What is wrong with a device and what to do about it, in words."""

from __future__ import annotations

from datetime import datetime

from server.rules.readiness import Cause, Line, Thing
from server.web.frame.words import Words


def title(line: Line, t: Words) -> str:
    if line.name and line.thing in (Thing.UNIT, Thing.GATEWAY):
        return line.name  # as people call it
    name = line.name or line.key
    match line.thing:
        case Thing.SERVER:
            return t.gettext("Server and broker")
        case Thing.PEOPLE:
            return t.gettext("People with pagers")
        case Thing.UNIT:
            return t.gettext("Buttons %(name)s", name=name) if name else t.gettext("Buttons")
        case Thing.GATEWAY:
            return t.gettext("Gateway %(name)s", name=name)
        case Thing.TRANSMITTER:
            return t.gettext("Transmitter %(name)s", name=name) if name else t.gettext("Transmitter")


def what(line: Line, now: datetime, t: Words) -> str:
    """What is wrong; empty when nothing is."""
    match line.cause:
        case None:
            return ""
        case Cause.SERVER_OFF:
            return t.gettext("The server does not look any more, or was just started.")
        case Cause.NO_LINK:
            return t.gettext("The server does not reach the broker.")
        case Cause.SLOW_BROKER:
            return t.gettext("The broker answers slowly.")
        case Cause.NEVER_SEEN:
            return t.gettext("Has never connected.")
        case Cause.OFFLINE if line.thing is Thing.TRANSMITTER:
            return t.gettext("Its gateway is away.")
        case Cause.OFFLINE if line.since is not None:
            return t.gettext("No connection since %(time)s.", time=moment(line.since, now, t))
        case Cause.OFFLINE:
            return t.gettext("No connection.")
        case Cause.NO_PRESS:
            return t.gettext("Was asked for a silent press and made none.") + _inputs(line, t)
        case Cause.REFUSED:
            return t.gettext("Says that it cannot make a silent press.") + _inputs(line, t)
        case Cause.NOT_TRIED:
            return t.gettext("Not tried for more than 35 minutes.") + _inputs(line, t)
        case Cause.DEAD:
            return t.gettext("Does not answer its gateway.")
        case Cause.NO_RESULT:
            return t.gettext("The gateway never said what became of the silent page.")
        case Cause.FAILED:
            return t.gettext("Did not take the silent page.")
        case Cause.NO_TRANSMITTER:
            return t.gettext("No transmitter is set up.")
        case Cause.NO_BUTTON:
            return t.gettext("No button is set up.")
        case Cause.NOBODY:
            return t.gettext("Nobody on the floor")
        case Cause.NO_PAGER:
            return t.gettext("No pager is set up.")
        case Cause.NO_KEEPER:
            return t.gettext("No gateway calls by itself while the server is silent.")
        case Cause.NEAR_CEILING:
            return t.gettext("Has used nearly all the air time that it may use in an hour.")
        case Cause.NO_PLAN:
            return t.gettext("Has no plan yet for the time when the server is silent.")
        case Cause.CERTIFICATE:
            return certificate_ends(line.since or now, now, t)


def advice(line: Line, t: Words) -> str:
    """What to do now."""
    match line.cause:
        case None:
            return ""
        case Cause.SERVER_OFF | Cause.NO_LINK:
            return t.gettext("Is the broker running? The command “redbutton doctor” on the server says more.")
        case Cause.SLOW_BROKER:
            return t.gettext("Something keeps the network or the machine busy: look what it is.")
        case Cause.NEVER_SEEN:
            return t.gettext("Is it switched on, in the network and enrolled?")
        case Cause.OFFLINE if line.thing is Thing.TRANSMITTER:
            return t.gettext("It is tried again when the gateway is back.")
        case Cause.OFFLINE:
            return t.gettext("Is it switched on, and is the network there?")
        case Cause.NO_PRESS:
            return t.gettext("Switch the unit off and on. If that does not help, change it.")
        case Cause.REFUSED:
            return t.gettext("The inputs set up here and in the unit’s own file must be the same.")
        case Cause.NOT_TRIED:
            return t.gettext("Press “Try everything now”.")
        case Cause.DEAD:
            return t.gettext("Is its power on, and is its cable in?")
        case Cause.NO_RESULT:
            return t.gettext("Try again. If it stays so, switch the gateway off and on.")
        case Cause.FAILED:
            return t.gettext("Look at the transmitter itself, then try again.")
        case Cause.NO_TRANSMITTER | Cause.NO_PAGER:
            return t.gettext("Without it nobody’s wrist vibrates: set one up.")
        case Cause.NO_BUTTON:
            return t.gettext("Without one no customer can call: set one up.")
        case Cause.NOBODY:
            return t.gettext("Somebody must come, or say “I am here”.")
        case Cause.NO_KEEPER:
            return t.gettext("Name one gateway as the keeper.")
        case Cause.NEAR_CEILING:
            return t.gettext(
                "Urgent calls go first. Is the radio used for something else, or is every call repeated?"
            )
        case Cause.NO_PLAN:
            return t.gettext("It comes by itself. If it does not, switch the gateway off and on.")
        case Cause.CERTIFICATE:
            return t.gettext(
                "Let it in anew, under “Who may come in”. If it is connected, try off and on first."
            )


def air(line: Line, t: Words) -> str:
    """Of a transmitter: its kind, its air time of the last hour, and what takes over for it."""
    one = line.transmitter
    if one is None:
        return ""
    used = None if one.air_s is None else t.number(one.air_s)
    parts = [one.driver]
    if used is not None and one.ceiling_s is not None:
        parts.append(
            t.gettext(
                "%(used)s of %(most)s s of air time in the last hour", used=used, most=t.number(one.ceiling_s)
            )
        )
    elif used is not None:
        parts.append(t.gettext("%(used)s s of air time in the last hour", used=used))
    elif one.ceiling_s is not None:
        parts.append(t.gettext("at most %(most)s s of air time in an hour", most=t.number(one.ceiling_s)))
    if one.standby is not None:
        parts.append(t.gettext("standby: %(name)s", name=one.standby[1]))
    return " \u00b7 ".join(part for part in parts if part)


def cause_name(code: str, t: Words) -> str:
    """Short, for the table of the days."""
    names = {
        Cause.SERVER_OFF: t.gettext("server off"),
        Cause.NO_LINK: t.gettext("no broker"),
        Cause.SLOW_BROKER: t.gettext("slow broker"),
        Cause.NEVER_SEEN: t.gettext("never connected"),
        Cause.OFFLINE: t.gettext("no connection"),
        Cause.NO_PRESS: t.gettext("no press"),
        Cause.REFUSED: t.gettext("wrong inputs"),
        Cause.NOT_TRIED: t.gettext("not tried"),
        Cause.DEAD: t.gettext("no answer"),
        Cause.NO_RESULT: t.gettext("no result"),
        Cause.FAILED: t.gettext("page not taken"),
        Cause.NO_TRANSMITTER: t.gettext("no transmitter"),
        Cause.NO_BUTTON: t.gettext("no button"),
        Cause.NOBODY: t.gettext("nobody on the floor"),
        Cause.NO_PAGER: t.gettext("no pager"),
        Cause.CERTIFICATE: t.gettext("certificate ran out"),
    }
    return names[Cause(code)] if code in names else code


def certificate_ends(at: datetime, now: datetime, t: Words) -> str:
    if now < at:
        return t.gettext("Its certificate ends on %(day)s: then it cannot connect.", day=t.day(at))
    return t.gettext("Its certificate ran out on %(day)s: it cannot connect any more.", day=t.day(at))


def moment(at: datetime, now: datetime, t: Words) -> str:
    """The time, with the day when it was another one."""
    same = t.local(at).date() == t.local(now).date()
    return t.clock(at) if same else f"{t.day_short(at)} {t.clock(at)}"


def _inputs(line: Line, t: Words) -> str:
    if not line.inputs:
        return ""
    numbers = ", ".join(t.number(one) for one in line.inputs)
    return " " + t.ngettext("Input %(numbers)s.", "Inputs %(numbers)s.", len(line.inputs), numbers=numbers)
