"""The sets of lights as drawings: what a button shows in each state, for a few seconds.

Units own their rhythms (another process on another machine); a test compares these with theirs."""

from __future__ import annotations

from dataclasses import dataclass

from server.web.devices.charts import WIDTH
from server.web.frame.words import Words

SHOWN_S = 6.0
STD: dict[str, tuple[float, ...]] = {
    "sending": (0.2, 0.2),
    "received": (1.6, 0.4),
    "called": (0.2, 0.2, 0.2, 1.0),
    "coming": (),
    "sorry": (0.8, 2.2),
    "nobody": (0.2, 0.2, 0.2, 0.2, 0.2, 1.4),
}
"""Seconds on, off, on, off ... and over again; none: steady."""
SLOW: dict[str, tuple[float, ...]] = {
    "sending": (1.0, 1.0),
    "received": (4.0, 1.0),
    "called": (1.0, 1.0, 1.0, 3.0),
    "coming": (),
    "sorry": (3.0, 3.0),
    "nobody": (1.0, 2.0),
}
SETS = {"std": STD, "slow": SLOW}


@dataclass(frozen=True, slots=True)
class Flash:
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    state: str
    std: tuple[Flash, ...]
    slow: tuple[Flash, ...]


def rows(t: Words) -> tuple[Row, ...]:
    named = {
        "sending": t.gettext("On its way to the server"),
        "received": t.gettext("The server has it"),
        "called": t.gettext("Somebody is called"),
        "coming": t.gettext("Somebody is coming"),
        "sorry": t.gettext("Nobody can come just now"),
        "nobody": t.gettext("The call did not get through"),
    }
    return tuple(Row(words, flashes(STD[state]), flashes(SLOW[state])) for state, words in named.items())


def flashes(steps: tuple[float, ...], seconds: float = SHOWN_S) -> tuple[Flash, ...]:
    """When it is lit, in a box that is `seconds` wide."""
    if not steps:
        return (Flash(0.0, float(WIDTH)),)
    found, at, wide = [], 0.0, WIDTH / seconds
    while at < seconds:
        for place, length in enumerate(steps):
            if place % 2 == 0 and at < seconds:
                found.append(Flash(round(at * wide, 1), round(min(length, seconds - at) * wide, 1)))
            at += length
    return tuple(found)
