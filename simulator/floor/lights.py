"""Pure: every state that a button can show, as the page's legend draws and plays it. The rhythms are the unit's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firmware_bridge.light import LIGHT_SETS, SOUNDS, Rhythm, Shown, level, next_change

SEEN_S = 6.0
"""How much of a rhythm is drawn: whoever has looked for so long has told every state from the others."""


@dataclass(frozen=True, slots=True)
class Span:
    """On from one moment to another, in seconds; for a strip."""

    start: float
    length: float


@dataclass(frozen=True, slots=True)
class LegendRow:
    shown: str
    lights: Mapping[str, tuple[Span, ...]]
    """By the name of the set."""
    sound: tuple[Span, ...]


def light_sets() -> tuple[str, ...]:
    return tuple(LIGHT_SETS)


def legend() -> tuple[LegendRow, ...]:
    return tuple(
        LegendRow(
            shown.value,
            {name: spans(rhythms[shown]) for name, rhythms in LIGHT_SETS.items()},
            spans(SOUNDS[shown]),
        )
        for shown in Shown
    )


def for_script() -> dict[str, Any]:
    """The same as steps, for lamps and beeps that go on."""
    return {
        "lights": {
            name: {shown.value: _steps(rhythm) for shown, rhythm in rhythms.items()}
            for name, rhythms in LIGHT_SETS.items()
        },
        "sounds": {shown.value: _steps(rhythm) for shown, rhythm in SOUNDS.items()},
    }


def spans(rhythm: Rhythm, until: float = SEEN_S) -> tuple[Span, ...]:
    """When it is on, from its beginning to `until`."""
    found, at = [], 0.0
    while at < until:
        ends = next_change(rhythm, at)
        ends = until if ends is None else min(ends, until)
        if level(rhythm, at):
            found.append(Span(round(at, 3), round(ends - at, 3)))
        at = max(ends, at + 0.001)
    return tuple(found)


def _steps(rhythm: Rhythm) -> dict[str, Any]:
    return {"steps": rhythm.steps, "repeats": rhythm.repeats}
