"""The thread of the slow channels: put never blocks or raises, stop never waits for a peer."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from broker_config import machine
from server.channels_out.channels import DEAD, Channels
from server.channels_out.core import FULL, MOST
from server.channels_out.letter import Letter, Outcome, Told
from server.channels_out.line import Line
from server.channels_out.tries import Post
from server.clock import SteadyClock
from tests.unit.server.channels_out.letters import letter

PATIENCE_S = 10


class Fine:
    def send(self, letter: Letter, line: Line) -> Outcome:
        return Outcome(True)


class Stuck:
    def __init__(self) -> None:
        self.begun, self.free = threading.Event(), threading.Event()

    def send(self, letter: Letter, line: Line) -> Outcome:
        self.begun.set()
        self.free.wait(PATIENCE_S)
        return Outcome(True)


def channels(post: Post, told: Callable[[Told], None], died: Callable[[], None] = lambda: None) -> Channels:
    clock = SteadyClock(machine.boot_clock, lambda: datetime.now(UTC))
    return Channels(
        {"mail": post, "webhook": Fine()},
        told,
        clock=machine.boot_clock,
        boot=clock.boot,
        utc=clock.utc,
        died=died,
    )


@contextmanager
def running(post: Post) -> Iterator[tuple[Channels, queue.SimpleQueue[Told]]]:
    found: queue.SimpleQueue[Told] = queue.SimpleQueue()
    made = channels(post, found.put)
    made.start()
    yield made, found
    made.stop()


def fresh(target: str = "a@b.ee") -> Letter:
    return letter(target, at=datetime.now(UTC))


def test_a_letter_is_told() -> None:
    with running(Fine()) as (made, found):
        one = fresh()
        made.put(one)
        told = found.get(timeout=PATIENCE_S)
    assert (told.notice, told.ok, told.error, told.tries) == (one.notice, True, None, 1)
    assert abs((told.at - one.created_at).total_seconds()) < PATIENCE_S


def test_letters_may_come_before_the_start() -> None:
    found: queue.SimpleQueue[Told] = queue.SimpleQueue()
    made = channels(Fine(), found.put)
    made.put(fresh())
    assert found.empty()
    made.start()
    assert found.get(timeout=PATIENCE_S).ok
    made.stop()


def test_stop_waits_for_no_peer_and_tells_nothing_afterwards() -> None:
    stuck = Stuck()
    with running(stuck) as (made, found):
        made.put(fresh())
        assert stuck.begun.wait(PATIENCE_S)
        start = time.monotonic()
        made.stop()
        assert time.monotonic() - start < 2
        stuck.free.set()
        made.put(fresh())
        made.stop()
    assert found.empty()


def test_stop_without_a_start() -> None:
    channels(Fine(), lambda told: None).stop()


def test_a_full_queue_is_told() -> None:
    found: list[Told] = []
    made = channels(Fine(), found.append)
    for _ in range(2 * MOST):
        made.put(fresh())
    one = fresh()
    made.put(one)
    assert [(told.notice, told.ok, told.error) for told in found] == [(one.notice, False, FULL)]


def test_a_full_queue_of_whom_to_tell_as_well() -> None:
    def full(_: Told) -> None:
        raise queue.Full

    made = channels(Fine(), full)
    for _ in range(2 * MOST + 1):
        made.put(fresh())


def test_a_dead_thread_is_said_and_every_later_letter_fails_aloud() -> None:
    found: list[Told] = []
    gone = threading.Event()

    def told(word: Told) -> None:
        if not gone.is_set():
            raise KeyError
        found.append(word)

    made = channels(Fine(), told, gone.set)
    made.start()
    made.put(fresh())
    assert gone.wait(PATIENCE_S)
    one = fresh()
    made.put(one)
    assert [(told.notice, told.ok, told.error) for told in found] == [(one.notice, False, DEAD)]
    made.stop()
