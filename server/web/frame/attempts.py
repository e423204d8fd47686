"""How often somebody may try to sign in: a small table in memory, asked before the slow hash is made.

Three limits, so that neither guessing nor locking out pays. One address and one login: typing errors and the plain
guesser. One address: whoever tries many logins. One login from all addresses where it never signed in before:
guessers with many addresses. The last one does not hold where the login is at home, so a stranger who guesses at the
manager's name locks out no manager, but other strangers only."""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.rules.audit import Action


@dataclass(frozen=True, slots=True)
class Limit:
    most: int
    within: timedelta


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PER_PAIR = Limit(5, MINUTE)
PER_ADDRESS = Limit(30, MINUTE)
"""Higher: a whole shop may sit behind one address."""
STRANGERS = (Limit(10, MINUTE), Limit(30, HOUR))
"""Of one login, from all addresses where it is not at home."""
AT_HOME = timedelta(days=30)
NOTED_PER_LOGIN = 3
NOTED = 60
"""Failures that the audit log takes in an hour, of one login and of all: guessing shall not fill the disk."""
MOST_KEYS = 10_000
"""Beyond this the key that was quiet longest is forgotten, so strangers cannot fill our memory."""
HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core; more at once would take the memory and the web threads of a small machine."""
HASH_WAIT_S = 3.0


class Attempts:
    """Used by several web threads."""

    def __init__(self) -> None:
        self._tries: OrderedDict[Hashable, deque[datetime]] = OrderedDict()
        self._homes: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._lock = threading.Lock()
        self.hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)

    def wait_s(self, login: str, address: str, now: datetime) -> int:
        """0: this try may go on, and is counted. Otherwise the seconds to wait; then it is not counted."""
        login = _key(login)
        with self._lock:
            limits = self._limits(login, address, now)
            wait = max(self._left(key, one, now) for key, one in limits)
            if wait <= 0:
                for key, _ in limits:
                    self._tries.setdefault(key, deque()).append(now)
                    self._tries.move_to_end(key)
                while len(self._tries) > MOST_KEYS:
                    self._tries.popitem(last=False)
        return math.ceil(wait)

    def succeeded(self, login: str, address: str, now: datetime) -> None:
        """The right password: this login starts anew at this address and is at home there. Neither the address nor
        the strangers start anew, or one account would open a way."""
        login = _key(login)
        with self._lock:
            self._tries.pop(("pair", login, address), None)
            self._homes[login, address] = now
            self._homes.move_to_end((login, address))
            while len(self._homes) > MOST_KEYS:
                self._homes.popitem(last=False)

    def _limits(self, login: str, address: str, now: datetime) -> list[tuple[Hashable, Limit]]:
        found: list[tuple[Hashable, Limit]] = [
            (("pair", login, address), PER_PAIR),
            (("address", _network(address)), PER_ADDRESS),
        ]
        since = self._homes.get((login, address))
        if since is None or not timedelta(0) <= now - since < AT_HOME:
            found += [(("strangers", login, one.within), one) for one in STRANGERS]
        return found

    def _left(self, key: Hashable, limit: Limit, now: datetime) -> float:
        tries = self._tries.get(key)
        if tries is None:
            return 0.0
        while (
            tries and not now - limit.within < tries[0] <= now
        ):  # also drops what a clock set back left over
            tries.popleft()
        if len(tries) < limit.most:
            return 0.0
        return (tries[0] + limit.within - now).total_seconds()


def _key(login: str) -> str:
    return login.strip().lower()[:60]


def _network(address: str) -> str:
    """One machine may have any number of IPv6 addresses, but not of networks."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and not (found.is_link_local or found.ipv4_mapped):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class Failures:
    """Which failed sign-ins are written down: the first few of each login and hour, and once that there were more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._logins: dict[str, int] = {}
        self._all = 0

    def worth(self, login: str, now: datetime) -> Action | None:
        """What to write down of this failure; None: nothing any more."""
        login = login.strip().lower()[:60]
        with self._lock:
            if self._since is None or not self._since <= now < self._since + HOUR:
                self._since, self._logins, self._all = now, {}, 0
            if self._all > NOTED:
                return None
            count = self._logins[login] = self._logins.get(login, 0) + 1
            if count > NOTED_PER_LOGIN + 1:
                return None
            self._all += 1
        last = count == NOTED_PER_LOGIN + 1 or self._all > NOTED
        return Action.SIGN_IN_GUESSING if last else Action.SIGN_IN_FAILED
