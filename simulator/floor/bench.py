"""The bench: every kind of transmitter to try, one switched on at a time. No server, no gateway process: the gateway's
own driver against the simulated box, in real time, in a thread of its own."""

from __future__ import annotations

import logging
import threading
import unicodedata
from collections.abc import Callable
from typing import Protocol
from uuid import uuid4

from broker_config import charsets
from broker_config.messages.page import PageFormat
from pager_gateway.transmitter import Page
from simulator.floor.bench_items import BenchItems
from simulator.floor.bench_rig import BenchRig
from simulator.floor.feed import Feed
from simulator.pager import Air
from simulator.real_clock import RealClock
from simulator.transmitters import kinds
from simulator.transmitters.base import Trouble
from simulator.transmitters.kinds import KINDS

log = logging.getLogger(__name__)

REST_S = 600.0
"""Nobody's hand for so long: it is switched off."""
LIVES_S = 60.0
MOST_WAITING = 24
ADDRESSES = ("1234001", "1234002", "1234003")
CODES = ("A3F0C1", "A3F0C2", "A3F0C4")
"""What the watches of the bench were taught."""


class Laters(Protocol):
    """Calls later, all of them in one thread: a RealTimer."""

    def open(self) -> None: ...
    def close(self) -> None: ...
    def later(self, seconds: float, call: Callable[[], None]) -> None: ...


class BenchFull(Exception):
    """So many pages wait already."""


class Bench:
    """Called from the web server's threads; whatever they ask for happens in the bench's own."""

    def __init__(
        self, timer: Laters, clock: Callable[[], float], wall_at_zero: float, rest_s: float = REST_S
    ) -> None:
        self.feed = Feed()
        self._clock = clock
        self._rest_s = rest_s
        self._timer = timer
        wearers = {name: number for names in (ADDRESSES, CODES) for number, name in enumerate(names, 1)}
        self._items = BenchItems(self.feed.put, clock, wall_at_zero, wearers)
        self._air = Air((*ADDRESSES, *CODES), known_only=True)
        self._air.listen(self._items.arrived)
        self._on: tuple[str, BenchRig, RealClock] | None = None
        self._hands = 0
        self._lock = threading.Lock()
        self._asked = 0
        """Pages on their way into the bench's thread."""

    def open(self) -> None:
        self._timer.open()

    def close(self) -> None:
        self.feed.close()
        self._timer.close()

    def choose(self, driver: str) -> None:
        """Switch it on, and the one before off. Raises KeyError."""
        self._do(driver, lambda rig: None)

    def send(self, driver: str, text: str, kind: PageFormat, pagers: int) -> None:
        """To the first so many pagers. Raises KeyError, BenchFull, and ValueError when no pager has these letters."""
        if kind not in KINDS[driver].formats:
            raise KeyError(kind)
        charset, body = fitting(text) if kind is PageFormat.TEXT else ("ascii", text)
        if kind is PageFormat.TONE:
            body = ""
        on = self._on
        with self._lock:
            if self._asked + (on[1].waiting if on is not None else 0) + pagers > MOST_WAITING:
                raise BenchFull
            self._asked += pagers

        def give(rig: BenchRig) -> None:
            pages = []
            for number in range(pagers):
                code = kind is PageFormat.CODE
                page = Page(
                    uuid4(),
                    ADDRESSES[number],
                    CODES[number] if code else body,
                    kind,
                    charset,
                    expires_at=self._clock() + LIVES_S,
                )
                self._items.set_up(number + 1, kind, charset)
                self._items.asked(driver, page, page.body)
                pages.append(page)
            rig.send(pages)

        self._do(driver, give, pagers)

    # Hands on its line: as `controls.FloorControls` has them

    def plug(self, driver: str, plugged: bool) -> None:
        def act(rig: BenchRig) -> None:
            rig.plug(plugged)
            self._items.set(driver, plugged=plugged)

        self._do(driver, act)

    def garble(self, driver: str, garbled: bool) -> None:
        def act(rig: BenchRig) -> None:
            rig.garble(garbled)
            self._items.set(driver, garbled=garbled)

        self._do(driver, act)

    def slow(self, driver: str, slow: bool) -> None:
        def act(rig: BenchRig) -> None:
            rig.slow(slow)
            self._items.set(driver, slow=slow)

        self._do(driver, act)

    def trouble(self, driver: str, kind: Trouble, amount: int) -> None:
        if kind not in kinds.troubles(driver):
            raise KeyError(kind)
        self._do(driver, lambda rig: rig.trouble(kind, amount))

    # In the bench's thread

    def _do(self, driver: str, act: Callable[[BenchRig], None], pages: int = 0) -> None:
        if driver not in KINDS:
            raise KeyError(driver)

        def done() -> None:
            try:
                act(self._switch_on(driver))
            except Exception:
                log.exception("the bench gave up", extra={"action": "bench.dead"})
                self._switch_off()
            finally:
                with self._lock:
                    self._asked -= pages

        self._timer.later(0.0, done)

    def _switch_on(self, driver: str) -> BenchRig:
        self._hands += 1
        hands = self._hands
        self._timer.later(self._rest_s, lambda: self._rest(hands))
        if self._on is not None and self._on[0] == driver:
            return self._on[1]
        self._switch_off()
        clock = RealClock(self._timer.later, self._clock, self._switch_off)
        rig = BenchRig(driver, clock, self._air, self._items)
        self._on = driver, rig, clock
        self._items.switched(driver)
        rig.open()
        return rig

    def _switch_off(self) -> None:
        if self._on is None:
            return
        driver, rig, clock = self._on
        self._on = None
        clock.stop()
        rig.close()
        self._items.rests(driver)

    def _rest(self, hands: int) -> None:
        if hands == self._hands:
            self._switch_off()


def fitting(text: str) -> tuple[str, str]:
    """(set of characters, text as it can be shown): whole if a set has all of it, else in capitals, else without
    accents. Raises ValueError when no set has these letters together."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    for tried in (text, text.upper(), plain, plain.upper()):
        for name in charsets.NAMES:
            if not charsets.lacks(tried, name):
                return name, tried
    raise ValueError(text)
