"""Whatever lies outside of the shop, in virtual time: mail servers and receivers, behind a line that may be down.

The letters' own rules (when the next try is, when it is given up) are the server's real ones."""

from __future__ import annotations

from uuid import UUID

from server.in_world import Letter, Tried, letter_core, tried
from simulator.clock import FakeClock, VirtualLoop
from simulator.world.server import WorldServer

TAKES_S = 1.2
NO_WAY_S = 0.1
NO_WAY = "network is unreachable"


class Outside:
    """`internet`: whether letters can leave."""

    def __init__(self, clock: FakeClock, server: WorldServer, internet: bool) -> None:
        self._clock = clock
        self.internet = internet
        self.arrived: list[Letter] = []
        core = letter_core(self, server.put, clock.epoch() - clock.boot())
        self._loop: VirtualLoop[Letter | Tried] = VirtualLoop(core, clock)
        self.put = self._loop.put

    def start(self, letter: Letter, number: int) -> None:
        """One try."""
        self._clock.call_later(TAKES_S if self.internet else NO_WAY_S, lambda: self._ended(letter, number))

    def cut(self, notice: UUID, number: int) -> None:
        """Nothing of it is left to cut."""

    def _ended(self, letter: Letter, number: int) -> None:
        if self.internet:
            self.arrived.append(letter)
        error = None if self.internet else NO_WAY
        self._loop.put(tried(letter.notice, number, error))
