"""One connection through a proxy: two sockets, what each has said and not yet got through, and how it ends."""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Callable
from typing import Protocol

from simulator.lane import Direction, Lane, next_try

CHUNK = 64 * 1024
FIRST_SYN_S = 1.0


class Thread(Protocol):
    """What runs a connection."""

    @property
    def clock(self) -> Callable[[], float]: ...

    def watch(self, end: socket.socket, events: int, call: Callable[[int], None]) -> None:
        """Events 0: not for now."""

    def at(self, moment: float, call: Callable[[], None]) -> None: ...


class Way(Protocol):
    """What a connection goes over."""

    target: tuple[str, int]
    delay_s: float
    is_cut: set[Direction]

    def went(self, connection: Connection) -> None:
        """It is over."""


class Connection:
    """Two sockets and a lane each way. Only the thread of the proxies touches it."""

    def __init__(self, thread: Thread, way: Way, client: socket.socket) -> None:
        self._thread = thread
        self._way = way
        self._since = now = thread.clock()
        self._in_vain = bool(way.is_cut)
        """Whether its first packet found the way cut."""
        self._reaches_at = now + way.delay_s
        self._planned: float | None = None
        self._open = True
        self._ends: dict[Direction, socket.socket] = {Direction.UP: client}
        """By the direction in which an end speaks: UP is the client's, DOWN the target's."""
        self._over: set[Direction] = set()
        """Ends that say nothing more (FIN or reset seen)."""
        self._dead: set[Direction] = set()
        """Ends that were reset: whatever reaches them is answered with a reset."""
        self._finished: set[Direction] = set()
        """Directions whose end has been handed on."""
        self._lanes = {each: Lane(held=each in way.is_cut) for each in Direction}
        self._blocked: set[Direction] = set()
        self._connecting = False
        _prepare(client)

    def recut(self) -> None:
        """The way was cut or mended."""
        now = self._thread.clock()
        for direction, lane in self._lanes.items():
            if direction in self._way.is_cut:
                lane.cut(now)
            else:
                lane.mend(now)
        if not self._way.is_cut and Direction.DOWN not in self._ends and self._in_vain:
            self._reaches_at = next_try(self._since, now, FIRST_SYN_S)
        self.move()

    def reset(self) -> None:
        """Both ends learn it at once."""
        for direction in list(self._ends):
            self._end(direction, reset=True)
        self._close()

    def move(self) -> None:
        """Hand on whatever may arrive now, and plan what to wait for."""
        now = self._thread.clock()
        if not self._open:
            return
        if Direction.DOWN not in self._ends and not self._way.is_cut and now >= self._reaches_at:
            self._connect()
        for direction in Direction:
            if self._open:
                self._carry(direction, now)
        if self._open:
            self._plan()

    def _connect(self) -> None:
        try:
            target = socket.socket(socket.AF_INET6 if ":" in self._way.target[0] else socket.AF_INET)
        except OSError:  # no file number left
            self.reset()
            return
        _prepare(target)
        self._ends[Direction.DOWN] = target
        self._connecting = True
        if target.connect_ex(self._way.target) == 0:
            self._connecting = False

    def _carry(self, direction: Direction, now: float) -> None:
        """From the lane to the end that listens to it."""
        lane, listener = self._lanes[direction], _other(direction)
        if listener not in self._ends or (listener is Direction.DOWN and self._connecting):
            return
        while (data := lane.head(now)) is not None:
            if listener in self._dead:
                lane.sent(len(data))
                self._answer_with_reset(direction)
                return
            if not data:
                lane.sent(0)
                self._finished.add(direction)
                with contextlib.suppress(OSError):
                    self._ends[listener].shutdown(socket.SHUT_WR)
                if self._finished == set(Direction):
                    self._close()
                return
            try:
                lane.sent(self._ends[listener].send(data))
            except BlockingIOError:
                self._blocked.add(direction)
                return
            except OSError:
                self._lost(listener)
                if not self._open:
                    return

    def _lost(self, end: Direction) -> None:
        """An end was reset. The other one is told, if a reset can pass; if not, only when it speaks to the dead."""
        self._over.add(end)
        self._dead.add(end)
        self._lanes[end].clear()
        if Direction.DOWN not in self._ends:
            self._close()
        elif end not in self._way.is_cut:
            self.reset()

    def _answer_with_reset(self, direction: Direction) -> None:
        if _other(direction) not in self._way.is_cut:
            self.reset()

    def _heard(self, direction: Direction, events: int) -> None:
        if not self._open:
            return
        if direction is Direction.DOWN and self._connecting and events & selectors.EVENT_WRITE:
            self._connecting = False
            if self._ends[direction].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self.reset()
                return
        if events & selectors.EVENT_WRITE:
            self._blocked.discard(_other(direction))
        if events & selectors.EVENT_READ:
            self._read(direction)
        if self._open:
            self.move()

    def _read(self, direction: Direction) -> None:
        try:
            data = self._ends[direction].recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self._lost(direction)
            return
        if not data:
            self._over.add(direction)
            if self._in_vain and Direction.DOWN not in self._ends:
                self._close()  # it gave up before its first packet arrived: the target never hears of it
                return
        self._lanes[direction].put(data, self._thread.clock(), self._way.delay_s)

    def _plan(self) -> None:
        for direction, end in self._ends.items():
            reads = direction not in self._over and not self._lanes[direction].is_full
            writes = _other(direction) in self._blocked
            if direction is Direction.DOWN and self._connecting:
                reads, writes = False, True
            events = (selectors.EVENT_READ if reads else 0) | (selectors.EVENT_WRITE if writes else 0)
            if direction in self._dead:
                events = 0
            self._thread.watch(end, events, lambda found, each=direction: self._heard(each, found))  # type: ignore[misc]
        moments = [
            due
            for each in Direction
            if each not in self._blocked and (due := self._lanes[each].due()) is not None
        ]
        if Direction.DOWN not in self._ends:
            moments = [] if self._way.is_cut else [self._reaches_at]
        elif self._connecting:
            moments = []
        now = self._thread.clock()
        if (moment := min(moments, default=None)) is not None and (
            self._planned is None or self._planned <= now or moment < self._planned
        ):
            self._planned = moment
            self._thread.at(moment, self.move)

    def _end(self, direction: Direction, *, reset: bool) -> None:
        end = self._ends.pop(direction)
        self._thread.watch(end, 0, lambda _: None)
        if reset:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        end.close()

    def _close(self) -> None:
        self._open = False
        for direction in list(self._ends):
            self._end(direction, reset=False)
        self._way.went(self)


def _prepare(end: socket.socket) -> None:
    end.setblocking(False)
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _other(direction: Direction) -> Direction:
    return Direction.DOWN if direction is Direction.UP else Direction.UP
