"""What the core keeps of one thing on the floor, ready to become an item of the page."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from firmware_bridge.light import LOUDEST
from simulator.floor.events import NOTHING_YET, BytesSeen, Counted, LineIs, PageArrived


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
    garbled: bool = False
    slow: bool = False
    troubles: dict[str, int] = field(default_factory=dict)
    """What the box itself is in, with amounts."""

    def changed(self, event: LineIs) -> LineState:
        return LineState(
            self.plugged if event.plugged is None else event.plugged,
            self.garbled if event.garbled is None else event.garbled,
            self.slow if event.slow is None else event.slow,
            self.troubles if event.troubles is None else {kind.value: n for kind, n in event.troubles},
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

    def again(self, entry: dict[str, Any], back: int) -> bool:
        """Whether one of the last `back` entries said the same: it is counted there, and nothing new is added."""
        same = next((one for one in list(self.entries)[-back:] if _alike(one, entry)), None)
        if same is None:
            return False
        self.entries[self.entries.index(same)] = {**same, "at": entry["at"], "times": same["times"] + 1}
        return True

    def item(self) -> dict[str, Any]:
        return {"count": self.count, "entries": list(self.entries)}


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    own = ("n", "at", "times")
    return {key: value for key, value in one.items() if key not in own} == {
        key: value for key, value in other.items() if key not in own
    }


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
        "times": 1,
    }
