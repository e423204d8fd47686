"""Pure: what the unit tells about itself, out of readings that the shell hands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from broker_config.messages import Telemetry
from broker_config.messages.device import InputHealth
from firmware_bridge.debounce import Debounce
from firmware_bridge.outbox import Identity

TELEMETRY_S = 60.0
JITTER_S = 6.0
"""A hundred units that got power in the same moment do not speak in the same moment."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What only the machine knows; None: this machine cannot tell."""

    rssi_dbm: int | None = None
    temp_c: float | None = None
    undervolt: bool | None = None
    disk_ro: bool | None = None
    clock: Literal["synced", "unsynced", "unknown"] = "unknown"


Read: TypeAlias = Callable[[], Readings]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the core knows about itself. Ages in seconds."""

    up_s: float
    spool: int
    oldest_s: float
    reconnects: int
    last_press_s: float | None


def telemetry(who: Identity, counts: Counts, readings: Readings, inputs: Sequence[InputHealth]) -> Telemetry:
    return Telemetry(
        run=who.run,
        boot=who.boot,
        up_s=int(counts.up_s),
        spool=counts.spool,
        oldest_ms=int(counts.oldest_s * 1000),
        rssi_dbm=readings.rssi_dbm,
        temp_c=readings.temp_c,
        undervolt=readings.undervolt,
        disk_ro=readings.disk_ro,
        clock=readings.clock,
        reconnects=counts.reconnects,
        last_press_s=None if counts.last_press_s is None else int(counts.last_press_s),
        sw=who.sw,
        inputs=list(inputs),
    )


def input_health(number: int, contact: Debounce, now: float) -> InputHealth:
    held = contact.held_since
    return InputHealth(
        input=number,
        refused=dict(contact.refused),
        held_ms=None if held is None else max(0, int((now - held) * 1000)),
    )
