"""Before opening and all day long the whole path is tried in silence, and it is said what does not work.

The shop opens at 15:00; the story begins an hour before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import col, select

from firmware_bridge.light import Shown
from server.db import readiness as rows
from server.db.connect import Database
from server.db.engine_store import read_store
from server.db.tables import Button, Canary, Incident, Journal, Opening, Page
from server.requests import Refusal, RunCanaries, StoreDone
from server.rules.coverage import Covered, covered_minutes
from server.rules.opening import stretches
from server.rules.readiness import Cause, LinkFact, Readiness, readiness
from tests.databases import upgraded
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, STORE

MONDAY = date(2026, 3, 2)
MINUTE = 60
HOUR = 60 * MINUTE


class Morning(Shop):
    """Every input that is set up is there, and the shop opens at 15:00 local, 13:00 UTC."""

    def __init__(self, db: Database, folder: Path) -> None:
        super().__init__(db, folder, watch=True)
        hours = [Opening(store_id=STORE, weekday=day, opens=time(15), closes=time(22)) for day in range(7)]
        with db.transaction() as session:
            session.add_all(hours)
        self.remove(Button, input=16)

    def canaries(self) -> list[Canary]:
        with self.db.reading() as session:
            return list(session.exec(select(Canary).order_by(col(Canary.asked_at))))

    def readiness(self) -> Readiness:
        """As the screen finds it."""
        now = self.clock.now()
        with self.db.reading() as session:
            store = read_store(session, STORE, now)
            assert store is not None
            return readiness(rows.read_facts(session, store, now - timedelta(days=3), now, LinkFact()), now)

    def causes(self) -> list[tuple[str, Cause | None]]:
        return [(line.key, line.cause) for line in self.readiness().bad]

    def covered(self) -> Covered:
        now = self.clock.now()
        with self.db.reading() as session:
            store = read_store(session, STORE, now)
            assert store is not None
            hours = stretches(store, MONDAY)
            return covered_minutes(rows.spans(session, STORE, hours[0][0], hours[0][1]), hours, now)

    def said(self, action: str) -> list[str | None]:
        with self.db.reading() as session:
            entries = session.exec(select(Journal).where(Journal.action == action).order_by(col(Journal.id)))
            return [entry.new for entry in entries]

    def until(self, hour: int, minute: int, second: int = 0) -> None:
        """Local time, that day."""
        moment = datetime.combine(MONDAY, time(hour - 2, minute, second), self.clock.now().tzinfo)
        self.clock.advance((moment - self.clock.now()).total_seconds())

    def nobody_was_disturbed(self) -> None:
        self.air.assert_empty()
        with self.db.reading() as session:
            assert session.exec(select(Incident)).first() is None
            assert session.exec(select(Page)).first() is None
        for unit in self.units.values():
            for number in (1, 2):
                assert set(unit.lights_seen(number)) <= {Shown.IDLE}


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[Morning]:
    db = Database("sqlite://")
    upgraded(db)
    made = Morning(db, tmp_path)
    yield made
    made.done()
    db.close()


def test_everything_is_tried_before_opening_and_nobody_notices(morning: Morning) -> None:
    morning.until(14, 29)
    assert morning.canaries() == []
    morning.until(14, 35)
    tried = morning.canaries()
    assert {(one.device, one.input) for one in tried} == {("b1", 1), ("b1", 2), ("b2", 1), ("b2", 2)}
    assert {(one.state, one.dialogue, one.radio) for one in tried} == {("good", True, False)}
    morning.until(15, 0, 5)
    assert morning.causes() == []
    assert morning.readiness().covered
    for before, after in pairwise(tried):
        assert (after.asked_at - before.asked_at).total_seconds() >= 1
    morning.nobody_was_disturbed()


def test_each_input_is_tried_every_quarter_of_an_hour_and_never_all_at_once(morning: Morning) -> None:
    morning.until(16, 20)
    moments: dict[tuple[str, int], list[datetime]] = {}
    for one in morning.canaries():
        moments.setdefault((one.device, one.input), []).append(one.asked_at)
    for of_one in moments.values():
        gaps = [after - before for before, after in pairwise(of_one)]
        assert max(gaps) <= timedelta(minutes=15, seconds=10)
        assert len(of_one) >= 7
    late = sorted(at for of_one in moments.values() for at in of_one if at.minute >= 45)
    assert all(b - a > timedelta(minutes=3) for a, b in pairwise(late))
    assert morning.covered() == Covered(80, 80, {})
    morning.nobody_was_disturbed()


def test_a_cable_is_pulled_and_put_back(morning: Morning) -> None:
    morning.until(15, 20)
    assert morning.causes() == []
    morning.transmitter.unplug()
    morning.clock.advance(20)
    assert ("g1/t1", Cause.DEAD) in morning.causes()
    line = next(one for one in morning.readiness().lines if one.key == "g1/t1")
    assert "cable" in line.said
    assert morning.said("coverage")[-1] == "not_covered"
    morning.until(15, 30)
    morning.transmitter.plug()
    morning.clock.advance(75)
    assert morning.causes() == []
    morning.until(16, 0)
    assert morning.said("coverage") == ["covered", "not_covered", "covered"]
    found = morning.covered()
    assert found.opening == 60
    assert 48 <= found.covered <= 49  # dead for ten minutes, and for what was left of the minutes around it
    assert set(found.lost) <= {("dead", "g1/t1"), ("failed", "g1/t1")}
    morning.nobody_was_disturbed()


def test_a_unit_that_makes_no_press_is_named(morning: Morning) -> None:
    morning.until(15, 1)
    morning.units["b2"].kill()
    morning.clock.advance(60)
    assert morning.causes() == [("b2", Cause.OFFLINE)]
    morning.units["b2"].start()
    morning.clock.advance(90)
    assert morning.causes() == []


def test_the_server_was_off(morning: Morning) -> None:
    morning.until(15, 10)
    morning.server.kill()
    morning.clock.advance(10 * MINUTE)
    morning.server.start()
    morning.until(15, 40)
    found = morning.covered()
    assert found.opening == 40
    assert found.uncovered in (11, 12)
    assert found.lost[("server_off", "")] in (10, 11)


def test_somebody_wants_to_see_it_now(morning: Morning) -> None:
    assert isinstance(morning.server.ask(RunCanaries(STORE, ANNA)), StoreDone)
    assert isinstance(morning.server.ask(RunCanaries(STORE, ANNA)), StoreDone)  # a second click
    morning.clock.advance(15)
    found = morning.canaries()
    assert len(found) == 4
    assert {(one.state, one.account_id) for one in found} == {("good", ANNA)}
    assert isinstance(morning.server.ask(RunCanaries(STORE, ANNA, "b1")), StoreDone)
    morning.clock.advance(15)
    assert [one.device for one in morning.canaries()][4:] == ["b1", "b1"]
    assert isinstance(morning.server.ask(RunCanaries(STORE, ANNA, "g1")), StoreDone)
    morning.clock.advance(15)
    assert len(morning.canaries()) == 7
    assert isinstance(morning.server.ask(RunCanaries("elsewhere", ANNA)), Refusal)
    assert isinstance(morning.server.ask(RunCanaries(STORE, 99)), Refusal)
    assert isinstance(morning.server.ask(RunCanaries(STORE, ANNA, "b9")), Refusal)
    morning.nobody_was_disturbed()


def test_a_customer_presses_while_a_canary_is_under_way(morning: Morning) -> None:
    morning.until(15, 5)
    morning.server.ask(RunCanaries(STORE, ANNA))
    morning.button("b1", 1).press()
    morning.clock.advance(10)
    morning.pager(ADDRESS[ANNA]).expects("DAIRY")
    assert morning.incident(1).presses == 1
    assert {one.state for one in morning.canaries()} == {"good"}
