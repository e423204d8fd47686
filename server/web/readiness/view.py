"""Readiness in words: the big answer, a line for each device, who would come, and how the last days were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.rules.canaries import Canary
from server.rules.facts import Step, Store
from server.rules.readiness import Cause, Line, Mood, Readiness, Thing
from server.web.frame import names
from server.web.frame.words import Words
from server.web.readiness import words
from server.web.readiness.load import Day, Whole
from server.web.readiness.mark import needs_a_hand

WHILE_RUNNING_S = 1
OTHERWISE_S = 15
"""So often the screen asks for itself anew."""
CAUSES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Pill:
    mood: str
    text: str


@dataclass(frozen=True, slots=True)
class DeviceLine:
    key: str
    mood: str
    title: str
    what: str
    said: str
    """What the device itself said, in its own words."""
    advice: str
    tried: str
    pills: tuple[Pill, ...]
    device: str | None
    """What may be tried alone."""
    url: str
    """Its own screen; empty: it has none, or it is not for this visitor."""


@dataclass(frozen=True, slots=True)
class StepLine:
    number: int
    who: str
    people: int
    text: str


@dataclass(frozen=True, slots=True)
class DayLine:
    key: str
    day: str
    opening: int
    covered: int
    share: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Screen:
    mood: str
    answer: str
    under: str
    at: str
    """When this was so: it stays on the screen when the server is gone."""
    running: str
    """Empty when nothing is being tried."""
    lines: tuple[DeviceLine, ...]
    people: str
    steps: tuple[StepLine, ...]
    days: tuple[DayLine, ...]
    url: str
    may_try: bool
    devices_url: str
    """The list of devices; empty: it is not for this visitor."""
    again_s: int
    tick: int
    """Another number at each look, so that the screen asks anew each time."""


def screen(whole: Whole, now: datetime, t: Words, *, url: str, may_try: bool, devices: bool) -> Screen:
    found = whole.readiness
    running = len(whole.running)
    devices_url = f"{url}/devices" if devices else ""
    return Screen(
        mood="good" if found.covered else "bad",
        answer=t.gettext("Everything works") if found.covered else needs_a_hand(len(found.bad), t),
        under=_under(found, t),
        at=t.gettext("As of %(time)s", time=t.clock_s(now)),
        running=t.ngettext("%(n)s silent call is under way", "%(n)s silent calls are under way", running)
        if running
        else "",
        lines=tuple(
            _line(line, now, t, may_try=may_try, devices=devices_url) for line in _bad_first(found.lines)
        ),
        people=t.ngettext(
            "%(n)s person with a pager is on the floor",
            "%(n)s people with pagers are on the floor",
            found.people,
        ),
        steps=_steps(whole.store, found, t),
        days=tuple(_day(day, found.lines, t) for day in whole.days),
        url=f"{url}/readiness",
        may_try=may_try,
        devices_url=devices_url,
        again_s=WHILE_RUNNING_S if running else OTHERWISE_S,
        tick=int(now.timestamp() * 1000),
    )


def _under(found: Readiness, t: Words) -> str:
    warned = sum(line.mood is Mood.WARN for line in found.lines)
    parts = [
        t.gettext("Open: every button and transmitter is tried in silence every 15 minutes.")
        if found.open
        else t.gettext("Closed: everything is tried in the half hour before opening.")
    ]
    if warned:
        parts.append(t.ngettext("%(n)s hint.", "%(n)s hints.", warned))
    return " ".join(parts)


def _bad_first(lines: tuple[Line, ...]) -> list[Line]:
    order = (Mood.BAD, Mood.WARN, Mood.GOOD)
    return sorted(lines, key=lambda line: order.index(line.mood))


def _line(line: Line, now: datetime, t: Words, *, may_try: bool, devices: str) -> DeviceLine:
    device = line.key.partition("/")[0] if line.thing in (Thing.UNIT, Thing.TRANSMITTER) else ""
    own = line.key.partition("/")[0] if line.thing in (Thing.UNIT, Thing.GATEWAY) else ""
    return DeviceLine(
        key=f"{line.thing.value}-{line.key.replace('/', '-')}",
        mood=line.mood.value,
        title=words.title(line, t),
        what=words.what(line, now, t),
        said=line.said,
        advice=words.advice(line, t),
        tried=_tried(line, now, t),
        pills=_pills(line, now, t),
        device=device if may_try and device else None,
        url=f"{devices}/{own}" if devices and own else "",
    )


def _tried(line: Line, now: datetime, t: Words) -> str:
    """Of a unit: when it was tried last, and how many of its inputs made a press; of a transmitter its air time."""
    if line.thing is Thing.TRANSMITTER:
        return words.air(line, t)
    if line.thing is not Thing.UNIT or not line.tried:
        return ""
    good = sum(one.pressed_at is not None for one in line.tried)
    time = words.moment(max(one.asked_at for one in line.tried), now, t)
    return t.ngettext(
        "Tried at %(time)s: %(good)s of %(n)s input works.",
        "Tried at %(time)s: %(good)s of %(n)s inputs work.",
        len(line.tried),
        time=time,
        good=t.number(good),
    )


def _pills(line: Line, now: datetime, t: Words) -> tuple[Pill, ...]:
    """Dialogue and radio apart: a transmitter that answers its line has proven no radio."""
    if line.thing is not Thing.TRANSMITTER:
        return ()
    if not line.tried:
        return (
            Pill("plain", t.gettext("Line: not tried yet")),
            Pill("plain", t.gettext("Radio: not tried yet")),
        )
    last: Canary = line.tried[0]
    time = words.moment(last.final_at or last.asked_at, now, t)
    dialogue = (
        Pill("good", t.gettext("Line: answered at %(time)s", time=time))
        if last.dialogue
        else Pill("bad", t.gettext("Line: no answer at %(time)s", time=time))
    )
    radio = (
        Pill("good", t.gettext("Radio: sent at %(time)s", time=time))
        if last.radio
        else Pill("plain", t.gettext("Radio: not proven"))
    )
    return dialogue, radio


def _steps(store: Store, found: Readiness, t: Words) -> tuple[StepLine, ...]:
    return tuple(
        StepLine(
            number=one.step.position,
            who=_target(one.step, store, t),
            people=one.people,
            text=t.ngettext("%(n)s person", "%(n)s people", one.people)
            if one.people
            else t.gettext("Nobody"),
        )
        for one in found.steps
    )


def _target(step: Step, store: Store, t: Words) -> str:
    carrier = store.carriers.get(step.carrier_id) if step.carrier_id is not None else None
    if step.target == "carrier" and carrier is not None:
        return carrier.name
    if step.target == "group":
        return next((pager.label for pager in store.pagers if pager.id == step.pager_id), "")
    return names.target(step.role or step.target, t)


def _day(day: Day, lines: tuple[Line, ...], t: Words) -> DayLine:
    covered = day.covered
    if covered.opening:
        text = t.ngettext(
            "%(covered)s of %(n)s minute",
            "%(covered)s of %(n)s minutes",
            covered.opening,
            covered=t.number(covered.covered),
        )
        share = t.percent(100 * covered.covered // covered.opening / 100)  # never more than it was
    else:
        text, share = t.gettext("not open") if day.counted else t.gettext("not counted yet"), ""
    return DayLine(
        key=f"d{day.day.isoformat()}",
        day=t.day_short(day.day),
        opening=covered.opening,
        covered=covered.covered,
        share=share,
        text=text,
        why=_why(covered.lost, {line.key: line.name for line in lines if line.name}, t),
    )


def _why(lost: Mapping[tuple[str, str], int], named: Mapping[str, str], t: Words) -> str:
    """The longest causes; a minute may have had several."""
    longest = sorted(lost.items(), key=lambda item: (-item[1], item[0]))[:CAUSES_SHOWN]
    return " \u00b7 ".join(
        _lost(code, named.get(about, about), minutes, t) for (code, about), minutes in longest
    )


def _lost(code: str, about: str, minutes: int, t: Words) -> str:
    spent = t.gettext("%(number)s min", number=t.number(minutes)).replace(" ", "\u00a0")
    whose = f"{about}: " if about and code not in (Cause.NOBODY, Cause.NO_PAGER) else ""
    return f"{whose}{words.cause_name(code, t)}, {spent}"
