"""Pure: what the unit tells about itself, out of readings that the shell hands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from broker_config.messages import DeviceFault, FaultKind, InputHealth, Telemetry
from firmware_bridge.outbox import Identity

TELEMETRY_S = 60.0
FAULTS = 24
"""Most that one telemetry message holds."""
JITTER_S = 6.0
"""A hundred units that got power in the same moment do not speak in the same moment."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What only the machine knows; None: this machine cannot tell."""

    rssi_dbm: int | None = None
    temp_c: float | None = None
    undervolt: bool | None = None
    throttled: bool | None = None
    disk_ro: bool | None = None
    disk_free_mb: int | None = None
    memory_mb: int | None = None
    clock: Literal["synced", "unsynced", "unknown"] = "unknown"


LINGERS_S = 60.0
_WORDS = {
    FaultKind.UNDERVOLT: "too little voltage: another power supply or a shorter cable",
    FaultKind.THROTTLED: "slowed down by heat or low voltage",
    FaultKind.DISK_READ_ONLY: "the disk of the data folder takes no writes",
}

Read: TypeAlias = Callable[[], Readings]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the core knows about itself. Ages in seconds."""

    up_s: float
    spool: int
    oldest_s: float
    reconnects: int
    takeovers: int
    last_press_s: float | None
    cfg_rev: int
    seq: int
    """The highest number that a press of this unit ever got."""


def telemetry(
    who: Identity,
    counts: Counts,
    readings: Readings,
    inputs: Sequence[InputHealth],
    faults: Sequence[DeviceFault],
) -> Telemetry:
    return Telemetry(
        run=who.run,
        boot=who.boot,
        up_s=int(counts.up_s),
        spool=counts.spool,
        oldest_ms=int(counts.oldest_s * 1000),
        rssi_dbm=readings.rssi_dbm,
        temp_c=readings.temp_c,
        undervolt=readings.undervolt,
        throttled=readings.throttled,
        disk_ro=readings.disk_ro,
        disk_free_mb=readings.disk_free_mb,
        memory_mb=readings.memory_mb,
        clock=readings.clock,
        reconnects=counts.reconnects,
        takeovers=counts.takeovers,
        last_press_s=None if counts.last_press_s is None else int(counts.last_press_s),
        cfg_rev=counts.cfg_rev,
        seq=counts.seq,
        sw=who.sw,
        inputs=list(inputs),
        faults=list(faults[:FAULTS]),
    )


class MachineFaults:
    """What the readings say is wrong, and since when. Power dips come and go: each stays told for a while, or every
    dip would be news twice."""

    def __init__(self) -> None:
        self._since: dict[FaultKind, float] = {}
        self._last: dict[FaultKind, float] = {}

    def of(self, readings: Readings, now: float) -> list[DeviceFault]:
        for kind in faults_of(readings):
            self._since.setdefault(kind, now)
            self._last[kind] = now
        for kind in [kind for kind, seen in self._last.items() if now - seen > LINGERS_S]:
            del self._since[kind], self._last[kind]
        return [
            DeviceFault(kind=kind.value, for_s=int(now - since), text=_WORDS[kind])
            for kind, since in self._since.items()
        ]


def faults_of(readings: Readings) -> list[FaultKind]:
    """What is wrong in this moment. What is not known is not wrong."""
    found = {
        FaultKind.UNDERVOLT: readings.undervolt,
        FaultKind.THROTTLED: readings.throttled,
        FaultKind.DISK_READ_ONLY: readings.disk_ro,
    }
    return [kind for kind, wrong in found.items() if wrong]
