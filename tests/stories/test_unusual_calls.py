"""Outside the opening hours, quietly, in fun, and by the customer's own word."""

from __future__ import annotations

from datetime import time

from firmware_bridge.light import Shown
from server.db.tables import Button, Carrier, LastResort, Opening, Pager, Policy, PolicyStep
from server.requests import Refusal
from server.rules.incidents import Outcome
from tests.shop import Shop
from tests.small_shop import ANNA, BORIS, CARMEN, DAIRY, DMITRI, STORE
from tests.stories.test_the_right_person import rung, who_rang


def closed_now(shop: Shop) -> None:
    """Open 06:00-12:00; the story begins at 14:00 in Tallinn."""
    hours = (Opening(store_id=STORE, weekday=day, opens=time(6), closes=time(12)) for day in range(7))
    shop.change(*hours)


def test_outside_the_opening_hours_a_press_is_recorded_and_calls_nobody(shop: Shop) -> None:
    closed_now(shop)
    shop.button().press()
    shop.clock.advance(2)
    assert shop.light() is Shown.NOBODY
    assert [(one.state, one.incident_id) for one in shop.presses()] == [("stored", None)]
    assert shop.incidents() == []
    shop.clock.advance(15)
    assert shop.light() is Shown.IDLE


def test_a_guard_is_called_outside_the_opening_hours_where_there_is_one(shop: Shop) -> None:
    closed_now(shop)
    shop.change(Policy(id=5, store_id=STORE, name="Guard", use="closed"))
    shop.change(PolicyStep(id=60, policy_id=5, position=1, target="carrier", carrier_id=CARMEN))
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [CARMEN]


def test_a_drill_before_opening_rings_like_one_by_day(shop: Shop) -> None:
    closed_now(shop)
    shop.button().drill()
    shop.clock.advance(2)
    assert rung(shop) == [(ANNA, "DAIRY DRILL CALL Shelf 1")]


def test_pagers_without_letters_say_it_in_digits_and_beeps(shop: Shop) -> None:
    shop.edit(Pager, ANNA, format="tone")
    shop.edit(Pager, BORIS, format="numeric")
    shop.edit(PolicyStep, 1, target="everybody")
    shop.button().drill()
    shop.clock.advance(2)
    texts = dict(rung(shop))
    assert (texts[ANNA], texts[BORIS], texts[CARMEN]) == ("", "1-91", "DAIRY DRILL CALL Shelf 1")
    # a drill has a beep of its own, but this terminal makes one beep only
    assert {page.pager_id: page.alert for page in shop.pages()}[ANNA] == 1


def test_a_quiet_call_rings_security_alone_and_shows_nothing_at_the_button(shop: Shop) -> None:
    shop.edit(Carrier, BORIS, role="security")
    shop.button().quiet()
    shop.clock.advance(5)
    assert rung(shop) == [(BORIS, "DAIRY CODE 7")]
    assert shop.light() is Shown.IDLE
    assert shop.units["b1"].lights_seen() == [Shown.IDLE] or set(shop.units["b1"].lights_seen()) == {
        Shown.IDLE
    }
    assert [(one.quiet, one.sorry_at) for one in shop.incidents()] == [(True, None)]


def test_a_quiet_call_and_a_customers_call_at_one_button_are_two(shop: Shop) -> None:
    shop.edit(Carrier, BORIS, role="security")
    shop.button().press()
    shop.clock.advance(2)
    shop.button().quiet()
    shop.clock.advance(5)
    assert rung(shop) == [(ANNA, "DAIRY Shelf 1 CALL"), (BORIS, "DAIRY CODE 7")]
    assert [one.quiet for one in shop.incidents()] == [False, True]
    assert shop.light() is Shown.CALLED


def fun(shop: Shop, number: int) -> None:
    shop.button().press()
    shop.clock.advance(2)
    shop.acknowledge(CARMEN, number)
    shop.close(CARMEN, number, Outcome.FALSE_PRESS)
    shop.clock.advance(60)


def test_a_button_pressed_in_fun_is_damped_and_a_genuine_call_still_reaches_somebody(shop: Shop) -> None:
    shop.edit(PolicyStep, 1, target="everybody")
    for number in (1, 2, 3):
        fun(shop, number)
        assert who_rang(shop) == [ANNA, BORIS, CARMEN]
    shop.button().press()
    shop.clock.advance(2)
    assert len(who_rang(shop)) == 1
    last = shop.incidents()[-1]
    assert (last.damped, last.priority) == (True, 3)
    shop.clock.advance(22)
    assert who_rang(shop) == [CARMEN]  # it goes on, one by one
    shop.button("b2", 1).press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA, BORIS, CARMEN]  # another button is not to blame


def test_what_was_in_fun_is_forgotten_after_half_an_hour(shop: Shop) -> None:
    shop.edit(PolicyStep, 1, target="everybody")
    for number in (1, 2, 3):
        fun(shop, number)
    who_rang(shop)
    shop.clock.advance(30 * 60)
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA, BORIS, CARMEN]


def test_it_is_still_known_after_a_restart(shop: Shop) -> None:
    shop.edit(PolicyStep, 1, target="everybody")
    for number in (1, 2, 3):
        fun(shop, number)
    who_rang(shop)
    shop.server.restart()
    shop.clock.advance(5)
    shop.button().press()
    shop.clock.advance(3)
    assert len(who_rang(shop)) == 1


def green(shop: Shop) -> None:
    shop.edit(Button, 2, zone_id=DAIRY, colour="green")


def test_the_customers_own_green_press_closes_what_staff_attends(shop: Shop) -> None:
    green(shop)
    shop.button().press()
    shop.clock.advance(2)
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.clock.advance(60)
    shop.button("b1", 2).press()
    shop.clock.advance(2)
    incident = shop.incident()
    assert (incident.state, incident.outcome) == ("closed", "recovered_by_customer")
    assert incident.confirmed_at is not None and incident.closed_by_id is None
    assert who_rang(shop) == [ANNA]


def test_after_the_staffs_word_the_customers_is_kept_beside_it(shop: Shop) -> None:
    green(shop)
    shop.button().press()
    shop.clock.advance(2)
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.close(ANNA)
    shop.server.restart()
    shop.clock.advance(120)
    shop.button("b1", 2).press()
    shop.clock.advance(2)
    incident = shop.incident()
    assert (incident.outcome, incident.confirmed_at is not None) == ("recovered", True)
    shop.button("b1", 2).press()
    shop.clock.advance(2)
    assert shop.incident().confirmed_at == incident.confirmed_at
    assert who_rang(shop) == [ANNA]


def test_a_green_press_of_another_zone_or_much_later_says_nothing_about_it(shop: Shop) -> None:
    green(shop)
    shop.edit(Button, 3, colour="green", zone_id=2)
    shop.button().press()
    shop.clock.advance(2)
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.close(ANNA)
    shop.button("b2", 1).press()
    shop.clock.advance(601)
    shop.button("b1", 2).press()
    shop.clock.advance(2)
    assert shop.incident().confirmed_at is None
    assert who_rang(shop) == [ANNA]


def test_the_slow_channels_are_tried_after_all_steps_and_not_before(shop: Shop) -> None:
    shop.change(LastResort(id=1, store_id=STORE, kind="mail", target="boss@example.com"))
    shop.button().press()
    shop.clock.advance(45)
    assert shop.server.letters == []
    shop.clock.advance(30)
    assert [(one.kind, one.target) for one in shop.server.letters] == [("mail", "boss@example.com")]
    assert "slow" in shop.server.letters[0].subject
    shop.clock.advance(600)
    assert len(shop.server.letters) == 1
    assert shop.incident().last_resort_at is not None
    who_rang(shop)


def test_with_nobody_on_the_floor_the_slow_channels_do_not_wait(shop: Shop) -> None:
    from server.rules.facts import DutyKind

    shop.change(LastResort(id=1, store_id=STORE, kind="webhook", target="https://example.com/h"))
    for who in (ANNA, BORIS, CARMEN):
        shop.duty(who, DutyKind.AWAY)
    shop.button().press()
    shop.clock.advance(1)
    assert [one.kind for one in shop.server.letters] == ["webhook"]


def test_a_letter_that_was_not_sent_is_sent_after_a_restart_and_once(shop: Shop) -> None:
    shop.change(LastResort(id=1, store_id=STORE, kind="mail", target="boss@example.com"))
    shop.button().press()
    shop.clock.advance(75)
    assert len(shop.server.letters) == 1
    shop.server.restart()
    assert len(shop.server.letters) == 2
    assert len({one.notice for one in shop.server.letters}) == 1
    who_rang(shop)


def test_a_drill_writes_no_letter(shop: Shop) -> None:
    shop.change(LastResort(id=1, store_id=STORE, kind="mail", target="boss@example.com"))
    shop.button().drill()
    shop.clock.advance(120)
    assert shop.server.letters == []
    who_rang(shop)


def test_staff_cannot_close_with_a_cause_of_another_shop(shop: Shop) -> None:
    from server.requests import Close, Ending

    shop.button().press()
    shop.clock.advance(2)
    answer = shop.server.ask(Close(shop.incident().id, ANNA, Ending(Outcome.RECOVERED, cause=77)))
    assert isinstance(answer, Refusal)
    assert who_rang(shop) == [ANNA]
    assert DMITRI not in who_rang(shop)
