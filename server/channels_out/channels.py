"""The slow channels of a real process: one thread that owns the schedule, and the tries it starts."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from broker_config.loop import Loop
from server.channels_out.core import FULL, MOST, PACE, ChannelsCore, Event, Pace
from server.channels_out.letter import Letter, Told
from server.channels_out.tries import Post, Tries

log = logging.getLogger(__name__)

LAST_WAIT_S = 1.0
DEAD = "the thread of the slow channels died: restart the server"


class Channels:
    """`told` is called in the channels' thread, once per letter; where it raises queue.Full it is called again.

    `clock` is the boot clock of `Loop`; `boot` and `utc` translate between it and UTC (SteadyClock has all three).
    `died` is called when the thread ended by a fault; from then on every letter is told as failed."""

    def __init__(
        self,
        posts: Mapping[str, Post],
        told: Callable[[Told], None],
        *,
        clock: Callable[[], float],
        boot: Callable[[datetime], float],
        utc: Callable[[float], datetime],
        died: Callable[[], None] = lambda: None,
        pace: Pace = PACE,
    ) -> None:
        self._tries = Tries(posts, self._event, clock, seconds=pace.try_s)
        core = ChannelsCore(self._tries, told, boot=boot, utc=utc, pace=pace)
        self._loop: Loop[Event] = Loop(core, clock, most=2 * MOST)
        self._told = told
        self._clock = clock
        self._utc = utc
        self._died = died
        self._dead = False
        self._thread = threading.Thread(target=self._work, name="channels", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, letter: Letter) -> None:
        """From any thread; never blocks and never raises. Letters may be put before `start`."""
        if self._dead:
            self._refuse(letter, DEAD)
            return
        try:
            self._loop.put(letter)
        except queue.Full:
            self._refuse(letter, FULL)

    def stop(self) -> None:
        """Within 2 s, whatever hangs. What was not told stays queued in its row, for the next start."""
        self._loop.stop()
        if self._thread.ident is not None:
            self._thread.join(LAST_WAIT_S)
        self._tries.cut_all()

    def _event(self, event: Event) -> None:
        self._loop.put(event)

    def _work(self) -> None:
        try:
            self._loop.run()
        except Exception:
            log.critical("the channels' thread died", exc_info=True, extra={"action": "last_resort.dead"})
            self._dead = True
            self._died()

    def _refuse(self, letter: Letter, why: str) -> None:
        """In the caller's thread: there is nobody else to say it."""
        try:
            self._told(Told(letter.notice, False, why, self._utc(self._clock())))
        except queue.Full:
            log.error("notice %s could not be told: %s", letter.notice, why, extra={"action": "last_resort"})
