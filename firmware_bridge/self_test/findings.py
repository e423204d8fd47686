"""What a check found: one line each, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FINE, WRONG, NOTHING_DONE = 0, 1, 2
"""Exit codes: all is well; something must be put right; the test could not begin."""


class Level(StrEnum):
    FINE = "fine"
    NOTE = "note"
    """It works; somebody should know."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    level: Level
    saw: str
    do: str = ""


def fine(name: str, saw: str) -> Finding:
    return Finding(name, Level.FINE, saw)


def note(name: str, saw: str, do: str = "") -> Finding:
    return Finding(name, Level.NOTE, saw, do)


def wrong(name: str, saw: str, do: str) -> Finding:
    return Finding(name, Level.WRONG, saw, do)


def exit_code(findings: Iterable[Finding]) -> int:
    return WRONG if any(one.level is Level.WRONG for one in findings) else FINE
