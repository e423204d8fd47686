"""The thread of each try: it may hang for as long as its peer likes, nobody waits for it."""

from __future__ import annotations

import logging
import queue
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol
from uuid import UUID

from server.channels_out.core import TRY_S
from server.channels_out.letter import Letter, Outcome, Tried
from server.channels_out.line import Line
from server.channels_out.trouble import of_error

log = logging.getLogger(__name__)

MOST_ALIVE = 32
"""Threads at once, those included that were given up and still hang in a look-up of a name, which cannot be cut."""
CROWDED = Outcome(False, "too many earlier tries still hang")


class Post(Protocol):
    """Carries letters of one kind."""

    def send(self, letter: Letter, line: Line) -> Outcome:
        """One try. Blocks until the outcome is known or `line` has no time left; never raises."""


class Tries:
    """The `Sender` of a real process. `put` takes the outcomes, in the threads of the tries."""

    def __init__(
        self,
        posts: Mapping[str, Post],
        put: Callable[[Tried], None],
        clock: Callable[[], float],
        *,
        seconds: float = TRY_S,
    ) -> None:
        self._posts = posts
        self._put = put
        self._clock = clock
        self._seconds = seconds
        self._lines: dict[tuple[UUID, int], Line] = {}

    def start(self, letter: Letter, number: int) -> None:
        key = (letter.notice, number)
        if len(self._lines) >= MOST_ALIVE:
            self._say(key, CROWDED)
            return
        line = self._lines[key] = Line(self._seconds, self._clock)
        try:
            threading.Thread(
                target=self._run, args=(key, letter, line), name=f"letter-{letter.kind}", daemon=True
            ).start()
        except RuntimeError:  # the machine has no more threads
            del self._lines[key]
            self._say(key, CROWDED)

    def cut(self, notice: UUID, number: int) -> None:
        line = self._lines.get((notice, number))
        if line is not None:
            line.cut()

    def cut_all(self) -> None:
        for line in list(self._lines.values()):
            line.cut()

    def _run(self, key: tuple[UUID, int], letter: Letter, line: Line) -> None:
        try:
            outcome = self._posts[letter.kind].send(letter, line)
        except Exception as error:  # noqa: BLE001 (without an outcome it would end in silence)
            where = traceback.extract_tb(error.__traceback__)[-1]  # the error's own words may quote a letter
            log.error(
                "a try failed by a fault of ours: %s at %s:%s",
                *(type(error).__name__, where.filename, where.lineno),
                extra={"action": "last_resort.fault"},
            )
            outcome = of_error(error)
        finally:
            line.close()
            self._lines.pop(key, None)
        self._say(key, outcome)

    def _say(self, key: tuple[UUID, int], outcome: Outcome) -> None:
        with suppress(queue.Full):  # then the core finds the try late
            self._put(Tried(*key, outcome))
