"""The kinds of words that a shop file is made of, with the limits of the database's columns."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _days(value: object) -> object:
    """`mon-fri, sun` -> (0, 1, 2, 3, 4, 6); a span may go over the week's end."""
    if not isinstance(value, str):
        return value
    found: set[int] = set()
    for part in value.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError('write days as "mon-sun" or "mon,wed,fri"')
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found.update(day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))
    return tuple(sorted(found))


def days_words(days: Collection[int]) -> str:
    """(0, 1, 2, 6) -> `mon-wed,sun`: what `_days` reads back."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] + (f"-{DAYS[run[-1]]}" if len(run) > 1 else "") for run in runs)


def _clock(value: object) -> object:
    """TOML's own time, or "08:00" in quotes; 24:00 is the end of the day. A bare 9 is no time: it would be read as
    nine seconds after midnight."""
    if isinstance(value, int | float):
        raise ValueError('write times as "09:00"')
    return time(0) if value in ("24:00", "24:00:00") else value


def _local(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError('write times as "09:00", by the clock on the wall of the store')
    return value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError('no such time zone; write it like "Europe/Tallinn"')
    return value


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def text(longest: int) -> Any:
    """A string of one line, without signs that nobody sees: they steer terminals or turn the direction of writing."""
    return StringConstraints(
        min_length=1, max_length=longest, strip_whitespace=True, pattern=r"^[^\p{C}\p{Zl}\p{Zp}]+$"
    )


Name = Annotated[str, text(60)]
Label = Annotated[str, text(40)]
Initials = Annotated[str, text(4)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_one_or_more)]
Language = Literal["en", "ru", "et"]
"""A language in which we have words."""
Spoken = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""A language that people speak, by its code: et, ru, en, fi ..."""
Skill = Annotated[str, text(30)]
Spokens = Annotated[tuple[Spoken, ...], BeforeValidator(_one_or_more), AfterValidator(_each_once)]
Skills = Annotated[tuple[Skill, ...], BeforeValidator(_one_or_more), AfterValidator(_each_once)]
People = Annotated[tuple[Initials, ...], BeforeValidator(_one_or_more)]
StaffRole = Literal["staff", "shift_lead", "manager", "security"]
Seconds = Annotated[int, Field(ge=0, le=3_600)]
Alert = Annotated[int, Field(ge=1, le=4)]
Clock = Annotated[time, BeforeValidator(_clock), AfterValidator(_local)]
DayNumber = Annotated[int, Field(ge=0, le=6)]
Days = Annotated[tuple[DayNumber, ...], BeforeValidator(_days), Field(min_length=1)]
Timezone = Annotated[str, AfterValidator(_timezone)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
