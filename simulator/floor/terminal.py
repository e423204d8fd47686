"""A simulated transmitter as the floor handles it: its cable, its trouble, and its line explained for visitors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from simulator.floor.events import AirIs, BytesSeen, FloorEvent, LineIs, Meaning, Way
from simulator.floor.explain import as_hex, meaning, readable
from simulator.pager import Air
from simulator.transmitters import kinds
from simulator.transmitters.amounts import amounts
from simulator.transmitters.base import Seen, Trouble
from simulator.transmitters.kinds import KINDS, SLOW_LINE
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.on_tcp import TcpTransmitter

GARBLED = 0.08
"""Of the bytes on a bad line: hardly a block passes."""
WAYS = {"in": Way.TRANSMITTER, "out": Way.GATEWAY, "air": Way.AIR, "line": Way.CABLE}


class BoxOnFloor:
    """Implements `controls.Terminal`. `where` the gateway's config looks for the line: a link to a pty or a TCP port. A
    pty would carry a page in no time; so bytes take what they take at `baudrate`, by default the kind's usual one."""

    def __init__(
        self,
        name: str,
        where: Path | int,
        air: Air,
        seed: int,
        sink: Callable[[FloorEvent], None],
        clock: Callable[[], float],
        *,
        driver: str = "tap",
        baudrate: int | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._name = name
        self._driver = driver
        self._seed = seed
        self._sink = sink
        self._clock = clock
        kind = KINDS[driver]
        self._binary = kind.binary
        self._speed: int | None = None if isinstance(where, int) else baudrate or kinds.speed(driver)
        self._box = kind.make(air.knows, seed, settings or {})
        self._told: dict[Trouble, int] = {}
        self._line: PtyTransmitter | TcpTransmitter
        if isinstance(where, int):
            self._line = TcpTransmitter(self._box, air, clock, port=where)
        else:
            self._line = PtyTransmitter(where, self._box, air, clock, baudrate=self._speed)
        self._line.observe(self._seen)

    def open(self) -> None:
        self._line.start()

    def close(self) -> None:
        self._line.stop()

    def plug(self, plugged: bool) -> None:
        if plugged:
            self._line.plug()
        else:
            self._line.unplug()

    def garble(self, garbled: bool) -> None:
        if garbled:
            self._line.garble(GARBLED, self._seed)
        else:
            self._line.clean()

    def slow(self, slow: bool) -> None:
        self._line.do(lambda: setattr(self._line, "baudrate", SLOW_LINE if slow else self._speed))

    def trouble(self, kind: Trouble, amount: int) -> None:
        """Raises KeyError for one that this kind of box cannot have."""
        if kind not in self._box.troubles:
            raise KeyError(kind)

        def change() -> None:
            self._box.trouble(kind, amount, self._clock())
            self._look(self._clock())

        self._line.do(change)

    def _seen(self, seen: Seen) -> None:
        self._sink(told_of(self._name, seen, self._binary))
        self._look(seen.at)

    def _look(self, at: float) -> None:
        """Tell what trouble it is in, when that has changed: counts go down by themselves."""
        found = amounts(self._driver, self._box)
        if found != self._told:
            self._told = found
            self._sink(LineIs(self._name, at, troubles=tuple(found.items())))


def told_of(name: str, seen: Seen, binary: bool = False) -> AirIs | BytesSeen:
    if (airs := seen.airs) is not None:
        return AirIs(name, seen.at, airs.address, airs.until, airs.waiting, airs.since)
    return explained(name, seen, binary)


def explained(name: str, seen: Seen, binary: bool) -> BytesSeen:
    way = WAYS[seen.direction]
    if way is Way.AIR:
        address, _, text = seen.why.partition(": ")
        return BytesSeen(name, way, text, Meaning("on_air", (("address", address),)), seen.at)
    shown = as_hex(seen.data) if binary else readable(seen.data)
    return BytesSeen(name, way, shown, meaning(seen.why), seen.at)
