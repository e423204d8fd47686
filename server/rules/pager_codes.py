"""What pagers say that show no letters: digits for a numeric display, a pattern for one that only beeps. Pure.

`12-3` is button 12, reason 3: the place first, as in a text. Staff have the meanings on a card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

from server.rules.pages import TELLS

NO_NEED = 0
CALL = 1
QUIET = 7
"""As the words of a quiet call say, on the air without a word of security."""
DRILL = 9
"""Stands before the digit of the reason: `12-91` is a call for practice."""
DIGITS: Mapping[str, int] = {
    "step": CALL,
    "stand_in": CALL,
    "repeat": 2,
    "unknown": 2,
    "again": 3,
    "joined": 3,
    "not_attended": 4,
    "pass": 5,
    "help": 6,
    "fallback": 8,
    "taken": NO_NEED,
    "undone": NO_NEED,
}
IN_ORDER = (*range(NO_NEED + 1, DRILL + 1), NO_NEED)
"""As people count, and what ends a call at the end."""
LEAST_DIGITS = 6
"""Room for `999-91`; no numeric pager that is sold has less."""
SAYS_NOTHING = "-"
"""On a display too small for the button: a number cut short would be another button's."""


class Tone(IntEnum):
    """Patterns of a pager that only beeps: what they mean, not how loud they are."""

    COME = 1
    HURRY = 2
    OVER = 3
    DRILL = 4


_HURRY = frozenset({"repeat", "unknown", "not_attended", "help", "fallback"})


def digit(reason: str, *, quiet: bool = False) -> int:
    if reason in TELLS:
        return NO_NEED
    return QUIET if quiet else DIGITS.get(reason, CALL)


def numeric(number: int, reason: str, longest: int, *, drill: bool = False, quiet: bool = False) -> str:
    """`number`: of the button, 0 for one that nobody has set up."""
    said = digit(reason, quiet=quiet)
    candidates = [f"{number}-{DRILL}{said}", f"{number}-{DRILL}"] if drill else [f"{number}-{said}"]
    if said == CALL and not drill:
        candidates.append(str(number))
    return next((one for one in candidates if len(one) <= longest), SAYS_NOTHING)


def tone(reason: str, *, drill: bool = False, quiet: bool = False, offered: int = len(Tone)) -> Tone:
    """`offered`: how many patterns its transmitter makes. What it lacks sounds like a usual call."""
    if reason in TELLS:
        found = Tone.OVER
    elif drill:
        found = Tone.DRILL
    else:
        found = Tone.HURRY if quiet or reason in _HURRY else Tone.COME
    return found if found <= offered else Tone.COME


def numbered(ids: Iterable[int]) -> dict[int, int]:
    """Id -> number of a button in its store: by age, of every button that ever was, so that none gets another's."""
    return {one: place for place, one in enumerate(sorted(ids), start=1)}
