"""Whoever is on the floor and nearest is called; nobody who is not; and when nobody is there, everybody can see it."""

from __future__ import annotations

from datetime import time, timedelta

from firmware_bridge.light import Shown
from server.db.tables import (
    Button,
    Carrier,
    Pager,
    Policy,
    PolicyHours,
    PolicyStep,
    Rotation,
    RotationMember,
    Shift,
    Zone,
)
from server.requests import Done
from server.rules.facts import DutyKind
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, BORIS, CARMEN, DAIRY, DMITRI, STORE, WINE


def rung(shop: Shop) -> list[tuple[int, str]]:
    """Who rang so far, and with which words; nothing is left over."""
    found = []
    for who, address in ADDRESS.items():
        found += [(who, page.text) for page in shop.pager(address).inbox]
        shop.pager(address).inbox.clear()
    return found


def who_rang(shop: Shop) -> list[int]:
    return sorted({who for who, _ in rung(shop)})


def test_the_zone_then_the_shift_lead_then_everybody_within_a_minute(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.clock.advance(20)
    assert who_rang(shop) == [CARMEN]
    shop.clock.advance(20)
    assert who_rang(shop) == [ANNA, BORIS, CARMEN]


def test_a_person_on_a_break_is_not_called_and_the_step_is_skipped_at_once(shop: Shop) -> None:
    assert shop.duty(ANNA, DutyKind.BREAK, minutes=15)
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [CARMEN]
    shop.acknowledge(CARMEN)


def test_a_break_ends_by_itself(shop: Shop) -> None:
    shop.duty(ANNA, DutyKind.BREAK, minutes=15)
    shop.clock.advance(15 * 60)
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]


def test_i_am_here_calls_somebody_who_has_no_shift(shop: Shop) -> None:
    shop.duty(ANNA, DutyKind.AWAY)
    shop.duty(DMITRI, DutyKind.HERE)
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [CARMEN, DMITRI]


def test_who_comes_back_early_is_called_again(shop: Shop) -> None:
    shop.duty(ANNA, DutyKind.BREAK, minutes=30)
    shop.clock.advance(60)
    shop.duty(ANNA, None)
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]


def test_a_zone_without_people_is_answered_by_the_zone_above_it(shop: Shop) -> None:
    shop.change(Zone(id=3, store_id=STORE, parent_id=DAIRY, name="Cheese", pager_name="Cheese"))
    shop.edit(Button, 1, zone_id=3)
    shop.button("b1", 1).press()
    shop.clock.advance(2)
    assert rung(shop) == [(ANNA, "CHEESE Shelf 1 CALL")]


def test_whoevers_turn_it_is_in_a_rotation_is_called(shop: Shop) -> None:
    """The last day of one's week, and the first day of the other's."""
    today = shop.clock.now().date()
    shop.remove(Shift, carrier_id=ANNA)
    shop.change(Rotation(id=1, store_id=STORE, name="Dairy", starts_on=today - timedelta(days=6), days=7))
    shop.change(
        RotationMember(id=1, rotation_id=1, position=0, carrier_id=DMITRI),
        RotationMember(id=2, rotation_id=1, position=1, carrier_id=ANNA),
    )
    shop.change(
        *(
            Shift(store_id=STORE, rotation_id=1, zone_id=DAIRY, weekday=day, starts=time(0), ends=time(0))
            for day in range(7)
        )
    )
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [DMITRI]
    shop.acknowledge(DMITRI)
    shop.close(DMITRI)
    shop.clock.advance(10 * 3600)  # past midnight in Tallinn
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]


def test_the_burden_is_shared_when_a_step_calls_only_one(shop: Shop) -> None:
    shop.edit(PolicyStep, 1, most=1)
    shop.change(
        *(
            Shift(store_id=STORE, carrier_id=BORIS, zone_id=DAIRY, weekday=day, starts=time(0), ends=time(0))
            for day in range(7)
        )
    )
    called = []
    for _ in range(4):
        shop.button().press()
        shop.clock.advance(2)
        called += who_rang(shop)
        shop.acknowledge(CARMEN, len(shop.incidents()))
        shop.close(CARMEN, len(shop.incidents()))
        shop.clock.advance(900)
    assert called == [ANNA, BORIS, ANNA, BORIS]


def test_who_speaks_the_language_or_has_the_skill_comes_before_the_others(shop: Shop) -> None:
    shop.edit(PolicyStep, 1, most=1, target="everybody")
    shop.edit(Button, 1, language="ru", skill="wine")
    shop.edit(Carrier, CARMEN, languages=["ru"])
    shop.edit(Carrier, BORIS, languages=["ru", "et"], skills=["wine"])
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [BORIS]


def test_with_nobody_at_all_the_fallback_group_rings_and_the_board_shouts(shop: Shop) -> None:
    shop.edit(Pager, DMITRI, fallback=True)
    for who in (ANNA, BORIS, CARMEN):
        shop.duty(who, DutyKind.AWAY)
    shop.button().press()
    shop.clock.advance(3)
    assert rung(shop) == [(DMITRI, "DAIRY Shelf 1 NOBODY ELSE HERE")]
    assert shop.incident().nobody_at is not None
    assert shop.light() is Shown.CALLED  # somebody's wrist vibrates: that much is true
    shop.clock.advance(30)
    assert who_rang(shop) == [DMITRI]
    assert shop.incident().nobody_at is not None  # and it goes on shouting


def test_with_nobody_and_no_fallback_the_light_says_so(shop: Shop) -> None:
    for who in (ANNA, BORIS, CARMEN):
        shop.duty(who, DutyKind.AWAY)
    shop.button().press()
    shop.clock.advance(2)
    assert shop.light() is Shown.NOBODY
    assert shop.pages() == []


def test_a_group_pager_rings_all_who_carry_it_by_one_transmission(shop: Shop) -> None:
    shop.change(
        Pager(id=9, store_id=STORE, label="Everybody", transmitter_id=1, address="1999"),
    )
    shop.edit(PolicyStep, 1, target="group", pager_id=9, alert=4)
    shop.button().press()
    shop.clock.advance(2)
    page = shop.pager("1999").expects("DAIRY Shelf 1 CALL")
    assert page.address == "1999"
    # the policy wants pattern 4; TAP says nothing of patterns, so none is asked for
    assert [(one.alert, one.state) for one in shop.pages()] == [(1, "transmitted")]


def test_another_policy_holds_by_night(shop: Shop) -> None:
    """14:00 in Tallinn when the story begins."""
    shop.change(Policy(id=2, store_id=STORE, name="Afternoon", zone_id=WINE, tell_others=False))
    shop.change(PolicyStep(id=50, policy_id=2, position=1, target="role", role="shift_lead"))
    shop.change(*(PolicyHours(policy_id=2, weekday=day, starts=time(13), ends=time(15)) for day in range(7)))
    shop.button("b1", 2).press()
    shop.clock.advance(2)
    assert who_rang(shop) == [CARMEN]
    shop.acknowledge(CARMEN)
    shop.close(CARMEN)
    shop.clock.advance(3600)
    shop.button("b1", 2).press()
    shop.clock.advance(2)
    assert who_rang(shop) == [BORIS]


def test_a_policy_changed_while_a_call_is_open_holds_for_its_next_step(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.edit(PolicyStep, 2, target="carrier", carrier_id=BORIS)
    shop.clock.advance(20)
    assert who_rang(shop) == [BORIS]
    assert isinstance(shop.acknowledge(BORIS), Done)


def test_after_a_break_somebody_who_is_here_out_of_turn_is_still_here(shop: Shop) -> None:
    shop.duty(ANNA, DutyKind.AWAY)
    shop.duty(DMITRI, DutyKind.HERE, minutes=120)
    shop.duty(DMITRI, DutyKind.BREAK, minutes=30)
    shop.clock.advance(60)
    shop.duty(DMITRI, None)
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [CARMEN, DMITRI]
