"""Trouble to choose: seeded chances and counted mishaps, so that the same seed makes the same trouble."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class Mishaps:
    """So many times, then never again; what `armed` counts down is what a story asks for."""

    left: int = 0

    def strike(self) -> bool:
        """Whether it happens now."""
        if self.left <= 0:
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class Chance:
    """It happens with this probability, by this generator."""

    probability: float = 0.0
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311

    def strike(self) -> bool:
        return self.probability > 0 and self.random.random() < self.probability


LOST = 0.1
"""Of the bytes that a bad line spoils, so many do not arrive at all."""


class Garble:
    """A bad serial line: now and then a byte arrives as another one, or not at all."""

    def __init__(self, rate: float, seed: int = 0) -> None:
        self._random = Random(seed)  # noqa: S311
        self._rate = rate

    def spoil(self, data: bytes) -> bytes:
        found = bytearray()
        for byte in data:
            if self._random.random() >= self._rate:
                found.append(byte)
            elif self._random.random() >= LOST:
                found.append(byte ^ self._random.randrange(1, 256))
        return bytes(found)


def garbage(random: Random, length: int, forbidden: bytes = b"") -> bytes:
    """Random bytes without some of them."""
    allowed = [byte for byte in range(256) if byte not in forbidden]
    return bytes(random.choice(allowed) for _ in range(length))
