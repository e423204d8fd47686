"""One push, one press, within 100 ms, on every contact that was measured; a sleeve and a spike give none."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.debounce import POLL_HELD_S, POLL_S, Change, Debounce, Push, Release, Rules
from simulator.contacts import PROFILES, Train, push, spikes

START = 1_000.0


def run(
    train: Train, *, until: float, rules: Rules | None = None, contact: Debounce | None = None
) -> list[Change]:
    """Feed a train as the core does: every edge at its moment, and `advance` at every due moment between."""
    contact = contact or Debounce(1, rules or Rules(), closed=False, at=START)
    found: list[Change] = []
    for at, closed in [*sorted(train, key=lambda edge: edge[0]), (until, None)]:
        while (due := contact.due()) is not None and due < START + at:
            found += contact.advance(due)
        if closed is not None:
            found += contact.feed(closed, START + at)
    return found


def presses(found: list[Change]) -> list[Push]:
    return [change for change in found if isinstance(change, Push) and not change.locked]


@pytest.mark.parametrize("profile", PROFILES)
@given(seed=st.integers(0, 2**32), held_s=st.floats(0.1, 4.0))
@settings(max_examples=40, deadline=None)
def test_one_push_is_one_press_on_every_contact(profile: str, seed: int, held_s: float) -> None:
    train = push(PROFILES[profile], held_s, Random(seed))
    found = presses(run(train, until=held_s + 20))
    assert len(found) == 1
    assert found[0].at - START <= 0.1
    assert found[0].began == START


@given(held_s=st.floats(0.061, 0.1), profile=st.sampled_from(["clean", "panel", "tactile", "elastomer"]))
@settings(max_examples=60, deadline=None)
def test_a_quick_finger_is_a_press(held_s: float, profile: str) -> None:
    assert len(presses(run(push(PROFILES[profile], held_s, Random(1)), until=10))) == 1


@given(lasts_s=st.floats(0.005, 0.059))
@settings(max_examples=60, deadline=None)
def test_a_sleeve_is_none(lasts_s: float) -> None:
    contact = Debounce(1, Rules(), closed=False, at=START)
    assert run([(0.0, True), (lasts_s, False)], until=10, contact=contact) == []
    assert contact.refused == {"short": 1}


@given(count=st.integers(1, 300), seed=st.integers(0, 2**32), every_s=st.floats(0.010, 0.5))
@settings(max_examples=60, deadline=None)
def test_spikes_are_none(count: int, seed: int, every_s: float) -> None:
    assert run(spikes(count, Random(seed), every_s), until=count * every_s + 5) == []


def test_a_push_in_the_middle_of_mains_noise_is_found() -> None:
    noise = [edge for edge in spikes(400, Random(1)) if not 2.0 <= edge[0] <= 2.3]
    found = presses(run([*noise, (2.001, True), (2.2, False)], until=10))
    assert len(found) == 1
    assert 2.0 < found[0].at - START < 2.1


def test_the_second_push_of_a_child_is_locked_and_a_later_one_is_not() -> None:
    train = [(at + delay, closed) for at in (0.0, 1.0, 5.0) for delay, closed in ((0.0, True), (0.2, False))]
    found = [change for change in run(train, until=10) if isinstance(change, Push)]
    assert [change.locked for change in found] == [False, True, False]


def test_hammering_is_a_press_at_least_every_few_seconds() -> None:
    train = [(0.4 * n + delay, closed) for n in range(100) for delay, closed in ((0.0, True), (0.2, False))]
    contact = Debounce(1, Rules(), closed=False, at=START)
    everything = run(train, until=60, contact=contact)
    found = presses(everything)
    gaps = [later.at - earlier.at for earlier, later in pairwise(found)]
    assert 3 <= len(found) <= 5
    assert all(10.0 <= gap < 11.0 for gap in gaps)
    assert sum(isinstance(change, Push) for change in everything) == 100
    assert contact.refused == {}


@pytest.mark.parametrize("held_s", [5.0, 30.0, 600.0])
@pytest.mark.parametrize("profile", PROFILES)
def test_the_bounce_of_letting_go_late_is_no_press(profile: str, held_s: float) -> None:
    for seed in range(5):
        found = run(push(PROFILES[profile], held_s, Random(seed)), until=held_s + 5)
        assert len(presses(found)) == 1
        assert isinstance(found[-1], Release)


def test_a_spike_after_the_push_does_not_prolong_the_lockout() -> None:
    train = [(0.0, True), (0.2, False), (2.5, True), (2.502, False), (3.4, True), (3.6, False)]
    assert len(presses(run(train, until=10))) == 2


def test_a_contact_that_is_closed_at_the_start_is_held_and_not_pushed() -> None:
    contact = Debounce(1, Rules(), closed=True, at=START)
    assert run([], until=100, contact=contact) == []
    assert contact.held_since is not None
    found = run([(100.5, False), (101.0, True), (101.5, False)], until=110, contact=contact)
    assert len(presses(found)) == 1


def test_chatter_for_ever_is_one_press() -> None:
    rng, at, train = Random(3), 0.0, []
    while at < 60:
        train += [(at, True), (at + 0.02, False)]
        at += 0.02 + rng.uniform(0.001, 0.01)
    assert len(presses(run(train, until=70))) == 1


def test_it_asks_for_polls_while_anything_moves_and_for_none_at_rest() -> None:
    contact = Debounce(1, Rules(), closed=False, at=START)
    assert contact.due() is None
    contact.feed(True, START)
    due = contact.due()
    assert due is not None and due - START <= POLL_S + 1e-6
    contact.advance(START + 5)
    due = contact.due()
    assert due is not None and due - (START + 5) == pytest.approx(POLL_HELD_S)
    contact.feed(False, START + 6)
    contact.advance(START + 9)
    assert contact.due() is None


def test_a_lost_release_is_found_by_the_poll() -> None:
    contact = Debounce(1, Rules(), closed=False, at=START)
    assert len(contact.feed(True, START) + contact.advance(START + 1)) == 1
    contact.feed(False, START + 1.2)
    assert [type(change) for change in contact.advance(START + 2)] == [Release]
    assert contact.held_since is None


@given(
    edges=st.lists(st.tuples(st.floats(0, 0.3), st.booleans()), max_size=60),
    step=st.floats(0.001, 0.2),
)
@settings(max_examples=200, deadline=None)
def test_anything_at_all_ends_and_pushes_alternate_with_releases(
    edges: list[tuple[float, bool]], step: float
) -> None:
    contact, at, found = Debounce(1, Rules(), closed=False, at=START), START, []
    for gap, closed in edges:
        at += gap
        found += contact.feed(closed, at)
        due = contact.due()
        assert due is None or due > at - 1e-9
    found += contact.advance(at + step)
    kinds = [type(change) for change in found]
    assert kinds == [Push, Release] * (len(kinds) // 2) + [Push] * (len(kinds) % 2)
    assert all(earlier.at <= later.at for earlier, later in pairwise(found))
