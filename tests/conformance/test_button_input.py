"""Every ButtonInput, whatever is behind it: the same hands, the same edges, the same one push."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from gpiozero.pins.mock import MockFactory

from firmware_bridge.buttons import ButtonInput, GpioInput
from firmware_bridge.config import InputPins
from firmware_bridge.debounce import Change, Debounce, Edge, Push, Release, Rules
from simulator.button import VirtualContact
from simulator.clock import FakeClock
from simulator.contacts import PROFILES
from simulator.finger import Finger

NUMBER = 3


@dataclass
class Bench:
    """One contact with a finger on it, and what it reports."""

    clock: FakeClock
    contact: ButtonInput
    drive: Callable[[bool], None]
    edges: list[Edge] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.finger = Finger(self.drive, self.clock.call_later, Random(1))

    def open(self) -> None:
        self.contact.open(self.edges.append)

    def changes(self) -> list[Change]:
        """What the debounce makes of the edges."""
        debounce = Debounce(NUMBER, Rules(), closed=False, at=self.edges[0].at)
        found: list[Change] = []
        for edge in self.edges:
            found += debounce.feed(edge.closed, edge.at)
        return found + debounce.advance(self.clock.boot())


def virtual(clock: FakeClock) -> Bench:
    contact = VirtualContact(NUMBER, clock.boot)
    return Bench(clock, contact, contact.drive)


def on_mock_pins(clock: FakeClock, *, normally_closed: bool) -> Bench:
    factory = MockFactory()
    pins = InputPins(n=NUMBER, pin=17, normally_closed=normally_closed)
    contact = GpioInput(pins, factory, clock.boot)
    pin = factory.pin(17)

    def drive(closed: bool) -> None:
        if closed is normally_closed:
            pin.drive_high()
        else:
            pin.drive_low()

    drive(False)
    return Bench(clock, contact, drive)


MAKERS: dict[str, Callable[[FakeClock], Bench]] = {
    "virtual": virtual,
    "gpio": lambda clock: on_mock_pins(clock, normally_closed=False),
    "gpio, normally closed": lambda clock: on_mock_pins(clock, normally_closed=True),
}


@pytest.fixture(params=list(MAKERS))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = MAKERS[request.param](FakeClock())
    yield made
    made.contact.close()


def test_it_begins_with_the_level_of_the_moment(bench: Bench) -> None:
    bench.open()
    assert bench.edges == [Edge(NUMBER, False, bench.clock.boot())]
    assert bench.contact.closed() is False


def test_a_push_is_two_edges_at_their_own_moments(bench: Bench) -> None:
    bench.open()
    began = bench.clock.boot()
    bench.finger.press(0.2)
    assert bench.contact.closed() is True
    bench.clock.advance(1)
    assert bench.contact.closed() is False
    assert [(edge.closed, round(edge.at - began, 3)) for edge in bench.edges[1:]] == [
        (True, 0.0),
        (False, 0.2),
    ]
    assert {edge.input for edge in bench.edges} == {NUMBER}


@pytest.mark.parametrize("profile", list(PROFILES))
def test_one_push_on_any_switch_is_one_press(bench: Bench, profile: str) -> None:
    bench.open()
    began = bench.clock.boot()
    bench.finger.bounce(profile, seed=7, seconds=0.4)
    bench.clock.advance(10)
    pushes = [change for change in bench.changes() if isinstance(change, Push) and not change.locked]
    assert len(pushes) == 1
    assert pushes[0].began == began
    assert pushes[0].at - began <= 0.1


def test_a_sleeve_and_a_fridge_are_none(bench: Bench) -> None:
    bench.open()
    bench.finger.brush()
    bench.clock.advance(1)
    bench.finger.spike(50)
    bench.clock.advance(1)
    assert len(bench.edges) == 1 + 2 + 100
    assert bench.changes() == []


def test_a_stuck_contact_stays_closed_whatever_the_finger_does(bench: Bench) -> None:
    bench.open()
    bench.finger.stick()
    bench.finger.press()
    bench.clock.advance(100)
    assert bench.contact.closed() is True
    assert [type(change) for change in bench.changes()] == [Push]
    bench.finger.release()
    bench.clock.advance(1)
    assert [type(change) for change in bench.changes()] == [Push, Release]


def test_a_contact_that_closes_before_anybody_listens_is_told(bench: Bench) -> None:
    bench.finger.stick()
    bench.open()
    assert [edge.closed for edge in bench.edges] == [True]


def test_nothing_is_reported_after_close(bench: Bench) -> None:
    bench.open()
    bench.contact.close()
    bench.edges.clear()
    bench.finger.press()
    bench.clock.advance(1)
    assert bench.edges == []
