"""A simulated paging system's end of the line: bytes in and out, its moments, its power. What is said on it is the
affair of `espa444`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum, auto
from random import Random

from simulator.transmitters.base import BoxOutput, HangUp, Say, Trouble, Understood
from simulator.transmitters.espa444_clerk import EspaClerk
from simulator.transmitters.espa444_decoder import EspaEar, Token
from simulator.transmitters.espa444_habits import TROUBLES, EspaFaults, EspaHabits
from simulator.transmitters.espa444_queue import EspaQueue
from simulator.transmitters.espa444_voice import EspaVoice

EOT, NAK = b"\x04", b"\x15"
STRANGER_S = 2.7


class Phase(Enum):
    IDLE = auto()
    SELECTABLE = auto()
    PASSIVE = auto()
    SLAVE = auto()
    WAIT_SELECT = auto()
    WAIT_ACK = auto()
    POLLED = auto()
    """As control station: the gateway was asked whether it has something."""


class EspaLineEnd(ABC):
    """`knows` says which addresses have a pager; calls for others are not understood."""

    def __init__(
        self,
        habits: EspaHabits | None = None,
        faults: EspaFaults | None = None,
        *,
        knows: Callable[[str], bool] = lambda address: True,
        seed: int = 0,
    ) -> None:
        self.habits = habits or EspaHabits()
        self.faults = faults or EspaFaults()
        self.calls = EspaQueue(self.habits, self.faults)
        self.phase = Phase.IDLE
        self._clerk = EspaClerk(self.habits, self.faults, self.calls, knows)
        self._voice = EspaVoice(self.habits, self.faults, Random(seed))  # noqa: S311
        self._ear = EspaEar(self.habits.bits)
        self._heard_at = 0.0
        self._deaf_until = 0.0
        self._deadline: float | None = None
        self._poll_at: float | None = None
        self._stranger_at = 0.0
        self._attempts = 0
        self._out: list[BoxOutput] = []

    @abstractmethod
    def _token(self, token: Token, now: float) -> None:
        """Something was heard."""

    @abstractmethod
    def _poll(self, now: float) -> None:
        """As control station: it is time to ask the gateway."""

    def received(self, data: bytes, now: float) -> None:
        if self.faults.silent:
            self._out.append(Understood(data, "nobody listens"))
            return
        if self.habits.echo:
            self._out.append(Say(data, "the line's echo"))
        if now < self._deaf_until:
            self._out.append(Understood(data, "thrown away behind an EOT"))
            return
        self._look_at_gap(now)
        self._heard_at = now
        for token in self._ear.hear(data):
            self._token(token, now)
        if self._ear.in_telegram and self.faults.hang_up_in_block > 0:
            self._start_anew()

    def connected(self, now: float) -> None:
        """A control station polls whoever comes."""
        self.tick(now)

    def hung_up(self, now: float) -> None:
        self._voice.hush()
        self._ear.forget()
        self._rest()

    def tick(self, now: float) -> None:
        if self.faults.silent:
            self._voice.hush()
            self._ear.forget()
            self._rest()
            self._out.extend(self.calls.power_off())
            if self._polls and now >= self._next_poll(now):
                self._poll_at = now + (self.habits.polls_every_s or 0.0)
            return
        self._out.extend(self.calls.tick(now))
        spoken = self._voice.ripe(now)
        self._out.extend(spoken)
        if spoken and self._deadline is not None:
            self._deadline = max(self._deadline, now + self.habits.patience_s)
        self._look_at_gap(now)
        if self._voice.due() is None:
            self._own_moments(now)
        if self.faults.stranger and now >= self._stranger_at + STRANGER_S:
            self._stranger_at = now
            self._out.append(Say(b"2\x05\x04", "somebody else polls here"))

    def _own_moments(self, now: float) -> None:
        """What it does by itself, once it has said all that it had to say."""
        if self._deadline is not None and now >= self._deadline:
            self._say(now, EOT, "waited too long: the end")
            self._rest()
        if self._polls and self.phase is Phase.IDLE and now >= self._next_poll(now):
            self._poll(now)

    def due(self) -> float | None:
        moments = [self.calls.due()]
        quiet = self._voice.due() is None
        moments.append(self._deadline if quiet else self._voice.due())
        if self._ear.in_telegram:
            moments.append(self._heard_at + self.habits.gap_s)
        if self.faults.stranger and not self.faults.silent:
            moments.append(self._stranger_at + STRANGER_S)
        if self._polls and self.phase is Phase.IDLE and quiet:
            moments.append(self._poll_at if self._poll_at is not None else self._heard_at)
        return min((moment for moment in moments if moment is not None), default=None)

    def outputs(self) -> list[BoxOutput]:
        out, self._out = self._out, []
        return out

    @property
    def troubles(self) -> frozenset[Trouble]:
        return frozenset(TROUBLES)

    def trouble(self, kind: Trouble, amount: int, now: float) -> None:
        TROUBLES[kind](self.faults, amount)

    def _look_at_gap(self, now: float) -> None:
        if self._ear.in_telegram and now >= self._heard_at + self.habits.gap_s:
            self._ear.forget()
            if self.phase is Phase.SLAVE:
                self._say(now, b"1" + NAK, "a telegram without an end")

    def _start_anew(self) -> None:
        self.faults.hang_up_in_block -= 1
        self._ear.forget()
        self._rest()
        self._out.append(HangUp(1.0))

    def _rest(self) -> None:
        self.phase = Phase.IDLE
        self._deadline = None

    def _wait(self, phase: Phase, deadline: float | None) -> None:
        self.phase = phase
        self._deadline = deadline

    def _understood(self, data: bytes, why: str) -> None:
        self._out.append(Understood(data, why))

    def _say(self, now: float, data: bytes, why: str, after_s: float = 0.0) -> None:
        self._out.extend(self._voice.say(now, data, why, after_s))

    @property
    def _polls(self) -> bool:
        return self.habits.polls_every_s is not None

    def _next_poll(self, now: float) -> float:
        if self._poll_at is None:
            self._poll_at = now
        return self._poll_at
