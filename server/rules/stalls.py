"""Whether a broker stood still: what waited in its sockets meanwhile has not aged, so it looks younger than it is."""

from __future__ import annotations

AFTER_S = 6.0
"""What waited comes at once when the broker goes on; a unit that was cut off has sent anew by then."""
SENT_WITHIN_S = 6.0
"""A unit gives a connection up after 5 s without an answer: a press that was made in the standstill and left on the old
connection was no older than this. What says that it is older was sent anew."""
SILENT = "no answer"
"""How a link calls it when its broker owed an answer for too long: a broker that ends says farewell, or refuses."""


class Stalls:
    """Of one store's link, by moments of the boot clock."""

    def __init__(self) -> None:
        self._heard: float | None = None
        self._silent_since: float | None = None
        self._stood_s = 0.0
        self._until = 0.0

    def heard(self, at: float) -> None:
        """Any word of the broker: it does not stand still."""
        self._heard = at

    def lost(self, reason: str) -> None:
        self._silent_since = self._heard if reason.startswith(SILENT) else None

    def back(self, at: float, *, session_present: bool) -> None:
        """Connected again. One that began anew has forgotten its sockets too."""
        if self._silent_since is not None and session_present:
            self._stood_s, self._until = max(0.0, at - self._silent_since), at + AFTER_S
        self._silent_since = None
        self._heard = at

    def doubt_s(self, at: float, age_s: float) -> float:
        """By how much a press that came in at `at` may be older than `age_s`."""
        return self._stood_s if at < self._until and age_s <= SENT_WITHIN_S else 0.0
