"""Codes of foreign buttons that RF bridges heard: the newest few of each, told at most once a second. Pure.

A neighbour's gate may be opened all day long, so the same code again says nothing new."""

from __future__ import annotations

from broker_config.messages import HeardCode
from pager_gateway.transmitter import Heard

MOST = 8
EVERY_S = 1.0


class Overheard:
    """Kept in memory only: who teaches watches pushes the button again."""

    def __init__(self) -> None:
        self._codes: dict[str, list[HeardCode]] = {}
        self._due: float | None = None
        self._told_at = float("-inf")

    def put(self, transmitter: str, heard: Heard, now: float) -> None:
        codes = self._codes.setdefault(transmitter, [])
        if codes and codes[0].code == heard.code:
            return
        others = [one for one in codes if one.code != heard.code]
        codes[:] = [HeardCode(code=heard.code, te_us=heard.te_us), *others][:MOST]
        if self._due is None:
            self._due = max(now, self._told_at + EVERY_S)

    def of(self, transmitter: str) -> list[HeardCode] | None:
        """The newest first; None: nothing was heard."""
        found = self._codes.get(transmitter)
        return None if found is None else list(found)

    def due(self) -> float | None:
        return self._due

    def take(self, now: float) -> bool:
        """Whether it is time to tell."""
        if self._due is None or self._due > now:
            return False
        self._due = None
        self._told_at = now
        return True
