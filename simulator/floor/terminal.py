"""A simulated transmitter as the floor handles it: its cable, its mood, and its line explained for visitors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulator.floor.events import AirIs, BytesSeen, FloorEvent, Meaning, Mood, Way
from simulator.floor.explain import meaning, readable
from simulator.pager import Air
from simulator.transmitters.base import Seen
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal

SLOW_S = 1.5
BAUDRATE = 9600
"""A pty would carry a page in no time; a real line takes 60 ms for it."""
RADIO_BAUD = 1200
GARBLED = 0.08
"""Of the bytes on a bad line: hardly a block passes."""
ALWAYS = 1_000_000
WAYS = {"in": Way.TRANSMITTER, "out": Way.GATEWAY, "air": Way.AIR, "line": Way.CABLE}


class TapOnFloor:
    """Implements `controls.Terminal`. `link` is where the gateway's config looks for the line."""

    def __init__(
        self,
        name: str,
        link: Path,
        air: Air,
        seed: int,
        sink: Callable[[FloorEvent], None],
        clock: Callable[[], float],
    ) -> None:
        self._name = name
        self._seed = seed
        self._sink = sink
        self._box = TapTerminal(TapHabits(baud=RADIO_BAUD), knows=air.knows, seed=seed)
        self._pty = PtyTransmitter(link, self._box, air, clock, baudrate=BAUDRATE)
        self._pty.observe(self._seen)

    def open(self) -> None:
        self._pty.start()

    def close(self) -> None:
        self._pty.stop()

    def plug(self, plugged: bool) -> None:
        if plugged:
            self._pty.plug()
        else:
            self._pty.unplug()

    def garble(self, garbled: bool) -> None:
        if garbled:
            self._pty.garble(GARBLED, self._seed)
        else:
            self._pty.clean()

    def mood(self, mood: Mood) -> None:
        def change() -> None:
            self._box.faults = faults_for(mood)
            self._box.habits.reply_s = SLOW_S if mood is Mood.SLOW else 0.0

        self._pty.do(change)

    def _seen(self, seen: Seen) -> None:
        self._sink(told_of(self._name, seen))


def faults_for(mood: Mood) -> TapFaults:
    if mood is Mood.SILENT:
        return TapFaults(silent=True)
    if mood is Mood.REFUSING:
        return TapFaults(nak_logon=ALWAYS, nak_block=ALWAYS)
    return TapFaults()


def told_of(name: str, seen: Seen) -> AirIs | BytesSeen:
    if (airs := seen.airs) is not None:
        return AirIs(name, seen.at, airs.address, airs.until, airs.waiting, airs.since)
    return explained(name, seen)


def explained(name: str, seen: Seen) -> BytesSeen:
    way = WAYS[seen.direction]
    if way is Way.AIR:
        address, _, text = seen.why.partition(": ")
        return BytesSeen(name, way, text, Meaning("on_air", (("address", address),)), seen.at)
    return BytesSeen(name, way, readable(seen.data), meaning(seen.why), seen.at)
