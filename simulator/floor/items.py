"""What the core keeps of one thing on the floor, ready to become an item of the page."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ButtonState:
    shown: str = "idle"
    lit: bool = False
    sounds: bool = False
    held: bool = False
    up: bool = False
    beeps: int = 0
    """Counts up with every sound, so that one shorter than a picture is still seen."""
    pushes: int = 0


@dataclass(slots=True)
class Tail:
    """The last entries of something that never ends, numbered so that the page knows what is new."""

    keep: int
    count: int = 0
    entries: deque[dict[str, Any]] = field(default_factory=deque)

    def add(self, entry: dict[str, Any]) -> None:
        self.count += 1
        self.entries.append({"n": self.count, **entry})
        while len(self.entries) > self.keep:
            self.entries.popleft()

    def item(self) -> dict[str, Any]:
        return {"count": self.count, "entries": list(self.entries)}
