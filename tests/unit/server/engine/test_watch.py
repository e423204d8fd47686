"""The look of every minute: what it writes down, how seldom it looks, and what it does when the server was away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from broker_config import channels
from broker_config.codec import publication
from broker_config.link import Disconnected, Publication
from broker_config.messages import Command, DeviceState, DeviceStatus
from server.db.connect import Database
from server.db.tables import Canary, Coverage, Device, Journal, Store
from server.engine.events import FromLink
from server.engine.watch import Watch
from server.engine.work import Work
from server.requests import RunCanaries
from server.rules import facts
from simulator.clock import VirtualLoop
from tests import small_shop
from tests.engine_box import EngineBox
from tests.small_shop import STORE

MINUTE = timedelta(minutes=1)


class Watching(EngineBox):
    """Its probes come back, and its devices are online."""

    echo = True

    def minutes(self, count: float) -> None:
        for _ in range(round(count * 6)):
            self.time.advance(10)
            self.answer_probes()

    def answer_probes(self) -> None:
        probes: list[Publication] = [one for one in self.link.published if one.topic.endswith("/probe")]
        for one in probes:
            self.link.published.remove(one)
            if self.echo:
                self.deliver(one)
        self.time.advance(0)

    def status(self, kind: str, device: str, state: DeviceState) -> None:
        message = DeviceStatus(state=state, run="abcd", boot="beef", sw="x")
        self.deliver(publication(channels.STATUS, STORE, kind, device, message))
        self.time.advance(0)

    def coverage(self) -> list[Coverage]:
        with self.db.reading() as session:
            return list(session.exec(select(Coverage).order_by(col(Coverage.starts_at))))

    def causes(self) -> list[list[str]]:
        return [[str(one["code"]) for one in row.causes] for row in self.coverage()]

    def told(self) -> list[str | None]:
        with self.db.reading() as session:
            found = session.exec(
                select(Journal).where(Journal.action == "coverage").order_by(col(Journal.id))
            )
            return [one.new for one in found]


@pytest.fixture
def box(db: Database) -> Iterator[Watching]:
    with db.transaction() as session:
        small_shop.fill(session, inputs=1)
        session.flush()
        for device in session.exec(select(Device)):
            device.state, device.run = "offline" if device.kind == "b" else "online", "abcd"
    made = Watching(db, watch=True)
    made.answer_probes()
    yield made
    made.close()


def test_the_end_of_what_is_so_moves_on_every_minute(box: Watching) -> None:
    box.minutes(5)
    (row,) = box.coverage()
    assert not row.ok
    assert {one["code"] for one in row.causes} >= {"offline"}
    assert row.ends_at is not None
    assert timedelta(0) <= box.time.now() - row.ends_at <= MINUTE
    assert row.ends_at.second == 0
    assert box.told() == ["not_covered"]


def test_a_change_begins_a_new_row_soon(box: Watching) -> None:
    box.minutes(1)
    before = box.causes()
    box.status("g", "g1", DeviceState.OFFLINE)
    box.time.advance(6)
    rows = box.coverage()
    assert len(rows) == len(before) + 1
    assert rows[-2].ends_at == rows[-1].starts_at
    assert {"code": "offline", "about": "g1"} in rows[-1].causes


def test_what_is_told_twice_begins_nothing(box: Watching) -> None:
    box.minutes(1)
    box.status("g", "g1", DeviceState.ONLINE)
    box.minutes(2)
    assert len(box.coverage()) == 1


def test_a_flapping_device_does_not_make_it_look_all_the_time(
    box: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    real = Watch.look

    def look(watch: Watch, work: Work, store: facts.Store) -> None:
        looks.append(1)
        real(watch, work, store)

    monkeypatch.setattr(Watch, "look", look)
    box.minutes(1)
    looks.clear()
    for number in range(60):
        box.status("g", "g1", DeviceState.OFFLINE if number % 2 else DeviceState.ONLINE)
        box.time.advance(0.5)
    assert len(looks) <= 8
    looks.clear()
    box.minutes(10)
    assert len(looks) <= 11


def test_the_link_is_lost(box: Watching) -> None:
    box.minutes(1)
    box.echo = False
    box.link.connected = False
    box.loop.put(FromLink(STORE, Disconnected(1, "gone", box.time.boot())))
    box.time.advance(6)
    assert "no_link" in box.causes()[-1]
    box.link.connected = True
    box.echo = True
    box.minutes(2)
    assert "no_link" not in box.causes()[-1]


def test_a_broker_that_swallows_everything(box: Watching) -> None:
    box.minutes(1)
    box.echo = False
    box.minutes(2)
    assert "no_link" in box.causes()[-1]


def test_a_pause_of_the_whole_machine_is_covered_by_nothing(box: Watching) -> None:
    box.minutes(2)
    box.loop.stop()
    box.time.advance(600)
    box.loop = VirtualLoop(box.core, box.time)
    box.loop.start()
    box.minutes(2)
    rows = box.coverage()
    assert rows[0].ends_at is not None
    assert rows[1].starts_at - rows[0].ends_at > 9 * MINUTE
    assert box.told() == ["not_covered"]  # nothing new


def test_what_is_away_is_not_asked_by_the_schedule(box: Watching) -> None:
    box.minutes(3)
    assert box.link.messages(channels.COMMAND, Command) == []
    box.status("b", "b2", DeviceState.ONLINE)
    box.time.advance(6)
    assert [one.args for one in box.link.messages(channels.COMMAND, Command)] == [{"input": 1}]
    with box.db.reading() as session:
        assert [one.device for one in session.exec(select(Canary))] == ["b2"]


def test_asked_for_while_nobody_looks(db: Database) -> None:
    with db.transaction() as session:
        small_shop.fill(session)
    box = EngineBox(db)
    box.ask(RunCanaries(STORE, None))
    box.time.advance(3600)
    with db.reading() as session:
        assert len(session.exec(select(Canary)).all()) == 5
        assert session.exec(select(Coverage)).all() == []
        assert session.get_one(Store, STORE).revision == 0
    box.close()
