"""How often devices that are nobody yet may ask: a small table in memory, looked at before anything else is done."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
ASKS = 20
"""Of one address. Nobody but a guesser needs more than two."""
WRONG_CODES = 300
"""Of everybody together: 40 random bits are not found in a quarter of an hour at that rate, from however many
addresses they are tried."""
POLLS = 300
"""Of one address: five devices behind it that ask every two seconds, twice over."""
AUTHORITY = 60
MOST_KEYS = 10_000


class Limits:
    """Used by several web threads."""

    def __init__(self) -> None:
        self._times: OrderedDict[Hashable, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, key: Hashable, most: int, now: datetime, *, count: bool = True) -> int:
        """0: it may go on, and counts. Otherwise the seconds to wait."""
        with self._lock:
            times = self._times.setdefault(key, deque())
            self._times.move_to_end(key)
            while times and not now - WINDOW < times[0] <= now:
                times.popleft()
            if len(times) >= most:
                return max(1, math.ceil((times[0] + WINDOW - now).total_seconds()))
            if count:
                times.append(now)
            while len(self._times) > MOST_KEYS:
                self._times.popitem(last=False)
        return 0

    def count(self, key: Hashable, now: datetime) -> None:
        with self._lock:
            self._times.setdefault(key, deque()).append(now)
