"""Tells the open boards of a store that something was committed; the only thing the engine knows of screens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Bell:
    """`ring` may come from any thread, is cheap and never blocks; what a ring means is read from the database.

    It carries no facts on purpose: whoever hears it renders what is true now, so ten rings in a row cost one
    rendering and a missed one costs nothing but time."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._rings: dict[str, int] = {}
        self._newest: dict[str, int] = {}
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._recalls = 0

    def ring(self, store_id: str, journal_id: int) -> None:
        """After each commit. `journal_id` is the newest one that the commit wrote."""
        with self._guard:
            self._rings[store_id] = self._rings.get(store_id, 0) + 1
            self._newest[store_id] = max(journal_id, self._newest.get(store_id, 0))
            listeners = tuple(self._listeners.get(store_id, ()))
        for wake in listeners:
            wake()

    def recall(self) -> None:
        """Somebody's rights ended: every open stream asks at once whether it may go on."""
        with self._guard:
            self._recalls += 1
        self.wake_all()

    @property
    def recalls(self) -> int:
        return self._recalls

    def wake_all(self) -> None:
        """At stop: every stream looks up and sees that it is over."""
        with self._guard:
            listeners = [wake for of_store in self._listeners.values() for wake in of_store]
        for wake in listeners:
            wake()

    def rings(self, store_id: str) -> int:
        """How often it rang so far: two equal answers mean that nothing happened between them."""
        with self._guard:
            return self._rings.get(store_id, 0)

    def newest(self, store_id: str) -> int:
        with self._guard:
            return self._newest.get(store_id, 0)

    @contextmanager
    def listening(self, store_id: str, wake: Callable[[], None]) -> Iterator[None]:
        """`wake` is called in the ringing thread: it must be quick and must not raise."""
        with self._guard:
            self._listeners.setdefault(store_id, []).append(wake)
        try:
            yield
        finally:
            with self._guard:
                self._listeners[store_id].remove(wake)
                if not self._listeners[store_id]:
                    del self._listeners[store_id]
