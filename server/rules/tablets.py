"""How a shared tablet is let in and how long it stays. Pure.

A stranger's browser may ask only while a manager waits for it. It is given its long secret at once and shows a number;
whoever types that number on a manager's screen lets in the tablet in front of them, and no other. The number is no
secret: with it alone nobody gets anywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

OPEN_FOR = timedelta(minutes=15)
"""A door that a manager opened, and a number on a tablet."""
IDLE = timedelta(days=90)
"""A tablet that lay in a drawer for so long is let in anew."""
MOST_ASKING = 20
"""So many browsers may ask at a time: a stranger fills no disk."""
DIGITS = 6


def is_open(until: datetime | None, now: datetime) -> bool:
    return until is not None and until - OPEN_FOR <= now < until


def still_asks(asked_at: datetime, now: datetime) -> bool:
    return asked_at <= now < asked_at + OPEN_FOR


def lapsed(used_at: datetime, now: datetime) -> bool:
    return now >= used_at + IDLE


def number_of(text: str) -> str | None:
    """What a manager typed, as a number of a tablet: `123 456`, `123-456`."""
    bare = text.replace(" ", "").replace("-", "").replace("\u00a0", "")
    return bare if len(bare) == DIGITS and bare.isascii() and bare.isdigit() else None
