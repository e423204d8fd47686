"""What the core keeps of one thing on the floor, ready to become an item of the page."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from firmware_bridge.light import LOUDEST
from simulator.floor.events import NOTHING_YET, BytesSeen, Counted, LineIs, Mood, PageArrived


@dataclass(frozen=True, slots=True)
class ButtonState:
    shown: str = "idle"
    lit: bool = False
    sounds: bool = False
    volume: int = LOUDEST
    held: bool = False
    """A finger is on it, the visitor's or that of a whole gesture."""
    key_held: bool = False
    stuck: bool = False
    switch: str = "clean"
    counted: Counted = NOTHING_YET
    up: bool = False
    beeps: int = 0
    """Counts up with every sound, so that one shorter than a picture is still seen."""
    pushes: int = 0
    """Made here, by whichever finger."""
    takeable: bool = False
    """Whether the customer may still take the press back."""


@dataclass(frozen=True, slots=True)
class LineState:
    """How the visitor has set a transmitter and its serial line."""

    plugged: bool = True
    mood: Mood = Mood.NORMAL
    garbled: bool = False

    def changed(self, event: LineIs) -> LineState:
        return LineState(
            self.plugged if event.plugged is None else event.plugged,
            self.mood if event.mood is None else event.mood,
            self.garbled if event.garbled is None else event.garbled,
        )


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


def page_row(event: PageArrived, at_ms: int, after_ms: int | None) -> dict[str, Any]:
    """A page on a wrist. `at_ms`: since the epoch; `after_ms`: after the push that it answers, if that is certain."""
    return {
        "text": event.text,
        "format": event.format,
        "alert": event.alert,
        "at": at_ms,
        "after_ms": after_ms,
    }


def bytes_row(event: BytesSeen, at_ms: int) -> dict[str, Any]:
    """A piece of the talk on a serial line."""
    return {
        "at": at_ms,
        "way": event.way,
        "bytes": event.shown,
        "means": event.means.key,
        "values": dict(event.means.values),
    }
