"""What the try-out screen says is what happens: the same people, at the same seconds, with the same light."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from sqlmodel import select

from server.db.engine_store import read_store
from server.db.policies import last_paged
from server.db.tables import Button, Carrier, LastResort, Notice, Opening, Pager, Policy, PolicyStep, Shift
from server.rules.facts import DutyKind, Store
from server.rules.forecast import Kind, TryOut
from server.rules.try_out import try_out
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, BORIS, CARMEN, DMITRI, STORE

S = timedelta(seconds=1)


def nothing(shop: Shop) -> None:
    pass


def a_break_that_ends_between_two_steps(shop: Shop) -> None:
    shop.duty(CARMEN, DutyKind.BREAK, minutes=0.5)


def somebody_comes_for_the_last_step(shop: Shop) -> None:
    shop.duty(ANNA, DutyKind.AWAY)
    shop.duty(DMITRI, DutyKind.HERE, minutes=1.2)


def one_at_a_time_and_fair(shop: Shop) -> None:
    shop.remove(PolicyStep, policy_id=1)
    shop.change(
        *(
            PolicyStep(policy_id=1, position=at, after_s=10 * (at > 1), target="everybody", most=1)
            for at in (1, 2, 3)
        )
    )


def language_before_fairness(shop: Shop) -> None:
    one_at_a_time_and_fair(shop)
    shop.edit(Carrier, BORIS, languages=["ru"])
    with shop.db.transaction() as session:
        for row in session.exec(select(Button)):
            row.language = "ru"
    shop.change()


def nobody_at_all(shop: Shop) -> None:
    shop.remove(Shift, store_id=STORE)


def nobody_but_a_fallback_pager_and_a_slow_channel(shop: Shop) -> None:
    nobody_at_all(shop)
    shop.edit(Pager, DMITRI, fallback=True)
    shop.change(LastResort(store_id=STORE, kind="mail", target="boss@example.com"))


def a_hurried_customer(shop: Shop) -> None:
    shop.edit(Policy, 1, exit_s=15, repeats=1, repeat_s=45)


def a_first_step_that_waits(shop: Shop) -> None:
    shop.remove(PolicyStep, policy_id=1)
    shop.change(PolicyStep(policy_id=1, position=1, after_s=7, target="zone"))


def a_group_pager(shop: Shop) -> None:
    shop.edit(Pager, DMITRI, carrier_id=None)
    shop.remove(PolicyStep, policy_id=1)
    shop.change(
        PolicyStep(policy_id=1, position=1, after_s=0, target="group", pager_id=DMITRI),
        PolicyStep(policy_id=1, position=2, after_s=10, target="carrier", carrier_id=BORIS, alert=4),
    )


SCENES = (
    nothing,
    a_break_that_ends_between_two_steps,
    somebody_comes_for_the_last_step,
    one_at_a_time_and_fair,
    language_before_fairness,
    nobody_at_all,
    nobody_but_a_fallback_pager_and_a_slow_channel,
    a_hurried_customer,
    a_first_step_that_waits,
    a_group_pager,
)


def facts(shop: Shop) -> Store:
    with shop.db.reading() as session:
        found = read_store(session, STORE, shop.clock.now())
    assert found is not None
    return found


def forecast(shop: Shop) -> TryOut:
    known = facts(shop)
    with shop.db.reading() as session:
        rang = last_paged(session, STORE, shop.clock.now())
    return try_out(known, known.button("b1", 1), shop.clock.now(), last_paged=rang)


def told(found: TryOut) -> list[tuple[int, list[int]]]:
    """(seconds after the press, pagers) of each time that anything rings."""
    return [
        (round(one.after.total_seconds()), sorted(pager.id for who in one.called for pager in who.pagers))
        for one in found.moments
        if one.called
    ]


def happened(shop: Shop, number: int = 1) -> list[tuple[int, list[int]]]:
    incident = shop.incident(number)
    rang: dict[int, list[int]] = {}
    for page in shop.pages():
        if page.incident_id == incident.id:
            after = round((page.created_at - incident.opened_at).total_seconds())
            rang.setdefault(after, []).append(page.pager_id)
    return [(after, sorted(pagers)) for after, pagers in sorted(rang.items())]


@pytest.mark.parametrize(
    "scene",
    [
        scene if number % 2 else pytest.param(scene, marks=pytest.mark.long)
        for number, scene in enumerate(SCENES)
    ],
)
def test_pages_lights_and_the_end_are_as_forecast(shop: Shop, scene: Callable[[Shop], None]) -> None:
    scene(shop)
    found = forecast(shop)
    lights = {round(one.after.total_seconds()): one.light.value for one in found.moments}
    shop.button().press()
    passed = 0.0
    for after, light in lights.items():
        shop.clock.advance(after + 4 - passed)
        passed = after + 4
        assert (after, shop.light().value) == (after, light)
    for address in ADDRESS.values():
        shop.pager(address).inbox.clear()
    incident = shop.incident()
    assert happened(shop) == told(found)
    assert (incident.state, incident.outcome) == ("closed", "unanswered")
    kinds = {one.kind: one for one in found.moments}
    for kind, at in ((Kind.SORRY, incident.sorry_at), (Kind.LAST_RESORT, incident.last_resort_at)):
        assert (kind in kinds) is (at is not None)
        if at is not None:
            assert abs(at - incident.opened_at - kinds[kind].after) < S
    channels = len(facts(shop).last_resorts)
    with shop.db.reading() as session:
        assert len(session.exec(select(Notice)).all()) == channels * (Kind.LAST_RESORT in kinds)


def test_the_second_call_is_forecast_from_what_the_first_one_did(shop: Shop) -> None:
    one_at_a_time_and_fair(shop)
    shop.button().press()
    shop.clock.advance(2)
    assert shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.close(ANNA)
    shop.clock.advance(60)
    found = forecast(shop)
    assert told(found)[0] == (0, [BORIS])
    shop.button().press()
    shop.clock.advance(25)
    assert happened(shop, 2) == told(found)[:3]
    for address in ADDRESS.values():
        shop.pager(address).inbox.clear()
    shop.acknowledge(BORIS, 2)
    shop.clock.advance(5)
    for address in ADDRESS.values():
        shop.pager(address).inbox.clear()


def test_closed_hours_call_nobody_as_forecast(shop: Shop) -> None:
    weekday = (shop.clock.now().weekday() + 3) % 7
    hours = Opening(store_id=STORE, weekday=weekday, opens=time(9), closes=time(10))
    shop.change(hours)
    found = forecast(shop)
    assert (found.policy, found.moments) == (None, ())
    shop.button().press()
    shop.clock.advance(5)
    assert shop.incidents() == []
    assert shop.pages() == []
