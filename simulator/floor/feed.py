"""The newest state of everything on the floor, for any number of browsers.

A browser never lags behind: it is not sent a queue of changes but the newest state of whatever changed since it
was last served. So a slow one misses frames of a blinking light and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Mapping
from typing import Any

Item = Mapping[str, Any]

SETTLE_S = 0.02
"""Changes that come together are sent together."""


class _Reader:
    def __init__(self, loop: asyncio.AbstractEventLoop, dirty: set[str]) -> None:
        self.loop = loop
        self.dirty = dirty
        self.wake = asyncio.Event()


class Feed:
    """`put` and `close` from any thread; `read` in the web server's loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: dict[str, Item] = {}
        self._readers: set[_Reader] = set()
        self._closed = False

    def put(self, key: str, item: Item) -> None:
        """Replace one item's state. The mapping must not be changed afterwards."""
        with self._lock:
            if self._items.get(key) == item:
                return
            self._items[key] = item
            for reader in self._readers:
                reader.dirty.add(key)
                _wake(reader)

    def items(self) -> dict[str, Item]:
        with self._lock:
            return dict(self._items)

    @property
    def readers(self) -> int:
        return len(self._readers)

    def close(self) -> None:
        """Ends every stream at once."""
        with self._lock:
            self._closed = True
            for reader in self._readers:
                _wake(reader)

    async def read(self) -> AsyncGenerator[dict[str, Item], None]:
        """First everything, then whatever changed."""
        with self._lock:
            reader = _Reader(asyncio.get_running_loop(), set(self._items))
            self._readers.add(reader)
        try:
            yield self._take(reader)
            while not self._closed:
                await reader.wake.wait()
                if not self._closed:
                    await asyncio.sleep(SETTLE_S)
                    if changed := self._take(reader):
                        yield changed
        finally:
            with self._lock:
                self._readers.discard(reader)

    def _take(self, reader: _Reader) -> dict[str, Item]:
        with self._lock:
            reader.wake.clear()
            changed = {key: self._items[key] for key in sorted(reader.dirty)}
            reader.dirty.clear()
            return changed


def _wake(reader: _Reader) -> None:
    with contextlib.suppress(RuntimeError):  # the web server's loop is gone, and its readers with it
        reader.loop.call_soon_threadsafe(reader.wake.set)
