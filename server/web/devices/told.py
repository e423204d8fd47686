"""What a device tells of itself, as plain facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from broker_config.messages import Telemetry
from server.db.devices import DeviceLine
from server.rules.faults import OwnFault
from server.web.devices import words
from server.web.devices.view import Fact, waiting
from server.web.frame.words import Words
from server.web.readiness.words import moment


def facts(line: DeviceLine, now: datetime, t: Words) -> Iterable[Fact]:
    said = line.telemetry
    yield Fact(t.gettext("Kind"), words.kind(line.kind, t))
    yield Fact(t.gettext("Name on the wire"), line.device)
    if line.kind == "b":
        at = line.pressed_at
        pressed = moment(at, now, t) if at is not None else t.gettext("none yet")
        yield Fact(t.gettext("Last press"), pressed)
    if line.sw or said is not None:
        yield Fact(t.gettext("Software"), words.cut(line.sw or (said.sw if said else ""), 32))
    if said is None:
        return
    if line.told_at is not None:
        began = words.before(line.told_at, said.up_s)
        yield Fact(t.gettext("Running since"), moment(began, now, t))
    yield waiting(line, t)
    yield from _figures(said, t)
    unset = any(one.kind == OwnFault.CLOCK for one in line.faults)
    yield Fact(t.gettext("Clock"), _clock(said.clock, t), "warn" if unset else "")


def _figures(told: Telemetry, t: Words) -> Iterable[Fact]:
    if told.temp_c is not None:
        yield Fact(t.gettext("Temperature"), words.celsius(told.temp_c, t))
    if told.rssi_dbm is not None:
        yield Fact(t.gettext("Wi-Fi signal"), words.dbm(told.rssi_dbm, t))
    if told.undervolt is not None:
        yield Fact(
            t.gettext("Voltage"),
            t.gettext("too low") if told.undervolt else t.gettext("good"),
            "warn" if told.undervolt else "",
        )
    if told.throttled is not None:
        yield Fact(
            t.gettext("Processor"),
            t.gettext("slowed down") if told.throttled else t.gettext("at full speed"),
            "warn" if told.throttled else "",
        )
    if told.memory_mb is not None:
        yield Fact(t.gettext("Memory"), words.megabytes(told.memory_mb, t))
    if told.disk_ro:
        yield Fact(t.gettext("Disk"), t.gettext("takes no writes"), "bad")
    elif told.disk_free_mb is not None:
        yield Fact(t.gettext("Free on the disk"), words.megabytes(told.disk_free_mb, t))
    yield Fact(t.gettext("Connected again"), t.ngettext("%(n)s time", "%(n)s times", told.reconnects))
    if told.takeovers:
        yield Fact(
            t.gettext("Name used by another"), t.ngettext("%(n)s time", "%(n)s times", told.takeovers), "bad"
        )
    revision = t.number(told.cfg_rev) if told.cfg_rev else t.gettext("its own file")
    yield Fact(t.gettext("Settings in force"), revision)


def _clock(word: str, t: Words) -> str:
    return {"synced": t.gettext("set"), "unsynced": t.gettext("not set")}.get(word, t.gettext("not known"))
