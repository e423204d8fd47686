"""Pure: the times in a scenario's file. Spans as `90s`, `5m`, `1h30m`; moments of the day as `12:00`, `12:00:30`."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

SPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_S = 86_400.0


def seconds(text: Any) -> Any:
    """Raises ValueError with what to write instead."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    found = SPAN.fullmatch(text) if isinstance(text, str) and text else None
    if found is None:
        raise ValueError("a time is written like 90s, 5m or 1h30m")
    hours, minutes, rest = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(rest or 0)


def second_of_day(text: Any) -> Any:
    if isinstance(text, float):  # it was read already
        return text
    found = CLOCK.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a moment of the day is written like 12:00 or 12:00:30")
    hour, minute, second = found.groups()
    return int(hour) * 3600.0 + int(minute) * 60 + int(second or 0)


def start_of(text: Any) -> Any:
    """`sat 09:30` as (5, seconds of the day)."""
    if isinstance(text, tuple):
        return text
    day, _, moment = text.partition(" ") if isinstance(text, str) else ("", "", "")
    if day.lower()[:3] not in WEEKDAYS:
        raise ValueError("a beginning is written like: mon 11:55")
    return WEEKDAYS.index(day.lower()[:3]), second_of_day(moment.strip())


def spoken(seconds: float) -> str:
    """A span for people, in signs that need no translation: `1:30 h`, `2 min`, `10 s`."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02} h"
    if whole >= 120 and whole % 60 == 0:
        return f"{whole // 60} min"
    return f"{seconds:g} s"


Span = Annotated[float, BeforeValidator(seconds), Field(ge=0.0, le=7 * DAY_S)]
Moment = Annotated[float, BeforeValidator(second_of_day)]
Begin = Annotated[tuple[int, float], BeforeValidator(start_of)]
"""Weekday (Monday is 0) and second of the day, in the store's own time."""
