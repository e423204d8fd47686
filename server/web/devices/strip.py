"""Whether a device was there in the last day: here, away or silent, from one moment to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from server.db.devices import DeviceLine, Sample
from server.db.faults import Fault
from server.rules.faults import OwnFault
from server.rules.presence import Presence
from server.web.devices.charts import GAP

EVERY = timedelta(minutes=5)
AWAY = {OwnFault.DEAD.value: Presence.OFFLINE, OwnFault.SILENT.value: Presence.SILENT}


@dataclass(frozen=True, slots=True)
class Span:
    begin: datetime
    end: datetime
    state: Presence
    """`unknown`: nobody wrote down how it was."""

    @property
    def lasted(self) -> timedelta:
        return self.end - self.begin


def spans(
    samples: Sequence[Sample], faults: Iterable[Fault], line: DeviceLine, begin: datetime, now: datetime
) -> tuple[Span, ...]:
    """Samples tell of five minutes each; faults and what is so now tell the very moment, so they are laid over them."""
    found = [Span(begin, now, Presence.UNKNOWN)]
    for one in _joined(_sampled(samples, now)):
        found = _laid_over(found, one)
    for fault in sorted(faults, key=lambda fault: fault.since):
        state = AWAY.get(fault.kind)
        if state is not None:
            found = _laid_over(found, Span(fault.since, fault.ended_at or now, state))
    if line.since is not None and line.presence is not Presence.UNKNOWN:
        sampled = samples and line.presence is Presence.ONLINE
        known_from = max(line.since, now - EVERY) if sampled else line.since
        found = _laid_over(found, Span(known_from, now, line.presence))
    return tuple(_joined(one for one in found if one.begin < one.end))


def _sampled(samples: Sequence[Sample], now: datetime) -> Iterator[Span]:
    """Each sample speaks for the time up to the next one; the last one for as long as they are apart."""
    ends = [after.at if after.at - one.at <= GAP else one.at + EVERY for one, after in pairwise(samples)]
    if samples:
        ends.append(min(now, samples[-1].at + GAP))
    for one, end in zip(samples, ends, strict=True):
        yield Span(one.at, end, Presence.ONLINE if one.online else Presence.OFFLINE)


def _laid_over(found: list[Span], new: Span) -> list[Span]:
    left = [Span(one.begin, min(one.end, new.begin), one.state) for one in found if one.begin < new.begin]
    right = [Span(max(one.begin, new.end), one.end, one.state) for one in found if one.end > new.end]
    whole = Span(
        max(new.begin, found[0].begin), min(new.end, found[-1].end), new.state
    )  # never beyond the day
    return [*left, *([whole] if whole.begin < whole.end else []), *right]


def _joined(found: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for one in found:
        if joined and joined[-1].state is one.state and joined[-1].end >= one.begin:
            joined[-1] = Span(joined[-1].begin, one.end, one.state)
        else:
            joined.append(one)
    return joined
