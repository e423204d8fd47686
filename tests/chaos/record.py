"""What was done to the shop, by the clocks of whoever did it: what the book asks about every moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.chaos.plan import BROKER, DATABASE, GATEWAY, SERVER, Kind, Trouble

HIDING = frozenset({Kind.FREEZE, Kind.CUT, Kind.HALF, Kind.DELAY, Kind.FULL, Kind.STOPPED})
"""While these last bytes wait somewhere, and nobody can know for how long."""
PROBED = timedelta(seconds=11)
"""For so long the server believes that the broker is still as slow as it was."""
LINE = frozenset({Kind.PULL, Kind.GARBLE, Kind.SILENT, Kind.SLOW, Kind.LOSE_REPLY, Kind.BABBLE, Kind.RESET})
WAITING = frozenset({Kind.LOSE_REPLY, Kind.RESET})
"""These strike the next page of the line, whenever that comes."""
AFTER_LINE = timedelta(seconds=20)
"""A terminal that did not answer is asked again and again for so long."""
CENTRAL = frozenset({BROKER, SERVER, GATEWAY, DATABASE})
TOO_LONG = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Struck:
    """One trouble as it really was."""

    trouble: Trouble
    began: datetime
    ended: datetime = TOO_LONG
    ready: datetime = TOO_LONG
    """Of a kill: when the victim was there again."""

    @property
    def lasts(self) -> bool:
        """It is not over yet."""
        return self.ended == TOO_LONG

    def overlaps(self, since: datetime, until: datetime) -> bool:
        return self.began <= until and self.ended >= since

    def __str__(self) -> str:
        ready = f", there again {self.ready:%H:%M:%S.%f}" if self.ready < TOO_LONG else ""
        return f"{self.began:%H:%M:%S.%f} - {self.ended:%H:%M:%S.%f}{ready}  planned {self.trouble}"


@dataclass
class Record:
    struck: list[Struck] = field(default_factory=list)

    def of(self, part: str, *kinds: Kind) -> Iterator[Struck]:
        return (one for one in self.struck if one.trouble.part == part and one.trouble.kind in kinds)

    def count(self, kind: Kind, parts: Iterable[str] | None = None) -> int:
        return sum(
            one.trouble.kind is kind and (parts is None or one.trouble.part in parts) for one in self.struck
        )

    def hidden(self, unit: str, since: datetime, until: datetime) -> timedelta:
        """How wrong the moment of a press of this unit may be that was made at `since` and is looked at at `until`."""
        found = timedelta()
        for one in self.struck:
            if one.trouble.kind not in HIDING or one.trouble.part not in CENTRAL | {unit}:
                continue
            if one.began <= until and one.ended >= since - PROBED:
                found += min(one.ended, until) - one.began
        return found

    def killed(self, part: str, since: datetime, until: datetime) -> bool:
        return any(since <= one.began <= until for one in self.of(part, Kind.KILL))

    def frozen(self, part: str, since: datetime, until: datetime) -> bool:
        return any(one.overlaps(since, until) for one in self.of(part, Kind.FREEZE))

    def frozen_until(self, part: str, since: datetime, until: datetime) -> datetime:
        """`until`, or when the last freeze that met this time was over."""
        for one in sorted(self.of(part, Kind.FREEZE), key=lambda one: one.began):
            if one.overlaps(since, until):
                until = max(until, one.ended)
        return until

    def felt(self, line: str, at: datetime) -> None:
        """A page of this line was on the air: what waited for one has struck by now."""
        for one in self.of(line, *WAITING):
            if one.lasts and one.began <= at:
                one.ended = at

    def line_was_bad(
        self, line: str, since: datetime, until: datetime, kinds: Collection[Kind] = LINE
    ) -> bool:
        return any(one.overlaps(since - AFTER_LINE, until) for one in self.of(line, *kinds))
