"""Server-Sent Events: the one place of the server that is async, and it never touches a database itself.

A ring of the bell makes one rendering per key (store, language, kind of screen), shared by everybody who listens;
at most ten a second. Every connect begins with the whole board, so every reconnect ends in a correct one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from anyio import to_thread
from fastapi.sse import ServerSentEvent

from server.web.frame.bell import Bell

BETWEEN_S = 0.1
"""Least time between two renderings of the same board."""
PULSE_S = 10.0
"""So often a stream says that it is alive, and what time it is; a page that hears nothing for 40 s says so."""
REFRESH_S = 30.0
"""A board is made anew even without a ring: days begin, and another process may have written."""
FRESH_S = 1.0
"""The first rendering of a stream is no older than this."""
LOOK_UP_S = 0.5
"""So often a stream looks whether the server is stopping."""


Key = tuple[str, ...]
"""The store first, then whatever makes one rendering different from another: language, wall, whose it is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One rendering: `ringing` are the incidents that wait, `lost` those for whom nobody could be called."""

    journal_id: int
    html: str
    ringing: frozenset[int]
    lost: frozenset[int]
    number: int
    """Counts renderings: the same number is the same board."""


@dataclass(slots=True)
class _Kept:
    rings: int
    at: float
    shown: Shown


class Gallery:
    """Renderings by key, each made once. Only used from the event loop."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._kept: dict[Key, _Kept] = {}
        self._making: dict[Key, asyncio.Lock] = {}
        self._watchers: Counter[Key] = Counter()

    @contextmanager
    def watching(self, key: Key) -> Iterator[None]:
        """When the last one who looks has left, the rendering goes too: every person has a key of their own."""
        self._watchers[key] += 1
        try:
            yield
        finally:
            self._watchers[key] -= 1
            if not self._watchers[key]:
                del self._watchers[key]
                self._kept.pop(key, None)
                self._making.pop(key, None)

    async def newest(self, key: Key, render: Callable[[], Shown], within: float = REFRESH_S) -> Shown:
        """What is true now, made `within` so many seconds. `render` runs in a worker thread and takes its own
        short look at the database."""
        async with self._making.setdefault(key, asyncio.Lock()):
            loop = asyncio.get_running_loop()
            rings = self._bell.rings(key[0])
            kept = self._kept.get(key)
            if kept is not None and kept.rings == rings and loop.time() - kept.at < within:
                return kept.shown
            if kept is not None:
                await asyncio.sleep(max(0.0, kept.at + BETWEEN_S - loop.time()))
            rings = self._bell.rings(key[0])  # before the look: a ring during it makes another rendering
            began = loop.time()
            shown = await to_thread.run_sync(render)
            self._kept[key] = _Kept(rings, began, shown)
            return shown


async def stream(
    gallery: Gallery,
    bell: Bell,
    key: Key,
    render: Callable[[], Shown],
    allowed: Callable[[], bool],
    epoch: Callable[[], float],
    stopping: Callable[[], bool],
) -> AsyncIterator[ServerSentEvent]:
    """`key` begins with the store. `allowed` is asked again now and then, so that a sign-out ends the stream, and at
    once when the bell recalls."""
    loop = asyncio.get_running_loop()
    rung = asyncio.Event()

    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(rung.set)

    with bell.listening(key[0], wake), gallery.watching(key):
        before: Shown | None = None
        pulse_at = refresh_at = 0.0
        recalls = bell.recalls
        while not stopping():
            rung.clear()
            now = loop.time()
            if now >= refresh_at or bell.recalls != recalls:
                recalls = bell.recalls
                if before is not None and not await to_thread.run_sync(allowed):
                    return
                refresh_at = now + REFRESH_S
            # The page takes the time of day from its first rendering: that one must be of now.
            shown = await gallery.newest(key, render, FRESH_S if before is None else REFRESH_S)
            if before is None or shown.number != before.number:
                for event in _news(before, shown):
                    yield event
                before = shown
                pulse_at = loop.time() + PULSE_S
            elif now >= pulse_at:
                yield ServerSentEvent(event="pulse", raw_data=f"{epoch():.3f}")
                pulse_at = now + PULSE_S
            until = min(pulse_at, refresh_at)
            while not rung.is_set() and not stopping() and loop.time() < until:
                try:
                    await asyncio.wait_for(rung.wait(), min(LOOK_UP_S, until - loop.time()))
                except TimeoutError:
                    continue


def _news(before: Shown | None, shown: Shown) -> list[ServerSentEvent]:
    """The board, then a sound for what is new on it; nothing sounds at the first look."""
    events = [ServerSentEvent(raw_data=shown.html, id=str(shown.journal_id), retry=1_000)]
    if before is not None:
        if shown.lost - before.lost:
            events.append(ServerSentEvent(event="shout", raw_data=str(shown.journal_id)))
        elif shown.ringing - before.ringing:
            events.append(ServerSentEvent(event="chime", raw_data=str(shown.journal_id)))
    return events
