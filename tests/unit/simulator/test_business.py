"""A shop's days as a model: when customers come, what they push about, how long they wait, what goes wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from simulator.business import draw, mishaps, season, staffing, visits
from simulator.business import figures as f
from simulator.business.customers import COSTS, Customers
from simulator.business.places import COUNTERS, TILLS, UNUSED, kind_of
from simulator.business.visits import Button, Shop, Visit, What

TALLINN = ZoneInfo("Europe/Tallinn")
MONDAY = date(2026, 3, 2)
TILL = Button("b1", 1, "red", "Tills 1-4", "Checkout")
FISH = Button("b1", 2, "red", "Fish counter", "Fish")
GREEN = Button("b1", 3, "green", "Way out", "Entrance")
SPARE = Button("b1", 4, "red", "Spare button 1", "Entrance")
SHOP = Shop("s1", (*(replace(TILL, input=n) for n in range(5, 11)), FISH, GREEN, SPARE), TALLINN, MONDAY)


def days(count: int, shop: Shop = SHOP) -> list[list[Visit]]:
    return [visits.day(shop, MONDAY + timedelta(days=number)) for number in range(count)]


@pytest.fixture(scope="module")
def weeks() -> list[list[Visit]]:
    return days(12 * 7)


def test_a_day_depends_on_seed_and_date_alone() -> None:
    assert visits.day(SHOP, MONDAY) == visits.day(SHOP, MONDAY)
    assert visits.day(SHOP, MONDAY) != visits.day(replace(SHOP, seed=2), MONDAY)
    assert visits.day(SHOP, MONDAY) != visits.day(replace(SHOP, name="s2"), MONDAY)


def test_noon_and_the_way_home_are_busy_and_saturday_most_of_all(weeks: list[list[Visit]]) -> None:
    hours = Counter(one.at.hour for day in weeks for one in day if one.what is What.CALL)
    assert hours[18] > hours[12] > hours[10] > hours[8] > hours[3]
    assert hours[12] > hours[15]
    weekdays = Counter(one.at.weekday() for day in weeks for one in day if one.what is What.CALL)
    assert weekdays.most_common(1)[0][0] == 5
    assert weekdays[5] > 1.4 * weekdays[0]


def test_tills_have_queues_and_the_fish_counter_has_goods(weeks: list[list[Visit]]) -> None:
    calls = [one for day in weeks for one in day if one.what is What.CALL]
    for button, cause in ((SHOP.buttons[0], "queue"), (FISH, "goods")):
        assert Counter(one.cause for one in calls if one.button == button).most_common(1)[0][0] == cause
    assert not any(one.button == SPARE for day in weeks for one in day)
    assert {one.what for day in weeks for one in day if one.button == GREEN} == {What.COUNTED}


def test_children_come_after_school(weeks: list[list[Visit]]) -> None:
    pranks = [one for day in weeks for one in day if one.what is What.PRANK]
    assert pranks
    assert {one.at.hour for one in pranks} <= {13, 14, 15, 16}
    assert max(one.at.weekday() for one in pranks) == 4


def test_nobody_comes_when_the_shop_is_closed() -> None:
    hours = [(9.0, 21.0)]
    found = [one for number in range(7) for one in visits.day(SHOP, MONDAY + timedelta(number), hours)]
    assert found
    assert all(9 <= one.at.hour < 21 for one in found)
    assert visits.day(SHOP, MONDAY, []) == []


def test_a_year_later_there_are_fewer_calls_and_more_loyal_customers() -> None:
    assert season.trend(date(2027, 3, 2), MONDAY, f.BETTER_A_YEAR) == pytest.approx(0.94, abs=0.001)
    assert season.trend(MONDAY, MONDAY, f.LOYAL_A_YEAR) == 1


def test_the_day_of_the_clock_change_has_all_its_customers() -> None:
    night = season.moment(date(2026, 3, 29), 3.5, TALLINN)
    assert night.astimezone(ZoneInfo("UTC")).hour == 1 - (night.utcoffset() == timedelta(hours=3))
    assert visits.day(SHOP, date(2026, 3, 29))


def test_every_four_weeks_have_one_of_each_mishap_on_days_of_their_own() -> None:
    for block in range(3):
        start = MONDAY + timedelta(days=28 * block)
        by_day = [mishaps.of_day(1, MONDAY, start + timedelta(days=day), TALLINN) for day in range(28)]
        assert Counter(one.mishap for day in by_day for one in day) == dict.fromkeys(mishaps.Mishap, 1)
        assert max(len(day) for day in by_day) == 1
        assert not by_day[0]
        assert not by_day[-1]


def test_breaks_are_taken_every_day_and_some_people_do_not_come() -> None:
    turns = [staffing.day(1, MONDAY + timedelta(days=number), TALLINN, 12) for number in range(60)]
    assert all(sum(one.look is staffing.Look.BREAK for one in day) == len(f.BREAKS_H) for day in turns)
    assert 5 < sum(one.look is staffing.Look.ABSENT for day in turns for one in day) < 60


NOON = datetime(2026, 3, 2, 12, tzinfo=TALLINN)
CALL = Visit(NOON, FISH, What.CALL, "goods", patience_s=100.0)


def met(visit: Visit, after_s: float, seed: int = 1) -> tuple[str, str | None, str, int]:
    customers = Customers()
    customers.came(visit)
    found = customers.met(visit.button.label, visit.at + timedelta(seconds=after_s), draw.stream(seed))
    return found.outcome, found.cause, found.remedy, found.cost_cents


def test_who_comes_too_late_finds_nobody() -> None:
    assert met(CALL, 101) == ("left_before_contact", None, "none", 0)
    assert {met(CALL, 99, seed)[0] for seed in range(60)} == {"recovered", "not_recovered"}


def test_the_longer_the_wait_the_less_is_put_right() -> None:
    patient = replace(CALL, patience_s=600.0)
    soon, late = (
        sum(met(patient, wait, seed)[0] == "recovered" for seed in range(300)) for wait in (20.0, 420.0)
    )
    assert soon > 1.3 * late


def test_what_is_given_has_its_price() -> None:
    for seed in range(200):
        _, _, remedy, cents = met(CALL, 30, seed)
        least, most = COSTS[remedy]
        assert least <= cents <= most
        assert cents % 50 == 0


def test_a_prank_is_found_out_but_does_not_hide_a_customer() -> None:
    prank = replace(CALL, what=What.PRANK, at=NOON + timedelta(seconds=20))
    assert {met(prank, 30, seed)[0] for seed in range(30)} == {"abuse", "false_press"}
    customers = Customers()
    customers.came(CALL)
    customers.came(prank)
    assert customers.met(FISH.label, NOON + timedelta(seconds=40), draw.stream(1)).cause != "other"
    assert not customers.waits(CALL, NOON + timedelta(seconds=41))


def test_places_are_known_by_their_names() -> None:
    assert kind_of("Scanner island", "Self-checkout") is TILLS
    assert kind_of("Касса 3", "") is TILLS
    assert kind_of("Kalalett", "") is COUNTERS
    assert kind_of("Spare button 2", "Checkout") is UNUSED
