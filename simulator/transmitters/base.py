"""What every simulated transmitter looks like from its line: sans-I/O, so that a pty and virtual time can both
run it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes for the gateway, and what they mean."""

    data: bytes
    why: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What the bytes that came in meant; for people who watch."""

    data: bytes
    why: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The line drops; it is there again after `back_after_s`."""

    back_after_s: float


@dataclass(frozen=True, slots=True)
class OnAir:
    """A page has left the antenna, to its last codeword."""

    address: str
    text: str
    alert: int


@dataclass(frozen=True, slots=True)
class Airs:
    """What the antenna is at, for people who watch. `address` None: silence again."""

    address: str | None
    since: float
    until: float
    waiting: int
    """Pages that were accepted and have not begun."""


class Trouble(StrEnum):
    """What visitors, chaos and the conformance suite can do to any box. A box knows those that its kind can have."""

    SILENT = "silent"
    """No power: it hears nothing, says nothing, transmits nothing; amount 1 until it is 0 again."""
    GARBAGE = "garbage"
    """It babbles between its words; amount 1 until it is 0 again."""
    REFUSE = "refuse"
    """The next pages, as many as the amount, are refused for good, by the kind's own word for it (NAK, RS, 5xx)."""
    BUSY = "busy"
    """Its buffer or queue is full: "not now" to everything; amount 1 until it is 0 again."""
    SLOW = "slow"
    """It answers late: the amount is in milliseconds; 0: as usual."""
    CHECKSUM = "checksum"
    """It finds the next frames, as many as the amount, damaged, and says so if its kind has a word for it."""
    LOSE_REPLY = "lose_reply"
    """The next pages are transmitted, and the gateway never hears of it."""
    RESET = "reset"
    """It starts anew in the middle of the next frame; amount 1."""


BoxOutput: TypeAlias = Say | Understood | HangUp | OnAir | Airs


@dataclass(frozen=True, slots=True)
class Seen:
    """For observers: direction `in` is from the gateway, `out` to it, `air` a page, `line` the cable, `antenna` what
    it is at."""

    at: float
    direction: str
    data: bytes
    why: str
    airs: Airs | None = None


class Box(Protocol):
    """A transmitter in software."""

    def received(self, data: bytes, now: float) -> None: ...

    def hung_up(self, now: float) -> None:
        """The line was pulled, or whoever was there is gone."""

    def tick(self, now: float) -> None: ...

    def due(self) -> float | None: ...

    def outputs(self) -> list[BoxOutput]: ...


@runtime_checkable
class Greeting(Protocol):
    """A box that speaks first when somebody connects."""

    def connected(self, now: float) -> None: ...


class TroubledBox(Box, Protocol):
    """One that can be told to make trouble; every transmitter is."""

    @property
    def troubles(self) -> frozenset[Trouble]:
        """Those that this kind can have."""

    def trouble(self, kind: Trouble, amount: int, now: float) -> None:
        """Make it, or end it. Raises KeyError for one that this kind cannot have."""
