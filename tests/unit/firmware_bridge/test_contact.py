"""Figures and faults of one contact: stuck, chattering, hammered on; each beside the press, none instead of it."""

from __future__ import annotations

from random import Random

import pytest

from broker_config.messages import DeviceFault
from firmware_bridge.contact import CALM_S, STUCK_S, Contact
from firmware_bridge.debounce import Rules
from firmware_bridge.gestures import Gestures
from simulator.contacts import PROFILES, Train, push, spikes

START = 1_000.0


class Seen:
    """A contact under a train of edges, with whoever reads gestures behind it."""

    def __init__(self, closed: bool = False) -> None:
        self.contact = Contact(1, Rules(), closed, START)
        self.level = closed
        self.gestures = Gestures({})
        self.presses = 0
        self.faults: list[tuple[float, set[str]]] = []

    def run(self, train: Train, until: float) -> None:
        for at, closed in [*sorted(train, key=lambda edge: edge[0]), (until, None)]:
            while (due := self.contact.due()) is not None and due < START + at:
                self._take(self.level, due)
            if closed is not None:
                self.level = closed
                self._take(closed, START + at)
        self._take(self.level, START + until)

    def _take(self, closed: bool, at: float) -> None:
        changes = self.contact.feed(closed, at)
        meaning = self.gestures.take(changes, at)
        self.presses += len(meaning.intents)
        for _ in meaning.hidden:
            self.contact.hidden(at)
        kinds = {fault.kind for fault in self.contact.faults(at)}
        if kinds != (self.faults[-1][1] if self.faults else set()):
            self.faults.append((round(at - START, 2), kinds))

    def now(self, at: float) -> list[DeviceFault]:
        return self.contact.faults(START + at)


def blows(count: int, every_s: float, held_s: float = 0.15, start: float = 0.0) -> Train:
    return [
        (start + every_s * n + delay, closed)
        for n in range(count)
        for delay, closed in ((0.0, True), (held_s, False))
    ]


def test_a_contact_that_stays_closed_is_a_press_and_after_a_minute_a_fault() -> None:
    seen = Seen()
    seen.run([(0.0, True)], 59.0)
    assert (seen.presses, seen.faults) == (1, [])
    seen.run([], 200.0)
    (begin, kinds) = seen.faults[0]
    assert STUCK_S <= begin <= STUCK_S + 0.25
    assert kinds == {"stuck"}
    (fault,) = seen.now(200.0)
    assert (fault.input, fault.for_s) == (1, 200)
    seen.run([(210.0, False)], 211.0)
    assert seen.faults[-1][1] == set()
    assert seen.presses == 1


def test_a_contact_that_is_closed_at_the_start_is_stuck_and_no_press() -> None:
    seen = Seen(closed=True)
    seen.run([], 61.0)
    assert (seen.presses, seen.faults[-1][1]) == (0, {"stuck"})


def test_a_child_that_hammers_is_one_press_and_a_flood_with_its_figure() -> None:
    seen = Seen()
    seen.run(blows(10, 0.3), 5.0)
    assert seen.presses == 1
    (fault,) = seen.now(5.0)
    assert (fault.kind, fault.count) == ("flood", 9)
    assert seen.contact.health(START + 5).refused == {"lockout": 9}
    seen.run([], 5.0 + CALM_S)
    assert seen.now(5.0 + CALM_S) == []
    assert seen.contact.due() is None


def test_four_impatient_pushes_more_are_no_flood() -> None:
    seen = Seen()
    seen.run(blows(5, 0.5), 30.0)
    assert (seen.presses, seen.faults) == (1, [])


def test_mains_noise_is_chatter_and_no_press() -> None:
    seen = Seen()
    seen.run(spikes(1_000, Random(1)), 12.0)
    assert seen.presses == 0
    (fault,) = seen.now(12.0)
    assert fault.kind == "chatter"
    assert fault.count == 2_000
    assert seen.faults[0][0] < 6.0
    seen.run([], 10.1 + CALM_S)
    assert seen.faults[-1][1] == set()


def test_a_push_in_the_noise_is_a_press_beside_the_fault() -> None:
    seen = Seen()
    noise = [edge for edge in spikes(1_500, Random(2)) if not 8.0 <= edge[0] <= 8.4]
    seen.run([*noise, (8.001, True), (8.3, False)], 16.0)
    assert seen.presses == 1
    assert seen.faults[-1][1] == {"chatter"}


def test_a_fridge_that_starts_now_and_then_is_none() -> None:
    seen = Seen()
    train = [(at + delay, closed) for at in (0.0, 40.0, 80.0) for delay, closed in spikes(20, Random(3))]
    seen.run(train, 120.0)
    assert (seen.presses, seen.faults) == (0, [])


@pytest.mark.parametrize("profile", PROFILES)
def test_ordinary_pushes_on_any_contact_are_no_fault(profile: str) -> None:
    seen, rng = Seen(), Random(5)
    train = [(10.0 * n + at, closed) for n in range(8) for at, closed in push(PROFILES[profile], 0.3, rng)]
    seen.run(train, 100.0)
    assert (seen.presses, seen.faults) == (8, [])
    health = seen.contact.health(START + 100)
    assert (health.pushes, health.refused, health.held_ms) == (8, {}, None)


def test_the_longest_bounce_of_a_push_is_told() -> None:
    seen = Seen()
    seen.run([(0.0, True), (0.004, False), (0.006, True), (0.2, False)], 5.0)
    assert seen.contact.health(START + 5).bounce_ms == 6
    seen.run([(10.0, True), (10.2, False)], 15.0)
    assert seen.contact.health(START + 15).bounce_ms == 6
    long = Seen()
    long.run(push(PROFILES["mushroom"], 1.5, Random(1)), 5.0)
    assert 190 <= (long.contact.health(START + 5).bounce_ms or 0) <= 646


def test_noise_for_ever_keeps_nothing_in_mind() -> None:
    contact, at = Contact(1, Rules(), False, START), START
    for _ in range(20_000):
        at += 0.07
        contact.feed(True, at)
        contact.feed(False, at + 0.002)
    assert len(contact._astray) <= 31
    assert [fault.kind for fault in contact.faults(at)] == ["chatter"]
