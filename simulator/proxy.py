"""A network to put trouble into: TCP proxies on loopback that can be cut without a word, mended, delayed and dropped.

A cut swallows packets and tells neither end, as a switch without power: no FIN, no RST. Bytes inside a connection are
held back and arrive in order once the sender's TCP tries again after the mend, unless an end gave up meanwhile. They
cannot be doubled or reordered: TCP hides that, so "repeated" on such a line means connections made again and messages
sent again by the ends themselves. A connection that is made while the way is cut is accepted and goes no further.
Milder than a real cut in one thing: `connect` answers at once, and the silence begins after it."""

from __future__ import annotations

import contextlib
import heapq
import selectors
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Self

from simulator.lane import Direction
from simulator.proxy_connection import Connection

__all__ = ["Direction", "Proxies", "Proxy"]

LOOPBACK = "127.0.0.1"
BACKLOG = 1024


class Proxies:
    """The thread that carries every byte of its proxies. `clock` may be a fake one: `wake` after moving it."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self._selector = selectors.DefaultSelector()
        self._wishes: SimpleQueue[tuple[Callable[[], None], Future[None]]] = SimpleQueue()
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._selector.register(self._ours, selectors.EVENT_READ, self._woken)
        self._moments: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._proxies: list[Proxy] = []
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="proxies", daemon=True)
        self._thread.start()

    def add(self, target: tuple[str, int], port: int = 0) -> Proxy:
        """A way to `target` from a port of this machine; 0 takes a free one. Raises OSError."""
        listener = socket.create_server((LOOPBACK, port), backlog=BACKLOG)
        proxy = Proxy(self, listener, target)
        self.do(lambda: self._listen(proxy))
        return proxy

    def close(self) -> None:
        """Every connection ends with a reset. Safe to call twice."""
        if not self._stopping:
            self._stopping = True
            self.wake()
            self._thread.join(5.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def do(self, wish: Callable[[], None]) -> None:
        """Run it in the thread; done when this returns."""
        done: Future[None] = Future()
        self._wishes.put((wish, done))
        self.wake()
        done.result(5.0)

    def wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            self._theirs.send(b"x", socket.MSG_DONTWAIT)

    # All below runs in the thread

    def watch(self, end: socket.socket, events: int, call: Callable[[int], None]) -> None:
        """Events 0: not for now."""
        known = end.fileno() in self._selector.get_map()
        if known and events:
            self._selector.modify(end, events, call)
        elif known:
            self._selector.unregister(end)
        elif events:
            self._selector.register(end, events, call)

    def at(self, moment: float, call: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._moments, (moment, self._order, call))

    def _listen(self, proxy: Proxy) -> None:
        self._proxies.append(proxy)
        self._selector.register(proxy.listener, selectors.EVENT_READ, lambda _: proxy.accept())

    def _woken(self, _: int) -> None:
        with contextlib.suppress(BlockingIOError):
            self._ours.recv(4096)

    def _run(self) -> None:
        try:
            while not self._stopping:
                timeout = max(0.0, self._moments[0][0] - self.clock()) if self._moments else None
                for key, events in self._selector.select(timeout):
                    key.data(events)
                while not self._wishes.empty():
                    self._grant(*self._wishes.get())
                now = self.clock()
                while self._moments and self._moments[0][0] <= now:
                    heapq.heappop(self._moments)[2]()
        finally:
            for proxy in self._proxies:
                proxy.end()
            self._ours.close()
            self._theirs.close()
            self._selector.close()

    def _grant(self, wish: Callable[[], None], done: Future[None]) -> None:
        try:
            wish()
        except BaseException as error:  # noqa: BLE001 (it is raised again in the thread that wished)
            done.set_exception(error)
        else:
            done.set_result(None)


class Proxy:
    """One port and its way to the target. Every verb may be called from any thread and has happened on return."""

    def __init__(self, proxies: Proxies, listener: socket.socket, target: tuple[str, int]) -> None:
        listener.setblocking(False)
        self.listener = listener
        self._proxies = proxies
        self._connections: set[Connection] = set()
        self.target = target
        self.port = int(listener.getsockname()[1])
        self.delay_s = 0.0
        self.is_cut: set[Direction] = set()

    def cut(self) -> None:
        """Nothing passes, and nobody is told."""
        self._set(set(Direction))

    def half(self, direction: Direction) -> None:
        """Nothing passes in this direction; the other one works, for connections that are there already."""
        self._set({direction})

    def mend(self) -> None:
        self._set(set())

    def delay(self, seconds: float) -> None:
        """Each way takes so long from now on."""

        def wish() -> None:
            self.delay_s = seconds

        self._proxies.do(wish)

    def drop(self) -> None:
        """Every connection is reset, at both ends."""
        self._proxies.do(self._reset_all)

    def _set(self, cut: set[Direction]) -> None:
        def wish() -> None:
            self.is_cut = cut
            for each in list(self._connections):
                each.recut()

        self._proxies.do(wish)

    # All below runs in the thread of the proxies

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            client, _ = self.listener.accept()
            connection = Connection(self._proxies, self, client)
            self._connections.add(connection)
            connection.move()

    def went(self, connection: Connection) -> None:
        self._connections.discard(connection)

    def end(self) -> None:
        self._reset_all()
        self.listener.close()

    def _reset_all(self) -> None:
        for each in list(self._connections):
            each.reset()
