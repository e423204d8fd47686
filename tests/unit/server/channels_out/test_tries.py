"""Threads of the tries: every one ends with an outcome or is cut, whatever the post does."""

from __future__ import annotations

import logging
import queue
import threading

import pytest

from broker_config import machine
from server.channels_out.letter import Letter, Outcome, Tried
from server.channels_out.line import Line
from server.channels_out.tries import CROWDED, MOST_ALIVE, Post, Tries
from tests.unit.server.channels_out.letters import letter

PATIENCE_S = 60


class Fine:
    def send(self, letter: Letter, line: Line) -> Outcome:
        return Outcome(True)


class Broken:
    def send(self, letter: Letter, line: Line) -> Outcome:
        raise KeyError(letter.text)


class Stuck:
    """As in a look-up of a name: a cut does not reach it."""

    def __init__(self) -> None:
        self.free = threading.Event()

    def send(self, letter: Letter, line: Line) -> Outcome:
        self.free.wait(PATIENCE_S)
        return Outcome(True)


def tries(post: Post) -> tuple[Tries, queue.SimpleQueue[Tried]]:
    found: queue.SimpleQueue[Tried] = queue.SimpleQueue()
    return Tries({"mail": post}, found.put, machine.boot_clock), found


def test_an_outcome_comes_back_with_its_number() -> None:
    made, found = tries(Fine())
    one = letter()
    made.start(one, 3)
    assert found.get(timeout=PATIENCE_S) == Tried(one.notice, 3, Outcome(True))


@pytest.mark.parametrize("kind", ["mail", "webhook"])
def test_a_fault_of_ours_is_an_outcome_and_quotes_nothing(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made, found = tries(Broken())
    made.start(letter(kind=kind), 1)  # type: ignore[arg-type]  # there is no post for a webhook
    outcome = found.get(timeout=PATIENCE_S).outcome
    assert (outcome.ok, outcome.final, outcome.error) == (False, True, "a fault of this program: KeyError")
    assert "KeyError" in caplog.text
    assert "Fitting rooms" not in caplog.text


def test_stuck_threads_are_counted() -> None:
    stuck = Stuck()
    made, found = tries(stuck)
    letters = [letter() for _ in range(MOST_ALIVE + 1)]
    for one in letters:
        made.start(one, 1)
    assert found.get(timeout=PATIENCE_S) == Tried(letters[-1].notice, 1, CROWDED)
    made.cut_all()
    stuck.free.set()
    assert {found.get(timeout=PATIENCE_S).notice for _ in letters[:-1]} == {
        one.notice for one in letters[:-1]
    }
    made.start(letter(), 1)
    assert found.get(timeout=PATIENCE_S).outcome == Outcome(True)


def test_a_cut_reaches_the_line_of_that_try_alone() -> None:
    lines: dict[str, Line] = {}
    ready, free = threading.Barrier(3), threading.Event()

    class Noting:
        def send(self, letter: Letter, line: Line) -> Outcome:
            lines[letter.target] = line
            ready.wait(PATIENCE_S)
            free.wait(PATIENCE_S)
            return Outcome(True)

    made, found = tries(Noting())
    one, two = letter("a@b"), letter("c@d")
    made.start(one, 1)
    made.start(two, 1)
    ready.wait(PATIENCE_S)
    made.cut(one.notice, 2)
    made.cut(two.notice, 1)
    assert lines["a@b"].left() > 0
    with pytest.raises(TimeoutError):
        lines["c@d"].left()
    free.set()
    for _ in range(2):
        found.get(timeout=PATIENCE_S)
    made.cut(one.notice, 1)


def test_no_more_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError

    made, found = tries(Fine())
    monkeypatch.setattr(threading.Thread, "start", start)
    one = letter()
    made.start(one, 1)
    assert found.get_nowait() == Tried(one.notice, 1, CROWDED)


def test_an_outcome_that_nobody_takes_ends_nothing() -> None:
    def full(_: Tried) -> None:
        done.set()
        raise queue.Full

    done = threading.Event()
    Tries({"mail": Fine()}, full, machine.boot_clock).start(letter(), 1)
    assert done.wait(PATIENCE_S)
