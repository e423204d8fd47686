"""Pure: whether the server is there, and how long its last words may still be shown when it is not."""

from __future__ import annotations

from broker_config.messages import DeviceState, DeviceStatus

WORDS_S = 120.0
"""How long the server's words are shown while it is away: longer than a customer waits."""


class ServerSeen:
    """A server that is away, or cannot be heard, cannot take back what it said."""

    def __init__(self) -> None:
        self._status: DeviceStatus | None = None
        self._forget_at: float | None = None

    def connected(self) -> None:
        """The link is back; the server too, unless it said farewell."""
        if self._status is None or self._status.state is DeviceState.ONLINE:
            self._forget_at = None

    def away(self, now: float) -> None:
        """Nothing of it can be heard from now on."""
        if self._forget_at is None:
            self._forget_at = now + WORDS_S

    def status(self, status: DeviceStatus, now: float) -> bool:
        """Its own word, or its will. True: it came back, or another one did."""
        before, self._status = self._status, status
        if status.state is DeviceState.OFFLINE:
            self.away(now)
            return False
        self._forget_at = None
        return before is not None and (before.state, before.run) != (status.state, status.run)

    def due(self) -> float | None:
        return self._forget_at

    def forgets(self, now: float) -> bool:
        """Whether its words are too old to be shown; said once."""
        if self._forget_at is None or now < self._forget_at:
            return False
        self._forget_at = None
        return True
