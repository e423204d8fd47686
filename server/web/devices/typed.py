"""What somebody typed into the settings of a device, read as values; what is wrong is said at its field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.db.devices import InputLine
from server.web.devices.form import (
    BUTTON,
    HOLD_MS,
    KEY,
    LOCKOUT_MS,
    LOUDEST,
    RESEND_S,
    TELEMETRY_S,
    TTL_S,
)
from server.web.roster.fields import Fields

MOST_RESENDS = 10
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LIGHTS = ("std", "slow")


def read(kind: str, inputs: Sequence[InputLine], fields: Fields, zone: str) -> dict[str, Any]:
    """What was typed as values of `broker_config.messages.Settings`; what is wrong is kept in `fields.errors`."""
    t = fields.t
    found: dict[str, Any] = {"telemetry_s": fields.maybe_number("telemetry", *TELEMETRY_S)}
    if kind == "b":
        found |= {
            "inputs": [one for line in inputs if (one := _read_input(fields, line.input, inputs))] or None,
            "ttl_s": fields.maybe_number("ttl", *TTL_S),
            "resend_s": _read_resends(fields),
            "volume": fields.maybe_number("volume", 0, LOUDEST),
            "night": _read_night(fields),
            "timezone": fields.raw("timezone") or None,
            "lights": fields.raw("lights") or None,
        }
        if found["lights"] not in (None, *LIGHTS):
            fields.wrong("lights", t.gettext("Please choose from the list."))
        if found["timezone"] is not None and not _is_zone(found["timezone"]):
            fields.wrong("timezone", t.gettext("There is no such time zone. Write it as Europe/Tallinn."))
        if found["night"] is not None and found["timezone"] is None:
            found["timezone"] = zone
    return {name: value for name, value in found.items() if value is not None}


def _read_input(fields: Fields, n: int, inputs: Sequence[InputLine]) -> dict[str, Any] | None:
    hold = fields.maybe_number(f"hold_{n}", *HOLD_MS)
    lockout = fields.maybe_number(f"lockout_{n}", *LOCKOUT_MS)
    role = fields.raw(f"role_{n}")
    if not role:
        if hold is not None or lockout is not None:
            fields.wrong(f"role_{n}", fields.t.gettext("Choose what it is, or clear its times."))
        return None
    others = {f"{KEY}{one.input}": one.input for one in inputs if one.input != n}
    if role != BUTTON and role not in others:
        fields.wrong(f"role_{n}", fields.t.gettext("Please choose from the list."))
        return None
    if role != BUTTON and fields.raw(f"role_{others[role]}").startswith(KEY):
        fields.wrong(f"role_{n}", fields.t.gettext("That one is a staff key itself."))
    found: dict[str, Any] = {"n": n, "role": BUTTON if role == BUTTON else "key"}
    found |= {} if role == BUTTON else {"for": others[role]}
    found |= {} if hold is None else {"hold_ms": hold}
    return found | ({} if lockout is None else {"lockout_ms": lockout})


def _read_resends(fields: Fields) -> list[int] | None:
    parts = fields.raw("resend").replace(",", " ").split()
    if not parts:
        return None
    t = fields.t
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        fields.wrong("resend", t.gettext("Please write whole seconds with commas between them."))
        return None
    found = [int(part) for part in parts]
    if len(found) > MOST_RESENDS or not all(RESEND_S[0] <= one <= RESEND_S[1] for one in found):
        fields.wrong(
            "resend",
            t.gettext(
                "At most %(most)s of them, each from %(least)s to %(longest)s.",
                most=MOST_RESENDS,
                least=RESEND_S[0],
                longest=RESEND_S[1],
            ),
        )
    elif found != sorted(found):
        fields.wrong("resend", t.gettext("No wait is shorter than the one before it."))
    return found


def _read_night(fields: Fields) -> dict[str, Any] | None:
    t = fields.t
    starts, ends = fields.raw("night_starts")[:5], fields.raw("night_ends")[:5]
    volume = fields.maybe_number("night_volume", 0, LOUDEST)
    if not starts and not ends and volume is None:
        return None
    for name, text in (("night_starts", starts), ("night_ends", ends)):
        if not CLOCK.fullmatch(text):
            fields.wrong(name, t.gettext("Please write a time, as 09:30."))
    if volume is None:
        fields.wrong("night_volume", t.gettext("A night needs its own volume."))
    if starts == ends:
        fields.wrong("night_ends", t.gettext("A night ends at another time than it begins."))
    return {"starts": starts, "ends": ends, "volume": volume}


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
