"""Somebody asks transmitters whether they are there: a fresh dialogue each, and an answer in bounded time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from broker_config.messages import ResultError
from pager_gateway.sender import ProbeNow, ProbeReport
from pager_gateway.standby import Lane

ANSWER_S = 9.5
"""Who asks is answered within 10 s in any case, also when a sender hangs."""
NO_ANSWER = ResultError(code="no_answer", text="no answer within 9.5 s", retry=True)


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one dialogue. `error` None: the transmitter answered. `asked_at`: the first byte of the question."""

    error: ResultError | None
    asked_at: float | None = None


Then: TypeAlias = Callable[[Mapping[str, Found], float], None]
"""Called once with what was found per transmitter, and now."""


@dataclass(slots=True)
class _Asked:
    wanted: set[str]
    until: float
    then: Then
    found: dict[str, Found] = field(default_factory=dict)


class Probes:
    """Owned by the gateway core."""

    def __init__(self, lanes: Mapping[str, Lane]) -> None:
        self._lanes = lanes
        self._asked: dict[int, _Asked] = {}
        self._number = 0

    def ask(self, transmitters: Iterable[str], then: Then, now: float) -> None:
        """`transmitters` must be known and at least one."""
        self._number += 1
        asked = _Asked(set(transmitters), now + ANSWER_S, then)
        self._asked[self._number] = asked
        for name in sorted(asked.wanted):
            self._lanes[name].hand(ProbeNow(self._number))

    def heard(self, report: ProbeReport, now: float) -> None:
        asked = self._asked.get(report.number)
        if asked is None or report.transmitter not in asked.wanted:
            return
        asked.found[report.transmitter] = Found(report.error, report.asked_at)
        if len(asked.found) == len(asked.wanted):
            del self._asked[report.number]
            asked.then(asked.found, now)

    def act(self, now: float) -> None:
        """Those who waited long enough are told that no answer came."""
        for number, asked in list(self._asked.items()):
            if asked.until <= now:
                del self._asked[number]
                missing = dict.fromkeys(asked.wanted - set(asked.found), Found(NO_ANSWER))
                asked.then({**missing, **asked.found}, now)

    def due(self) -> float | None:
        return min((asked.until for asked in self._asked.values()), default=None)
