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
    """A page leaves the antenna."""

    address: str
    text: str
    alert: int


BoxOutput: TypeAlias = Say | Understood | HangUp | OnAir


@dataclass(frozen=True, slots=True)
class Seen:
    """For observers: direction `in` is from the gateway, `out` to it, `air` a page, `line` the cable."""

    at: float
    direction: str
    data: bytes
    why: str


class Box(Protocol):
    """A transmitter in software."""

    def received(self, data: bytes, now: float) -> None: ...

    def hung_up(self, now: float) -> None:
        """The line was pulled, or whoever was there is gone."""

    def tick(self, now: float) -> None: ...

    def due(self) -> float | None: ...

    def outputs(self) -> list[BoxOutput]: ...
