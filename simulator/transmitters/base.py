"""What every simulated transmitter looks like from its line: sans-I/O, so that a pty and virtual time can both
run it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias


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
