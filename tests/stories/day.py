"""One day of a shop where everything goes wrong: what hands do at units, and all else that fails and comes back."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TypeAlias

from broker_config import codec, topics
from broker_config.channels import TELEMETRY, Role
from broker_config.link import Delivery, LinkEvent, Subscription
from broker_config.messages import Telemetry
from broker_config.presence import link_setup
from broker_config.rights import User
from server.requests import Close, Ending
from server.rules.incidents import Outcome
from tests.shop import Shop
from tests.small_shop import CARMEN, STORE
from tests.stories.day_hands import (
    BLOWS,
    BLOWS_EVERY_S,
    PULSES,
    PULSES_EVERY_S,
    Hands,
)
from tests.unit.firmware_bridge.bad_disk import ERRORS, BadDisk

HOUR_S = 3_600.0
ACT_EVERY_S = 600.0
CALM_S = 2_000.0
"""The end of the day, in which everything has come back."""
LAST_LOOK_S = 130.0
SPOILT_S = 80.0
"""Long enough for a contact to be stuck."""
CHATTER_S, HAMMER_S = PULSES * PULSES_EVERY_S, BLOWS * BLOWS_EVERY_S
EAR = "ear"
EVERYBODY = "everybody"
AILING = "b1"
DISK_MENDS_S = 30.0
"""By then a unit has found that its disk works again, and has brought to it what was in memory."""


class Ear:
    """Listens to what units tell about themselves."""

    def __init__(self, shop: Shop) -> None:
        self.last: dict[str, Telemetry] = {}
        self.wrong: Counter[str] = Counter()
        """How often each kind of fault was told."""
        user = User(STORE, EAR, Role.SERVER, "pw")
        setup = link_setup(user, run="ea12", boot="beef", sw="story")
        everybody = Subscription(topics.build_filter(STORE, "b", None, TELEMETRY.tail), qos=0)
        self._link = shop.broker.link(
            replace(
                setup, subscriptions=[everybody], will=None, birth=None, clean_start=True, session_expiry_s=0
            )
        )
        self._link.open(self._hear)

    def _hear(self, event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            received = codec.receive(event)
            assert isinstance(received.message, Telemetry)
            self.last[received.device] = received.message
            self.wrong.update(fault.kind for fault in received.message.faults)


@dataclass(frozen=True, slots=True)
class Stall:
    """A time in which bytes waited in a socket, where they do not age: `whose` is a device, or everybody's."""

    whose: str
    begins: datetime
    ends: datetime


Way: TypeAlias = tuple[Callable[[], None], Callable[[], None], str | None]
"""How something fails, how it comes back, and whose bytes wait meanwhile."""


class Day:
    """`disk`: of the unit `AILING`."""

    def __init__(self, shop: Shop, disk: BadDisk, seed: int, hours: float) -> None:
        self._day_s = hours * HOUR_S
        self.shop, self.disk, self.random = shop, disk, Random(f"{seed} day")
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._server_runs = True
        self.stalls: list[Stall] = []
        self.ear = Ear(shop)
        self.hands = {
            name: Hands(unit, shop.clock, self.later, partial(self._cut, name), Random(f"{seed} {name}"))
            for name, unit in shop.units.items()
        }

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._agenda, (self.shop.clock.boot() + seconds, self._order, call))

    def live(self) -> None:
        self._plan()
        self.run(self._day_s)

    def spoil(self) -> Mapping[str, set[tuple[str, int | None]]]:
        """Something, or nothing, goes wrong with every unit. Device -> its faults, as they are when this is over."""
        found: dict[str, set[tuple[str, int | None]]] = {name: set() for name in self.hands}
        for name, hands in self.hands.items():
            ways: list[tuple[float, Callable[[], tuple[str, int]]]] = [
                (0.0, hands.stick_for_good),
                (SPOILT_S - CHATTER_S - 5, hands.chatter),
                (SPOILT_S - HAMMER_S - 5, hands.hammer),
            ]
            before_s, what = self.random.choice(ways)
            if self.random.random() < 0.75:
                self.later(before_s, lambda what=what, name=name: found[name].add(what()))  # type: ignore[misc]
        self.run(SPOILT_S)
        return found

    def run(self, seconds: float) -> None:
        clock = self.shop.clock
        end = clock.boot() + seconds
        while self._agenda and self._agenda[0][0] <= end:
            moment, _, call = heapq.heappop(self._agenda)
            clock.advance(max(0.0, moment - clock.boot()))
            call()
        clock.advance(end - clock.boot())

    def _plan(self) -> None:
        shop, random = self.shop, self.random
        for hands in self.hands.values():
            for slot in range(int((self._day_s - CALM_S) // ACT_EVERY_S)):
                self.later(slot * ACT_EVERY_S + random.uniform(10, 200), hands.act)
            self._now_and_then(1.5 * HOUR_S, hands.lose_time)
            self.later(self._day_s - CALM_S + ACT_EVERY_S, hands.rise)
        broker = shop.broker
        self._trouble(
            1.5 * HOUR_S,
            (broker.kill, broker.start, None),
            (broker.stop, broker.start, None),
            (broker.freeze, broker.thaw, EVERYBODY),
        )
        self._trouble(
            1.5 * HOUR_S,
            (self._kill_server, self._start_server, None),
            (self._freeze_server, self._thaw_server, EVERYBODY),
        )
        for name in (*shop.units, "srv"):
            cut, mend = (partial(verb, topics.client_id(STORE, name)) for verb in (broker.cut, broker.mend))
            self._trouble(3 * HOUR_S, (cut, mend, name if name in shop.units else EVERYBODY))
        self._trouble(3 * HOUR_S, (self._spoil_disk, self._mend_disk, None))
        self._now_and_then(0.5 * HOUR_S, self._close_all)

    def _now_and_then(self, every_s: float, call: Callable[[], None]) -> None:
        at = 0.0
        while (at := at + self.random.uniform(0.3, 1.7) * every_s) < self._day_s - CALM_S:
            self.later(at, call)

    def _trouble(self, every_s: float, *ways: Way) -> None:
        """One of them at a time, for seconds or a quarter of an hour."""
        at = 0.0
        while True:
            at += self.random.uniform(0.3, 1.7) * every_s
            down_s = self.random.choice((self.random.uniform(0.1, 20), self.random.uniform(20, 900)))
            if at + down_s > self._day_s - CALM_S:
                return
            fail, come_back, stalls = self.random.choice(ways)
            self.later(at, fail)
            self.later(at + down_s, come_back)
            if stalls is not None:
                begins = self.shop.clock.now() + timedelta(seconds=at)
                self.stalls.append(Stall(stalls, begins, begins + timedelta(seconds=down_s)))
            at += down_s

    def _cut(self, name: str, seconds: float) -> None:
        client, now = topics.client_id(STORE, name), self.shop.clock.now()
        self.shop.broker.cut(client)
        self.later(seconds, lambda: self.shop.broker.mend(client))
        self.stalls.append(Stall(name, now, now + timedelta(seconds=seconds)))

    def _spoil_disk(self) -> None:
        self.disk.error = ERRORS[self.random.choice(("full", "read-only", "write", "sync"))]
        self.hands[AILING].mortal = False

    def _mend_disk(self) -> None:
        self.disk.error = None
        self.later(DISK_MENDS_S, self._survive)

    def _survive(self) -> None:
        if self.disk.error is None:
            self.hands[AILING].mortal = True

    def _kill_server(self) -> None:
        self._server_runs = False
        self.shop.server.kill()

    def _start_server(self) -> None:
        self.shop.server.start()
        self._server_runs = True

    def _freeze_server(self) -> None:
        self._server_runs = False
        self.shop.server.freeze()

    def _thaw_server(self) -> None:
        self.shop.server.thaw()
        self._server_runs = True

    def _close_all(self) -> None:
        if self._server_runs:
            for incident in self.shop.incidents():
                if incident.state != "closed":
                    self.shop.server.ask(Close(incident.id, CARMEN, Ending(Outcome.RECOVERED)))
