"""Pure: what the floor page gets to see of scenarios, ready for JSON. Texts are there in every language, since one
stream serves browsers of all of them.

Item `scenarios`, in the streams of the live shop and of fast motion:

    {"motion": true,                     whether this shop can be played in fast motion at all
     "speeds": [60, 120, 300, 600, 0],   to choose from; 0: as fast as this machine can
     "list": [{"id", "title": {en, ru, et}, "summary": {en, ru, et}, "lasts": s, "speed": 120,
               "live_lasts": s or null}]}  null: there is no short version for the live shop

Item `scenario`, what is played in this stream, and how it ended; `id` null before the first one:

    {"id", "state": "idle|starting|playing|passed|failed|stopped|broken", "where": "live|motion",
     "virtual_at": ms since the epoch or null, "zone": "Europe/Tallinn" or null, "speed": 120, "progress": 0..1,
     "trouble": "" or why it is broken,
     "expectations": [{"key", "text": {en, ru, et}, "ok": true|false|null, "found": "31 / 31"}]}

The live stream has `motion` besides: the same item of what is played in fast motion now, for a link there.

POST /scenarios/{id} {"action": "play"|"stop", "where": "motion"|"live", "speed": 60, "seed": null}: 204; 404 no such
scenario, or not there; 409 another one is played there. GET /motion is the page, GET /motion/live its stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulator.scenarios.checks import Verdict
from simulator.scenarios.format import Scenario, Timeline
from simulator.scenarios.words import key, sentences

SPEEDS = (60, 120, 300, 600, 0)


class Where(StrEnum):
    LIVE = "live"
    MOTION = "motion"


class State(StrEnum):
    IDLE = "idle"
    STARTING = "starting"
    """A world is being made for it."""
    PLAYING = "playing"
    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "stopped"
    BROKEN = "broken"
    """It could not be played to its end."""


@dataclass(frozen=True, slots=True)
class Expected:
    key: str
    text: Mapping[str, str]
    ok: bool | None = None
    found: str = ""


@dataclass(frozen=True, slots=True)
class Showing:
    """What is played now, and how far it is."""

    id: str | None
    where: Where
    state: State = State.IDLE
    virtual_at: int | None = None
    zone: str | None = None
    speed: float = 1.0
    progress: float = 0.0
    trouble: str = ""
    expectations: Sequence[Expected] = ()

    def item(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "state": self.state,
            "where": self.where,
            "virtual_at": self.virtual_at,
            "zone": self.zone,
            "speed": self.speed,
            "progress": round(self.progress, 3),
            "trouble": self.trouble,
            "expectations": [
                {"key": one.key, "text": dict(one.text), "ok": one.ok, "found": one.found}
                for one in self.expectations
            ],
        }


def list_item(scenarios: Iterable[Scenario], motion: bool) -> dict[str, Any]:
    return {
        "motion": motion,
        "speeds": list(SPEEDS),
        "list": [
            {
                "id": one.id,
                "title": one.scenario.title.model_dump(),
                "summary": one.scenario.summary.model_dump(),
                "lasts": one.scenario.lasts,
                "speed": one.scenario.speed,
                "live_lasts": None if one.live is None else one.live.lasts,
            }
            for one in scenarios
        ],
    }


def expected(timeline: Timeline, verdicts: Sequence[Verdict] | None) -> list[Expected]:
    """`verdicts` None: not known yet."""
    if not verdicts:
        return [Expected(key(one), sentences(one)) for one in timeline.expect]
    return [
        Expected(key(one), sentences(one), verdict.ok, verdict.found)
        for one, verdict in zip(timeline.expect, verdicts, strict=True)
    ]
