"""Fingers, sleeves, spikes and contacts as a model, beside what the unit makes of them: one push, one press."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages import PressKind
from firmware_bridge.debounce import Edge, Rules
from firmware_bridge.hands import Hands
from firmware_bridge.intents import Intent
from firmware_bridge.pulse import LOOK_S
from simulator.contacts import PROFILES, Train, push, spikes

START = 5_000.0
APART_S = 5.5
"""From one act to the next: past the lock-out, and too late for a second push to take the first one back."""


@dataclass(frozen=True)
class Act:
    """One thing that happens to one contact."""

    what: str
    input: int
    profile: str
    seconds: float
    seed: int

    def train(self) -> Train:
        rng = Random(self.seed)
        match self.what:
            case "push":
                return push(PROFILES[self.profile], self.seconds, rng)
            case "sleeve":
                return [(0.0, True), (min(self.seconds, 1.0) * 0.055, False)]
            case _:
                return spikes(rng.randint(1, 30), rng)


ACTS = st.builds(
    Act,
    what=st.sampled_from(["push", "push", "sleeve", "spikes"]),
    input=st.integers(1, 3),
    profile=st.sampled_from(sorted(PROFILES)),
    seconds=st.floats(0.1, 4.0),
    seed=st.integers(0, 2**32),
)


class World:
    """The contacts' true levels. `lost`: share of the edges that never reach the unit; one that ends a rest does."""

    def __init__(self, lost: float = 0.0, seed: int = 0) -> None:
        self.levels = {1: False, 2: False, 3: False}
        self.now = START
        self.hands = Hands(dict.fromkeys(self.levels, Rules()), {}, self.levels.__getitem__, START)
        self.meant: list[tuple[float, Intent]] = []
        self._lost, self._rng = lost, Random(seed)
        self._moved = START

    def until(self, moment: float) -> None:
        while (due := self.hands.due()) <= moment:
            self.now = max(self.now, due)
            self._take()
        self.now = max(self.now, moment)

    def edge(self, number: int, closed: bool, at: float) -> None:
        self.until(at)
        if self.levels[number] is closed:
            return
        self.levels[number] = closed
        rested, self._moved = at - self._moved > 0.9 and closed, at
        if rested or self._rng.random() >= self._lost:
            self._take(Edge(number, closed, self.now))

    def _take(self, *edges: Edge) -> None:
        self.meant += [(self.now, intent) for intent in self.hands.take(edges, self.now)]


def play(world: World, acts: list[Act]) -> list[tuple[int, float]]:
    """Returns input and moment of each push of a finger: by hand, without a look at the debounce."""
    pushes, at, edges = [], START + 1.0, []
    for act in acts:
        edges += [(at + delay, act.input, closed) for delay, closed in act.train()]
        if act.what == "push":
            pushes.append((act.input, at))
        at += APART_S + (act.seconds if act.what == "push" else 0.3)
    for moment, number, closed in sorted(edges, key=lambda edge: edge[0]):
        world.edge(number, closed, moment)
    world.until(at + 10)
    return pushes


@given(acts=st.lists(ACTS, max_size=10))
@settings(max_examples=150, deadline=None)
def test_one_push_is_one_press_within_100_ms_and_nothing_else_is(acts: list[Act]) -> None:
    world = World()
    pushes = play(world, acts)
    assert [(intent.input, intent.at) for _, intent in world.meant] == pushes
    assert all(intent.kind is PressKind.PRESS for _, intent in world.meant)
    assert all(found - began <= 0.1 for (found, _), (_, began) in zip(world.meant, pushes, strict=True))
    health = {one.input: one for one in world.hands.health(world.now)}
    for number in world.levels:
        assert health[number].pushes == sum(pushed == number for pushed, _ in pushes)
        sleeves = sum(act.what == "sleeve" and act.input == number for act in acts)
        assert health[number].refused.get("short", 0) >= sleeves


@given(acts=st.lists(ACTS.filter(lambda act: act.what == "push"), max_size=6), seed=st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_edges_that_are_lost_under_a_thousand_others_lose_no_press(acts: list[Act], seed: int) -> None:
    """Levels are read while anything moves: a push is found though half of its edges never came, at the latest when the
    contact has come to rest under the finger."""
    world = World(lost=0.5, seed=seed)
    pushes = play(world, [replace(act, seconds=max(act.seconds, 1.2)) for act in acts])
    assert [intent.input for _, intent in world.meant] == [number for number, _ in pushes]
    assert all(intent.kind is PressKind.PRESS for _, intent in world.meant)
    assert all(found - began <= 1.1 for (found, _), (_, began) in zip(world.meant, pushes, strict=True))


def test_a_push_that_nobody_heard_of_is_found_by_the_look_at_all_contacts() -> None:
    world = World()
    world.levels[1] = True
    world.until(START + LOOK_S + 0.1)
    assert [intent.kind for _, intent in world.meant] == [PressKind.PRESS]
