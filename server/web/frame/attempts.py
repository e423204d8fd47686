"""How often somebody may try to sign in: a small table in memory, asked before the slow hash is made."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from datetime import datetime, timedelta

PER_LOGIN = 5
PER_ADDRESS = 30
"""Higher: a whole shop may sit behind one address."""
WINDOW = timedelta(minutes=1)
MOST_KEYS = 10_000
"""Beyond this the key that was quiet longest is forgotten, so strangers cannot fill our memory."""


class Attempts:
    """Tries of the last minute, by login and by address. Used by several web threads."""

    def __init__(self) -> None:
        self._tries: OrderedDict[Hashable, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, login: str, address: str, now: datetime) -> int:
        """0: this try may go on, and is counted. Otherwise the seconds to wait; then it is not counted."""
        login = login.strip().lower()[:60]
        keys: list[tuple[Hashable, int]] = [
            (("login", login), PER_LOGIN),
            (("address", address), PER_ADDRESS),
        ]
        with self._lock:
            wait = max(self._left(key, most, now) for key, most in keys)
            if wait <= 0:
                for key, _ in keys:
                    self._tries.setdefault(key, deque()).append(now)
                    self._tries.move_to_end(key)
                while len(self._tries) > MOST_KEYS:
                    self._tries.popitem(last=False)
        return math.ceil(wait)

    def succeeded(self, login: str) -> None:
        """The right password: this login starts anew. Its address does not, or one account would open a way."""
        with self._lock:
            self._tries.pop(("login", login.strip().lower()[:60]), None)

    def _left(self, key: Hashable, most: int, now: datetime) -> float:
        tries = self._tries.get(key)
        if tries is None:
            return 0.0
        while tries and not now - WINDOW < tries[0] <= now:  # also drops what a clock set back left over
            tries.popleft()
        if len(tries) < most:
            return 0.0
        return (tries[0] + WINDOW - now).total_seconds()
