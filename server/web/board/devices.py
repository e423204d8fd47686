"""The devices column of the board: what is broken first, what is well in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.db.board import DeviceFacts, TransmitterFacts
from server.web.frame.words import Words


@dataclass(frozen=True, slots=True)
class DeviceLine:
    mood: str
    title: str
    note: str


def device_lines(
    devices: Sequence[DeviceFacts], transmitters: Sequence[TransmitterFacts], pagers: int, t: Words
) -> tuple[DeviceLine, ...]:
    """A one-way pager is never called online: nobody knows. It is only counted."""
    lines = [
        DeviceLine("bad", t.gettext("Transmitter %(name)s is silent", name=device.name), device.cause or "")
        for device in transmitters
        if device.state == "dead"
    ]
    away = [device for device in devices if device.state != "online"]
    for device in away:
        since = (
            t.gettext("no connection since %(time)s", time=t.clock(device.changed_at))
            if device.changed_at is not None
            else t.gettext("never seen yet")
        )
        lines.append(DeviceLine("warn", device.name, since))
    present = len(devices) - len(away)
    if present:
        lines.append(
            DeviceLine(
                "good",
                t.ngettext("%(n)s device connected", "%(n)s devices connected", present),
                t.ngettext("%(n)s pager in use", "%(n)s pagers in use", pagers) if pagers else "",
            )
        )
    elif not devices:
        lines.append(DeviceLine("plain", t.gettext("No devices yet"), ""))
    return tuple(lines)
