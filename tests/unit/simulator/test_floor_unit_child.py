"""A button unit as a child that a person kills, stops, freezes and starts again; with a real, tiny process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.floor.events import PartState
from simulator.floor.unit_child import UnitChild
from simulator.stage import Power
from tests.live.processes import wait_until

ENOUGH_S = 60.0


class Unit:
    def __init__(self) -> None:
        self.deaths: list[int] = []
        self.child = UnitChild("b1", "tests.unit.simulator.sleeper", [], self.deaths.append)
        self.child.open()
        self.runs()

    def runs(self) -> int:
        """Once the child is what it is to be: only then its leash is tied."""
        until(lambda: self.child.pid is not None)
        pid = self.child.pid
        assert pid is not None
        return pid

    def becomes(self, state: PartState) -> None:
        until(lambda: self.child.state is state)


@pytest.fixture
def unit() -> Iterator[Unit]:
    made = Unit()
    yield made
    made.child.close()
    assert made.child.pid is None


@pytest.mark.parametrize(("verb", "state"), [(Power.KILL, PartState.DEAD), (Power.STOP, PartState.STOPPED)])
def test_who_was_ended_by_hand_stays_so_until_the_start(unit: Unit, verb: Power, state: PartState) -> None:
    first = unit.runs()
    unit.child.switch(verb)
    unit.becomes(state)
    assert unit.deaths == []

    unit.child.switch(Power.START)

    unit.becomes(PartState.RUNNING)
    assert unit.runs() != first


def test_who_died_alone_is_started_again(unit: Unit) -> None:
    first = unit.runs()
    os.kill(first, signal.SIGKILL)
    until(lambda: unit.child.pid not in (None, first))
    assert unit.deaths == [-signal.SIGKILL]


def test_frozen_and_thawed(unit: Unit) -> None:
    pid = unit.runs()
    unit.child.switch(Power.FREEZE)
    assert unit.child.state is PartState.FROZEN
    until(lambda: process_state(pid) == "T")
    unit.child.switch(Power.THAW)
    assert (unit.child.state, unit.child.pid) == (PartState.RUNNING, pid)
    until(lambda: process_state(pid) != "T")


@pytest.mark.parametrize("verb", [Power.KILL, Power.STOP])
def test_a_frozen_unit_can_be_ended(unit: Unit, verb: Power) -> None:
    unit.child.switch(Power.FREEZE)
    unit.child.switch(verb)
    until(lambda: unit.child.pid is None)


@pytest.mark.parametrize("verb", [Power.FREEZE, Power.STOP, Power.KILL])
def test_the_end_comes_whatever_was_done_to_it(verb: Power) -> None:
    unit = Unit()
    unit.child.switch(verb)
    began = time.monotonic()
    unit.child.close()
    assert unit.child.pid is None
    assert time.monotonic() - began < ENOUGH_S


def process_state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def until(true: Callable[[], bool]) -> None:
    wait_until(true, "that", ENOUGH_S)
