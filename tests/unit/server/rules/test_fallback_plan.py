"""What the keeper is told to do alone: exactly what the engine's first step would do, at any moment, in one packet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config import channels
from broker_config.channels import PLAN
from broker_config.codec import decode, encode
from broker_config.messages import FallbackPlan
from server.ids import first_page_id, slot
from server.rules.facts import (
    Button,
    Carrier,
    Duty,
    DutyKind,
    Pager,
    Policy,
    PolicyUse,
    Rotation,
    Shift,
    Span,
    SpecialDay,
    Step,
    Store,
    Zone,
)
from server.rules.fallback_plan import HORIZON, Draft, first_called, no_plan, plan, same_while
from server.rules.policies import policy_for
from server.rules.roster import roster
from server.rules.routing import candidates, fallback_pagers
from tests.big_shop import BUSY, big_store
from tests.unit.server.rules.floor import (
    ANNA,
    BORIS,
    CARMEN,
    CHEESE,
    DAIRY,
    DMITRI,
    FRESH,
    NOON,
    PEOPLE,
    TALLINN,
    WINE,
    local,
    pager,
    shift,
    store,
)

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
PRESS = UUID("6f1d3c52-8a0e-4a67-9b1e-2f6b0c9d4a10")
SPRING, AUTUMN = datetime(2026, 3, 28, 18, tzinfo=TALLINN), datetime(2026, 10, 24, 18, tzinfo=TALLINN)
"""The evenings before the clock changes."""


def shop(**more: object) -> Store:
    return store(keeper="g1", **more)


def rings(made: FallbackPlan, at: datetime | None, device: str = "b1", number: int = 1) -> list[str]:
    return [one.slot for one in made.called(device, number, at)]


def engine_calls(facts: Store, button: Button, at: datetime) -> set[str]:
    """Written down again: first step with anybody, else the fallback pagers; nobody while it is closed."""
    policy = policy_for(facts, button.zone_id, at)
    if policy is None:
        return set()
    here = roster(facts, at)
    for step in policy.steps:
        found = candidates(facts, button, step, here, {})
        if found:
            return {slot(worn.id) for one in found for worn in one.pagers}
    return {slot(one.id) for one in fallback_pagers(facts)}


def test_the_first_step_that_has_anybody_rings() -> None:
    made = plan(shop(), NOON, 7)
    assert (made.rev, made.keeper) == (7, True)
    assert rings(made, NOON) == ["p1"]
    assert rings(made, NOON + 6 * HOUR - SECOND) == ["p1"]
    assert rings(made, NOON + 6 * HOUR) == []  # 18:00: they went home, and there is no fallback pager
    assert made.moments[0] == NOON
    assert made.moments[-1] == NOON + HORIZON


def test_with_nobody_on_any_step_the_fallback_pagers_ring() -> None:
    pagers = (pager(1, ANNA), pager(8, None, fallback=True))
    made = plan(shop(pagers=pagers), NOON, 1)
    assert rings(made, NOON) == ["p1"]
    assert rings(made, NOON + 7 * HOUR) == ["p8"]


def test_a_closed_shop_calls_nobody_unless_a_policy_of_its_own_says_so() -> None:
    opening = tuple(Span(day, time(9), time(12, 30)) for day in range(7))
    steps = (Step(1, 0, "carrier", carrier_id=CARMEN),)
    made = plan(shop(opening=opening), NOON, 1)
    assert (rings(made, NOON + HOUR / 2 - SECOND), rings(made, NOON + HOUR / 2)) == (["p1"], [])
    night = Policy(3, 60, 60, 60, 30, 0, steps, use=PolicyUse.CLOSED)
    assert rings(plan(shop(opening=opening, policies={3: night}), NOON, 1), NOON + HOUR) == ["p3"]


def test_most_takes_who_was_not_called_for_longest() -> None:
    one = Policy(1, 60, 60, 60, 30, 0, (Step(1, 0, "everybody", most=1),))
    facts = shop(policies={1: one})
    assert rings(plan(facts, NOON, 1, {ANNA: NOON}), NOON) == ["p2"]
    assert rings(plan(facts, NOON, 1, {ANNA: NOON, BORIS: NOON - HOUR, CARMEN: NOON}), NOON) == ["p2"]
    draft = Draft(facts, NOON, {})
    while not draft.go_on(10):
        pass
    assert draft.by_load


def test_a_quiet_call_is_never_in_the_plan() -> None:
    quiet = Policy(
        2, 60, 60, 60, 30, 0, (Step(1, 0, "carrier", carrier_id=DMITRI),), use=PolicyUse.QUIET, hours=()
    )
    made = plan(shop(policies={2: quiet}), NOON, 1)
    assert {one.slot for one in made.orders} == {"p1"}
    assert "CODE 7" not in encode(made).decode()


def test_buttons_that_call_nobody_are_not_in_it() -> None:
    facts = shop(
        buttons={
            ("b1", 1): Button(1, "b1", 1, DAIRY, "DAIRY", "", "green"),
            ("b1", 2): Button(2, "b1", 2, DAIRY, "DAIRY", "", "red"),
        }
    )
    made = plan(facts, NOON, 1)
    assert [(one.device, one.input) for one in made.buttons] == [("b1", 2)]
    assert made.called("b1", 1, NOON) == ()
    assert made.called("b1", 1, None) == ()


def test_pages_of_the_plan_have_the_ids_of_the_server() -> None:
    [order] = plan(shop(), NOON, 1).called("b1", 1, NOON)
    assert uuid5(PRESS, order.slot) == first_page_id(PRESS, ANNA)
    assert (order.routes[0].transmitter, order.routes[0].address) == ("t1", "1001")


def test_the_place_stands_on_the_wrist_of_every_kind_of_pager() -> None:
    numeric = replace(pager(2, BORIS), format="numeric", longest=4)
    russian = replace(pager(3, CARMEN), language="ru", charset="koi7", longest=12)
    tone = replace(pager(4, DMITRI), format="tone")
    everybody = Policy(1, 60, 60, 60, 30, 0, (Step(1, 0, "everybody"),))
    shifts = tuple(shift(one, None) for one in PEOPLE)
    facts = shop(
        pagers=(pager(1, ANNA), numeric, russian, tone),
        policies={1: everybody},
        shifts=shifts,
        buttons={
            ("b1", 1): Button(1, "b1", 1, DAIRY, "DAIRY", "Shelf 1", "red", number=1),
            ("b7", 2): Button(2, "b7", 2, WINE, "WINE", "", "red", number=12),
        },
    )
    made = plan(facts, NOON, 1)
    assert [one.body for one in made.called("b1", 1, NOON)] == [
        "DAIRY Shelf 1 CALL",
        "1-1",
        "ДАИРЙ ВЫЗОВ",
        "",
    ]
    assert [one.body for one in made.called("b7", 2, NOON)] == ["WINE CALL", "12-1", "ВИНЕ ВЫЗОВ", ""]


def test_the_pattern_of_the_step_is_felt() -> None:
    policy = Policy(1, 60, 60, 60, 30, 0, (Step(1, 0, "zone", alert=4),))
    assert [one.alert for one in plan(shop(policies={1: policy}), NOON, 1).orders] == [4]


def test_only_pagers_within_reach_of_the_keeper_are_planned() -> None:
    """What the keeper can reach rings, even when the policy would begin with somebody else."""
    far = replace(pager(1, ANNA), gateway="g2")
    made = plan(shop(pagers=(far, pager(3, CARMEN))), NOON, 1)
    assert rings(made, NOON) == ["p3"]
    assert {one.slot for one in made.orders} == {"p3"}


def test_a_clock_that_nobody_vouches_for_and_the_time_after_the_plan_call_everybody() -> None:
    made = plan(shop(shifts=(shift(ANNA, DAIRY), shift(BORIS, DAIRY, 18, 20))), NOON, 1)
    assert rings(made, NOON) == ["p1"]
    assert rings(made, None) == ["p1", "p2"]
    assert rings(made, made.moments[-1]) == ["p1", "p2"]
    assert rings(made, NOON - HOUR) == ["p1"]  # a clock that is a little early


def test_a_button_that_calls_nobody_at_any_hour_is_not_answered_at_an_unknown_one() -> None:
    both = {
        ("b1", 1): Button(1, "b1", 1, DAIRY, "DAIRY", "", "red"),
        ("b1", 2): Button(2, "b1", 2, WINE, "WINE", "", "red"),
    }
    silent = Policy(5, 60, 60, 60, 30, 0, (), zone_id=WINE)
    made = plan(shop(buttons=both, policies={5: silent}), NOON, 1)
    assert made.called("b1", 2, None) == ()
    assert len(made.called("b1", 1, None)) == 1


@pytest.mark.parametrize(
    ("start", "long_h"), [(SPRING, 7), (AUTUMN, 9)], ids=["the clock goes forward", "and back"]
)
def test_a_night_shift_over_the_change_of_the_clock(start: datetime, long_h: int) -> None:
    """22:00 to 06:00 by the clock on the wall, and whoever comes at 06:00 is called from then on."""
    nights = Shift(ANNA, None, 5, time(22), time(6))
    day = Shift(BORIS, None, 6, time(6), time(12))
    made = plan(shop(shifts=(nights, day)), start, 1)
    came = local(start.year, start.month, start.day, 22)
    assert (rings(made, came - SECOND), rings(made, came)) == ([], ["p1"])
    left = came + long_h * HOUR
    assert (rings(made, left - SECOND), rings(made, left)) == (["p1"], ["p2"])


def test_no_plan_answers_nobody() -> None:
    made = no_plan(4)
    assert not made.keeper
    assert made.called("b1", 1, None) == ()
    assert plan(shop(buttons={}), NOON, 1).called("b1", 1, NOON) == ()


def test_a_shop_with_nothing_in_it_has_a_plan_all_the_same() -> None:
    empty = shop(buttons={}, pagers=(), carriers={}, shifts=())
    assert decode(FallbackPlan, encode(plan(empty, NOON, 1)), channels.PLAN.max_bytes).orders == []


# -- what the engine would do, at any moment

DAYS = st.integers(0, 6)
TIMES = st.times().map(lambda one: one.replace(microsecond=0, second=0, minute=one.minute // 15 * 15))
WHO = st.sampled_from([ANNA, BORIS, CARMEN, DMITRI])
PLACES = st.sampled_from([None, FRESH, DAIRY, CHEESE, WINE])
SPANS = st.builds(Span, DAYS, TIMES, TIMES)
STARTS = st.sampled_from([NOON, SPRING, AUTUMN]).flatmap(
    lambda one: st.integers(0, 86_400_000).map(lambda ms: one + timedelta(milliseconds=ms))
)
SHIFTS = st.one_of(
    st.builds(Shift, WHO, PLACES, DAYS, TIMES, TIMES),
    st.builds(Shift, st.none(), PLACES, DAYS, TIMES, TIMES, st.just(1)),
)
STEPS = st.builds(
    Step,
    position=st.just(1),
    after_s=st.just(0),
    target=st.sampled_from(["zone", "role", "carrier", "group", "everybody"]),
    role=st.sampled_from(["shift_lead", "staff"]),
    carrier_id=WHO,
    pager_id=st.sampled_from([1, 8]),
    most=st.sampled_from([None, 1, 2]),
)


@st.composite
def shops(draw: st.DrawFn) -> tuple[Store, datetime]:
    start = draw(STARTS)
    duty = st.builds(
        lambda who, kind, zone, first, length: Duty(
            who, kind, zone, start + first * SECOND, start + (first + length) * SECOND
        ),
        WHO,
        st.sampled_from(list(DutyKind)),
        PLACES,
        st.integers(-7_200, 170_000),
        st.integers(1, 40_000),
    )
    policy = st.builds(
        lambda steps, zone, use, hours: (steps, zone, use, hours),
        st.lists(STEPS, min_size=1, max_size=3).map(tuple),
        PLACES,
        st.sampled_from(list(PolicyUse)),
        st.lists(SPANS, max_size=2).map(tuple),
    )
    policies = {
        number: Policy(number, 120, 90, 120, 30, 5, steps, zone_id=zone, use=use, hours=hours)
        for number, (steps, zone, use, hours) in enumerate(draw(st.lists(policy, max_size=4)), 1)
    }
    today = start.astimezone(TALLINN).date()
    facts = shop(
        buttons={
            ("b1", number): Button(number, "b1", number, zone, "X", "", "red", *more)
            for number, (zone, more) in enumerate(
                [(DAIRY, ()), (CHEESE, ("fish",)), (WINE, (None, "ru")), (None, ())], 1
            )
        },
        shifts=tuple(draw(st.lists(SHIFTS, max_size=6))),
        rotations={
            1: Rotation(1, "Turns", today - timedelta(days=3), draw(st.integers(1, 3)), (ANNA, BORIS))
        },
        duties=tuple(draw(st.lists(duty, max_size=4))),
        policies=policies,
        opening=tuple(draw(st.lists(SPANS, max_size=4))),
        special_days=tuple(
            SpecialDay(today + timedelta(days=number), *hours)
            for number, hours in draw(
                st.dictionaries(
                    st.integers(-1, 3), st.one_of(st.just((None, None)), st.tuples(TIMES, TIMES)), max_size=2
                )
            ).items()
        ),
        pagers=(*(pager(one, one) for one in PEOPLE), pager(8, None, fallback=draw(st.booleans()))),
    )
    return facts, start


@settings(max_examples=150, deadline=None)
@given(shops(), st.lists(st.integers(0, 48 * 3600 - 1), min_size=1, max_size=30))
def test_at_any_moment_the_plan_calls_whom_the_engine_would(
    made: tuple[Store, datetime], later: list[int]
) -> None:
    facts, start = made
    drawn = plan(facts, start, 1)
    near = [moment + move * SECOND for moment in drawn.moments[1:-1] for move in (-1, 0, 1)]
    for moment in (*near, *(drawn.moments[0] + second * SECOND for second in later)):
        if not drawn.moments[0] <= moment < drawn.moments[-1]:
            continue
        for (device, number), button in facts.buttons.items():
            assert set(rings(drawn, moment, device, number)) == engine_calls(facts, button, moment)


@settings(max_examples=60, deadline=None)
@given(shops())
def test_a_plan_survives_the_wire_and_says_every_thing_once(made: tuple[Store, datetime]) -> None:
    drawn = plan(*made, 1)
    assert decode(FallbackPlan, encode(drawn), channels.PLAN.max_bytes) == drawn
    assert len({one.slot for one in drawn.orders}) == len(drawn.orders)
    assert len({tuple(call) for call in drawn.calls}) == len(drawn.calls)
    for hours in drawn.hours:
        assert all(before[1] != after[1] for before, after in pairwise(hours))


# -- size


def large(zones: int, *, edges_an_hour: int = 1) -> Store:
    """60 buttons, 40 people with a pager each, in shifts that begin at another time for everybody."""
    people = {one: Carrier(one, f"P{one}", "staff") for one in range(1, 41)}
    shifts = tuple(
        Shift(
            one, one % zones + 1, day, time((one + part) % 24, one % 12 * 5), time((one + part + 6) % 24, 30)
        )
        for one in people
        for day in range(7)
        for part in range(0, 24, 24 // edges_an_hour)
    )
    return shop(
        zones={one: Zone(one, None, f"Zone {one}", f"PLACE {one}") for one in range(1, zones + 1)},
        carriers=people,
        shifts=shifts,
        pagers=tuple(
            Pager(
                one, f"Pager {one}", one, "g1", "t1", f"{one:07}", "text", ("ascii", "koi7", "ascii")[one % 3], 80, 1,
                ("en", "ru", "et")[one % 3],
            )
            for one in people
        ),
        buttons={
            (f"b{one}", 1): Button(
                one, f"b{one}", 1, one % zones + 1, "Отдел молочных продуктов и сыров", f"Полка номер {one}", "red"
            )
            for one in range(1, 61)
        },
    )  # fmt: skip


@pytest.mark.parametrize("zones", [1, 12, 60])
def test_sixty_buttons_and_forty_pagers_fit_for_two_days(zones: int) -> None:
    made = plan(large(zones), NOON, 2**50)
    assert len(encode(made)) <= channels.PLAN.max_bytes
    assert len(made.buttons) == 60
    assert made.moments[-1] - made.moments[0] == HORIZON
    assert all(one.bodies for one in made.buttons)


@pytest.mark.parametrize(("copies", "texts"), [(2, True), (5, False)])
def test_what_does_not_fit_is_cut_at_the_far_end_and_the_texts_go_last(copies: int, texts: bool) -> None:
    facts = large(60, edges_an_hour=3)
    buttons = {
        (device, number): replace(button, input=number)
        for (device, _), button in facts.buttons.items()
        for number in range(1, copies + 1)
    }
    made = plan(replace(facts, buttons=buttons), NOON, 1)
    assert len(encode(made)) <= channels.PLAN.max_bytes
    assert len(made.buttons) == 60 * copies
    assert all(bool(one.bodies) is texts for one in made.buttons)
    assert (made.moments[-1] - made.moments[0] < HORIZON) is texts
    assert made.called("b1", 1, NOON)


# -- what is said anew


def test_an_hour_later_the_same_shop_says_the_same() -> None:
    facts = shop(shifts=tuple(shift(ANNA, DAIRY, day=day) for day in range(7)))
    before = plan(facts, NOON, 1)
    assert same_while(before, plan(facts, NOON + HOUR, 2))
    assert same_while(before, plan(facts, NOON + 7 * HOUR, 2))
    gone = replace(facts, shifts=facts.shifts[:1])
    assert not same_while(before, plan(gone, NOON + HOUR, 2))
    renamed = replace(facts, buttons={("b1", 1): replace(facts.buttons["b1", 1], place="MILK")})
    assert not same_while(before, plan(renamed, NOON, 2))
    assert not same_while(before, no_plan(2))
    assert same_while(no_plan(1), no_plan(2))
    assert not same_while(before, plan(facts, NOON + 3 * HORIZON, 2))


def test_a_draft_is_made_piece_by_piece_and_sees_the_shop_of_its_start() -> None:
    draft = Draft(shop(), NOON, {})
    pieces = 1
    while not draft.go_on(1):
        pieces += 1
    assert pieces > 1
    assert draft.finished(3) == plan(shop(), NOON, 3)


@given(st.integers(0, 200))
def test_who_is_first_has_a_step(hours: int) -> None:
    facts, at = shop(), NOON + hours * HOUR
    first = first_called(facts, facts.buttons["b1", 1], at, roster(facts, at), {})
    assert first.policy is not None
    assert (first.step <= len(first.policy.steps)) is bool(first.pagers)


def test_a_shop_of_a_thousand_buttons_has_a_plan_and_one_of_ten_thousand_does_no_harm() -> None:
    store = big_store()
    for count, keeper in ((1_024, True), (10_000, False)):
        many = {
            (f"u{number // 16}", number % 16 + 1): replace(
                store.button("hall", 1), device=f"u{number // 16}", input=number % 16 + 1
            )
            for number in range(count)
        }
        made = plan(replace(store, buttons=many, keeper="g1"), BUSY, 1)
        assert made.keeper is keeper
        assert len(encode(made)) <= PLAN.max_bytes


def test_an_order_has_every_way_of_its_gateway_the_preferred_one_first() -> None:
    near = replace(pager(1, ANNA), standby=("g1", "t2"))
    far = replace(pager(2, BORIS), standby=("g2", "t9"))
    made = plan(shop(pagers=(near, far)), NOON, 1)
    routes = {order.slot: [route.transmitter for route in order.routes] for order in made.orders}
    assert routes["p1"] == [near.transmitter, "t2"]
    assert routes.get("p2", [far.transmitter]) == [far.transmitter]


def test_a_group_rings_by_the_plan_as_it_rings_by_the_server() -> None:
    """Page ids come from the pager: the same one must be called by both."""
    policy = Policy(1, 60, 60, 60, 30, 0, (Step(1, 0, "everybody"),))
    alone = (pager(1, ANNA), pager(2, BORIS), pager(3, CARMEN))
    group = replace(pager(9, None), members=(1, 2, 3))
    facts = shop(policies={1: policy}, pagers=(*alone, group))
    assert rings(plan(facts, NOON, 1), NOON) == ["p9"]
    away = replace(group, gateway="g2")
    assert rings(plan(shop(policies={1: policy}, pagers=(*alone, away)), NOON, 1), NOON) != ["p9"]


def test_no_order_asks_for_a_pattern_that_its_transmitter_does_not_offer() -> None:
    facts = shop(pagers=(replace(pager(1, ANNA), alert=4),))
    draft = Draft(facts, NOON, {}, lambda way: 2)
    while not draft.go_on(100):
        pass
    assert {order.alert for order in draft.finished(1).orders} == {2}
