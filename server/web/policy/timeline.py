"""A forecast in words: at which second whose wrist vibrates and why, who is left out and why, what the light shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from broker_config.messages import LightState
from server.rules.facts import Button, Carrier, Store
from server.rules.forecast import Choice, Kind, Left, LeftOut, Moment, TryOut
from server.rules.roster import Why
from server.rules.routing import Candidate
from server.web.frame import names
from server.web.frame.words import Words, minutes
from server.web.policy import sentences
from server.web.roster.view import moment as when

NAMED = 12
"""So many people are named in one step; the others are counted."""


@dataclass(frozen=True, slots=True)
class Who:
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    after: str
    clock: str
    icon: str
    mood: str
    title: str
    note: str
    called: tuple[Who, ...]
    more: str
    """Those who are called and not named."""
    left: tuple[Who, ...]
    light: str
    """Only where it changes."""


@dataclass(frozen=True, slots=True)
class Forecast:
    question: str
    policy: str
    """Name of the policy; empty when nobody is called."""
    policy_id: int | None
    why: str
    entries: tuple[Entry, ...]


def forecast(found: TryOut, store: Store, label: str, t: Words) -> Forecast:
    """`label`: the button as people call it."""
    entries: list[Entry] = []
    before: Moment | None = None
    repeated: Moment | None = None
    for one in found.moments:
        shown_light = before.light if before is not None else LightState.RECEIVED
        entry = _entry(one, found, store, t, tells_light=one.light is not shown_light)
        if one.kind is Kind.REPEAT and repeated is not None and one.called == repeated.called:
            entry = replace(entry, note=t.gettext("the same people"), called=(), more="")
        repeated = one if one.kind is Kind.REPEAT else repeated
        entries.append(entry)
        before = one
    at = f"{t.weekday(t.local(found.at).date())} {t.day(found.at)} {t.clock(found.at)}"
    return Forecast(
        question=t.gettext("%(button)s, %(moment)s", button=label, moment=at),
        policy=found.policy.name or t.gettext("Built in") if found.policy else "",
        policy_id=found.policy.id if found.policy else None,
        why=_choice(found, store, t),
        entries=tuple(entries),
    )


def _choice(found: TryOut, store: Store, t: Words) -> str:
    words = {
        Choice.ZONE: t.gettext("It is made for the zone of this button."),
        Choice.ABOVE: t.gettext("It is made for a zone above that of this button."),
        Choice.STORE: t.gettext("It holds for the whole store; the zone has none of its own then."),
        Choice.BUILT_IN: t.gettext("Nobody has written a policy that holds then."),
        Choice.ASKED: t.gettext("As it stands in the form, whether or not it would hold then."),
        Choice.CLOSED: t.gettext("The store is closed then: the press is recorded and nobody is called."),
        Choice.COUNTED: t.gettext("A button of this colour is counted and calls nobody."),
    }
    return words[found.choice]


def _entry(one: Moment, found: TryOut, store: Store, t: Words, *, tells_light: bool) -> Entry:
    icon, mood, title = _title(one, t)
    note = ""
    if one.step is not None:
        note = sentences.whom(one.step, store, t)
    named, rest = one.called[:NAMED], one.called[NAMED:]
    return Entry(
        after=f"+{minutes(one.after.total_seconds())}",
        clock=t.clock_s(found.at + one.after),
        icon=icon,
        mood=mood,
        title=title,
        note=note,
        called=tuple(_called(who, found.button, found.at, t) for who in named),
        more=t.ngettext("and %(n)s more", "and %(n)s more", len(rest)) if rest else "",
        left=tuple(_left(who, found.at, t) for who in one.left_out[:NAMED]),
        light=light(one.light, t) if tells_light else "",
    )


def _title(one: Moment, t: Words) -> tuple[str, str, str]:
    number = t.number(one.number)
    return {
        Kind.STEP: ("step", "warn", t.gettext("Step %(number)s calls", number=number)),
        Kind.SKIPPED: ("step", "plain", t.gettext("Step %(number)s is skipped: nobody on it", number=number)),
        Kind.NOBODY: ("warn", "bad", t.gettext("Nobody can be called: the board shouts")),
        Kind.FALLBACK: ("page", "bad", t.gettext("The fallback pagers ring")),
        Kind.REPEAT: ("page", "warn", t.gettext("Repeat %(number)s", number=number)),
        Kind.SORRY: ("warn", "bad", t.gettext("The exit clock ran out")),
        Kind.LAST_RESORT: (
            "page",
            "warn",
            t.ngettext("%(n)s slow channel is tried", "%(n)s slow channels are tried", one.number),
        ),
        Kind.GIVE_UP: ("bad", "bad", t.gettext("The call is closed: nobody answered")),
    }[one.kind]


def light(state: LightState, t: Words) -> str:
    return {
        LightState.IDLE: t.gettext("Light: off"),
        LightState.RECEIVED: t.gettext("Light: received"),
        LightState.CALLED: t.gettext("Light: somebody was called"),
        LightState.COMING: t.gettext("Light: somebody is coming"),
        LightState.SORRY: t.gettext("Light: sorry"),
        LightState.NOBODY: t.gettext("Light: nobody can be called"),
    }[state]


def _called(one: Candidate, button: Button, at: datetime, t: Words) -> Who:
    pagers = ", ".join(pager.label for pager in one.pagers)
    if one.carrier is None:
        return Who(pagers, t.gettext("rings whoever carries it"))
    parts = []
    if one.standing is not None:
        parts.append(names.why(one.standing.why.value, t))
        if one.standing.until is not None:
            parts.append(t.gettext("until %(time)s", time=when(one.standing.until, at, t)))
    parts += matched(button, one.carrier, t)
    return Who(f"{_name(one.carrier)} ({pagers})", ", ".join(parts))


def matched(button: Button, carrier: Carrier, t: Words) -> Sequence[str]:
    found = []
    if button.language is not None and button.language in carrier.languages:
        language = t.locale.languages.get(button.language, button.language)
        found.append(t.gettext("speaks the language asked for (%(language)s)", language=language))
    if button.skill is not None and button.skill in carrier.skills:
        found.append(t.gettext("has the skill asked for (%(skill)s)", skill=button.skill))
    return found


def _left(one: LeftOut, at: datetime, t: Words) -> Who:
    if one.why is Left.MOST:
        why = t.gettext("others come first: a better match, or not called for longer")
    elif one.why is Left.NO_PAGER:
        why = t.gettext("carries no pager")
    else:
        why = names.why(one.standing.why.value, t)
        if one.standing.why is not Why.NO_SHIFT and one.standing.until is not None:
            why = f"{why}, {t.gettext('until %(time)s', time=when(one.standing.until, at, t))}"
    return Who(_name(one.carrier), why)


def _name(carrier: Carrier) -> str:
    return carrier.name or carrier.initials
