"""What the engine keeps in mind of each device: when it was heard, what it told, its counter, its open faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from broker_config.messages import Telemetry
from server.rules.faults import NONE, Faults, Runs
from server.rules.gaps import Counter, write
from server.rules.presence import TELEMETRY_EVERY, Presence, presence
from server.rules.wishes import Wish

Unit: TypeAlias = tuple[str, str]
"""(store, device)."""


@dataclass(slots=True)
class VitalRows:
    """What a unit of work writes about devices, beside their state."""

    columns: dict[Unit, dict[str, Any]] = field(default_factory=dict)
    samples: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[Unit, Faults, Faults]] = field(default_factory=list)
    """Open ones as they are written down, and as they are to be."""
    wishes: dict[Unit, dict[str, Any] | None] = field(default_factory=dict)
    """Columns of the settings; None: the row goes, its device is not in the shop any more."""
    commands: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    """Columns; with a name when it is new."""
    tidied: bool = False
    """Old faults and commands may go."""

    def __bool__(self) -> bool:
        return bool(
            self.columns or self.samples or self.faults or self.wishes or self.commands or self.tidied
        )


@dataclass(frozen=True, slots=True)
class Came:
    """A press that is stored or refused, for the counter of its unit. `pressed_at` None: a canary, a quiet call, or
    one that could not be read."""

    unit: Unit
    seq: int
    run: str
    pressed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Vital:
    kind: str
    state: str = Presence.UNKNOWN.value
    since: datetime | None = None
    run: str = ""
    heard_at: datetime | None = None
    telemetry: Telemetry | None = None
    telemetry_at: datetime | None = None
    pressed_at: datetime | None = None
    counter: Counter = field(default_factory=Counter)
    faults: Faults = field(default_factory=lambda: NONE)
    wish: Wish = field(default_factory=Wish)

    # Not in the database: begun anew with the process.
    tells_every: timedelta = TELEMETRY_EVERY
    """Unless its settings say something else."""
    runs: Runs = field(default_factory=Runs)
    unsynced_since: datetime | None = None
    sampled_at: datetime | None = None
    presses: int = 0
    """Since the last sample."""

    @property
    def every(self) -> timedelta:
        """How often it tells of itself, as far as anybody knows."""
        wish = self.wish.wanted.get("telemetry_s")
        if not isinstance(wish, int):
            return self.tells_every
        seconds = timedelta(seconds=wish)
        return seconds if self.wish.answered and self.wish.answer_ok else max(seconds, self.tells_every)

    @property
    def tells(self) -> bool:
        """Every unit does; a gateway that never did is not waited for."""
        return self.kind == "b" or self.telemetry is not None

    def presence(self, now: datetime, listening_since: datetime) -> Presence:
        """`listening_since`: what it said before that the server could not hear."""
        if not self.tells:
            return Presence(self.state)
        heard = max(self.heard_at or listening_since, listening_since)
        return presence(self.state, self.since, heard, self.every, now)

    def columns(self) -> dict[str, Any]:
        """Of its row, as they are to be."""
        return {
            "heard_at": self.heard_at,
            "telemetry": {} if self.telemetry is None else told_row(self.telemetry),
            "telemetry_at": self.telemetry_at,
            "pressed_at": self.pressed_at,
            "seq_known": self.counter.known,
            "counter": write(self.counter),
        }

    def sample(self, unit: Unit, now: datetime, *, online: bool) -> dict[str, Any]:
        told = self.telemetry
        return {
            "store_id": unit[0],
            "device": unit[1],
            "at": now,
            "online": online,
            "spool": told.spool if told else 0,
            "oldest_ms": told.oldest_ms if told else 0,
            "rssi_dbm": told.rssi_dbm if told else None,
            "temp_c": told.temp_c if told else None,
            "undervolt": told.undervolt if told else None,
            "throttled": told.throttled if told else None,
            "disk_free_mb": told.disk_free_mb if told else None,
            "memory_mb": told.memory_mb if told else None,
            "reconnects": told.reconnects if told else 0,
            "clock": told.clock if told else "unknown",
            "presses": self.presses,
        }


def told_row(telemetry: Telemetry) -> dict[str, Any]:
    return telemetry.model_dump(mode="json", exclude={"v"}, exclude_none=True)
