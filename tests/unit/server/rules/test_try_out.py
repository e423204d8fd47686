"""The forecast of a press: which policy, who is called when, who is not and why, and what the light shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages import LightState
from server.rules.escalation import GIVE_UP
from server.rules.facts import Duty, DutyKind, LastResort, Policy, PolicyUse, Span, Step, Store
from server.rules.forecast import Choice, Kind, Left, TryOut
from server.rules.try_out import try_out
from tests.big_shop import BUSY, big_store
from tests.unit.server.rules.floor import (
    ANNA,
    BORIS,
    CARMEN,
    CHEESE,
    DAIRY,
    DMITRI,
    NOON,
    WINE,
    button,
    local,
    pager,
    shift,
    store,
)

HOUR = timedelta(hours=1)
STEPS = (Step(1, 0, "zone"), Step(2, 20, "role", "shift_lead"), Step(3, 20, "everybody"))
POLICY = Policy(1, 120, 90, 120, 30, 2, STEPS, "Whole shop")
LINE = tuple[float, Kind, int, list[int], str]


def shop(policy: Policy = POLICY, **more: object) -> Store:
    return store(policies={1: policy}, **more)


def lines(found: TryOut) -> list[LINE]:
    """(seconds, what, number, whose wrist (0: of nobody alone), light)."""
    return [
        (
            one.after.total_seconds(),
            one.kind,
            one.number,
            [called.carrier.id if called.carrier else 0 for called in one.called],
            one.light.value,
        )
        for one in found.moments
    ]


def left(found: TryOut, moment: int = 0) -> dict[int, Left]:
    return {one.carrier.id: one.why for one in found.moments[moment].left_out}


def off(kind: DutyKind, who: int, hours: float = 0.25) -> Duty:
    return Duty(who, kind, None, NOON - HOUR, NOON + hours * HOUR)


def test_a_whole_call_that_nobody_answers() -> None:
    found = try_out(shop(), button(), NOON)
    assert (found.choice, found.policy, found.open) == (Choice.STORE, POLICY, True)
    assert lines(found) == [
        (0, Kind.STEP, 1, [ANNA], "called"),
        (20, Kind.STEP, 2, [CARMEN], "called"),
        (40, Kind.STEP, 3, [BORIS, ANNA, CARMEN], "called"),
        (70, Kind.REPEAT, 1, [ANNA, BORIS, CARMEN], "called"),
        (90, Kind.SORRY, 0, [], "sorry"),
        (100, Kind.REPEAT, 2, [ANNA, BORIS, CARMEN], "sorry"),
        (GIVE_UP.total_seconds(), Kind.GIVE_UP, 0, [], "idle"),
    ]
    assert [one.standing.why.value for one in found.moments[0].called if one.standing] == ["shift"]


def test_an_empty_step_is_skipped_at_once() -> None:
    found = try_out(shop(shifts=(shift(ANNA, DAIRY),)), button(WINE), NOON)
    assert lines(found)[:4] == [
        (0, Kind.SKIPPED, 1, [], "received"),
        (0, Kind.SKIPPED, 2, [], "received"),
        (0, Kind.STEP, 3, [ANNA], "called"),
        (30, Kind.REPEAT, 1, [ANNA], "called"),
    ]
    assert left(found, 1) == {CARMEN: Left.NO_SHIFT}


def test_who_is_left_out_and_why() -> None:
    duties = (off(DutyKind.BREAK, ANNA), off(DutyKind.AWAY, CARMEN))
    found = try_out(shop(duties=duties), button(), NOON)
    assert lines(found)[0][3] == [BORIS]  # who works anywhere
    assert left(found, 0) == {ANNA: Left.BREAK}
    assert left(found, 1) == {CARMEN: Left.AWAY}
    (anna,) = found.moments[0].left_out
    assert anna.standing.until == NOON + HOUR / 4


def test_a_break_that_ends_meanwhile_is_over() -> None:
    found = try_out(shop(duties=(off(DutyKind.BREAK, CARMEN, 10 / 3600),)), button(), NOON)
    assert lines(found)[1] == (20, Kind.STEP, 2, [CARMEN], "called")


def test_a_shift_that_ends_meanwhile_is_over() -> None:
    found = try_out(shop(), button(), local(2026, 3, 2, 17, 59, 45))
    assert [one[1] for one in lines(found)] == [
        Kind.STEP,
        Kind.SKIPPED,
        Kind.SKIPPED,
        Kind.REPEAT,  # Anna has left, and there is nobody else: better her than nobody
        Kind.REPEAT,
        Kind.SORRY,
        Kind.GIVE_UP,
    ]
    assert lines(found)[3][3] == [ANNA]


def test_at_most_so_many_the_others_are_named() -> None:
    few = replace(POLICY, steps=(Step(1, 0, "everybody", most=1), Step(2, 10, "everybody", most=1)))
    found = try_out(shop(few), button(language="ru"), NOON, last_paged={CARMEN: NOON - HOUR})
    assert lines(found)[0][3] == [BORIS]
    assert found.moments[0].called[0].matches == 1
    assert left(found) == {ANNA: Left.MOST, CARMEN: Left.MOST}
    assert lines(found)[1][3] == [BORIS]  # language first, however often he was called
    fair = try_out(shop(few), button(), NOON, last_paged={ANNA: NOON - HOUR})
    assert [one[3] for one in lines(fair)[:2]] == [[BORIS], [CARMEN]]


def test_somebody_without_a_pager_is_named() -> None:
    found = try_out(shop(pagers=(pager(2, BORIS), pager(3, CARMEN))), button(), NOON)
    assert left(found) == {ANNA: Left.NO_PAGER}
    assert lines(found)[0][3] == [BORIS, CARMEN]


def test_nobody_at_all_rings_the_fallback_and_the_slow_channels() -> None:
    empty = shop(
        shifts=(),
        pagers=(pager(1, ANNA), pager(9, None, fallback=True)),
        last_resorts=(LastResort(1, "mail", "boss@example.com"),),
    )
    found = try_out(empty, button(), NOON)
    assert lines(found)[:7] == [
        (0, Kind.SKIPPED, 1, [], "received"),
        (0, Kind.SKIPPED, 2, [], "received"),
        (0, Kind.SKIPPED, 3, [], "received"),
        (0, Kind.NOBODY, 0, [], "nobody"),
        (0, Kind.FALLBACK, 0, [0], "called"),
        (0, Kind.LAST_RESORT, 1, [], "called"),
        (30, Kind.REPEAT, 1, [0], "called"),
    ]
    assert [one[1] for one in lines(found)].count(Kind.LAST_RESORT) == 1


def test_nobody_and_no_fallback_either() -> None:
    found = try_out(shop(shifts=()), button(), NOON)
    assert [one[1] for one in lines(found)[3:]] == [Kind.NOBODY, Kind.SORRY, Kind.GIVE_UP]
    assert found.moments[3].light is LightState.NOBODY


def test_after_all_steps_the_slow_channels_are_tried_once() -> None:
    slow = shop(last_resorts=(LastResort(1, "mail", "a"), LastResort(2, "webhook", "b")))
    kinds = [(one[0], one[1], one[2]) for one in lines(try_out(slow, button(), NOON))]
    assert kinds.count((70, Kind.LAST_RESORT, 2)) == 1


def test_the_exit_clock_brings_the_next_step_at_once() -> None:
    slow = replace(POLICY, exit_s=15)
    assert lines(try_out(shop(slow), button(), NOON))[1:3] == [
        (15, Kind.SORRY, 0, [], "sorry"),
        (15, Kind.STEP, 2, [CARMEN], "sorry"),
    ]


def test_a_first_step_that_waits() -> None:
    patient = replace(POLICY, steps=(Step(1, 5, "zone"),))
    assert lines(try_out(shop(patient), button(), NOON))[0] == (5, Kind.STEP, 1, [ANNA], "called")


def test_a_group_and_a_policy_without_steps() -> None:
    group = replace(POLICY, steps=(Step(1, 0, "group", pager_id=9),), repeats=0)
    crew = shop(group, shifts=(), pagers=(pager(9, None),))
    assert lines(try_out(crew, button(), NOON))[0] == (0, Kind.STEP, 1, [0], "called")
    none = try_out(shop(replace(POLICY, steps=())), button(), NOON)
    assert lines(none)[0][:2] == (0, Kind.NOBODY)


OPENING = tuple(Span(day, time(9), time(21)) for day in range(7))


def test_closed_hours() -> None:
    late = local(2026, 3, 2, 22)
    found = try_out(shop(opening=OPENING), button(), late)
    assert (found.open, found.policy, found.choice, found.moments) == (False, None, Choice.CLOSED, ())
    night = replace(POLICY, id=2, use=PolicyUse.CLOSED)
    guarded = store(policies={1: POLICY, 2: night}, opening=OPENING)
    assert try_out(guarded, button(), late).policy is night


@pytest.mark.parametrize("colour", ["yellow", "green"])
def test_other_colours_call_nobody(colour: str) -> None:
    found = try_out(shop(), replace(button(), colour=colour), NOON)
    assert (found.choice, found.moments) == (Choice.COUNTED, ())


@pytest.mark.parametrize(
    ("zone", "owner", "choice"),
    [(DAIRY, DAIRY, Choice.ZONE), (CHEESE, DAIRY, Choice.ABOVE), (WINE, None, Choice.STORE)],
)
def test_why_this_policy(zone: int, owner: int | None, choice: Choice) -> None:
    assert try_out(shop(replace(POLICY, zone_id=owner)), button(zone), NOON).choice is choice
    assert try_out(store(), button(zone), NOON).choice is Choice.BUILT_IN


def test_a_policy_that_does_not_hold_can_be_tried_all_the_same() -> None:
    other = replace(POLICY, id=2, zone_id=WINE, steps=(Step(1, 0, "carrier", carrier_id=DMITRI),))
    found = try_out(shop(), button(), NOON, policy=other)
    assert (found.choice, found.policy) == (Choice.ASKED, other)
    assert left(found) == {DMITRI: Left.NO_SHIFT}


def test_a_quiet_call_shows_no_light_and_asks_no_slow_channel() -> None:
    quiet = replace(POLICY, use=PolicyUse.QUIET)
    slow = shop(
        quiet, shifts=(), pagers=(pager(9, None, fallback=True),), last_resorts=(LastResort(1, "mail", "a"),)
    )
    found = try_out(slow, button(), NOON, quiet=True)
    assert found.policy is quiet
    assert {one.light for one in found.moments} == {LightState.IDLE}
    assert {Kind.FALLBACK, Kind.LAST_RESORT}.isdisjoint(one.kind for one in found.moments)
    assert try_out(slow, button(), NOON, policy=quiet).moments == found.moments


BIG = big_store()
TIMES = st.integers(-5000, 5000).map(lambda minutes: BUSY + timedelta(minutes=minutes))


@given(TIMES, st.integers(1, 16), st.integers(0, 200), st.integers(0, 4), st.integers(0, 60))
def test_it_ends_in_order_and_calls_nobody_who_is_off(
    at: object, number: int, exit_s: int, repeats: int, repeat_s: int
) -> None:
    policy = replace(POLICY, exit_s=exit_s, repeats=repeats, repeat_s=repeat_s)
    found = try_out(BIG, BIG.button("hall", number), at, policy=policy)  # type: ignore[arg-type]
    times = [one.after for one in found.moments]
    assert times == sorted(times)
    assert found.moments[-1].kind is Kind.GIVE_UP
    assert [one.kind for one in found.moments].count(Kind.SORRY) == 1
    assert sum(one.kind in (Kind.STEP, Kind.SKIPPED) for one in found.moments) == len(STEPS)
    for one in found.moments:
        called = [who.carrier.id for who in one.called if who.carrier]
        assert len(called) == len(set(called))
        if one.kind is Kind.STEP:
            assert all(who.standing and who.standing.present for who in one.called)
        assert {who.carrier.id for who in one.left_out}.isdisjoint(called)
