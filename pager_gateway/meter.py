"""The air-time meter of each transmitter: counts, warns near the ceiling, outlives a restart. Part of the core."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from broker_config.messages import PageState
from pager_gateway.airtime import alone_s
from pager_gateway.entry import Wanted
from pager_gateway.ledger import Ledger
from pager_gateway.sender import AirReport, PageReport
from pager_gateway.standby import Lane

log = logging.getLogger(__name__)

NEAR, NEAR_NO_MORE = 0.80, 0.75
FULL_NO_MORE = 0.95
"""Shares of the ceiling. Between two of them nothing is said anew."""
STEP = 0.05
TELL_S = 60.0
"""The figure goes out when it moved by a step of the ceiling, else at most this often."""
SAVE_S = 2.0
"""A killed process forgets at most so much of its counting."""
NOTE = "air"
_AIRED = frozenset({PageState.TRANSMITTED, PageState.CONFIRMED, PageState.UNKNOWN})


class Level(IntEnum):
    FREE = 0
    NEAR = 1
    FULL = 2


@dataclass(slots=True)
class _Told:
    level: Level = Level.FREE
    air_s: int = 0
    at: float = 0.0


class Meter:
    """`boot` is the kernel's boot id, `wall` gives epoch seconds: the age of what another boot counted."""

    def __init__(
        self,
        boot: str,
        lanes: Mapping[str, Lane],
        ledger: Ledger,
        wall: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._boot = boot
        self._lanes = lanes
        self._ledger = ledger
        self._wall = wall
        self._changed = changed
        self._told = {name: _Told() for name in lanes}
        self._save_at: float | None = None

    def start(self, now: float) -> None:
        """What the last process counted. A clock that went back makes nothing younger than it was then."""
        try:
            found = json.loads(self._ledger.noted(NOTE) or "null")
            if found is None:
                return
            passed = now - found["at"] if found["boot"] == self._boot else self._wall() - found["wall"]
            for name, spans in found["spans"].items():
                if name in self._lanes:
                    older = [(age + max(0.0, passed), seconds) for age, seconds in spans]
                    self._lanes[name].air.load(older, now)
        except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError) as error:
            log.error("the air time of the last hour cannot be read: %s", error, extra={"action": "air.lost"})

    def report(self, event: AirReport) -> None:
        """A driver that knows says how long its carrier is up."""
        lane = self._lanes[event.transmitter]
        lane.tells_air = True
        self._add(lane, event.seconds, event.at)

    def aired(self, wanted: Wanted, event: PageReport, now: float) -> None:
        """The first final result of a page; reckoned if its driver says nothing. In doubt it was on the air."""
        lane = self._lanes[event.transmitter]
        begun = event.first_byte_at is not None or event.result.state is PageState.TRANSMITTED
        if not lane.tells_air and begun and event.result.state in _AIRED:
            self._add(lane, alone_s(wanted.format, len(wanted.body), lane.limits.radio_baud), now)

    def _add(self, lane: Lane, seconds: float, at: float) -> None:
        lane.air.add(seconds, at + seconds)
        if self._save_at is None:
            self._save_at = at + SAVE_S

    def act(self, now: float) -> None:
        for name, lane in self._lanes.items():
            self._tell(lane, self._told[name], now)
        if self._save_at is not None and self._save_at <= now:
            self._save(now)

    def due(self) -> float | None:
        moments = [self._save_at]
        for name, lane in self._lanes.items():
            told = self._told[name]
            moments.append(lane.air.next_change())
            if round(lane.air.total) != told.air_s:
                moments.append(told.at + TELL_S)
        return min((moment for moment in moments if moment is not None), default=None)

    def _tell(self, lane: Lane, told: _Told, now: float) -> None:
        used = lane.air.used(now)
        level = _level(lane, used, told.level)
        moved = abs(round(used) - told.air_s)
        step = None if lane.limits.ceiling_s_per_h is None else STEP * lane.limits.ceiling_s_per_h
        if level is told.level and not (moved and (now >= told.at + TELL_S or (step and moved >= step))):
            return
        if level > told.level:
            log.warning(
                "%s: %s", lane.id, words(lane, used, level), extra={"action": f"air.{level.name.lower()}"}
            )
        told.level, told.air_s, told.at = level, round(used), now
        lane.air_full, lane.air_cause = level is Level.FULL, words(lane, used, level)
        self._changed()

    def _save(self, now: float) -> None:
        self._save_at = None
        spans = {name: lane.air.spans(now) for name, lane in self._lanes.items()}
        note = {"boot": self._boot, "at": now, "wall": self._wall(), "spans": spans}
        try:
            self._ledger.note(NOTE, json.dumps(note, separators=(",", ":")))
        except sqlite3.Error as error:
            log.error("the air time cannot be kept: %s", error, extra={"action": "ledger.failed"})


def words(lane: Lane, used: float, level: Level) -> str | None:
    """For the technician; None: nothing to say."""
    if level is Level.FREE:
        return None
    text = f"air time: {round(used)} of {lane.limits.ceiling_s_per_h} s in the last hour"
    return text if level is Level.NEAR else f"{text}, pages have to wait"


def _level(lane: Lane, used: float, last: Level) -> Level:
    ceiling = lane.limits.ceiling_s_per_h
    if ceiling is None:
        return Level.FREE
    if lane.room_at is not None or (last is Level.FULL and used > FULL_NO_MORE * ceiling):
        return Level.FULL
    if used >= NEAR * ceiling or (last is not Level.FREE and used > NEAR_NO_MORE * ceiling):
        return Level.NEAR
    return Level.FREE
