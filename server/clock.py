"""UTC that never jumps while the process lives: the wall clock at the start, carried on by the boot clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SteadyClock:
    """NTP may step a server's wall clock by minutes; an escalation must not notice. The start's offset is kept."""

    def __init__(self, boot: Callable[[], float], wall: Callable[[], datetime]) -> None:
        self._boot = boot
        self._zero = wall().astimezone(UTC) - timedelta(seconds=boot())

    def now(self) -> datetime:
        return self.utc(self._boot())

    def utc(self, boot: float) -> datetime:
        return self._zero + timedelta(seconds=boot)

    def boot(self, moment: datetime) -> float:
        return (moment - self._zero).total_seconds()
