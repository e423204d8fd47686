"""The list of devices: what needs a hand first, each with what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.db.devices import DeviceLine, InForce, InputLine
from server.rules.presence import Presence
from server.web.devices import faults as fault_words
from server.web.devices import words
from server.web.devices.faults import PRESENCE, FaultLine, fault_line
from server.web.frame.words import Words
from server.web.readiness.mark import needs_a_hand
from server.web.readiness.words import moment

AGAIN_S = 4
"""So often the list asks for itself anew: what the broker says after 22.5 s is on it within 30 s."""
OLD_MS = 60_000
"""A press that waits longer than this is worth a look."""
FAULTS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    text: str
    mood: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    url: str
    mood: str
    title: str
    kind: str
    presence: str
    presence_mood: str
    advice: str
    """What to do when it is not there."""
    faults: tuple[FaultLine, ...]
    more: str
    """How many faults are not listed here; empty: none."""
    facts: tuple[Fact, ...]
    outside: str = ""
    """It may not come in: it has no identity."""
    enrol_url: str = ""
    """Empty: not for this visitor."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who may come in, as far as the list shows it."""

    inside: frozenset[str]
    may_enrol: bool


@dataclass(frozen=True, slots=True)
class Screen:
    mood: str
    answer: str
    under: str
    at: str
    bad: tuple[Line, ...]
    good: tuple[Line, ...]
    url: str
    again_s: int
    tick: int
    enrol_url: str = ""
    """Empty: nothing there is for this visitor."""


def screen(
    lines: Sequence[DeviceLine],
    inputs: Mapping[str, tuple[InputLine, ...]],
    now: datetime,
    t: Words,
    *,
    url: str,
    entry: Entry | None = None,
) -> Screen:
    """`inputs`: device -> its inputs, for their names. `entry` None: this server lets nobody in by itself."""
    found = [_line(one, inputs.get(one.device, ()), now, t, url, entry) for one in lines]
    order = ("bad", "warn", "good")
    bad = sorted((one for one in found if one.mood != "good"), key=lambda one: order.index(one.mood))
    here = sum(one.presence is Presence.ONLINE for one in lines)
    return Screen(
        mood=bad[0].mood if bad else "good",
        answer=needs_a_hand(len(bad), t) if bad else t.gettext("Every device is in order"),
        under=t.ngettext(
            "%(here)s of %(n)s device is here.", "%(here)s of %(n)s devices are here.", len(lines), here=here
        ),
        at=t.gettext("As of %(time)s", time=t.clock_s(now)),
        bad=tuple(bad),
        good=tuple(one for one in found if one.mood == "good"),
        url=f"{url}/devices",
        again_s=AGAIN_S,
        tick=int(now.timestamp() * 1000),
        enrol_url=f"{url}/enrol" if entry is not None and entry.may_enrol else "",
    )


def _line(
    line: DeviceLine,
    inputs: tuple[InputLine, ...],
    now: datetime,
    t: Words,
    url: str,
    entry: Entry | None,
) -> Line:
    outside = entry is not None and line.kind != "s" and line.device not in entry.inside
    may_enrol = entry is not None and entry.may_enrol
    faults = open_faults(line, inputs, now, t)
    more = len(faults) - FAULTS_SHOWN
    return Line(
        key=f"device-{line.device}",
        url=f"{url}/devices/{line.device}",
        mood="bad" if outside else mood(line),
        title=line.name or line.device,
        kind=words.kind(line.kind, t),
        presence=words.presence(line.presence, line.since, now, t),
        presence_mood=presence_mood(line.presence),
        advice="" if outside else words.presence_advice(line.presence, t),
        faults=faults[:FAULTS_SHOWN],
        more=t.ngettext("%(n)s more", "%(n)s more", more) if more > 0 else "",
        facts=_facts(line, now, t),
        outside=t.gettext("No identity: it cannot connect") if outside else "",
        enrol_url=f"{url}/enrol/new?kind={line.kind}&device={line.device}" if outside and may_enrol else "",
    )


def open_faults(
    line: DeviceLine, inputs: tuple[InputLine, ...], now: datetime, t: Words
) -> tuple[FaultLine, ...]:
    """What is told of its presence anyway is not told twice."""
    told = [one for one in line.faults if one.kind not in PRESENCE or line.presence is Presence.ONLINE]
    found = [fault_line(one, inputs, now, t) for one in told]
    return tuple(sorted(found, key=lambda one: one.mood != "bad"))


def presence_mood(found: Presence) -> str:
    return "good" if found is Presence.ONLINE else "bad"


def mood(line: DeviceLine) -> str:
    moods = {fault_words.mood(one.kind) for one in line.faults} | {presence_mood(line.presence)}
    if "bad" in moods:
        return "bad"
    return "warn" if "warn" in moods or line.settings is InForce.REFUSED or waits_long(line) else "good"


def waits_long(line: DeviceLine) -> bool:
    told = line.telemetry
    return told is not None and told.spool > 0 and told.oldest_ms > OLD_MS


def waiting(line: DeviceLine, t: Words) -> Fact:
    count = line.spool or 0
    label = t.gettext("Waiting presses") if line.kind == "b" else t.gettext("Waiting pages")
    return Fact(label, t.number(count), "warn" if waits_long(line) else "")


def _facts(line: DeviceLine, now: datetime, t: Words) -> tuple[Fact, ...]:
    found: list[Fact] = []
    if line.kind == "b":
        at = line.pressed_at
        pressed = moment(at, now, t) if at is not None else t.gettext("none yet")
        found.append(Fact(t.gettext("Last press"), pressed))
    if line.telemetry is not None:
        found.append(waiting(line, t))
    if line.kind != "s":
        state = words.SETTINGS_MOODS[line.settings]
        found.append(
            Fact(
                t.gettext("Settings"),
                words.settings(line.settings, t),
                state if state in ("warn", "bad") else "",
            )
        )
    if line.sw:
        found.append(Fact(t.gettext("Software"), words.cut(line.sw, 32)))
    return tuple(found)
