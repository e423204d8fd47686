"""Settings of a device as a form: its fields with what is kept, and errors at their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from broker_config.messages.device import InputRole
from server.db.devices import InForce, InputLine, SettingsLine
from server.web.devices import words
from server.web.frame.words import Words
from server.web.setup.forms import Field, Filling, Values

HOLD_MS, LOCKOUT_MS = (5, 1_000), (0, 60_000)
TTL_S, RESEND_S, TELEMETRY_S = (1, 86_400), (1, 300), (5, 86_400)
LOUDEST = 10
BUTTON = "button"
KEY = "key-"
"""Before the number of the button that a staff key belongs to."""
OF_INPUTS = re.compile(r"inputs\.(\d{1,2})\.(n|role|for|hold_ms|lockout_ms)")
FIELDS = {
    "ttl_s": "ttl",
    "resend_s": "resend",
    "volume": "volume",
    "night": "night_starts",
    "night.starts": "night_starts",
    "night.ends": "night_ends",
    "night.volume": "night_volume",
    "timezone": "timezone",
    "lights": "lights",
    "telemetry_s": "telemetry",
}
"""What a setting is called on the wire, and in this form."""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    help: str
    fields: tuple[Field, ...]
    lights: bool = False
    """The sets of lights are drawn under it."""


def kept(settings: SettingsLine) -> Values:
    """What is wanted now, as it stands in the fields; empty: as the device's own file says."""
    wanted = settings.wanted
    found: dict[str, tuple[str, ...]] = {"seen": (str(settings.rev),)}

    def put(name: str, value: object) -> None:
        found[name] = ("" if value is None else str(value),)

    for one in wanted.inputs or []:
        put(f"role_{one.n}", f"{KEY}{one.key_for}" if one.role is InputRole.KEY else BUTTON)
        put(f"hold_{one.n}", one.hold_ms)
        put(f"lockout_{one.n}", one.lockout_ms)
    put("ttl", wanted.ttl_s)
    put("resend", ", ".join(map(str, wanted.resend_s)) if wanted.resend_s else None)
    put("volume", wanted.volume)
    put("timezone", wanted.timezone)
    put("lights", wanted.lights)
    put("telemetry", wanted.telemetry_s)
    if wanted.night is not None:
        put("night_starts", wanted.night.starts)
        put("night_ends", wanted.night.ends)
        put("night_volume", wanted.night.volume)
    return found


def errors_of(errors: Mapping[str, str], inputs: Sequence[int], t: Words) -> dict[str, str]:
    """What the device (or the server) says about a setting, at the field of the form; what belongs to none is under
    the empty name. `inputs`: the numbers of the inputs in the order in which they were sent."""
    found: dict[str, str] = {}
    for name, text in errors.items():
        said = t.gettext("It says: %(text)s", text=words.cut(text))
        found.setdefault(_field_of(name, inputs), said)
    return found


def own_errors(settings: SettingsLine, t: Words) -> dict[str, str]:
    """Those of the device's answer to what is wanted now."""
    if settings.state is not InForce.REFUSED:
        return {}
    return errors_of(settings.answer_errors, [one.n for one in settings.wanted.inputs or []], t)


def sections(
    kind: str, inputs: Sequence[InputLine], values: Values, errors: Mapping[str, str], zone: str, t: Words
) -> tuple[Section, ...]:
    fill = Filling(values, errors)
    if kind != "b":
        return (Section(t.gettext("Health"), "", (_telemetry(fill, t),)),)
    return (
        Section(t.gettext("Sound and light"), "", tuple(_sound(fill, zone, t)), lights=True),
        *(_input(fill, one, inputs, t) for one in inputs),
        Section(t.gettext("Sending"), "", (*_sending(fill, t), _telemetry(fill, t))),
    )


def _sound(fill: Filling, zone: str, t: Words) -> Iterator[Field]:
    loudness = [("", _own(t)), *((str(level), _level(level, t)) for level in range(LOUDEST + 1))]
    yield fill.select(
        "volume",
        t.gettext("Volume"),
        loudness,
        help=t.gettext("A simple buzzer knows only silent and loud."),
    )
    yield fill.select(
        "lights",
        t.gettext("Lights"),
        [
            ("", _own(t)),
            ("std", t.gettext("Usual: at most three flashes in a second")),
            ("slow", t.gettext("Slow: no change sooner than after a second")),
        ],
        help=t.gettext("Slow is for places where flashing is not wanted."),
    )
    yield fill.plain(
        "time",
        "night_starts",
        t.gettext("Night begins"),
        help=t.gettext("At night it sounds otherwise. Empty: as its own file says."),
    )
    yield fill.plain("time", "night_ends", t.gettext("Night ends"))
    yield fill.select("night_volume", t.gettext("Volume at night"), loudness)
    yield fill.text(
        "timezone",
        t.gettext("Time zone"),
        offer=sorted(name for name in available_timezones() if name.startswith("Europe/")),
        longest=64,
        help=t.gettext("For the night. Empty with a night: that of the store, %(zone)s.", zone=zone),
    )


def _input(fill: Filling, line: InputLine, inputs: Sequence[InputLine], t: Words) -> Section:
    n = line.input
    roles = [("", _own(t)), (BUTTON, t.gettext("Button"))]
    roles += [
        (
            f"{KEY}{other.input}",
            t.gettext("Staff key of %(name)s", name=words.input_name(other.input, inputs, t)),
        )
        for other in inputs
        if other.input != n
    ]
    return Section(
        words.input_name(n, inputs, t),
        "",
        (
            fill.select(
                f"role_{n}",
                t.gettext("What it is"),
                roles,
                help=t.gettext("Its times hold only when this is chosen here."),
            ),
            fill.plain(
                "number",
                f"hold_{n}",
                t.gettext("Closed for at least, ms"),
                least=HOLD_MS[0],
                most=HOLD_MS[1],
                help=t.gettext("Shorter ones are a sleeve or a spark. Empty: %(number)s.", number=30),
            ),
            fill.plain(
                "number",
                f"lockout_{n}",
                t.gettext("Lock-out after a press, ms"),
                least=LOCKOUT_MS[0],
                most=LOCKOUT_MS[1],
                help=t.gettext("Pushes in that time are the same press. Empty: %(number)s.", number=3000),
            ),
        ),
    )


def _sending(fill: Filling, t: Words) -> Iterator[Field]:
    yield fill.plain(
        "number",
        "ttl",
        t.gettext("A press is worth a call for, s"),
        least=TTL_S[0],
        most=TTL_S[1],
        help=t.gettext("What arrives later is written down and calls nobody."),
    )
    yield fill.text(
        "resend",
        t.gettext("Sent again after, s"),
        longest=80,
        help=t.gettext(
            "One after the other, the last one again and again: 1, 2, 5, 10. None over %(most)s s.",
            most=RESEND_S[1],
        ),
    )


def _telemetry(fill: Filling, t: Words) -> Field:
    return fill.plain(
        "number",
        "telemetry",
        t.gettext("Tells how it is every, s"),
        least=TELEMETRY_S[0],
        most=TELEMETRY_S[1],
        help=t.gettext("When two and a half of these pass without a word, it counts as silent."),
    )


def _own(t: Words) -> str:
    return t.gettext("As its own file says")


def _level(level: int, t: Words) -> str:
    if level == 0:
        return t.gettext("0, silent")
    return t.gettext("10, the loudest") if level == LOUDEST else t.number(level)


def _field_of(name: str, inputs: Sequence[int]) -> str:
    found = OF_INPUTS.fullmatch(name)
    if found is not None and int(found[1]) < len(inputs):
        part = {"hold_ms": "hold", "lockout_ms": "lockout"}.get(found[2], "role")
        return f"{part}_{inputs[int(found[1])]}"
    return FIELDS.get(name, "")
