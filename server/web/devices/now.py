"""A device as it is now: what is wrong, what may be asked of it and what it answered, its settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broker_config.messages import CommandName
from broker_config.messages.device import InputRole
from server.db.devices import CommandLine, DeviceDay, InForce, SettingsLine
from server.rules.presence import Presence
from server.web.devices import words
from server.web.devices.faults import FaultLine
from server.web.devices.told import facts
from server.web.devices.view import Fact, mood, open_faults, presence_mood
from server.web.frame.words import Words
from server.web.readiness.mark import needs_a_hand
from server.web.readiness.words import moment

WHILE_ASKED_S = 1
OTHERWISE_S = 4
COMMANDS_OF = {
    "b": (
        CommandName.IDENTIFY,
        CommandName.PROBE,
        CommandName.DRILL,
        CommandName.RESTART,
        CommandName.ROTATE,
    ),
    "g": (CommandName.PROBE,),
}
"""What a device can do. A gateway refuses everything else that it may be asked."""
ASKED_FIRST = frozenset({CommandName.DRILL, CommandName.RESTART, CommandName.ROTATE})
"""Others notice these: what happens then is said before they are sent."""
HISTORY = 20


@dataclass(frozen=True, slots=True)
class Answer:
    mood: str
    text: str
    said: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A drill of one input."""

    input: int
    label: str
    waits: bool
    """It was asked and has not answered: not to be asked again meanwhile."""
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    label: str
    note: str
    asks_first: bool
    send: str
    """Label of what sends it at last."""
    waits: bool
    answer: Answer | None
    inputs: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    key: str
    at: str
    what: str
    by: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class SettingsState:
    mood: str
    word: str
    note: str
    errors: tuple[str, ...]
    """What the device says against them, in its own words."""
    url: str


@dataclass(frozen=True, slots=True)
class Now:
    device: str
    title: str
    kind: str
    mood: str
    answer: str
    presence: str
    presence_mood: str
    advice: str
    at: str
    faults: tuple[FaultLine, ...]
    actions: tuple[Action, ...]
    no_actions: str
    """Why nothing can be asked of it; empty: it can."""
    asked: tuple[Asked, ...]
    settings: SettingsState | None
    told: tuple[Fact, ...]
    told_at: str
    back: str
    url: str
    again_s: int
    tick: int


def now_view(found: DeviceDay, now: datetime, t: Words, *, url: str, commands: bool) -> Now:
    """`url`: of the store. `commands`: whoever looks may ask something of it."""
    line = found.line
    faults = open_faults(line, found.inputs, now, t)
    wrong = len(faults) + (line.presence is not Presence.ONLINE)
    here = line.presence not in (Presence.OFFLINE, Presence.UNKNOWN)
    may = COMMANDS_OF.get(line.kind, ()) if commands else ()
    own = f"{url}/devices/{line.device}"
    return Now(
        device=line.device,
        title=line.name or line.device,
        kind=words.kind(line.kind, t),
        mood=mood(line),
        answer=needs_a_hand(wrong, t) if wrong else t.gettext("Nothing is wrong"),
        presence=words.presence(line.presence, line.since, now, t),
        presence_mood=presence_mood(line.presence),
        advice=words.presence_advice(line.presence, t),
        at=t.gettext("As of %(time)s", time=t.clock_s(now)),
        faults=faults,
        actions=tuple(_action(name, found, now, t) for name in may) if here else (),
        no_actions=t.gettext("It is not connected: nothing can be asked of it now.")
        if may and not here
        else "",
        asked=tuple(_asked(one, found, now, t) for one in found.commands[:HISTORY]),
        settings=_settings(found.settings, now, t, f"{own}/settings" if commands else "")
        if line.kind in COMMANDS_OF
        else None,
        told=tuple(facts(line, now, t)),
        told_at=t.gettext("Told at %(time)s", time=moment(line.told_at, now, t)) if line.told_at else "",
        back=f"{url}/devices",
        url=own,
        again_s=WHILE_ASKED_S
        if any(one.state == "asked" for one in found.commands) or found.settings.state is InForce.WAITING
        else OTHERWISE_S,
        tick=int(now.timestamp() * 1000),
    )


def keys_of(settings: SettingsLine) -> frozenset[int]:
    """Inputs that are staff keys by what is wanted: a key makes no press of its own."""
    return frozenset(one.n for one in settings.wanted.inputs or [] if one.role is InputRole.KEY)


def _action(name: CommandName, found: DeviceDay, now: datetime, t: Words) -> Action:
    mine = [one for one in found.commands if one.name == name]
    choices: tuple[Choice, ...] = ()
    if name is CommandName.DRILL:
        keys = keys_of(found.settings) | {one.input for one in found.inputs if one.key_of is not None}
        choices = tuple(
            _choice(one.input, words.input_name(one.input, found.inputs, t), mine, now, t)
            for one in found.inputs
            if one.label is not None and one.input not in keys
        )
    last = mine[0] if mine and not choices else None
    return Action(
        name=name.value,
        label=words.command(name.value, t),
        note=words.command_note(name.value, t),
        asks_first=name in ASKED_FIRST,
        send={
            CommandName.RESTART: t.gettext("Restart now"),
            CommandName.ROTATE: t.gettext("Take the new password now"),
        }.get(name, ""),
        waits=last is not None and last.state == "asked",
        answer=_answer(last, now, t) if last is not None else None,
        inputs=choices,
    )


def _choice(number: int, label: str, drills: Sequence[CommandLine], now: datetime, t: Words) -> Choice:
    last = next((one for one in drills if _input_of(one) == number), None)
    return Choice(
        number,
        t.gettext("Send a drill: %(name)s", name=label),
        last is not None and last.state == "asked",
        _answer(last, now, t) if last is not None else None,
    )


def _input_of(line: CommandLine) -> int | None:
    value = line.args.get("input")
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    return value if isinstance(value, int) else None


def _answer(line: CommandLine, now: datetime, t: Words) -> Answer:
    tells = line.state == "refused" or line.name == CommandName.PROBE  # a gateway: of each transmitter
    said = words.cut(line.text) if tells else ""
    return Answer(words.ANSWER_MOODS.get(line.state, "plain"), words.answer(line, now, t), said)


def _asked(line: CommandLine, found: DeviceDay, now: datetime, t: Words) -> Asked:
    number = _input_of(line)
    what = words.command(line.name, t)
    if number is not None:
        what += f": {words.input_name(number, found.inputs, t)}"
    answer = Answer(
        words.ANSWER_MOODS.get(line.state, "plain"), words.answer(line, now, t), words.cut(line.text)
    )
    return Asked(f"asked-{line.id}", moment(line.asked_at, now, t), what, line.by or "", answer)


def _settings(line: SettingsLine, now: datetime, t: Words, url: str) -> SettingsState:
    at = line.answered_at if line.state in (InForce.IN_FORCE, InForce.REFUSED) else line.set_at
    note = ""
    if at is not None and line.state is not InForce.OWN:
        time = moment(at, now, t)
        note = {
            InForce.WAITING: t.gettext("Wanted since %(time)s", time=time),
            InForce.IN_FORCE: t.gettext("Since %(time)s", time=time),
            InForce.REFUSED: t.gettext("At %(time)s; it works by the ones before.", time=time),
        }[line.state]
        if line.by:
            note += " \u00b7 " + line.by
    return SettingsState(
        mood=words.SETTINGS_MOODS[line.state],
        word=words.settings(line.state, t),
        note=note,
        errors=tuple(words.cut(text) for text in list(line.answer_errors.values())[:8])
        if line.state in (InForce.REFUSED, InForce.IN_FORCE)
        else (),
        url=url,
    )
