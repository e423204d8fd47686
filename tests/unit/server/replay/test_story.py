"""Some hours of a shop in virtual time, recorded, and replayed: the same shop gives what really happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from server.db.connect import Database
from server.db.tables import LastResort, Opening, Pager, Policy, PolicyStep
from server.replay.compare import SAME, TRUTH, Comparison, compare
from server.replay.file import RecordFile
from server.replay.make import make_record
from server.replay.went import Went
from server.rules.facts import DutyKind
from server.rules.incidents import Outcome, State
from server.shop_file import ShopFile, parse_shop
from tests.databases import upgraded
from tests.shop import Shop
from tests.small_shop import ANNA, BORIS, CARMEN, DMITRI, STORE

NEAR = 0.7
"""Seconds: on the way from the finger to the server, and a page that waits for the transmitter."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    db = Database("sqlite://")
    upgraded(db)
    made = Shop(db, tmp_path)
    yield made
    made.server.kill()
    db.close()


def replayed(shop: Shop, folder: Path, **other: Any) -> Comparison:
    """The day of the story; `other`: sections of a second shop file that differ."""
    out = folder / "record.jsonl"
    day = shop.clock.now().date()
    make_record(shop.db, None, day - timedelta(days=1), day + timedelta(days=1), out, shop.clock.now())
    file = RecordFile(out)
    file.check()
    others: list[tuple[str, ShopFile]] = []
    if other:
        others.append(("other", parse_shop({**file.head.shop, **other})))
    return compare(file.head, file.lines, others)


def pages(went: Went) -> list[tuple[str, str, int]]:
    return [(page.key, page.reason, page.step) for page in went.pages]


def seconds(went: Went) -> list[float]:
    return [page.after.total_seconds() for page in went.pages]


def assert_same(found: Comparison) -> None:
    rows = found.rows()
    assert rows
    for row in rows:
        truth, same = row.went[0], row.went[1]
        assert truth is not None, row
        assert same is not None, row
        assert pages(same) == pages(truth)
        assert seconds(same) == pytest.approx(seconds(truth), abs=NEAR)
        assert same.answered_by == truth.answered_by
        if truth.answered_after is None:
            assert same.answered_after is None
        else:
            assert same.answered_after is not None
            assert same.answered_after.total_seconds() == pytest.approx(
                truth.answered_after.total_seconds(), abs=NEAR
            )
        assert (same.presses, same.nobody, same.fallback, same.last_resort, same.undone) == (
            truth.presses,
            truth.nobody,
            truth.fallback,
            truth.last_resort,
            truth.undone,
        )
    one, two = (column.figures for column in found.columns[:2])
    assert (one.calls, one.closed, one.late, one.pages) == (two.calls, two.closed, two.late, two.pages)


def last(shop: Shop) -> int:
    return max(one.number for one in shop.incidents())


def served(shop: Shop, who: int, *, after: float, outcome: Outcome = Outcome.RECOVERED) -> None:
    """The newest call: answered `after` seconds from now, then attended and closed."""
    number = last(shop)
    shop.clock.advance(after)
    shop.acknowledge(who, number)
    shop.clock.advance(40)
    shop.arrive(who, number)
    shop.clock.advance(150)
    shop.close(who, number, outcome)


def test_answers_from_the_first_step(shop: Shop, tmp_path: Path) -> None:
    for place, (number, who) in enumerate([(1, ANNA), (2, BORIS), (1, ANNA), (2, BORIS), (1, ANNA)]):
        shop.button("b1", number).press()
        shop.clock.advance(2)
        served(shop, who, after=4 + place)
        shop.clock.advance(700)
    found = replayed(shop, tmp_path)
    assert [column.name for column in found.columns] == [TRUTH, SAME]
    assert_same(found)
    assert found.columns[1].figures.answered == 5
    assert found.columns[1].figures.pages == 5


@pytest.mark.long
def test_later_steps_repeats_and_nobody_at_all(shop: Shop, tmp_path: Path) -> None:
    shop.change(LastResort(id=1, store_id=STORE, kind="mail", target="boss@example.com"))
    shop.button().press()
    shop.clock.advance(30)
    served(shop, CARMEN, after=0)
    shop.clock.advance(900)
    shop.button().press()
    shop.clock.advance(4000)  # nobody ever
    assert shop.incident(2).outcome == "unanswered"
    shop.button("b2", 2).press()
    shop.clock.advance(75)  # in the repeats
    served(shop, BORIS, after=0)
    found = replayed(shop, tmp_path)
    assert_same(found)
    assert found.columns[1].figures.unanswered == 1
    assert found.columns[1].figures.last_resort == 2


def test_passing_on_help_and_not_coming(shop: Shop, tmp_path: Path) -> None:
    shop.button().press()
    shop.clock.advance(8)
    shop.acknowledge(ANNA)
    shop.clock.advance(10)
    shop.pass_on(ANNA)
    shop.clock.advance(9)
    shop.acknowledge(CARMEN)
    shop.clock.advance(3)
    shop.need_help(CARMEN)
    shop.clock.advance(200)  # she does not come: paged again
    assert shop.incident().state == State.TRIGGERED.value
    shop.acknowledge(CARMEN)
    shop.clock.advance(20)
    shop.arrive(CARMEN)
    shop.clock.advance(60)
    shop.close(CARMEN)
    shop.clock.advance(1000)
    shop.button("b1", 2).press()
    shop.clock.advance(5)
    shop.pass_on(BORIS, 2, CARMEN)  # without saying "I am going" first
    shop.clock.advance(6)
    served(shop, CARMEN, after=1)
    assert_same(replayed(shop, tmp_path))


@pytest.mark.long
def test_merged_presses_and_a_failed_recovery(shop: Shop, tmp_path: Path) -> None:
    shop.button().press()
    shop.clock.advance(5)
    shop.button().press()
    shop.clock.advance(5)
    shop.acknowledge(ANNA)
    shop.clock.advance(5)
    shop.button().press()  # alerts Anna again
    shop.clock.advance(10)
    shop.arrive(ANNA)
    shop.clock.advance(60)
    shop.close(ANNA)
    shop.clock.advance(60)
    shop.button().press()
    shop.clock.advance(12)
    served(shop, ANNA, after=0)
    found = replayed(shop, tmp_path)
    assert_same(found)
    assert [pages(one)[0][1] for one in found.columns[1].went.calls] == ["step", "again"]
    assert found.columns[1].figures.joined == 2


@pytest.mark.long
def test_a_key_at_the_button_a_call_taken_back_and_one_that_is_not_closed(shop: Shop, tmp_path: Path) -> None:
    shop.button().press()
    shop.clock.advance(9)
    shop.button().arrive()
    shop.clock.advance(300)
    shop.close(ANNA, 1)
    shop.clock.advance(1000)
    shop.button("b2").press()
    shop.clock.advance(3)
    shop.button("b2").undo()
    shop.clock.advance(1000)
    shop.button("b1", 2).press()
    shop.clock.advance(6)
    shop.acknowledge(BORIS, 3)
    shop.clock.advance(10)
    shop.arrive(BORIS, 3)
    shop.clock.advance(4000)
    found = replayed(shop, tmp_path)
    assert_same(found)
    assert found.columns[1].figures.undone == 1


@pytest.mark.long
def test_breaks_the_opening_hours_and_nobody_on_the_floor(shop: Shop, tmp_path: Path) -> None:
    shop.edit(Pager, DMITRI, fallback=True)
    shop.duty(ANNA, DutyKind.BREAK, 10)
    shop.button().press()
    shop.clock.advance(3)
    served(shop, CARMEN, after=3)  # Anna is on a break, nobody else works in Dairy but Carmen
    for who in (BORIS, CARMEN):
        shop.duty(who, DutyKind.AWAY, 30)
    shop.duty(ANNA, DutyKind.AWAY, 30)
    shop.button().press()
    shop.clock.advance(3)
    served(shop, DMITRI, after=9)
    shop.clock.advance(3600)
    found = replayed(shop, tmp_path)
    assert_same(found)
    assert found.columns[1].figures.fallback == 1
    assert found.columns[1].figures.nobody_calls == 1
    assert 26 < found.columns[1].figures.nobody_minutes < 31


def test_closed_hours_call_nobody_and_another_shop_is_open(shop: Shop, tmp_path: Path) -> None:
    shop.change(*(Opening(store_id=STORE, weekday=day, opens=time(6), closes=time(12)) for day in range(7)))
    shop.button().press()
    shop.clock.advance(30)
    found = replayed(shop, tmp_path, opening=[])
    assert [column.figures.closed for column in found.columns] == [1, 1, 0]
    assert [column.figures.calls for column in found.columns] == [0, 0, 1]
    assert pages(found.columns[2].went.calls[0])[0] == ("AT", "step", 1)


def test_a_day_of_people_at_random(shop: Shop, tmp_path: Path) -> None:
    """Answers come at any step, or never; several calls are open at once."""
    seed = Random(11)
    shop.change(Policy(id=1, store_id=STORE, name="Whole shop", repeats=3))
    shop.edit(PolicyStep, 1, most=1)
    for _ in range(25):
        shop.button(seed.choice(["b1", "b2"]), seed.choice([1, 2])).press()
        shop.clock.advance(seed.choice([3, 17, 45, 130]))
        for incident in shop.incidents():
            who = seed.choice([ANNA, BORIS, CARMEN])
            rang = {page.carrier_id for page in shop.pages() if page.incident_id == incident.id}
            if incident.state == "triggered" and who in rang:
                shop.acknowledge(who, incident.number)
            elif incident.state == "acknowledged":
                shop.arrive(incident.acknowledged_by_id or who, incident.number)
            elif incident.state == "attended":
                shop.close(incident.attended_by_id or who, incident.number)
        shop.clock.advance(seed.choice([1, 40, 200, 900]))
    found = replayed(shop, tmp_path)
    assert_same(found)
    assert found.columns[1].figures.calls > 10
