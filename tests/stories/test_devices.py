"""A device's life as the server tells it: away, silent, taken over; its lost presses, its settings, its commands."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from broker_config import channels
from broker_config.codec import publication
from broker_config.identity.certificate import LEAF_LIFE
from broker_config.messages import CommandName, Telemetry
from server.db import identities
from server.db.devices import DeviceDay, DeviceLine, InForce, device_day, device_lines
from server.db.tables import Button, Device, Fault, Identity, Incident
from server.engine.certificates import LOOK_EVERY
from server.engine.vitals import Unit
from server.requests import (
    Answer,
    ChangeSettings,
    CommandDevice,
    CommandSent,
    Refusal,
    RefusalReason,
    SettingsSent,
)
from server.rules.presence import Presence
from simulator.button import SimulatedUnit
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, STORE

B1: Unit = (STORE, "b1")


def line(shop: Shop, device: str = "b1") -> DeviceLine:
    with shop.db.reading() as session:
        return next(one for one in device_lines(session, STORE) if one.device == device)


def day(shop: Shop, device: str = "b1") -> DeviceDay:
    with shop.db.reading() as session:
        found = device_day(session, STORE, device, shop.clock.now())
        assert found is not None
        return found


def kinds(shop: Shop, device: str = "b1") -> list[str]:
    return [fault.kind for fault in line(shop, device).faults]


def tell(shop: Shop, **more: Any) -> None:
    """As unit b1 will say it by itself."""
    told = Telemetry(**{"run": line_run(shop), "boot": "b00b", "up_s": 9, "sw": "story", **more})
    shop.units["b1"].link.publish(publication(channels.TELEMETRY, STORE, "b", "b1", told))
    shop.clock.advance(1)


def line_run(shop: Shop) -> str:
    found = line(shop).telemetry
    assert found is not None
    return found.run


def command(shop: Shop, name: CommandName, device: str = "b1", **args: Any) -> Answer | None:
    return shop.server.ask(CommandDevice(STORE, ANNA, device, name, args))


def client(shop: Shop, device: str = "b1") -> str:
    return f"{STORE}.{device}"


def test_a_unit_tells_of_itself(shop: Shop) -> None:
    shop.clock.advance(75)
    found = line(shop)
    assert (found.presence, found.spool, found.faults) == (Presence.ONLINE, 0, ())
    assert found.telemetry is not None
    assert [one.input for one in found.telemetry.inputs if one.key_of is None] == [1, 2]
    assert found.telemetry.seq == 0
    assert (shop.clock.now() - (found.heard_at or shop.clock.now())).total_seconds() <= 75
    assert line(shop, "g1").telemetry is not None
    assert {one.presence for one in (line(shop, "b2"), line(shop, "srv"))} == {Presence.ONLINE}


def test_a_press_that_the_disk_lost_is_missed_when_the_unit_tells_of_itself(
    unkept: Shop, tmp_path: Path
) -> None:
    """There never was a receipt for the second one, and the unit's spool is empty all the same."""
    shop = unkept
    shop.clock.advance(80)
    shop.server.kill()
    for _ in range(3):
        shop.button().press()
        shop.clock.advance(10)
    shop.units["b1"].kill()
    with closing(sqlite3.connect(tmp_path / "b1" / "spool.sqlite", isolation_level=None)) as spool:
        spool.execute("DELETE FROM press WHERE seq = 2")
    shop.units["b1"].start()
    shop.clock.advance(300)
    shop.server.start()
    shop.clock.advance(100)
    assert [press.seq for press in shop.presses()] == [1, 3]
    (gap,) = line(shop).faults
    assert (gap.kind, gap.count, gap.text) == ("gap", 1, "2")


def test_a_frozen_link_is_dead_within_half_a_minute(shop: Shop) -> None:
    shop.clock.advance(70)
    shop.broker.cut(client(shop))
    shop.clock.advance(30)
    assert (line(shop).presence, kinds(shop)) == (Presence.OFFLINE, ["dead"])
    assert kinds(shop, "b2") == []
    shop.broker.mend(client(shop))
    shop.clock.advance(60)
    assert (line(shop).presence, kinds(shop)) == (Presence.ONLINE, [])
    (over,) = day(shop).faults
    assert over.kind == "dead"
    assert over.ended_at is not None


def test_a_killed_unit_is_dead_and_its_day_says_so(shop: Shop) -> None:
    shop.clock.advance(300)
    shop.units["b1"].kill()
    shop.clock.advance(30)
    assert kinds(shop) == ["dead"]
    assert command(shop, CommandName.PROBE) == Refusal(None, RefusalReason.AWAY)
    shop.clock.advance(600)
    assert [sample.online for sample in day(shop).samples][-2:] == [False, False]
    shop.units["b1"].start()
    shop.clock.advance(10)
    assert kinds(shop) == []


def test_a_server_that_was_away_takes_nobody_for_dead(shop: Shop) -> None:
    shop.clock.advance(70)
    shop.server.kill()
    shop.clock.advance(1800)
    shop.server.start()
    shop.clock.advance(120)
    assert [kinds(shop, device) for device in ("b1", "b2", "g1")] == [[], [], []]
    with shop.db.reading() as session:
        assert session.exec(select(Fault)).all() == []


def test_a_press_that_never_came_and_one_that_came_late(shop: Shop) -> None:
    """The unit numbers its presses; two of them were lost with its disk, and one was found again."""
    shop.clock.advance(70)
    shop.button().press()
    shop.clock.advance(5)
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")
    shop.acknowledge(ANNA)
    (press,) = shop.presses()
    tell(shop, seq=press.seq + 2, spool=2)
    assert kinds(shop) == []
    tell(shop, seq=press.seq + 2)
    (gap,) = line(shop).faults
    assert (gap.kind, gap.count, gap.text) == ("gap", 2, f"{press.seq + 1}-{press.seq + 2}")
    shop.server.restart()
    shop.clock.advance(5)
    shop.button(number=2).press()  # the counter goes on from where the unit's own disk has it
    shop.clock.advance(15)
    shop.pager(ADDRESS[2]).expects("WINE")
    (gap,) = line(shop).faults
    assert (gap.count, gap.text) == (1, f"{press.seq + 2}")
    with shop.db.reading() as session:
        assert {row.number for row in session.exec(select(Incident))} == {1, 2}  # a fault is no incident


def test_presses_that_waited_for_the_server_are_no_gap(unkept: Shop) -> None:
    shop = unkept
    shop.clock.advance(70)
    shop.server.kill()
    for _ in range(5):
        shop.button().press()
        shop.clock.advance(200)
    shop.server.start()
    shop.clock.advance(30)
    tell(shop, seq=max(press.seq for press in shop.presses()))
    shop.clock.advance(300)
    assert len(shop.presses()) == 5
    assert kinds(shop) == []


def test_two_units_with_one_name(shop: Shop) -> None:
    shop.clock.advance(70)
    twin = SimulatedUnit(shop.clock, shop.broker.link, STORE, "b1", (1, 2), seed=77, password="pw")
    shop.clock.advance(60)
    (fault,) = line(shop).faults
    assert fault.kind == "taken_over"
    assert fault.count > 1
    twin.kill()
    shop.clock.advance(4000)
    assert kinds(shop) == []


def test_settings_that_a_device_takes(shop: Shop) -> None:
    """And the ones of a device that was away are told when it comes."""
    sent = shop.server.ask(ChangeSettings(STORE, ANNA, "g1", 0, {"telemetry_s": 20}))
    assert sent == SettingsSent(STORE, "g1", 1)
    shop.clock.advance(1)
    assert day(shop, "g1").settings.state is InForce.IN_FORCE
    shop.broker.cut(client(shop, "g1"))
    shop.clock.advance(30)
    assert shop.server.ask(ChangeSettings(STORE, ANNA, "g1", 1, {"telemetry_s": 30})) == SettingsSent(
        STORE, "g1", 2
    )
    assert line(shop, "g1").settings is InForce.WAITING
    shop.broker.mend(client(shop, "g1"))
    shop.clock.advance(60)
    assert line(shop, "g1").settings is InForce.IN_FORCE
    found = line(shop, "g1").telemetry
    assert found is not None
    assert found.cfg_rev == 2


def test_settings_that_a_device_refuses(shop: Shop) -> None:
    shop.server.ask(ChangeSettings(STORE, ANNA, "b1", 0, {"lights": "fireworks"}))
    shop.clock.advance(1)
    assert line(shop).settings is InForce.REFUSED
    assert kinds(shop) == ["settings_refused"]
    shop.server.restart()
    shop.clock.advance(15)
    assert kinds(shop) == ["settings_refused"]


def test_a_drill_from_the_screen_rings_a_wrist(shop: Shop) -> None:
    assert isinstance(command(shop, CommandName.DRILL, input=1), CommandSent)
    shop.clock.advance(10)
    (said,) = day(shop).commands
    assert (said.name, said.state, said.by) == ("drill", "done", "Anna T.")
    assert shop.incident().purpose == "drill"
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")


def test_a_command_into_a_frozen_link_has_no_answer(shop: Shop) -> None:
    shop.clock.advance(70)
    shop.broker.cut(client(shop))
    assert isinstance(command(shop, CommandName.IDENTIFY), CommandSent)
    shop.clock.advance(29)
    assert [one.state for one in day(shop).commands] == ["asked"]
    shop.clock.advance(2)
    assert [one.state for one in day(shop).commands] == ["no_answer"]


@pytest.mark.parametrize("away", [False, True])
def test_a_unit_that_left_the_shop_finds_no_settings_at_the_broker(shop: Shop, away: bool) -> None:
    shop.server.ask(ChangeSettings(STORE, ANNA, "b2", 0, {"volume": 1}))
    shop.clock.advance(5)
    assert f"rb/1/{STORE}/b/b2/cfg" in shop.broker.retained
    shop.units["b2"].kill()
    if away:
        shop.server.kill()
    with shop.db.transaction() as session:
        for row in session.exec(select(Button).where(Button.device == "b2")):
            row.active = False
        session.delete(session.exec(select(Device).where(Device.device == "b2")).one())
    if away:
        shop.server.start()
    else:
        shop.change()
    shop.clock.advance(30)
    assert not [topic for topic in shop.broker.retained if topic.endswith("/b2/cfg")]
    assert [one.device for one in _lines(shop)] == ["b1", "g1", "srv"]


def _lines(shop: Shop) -> tuple[DeviceLine, ...]:
    with shop.db.reading() as session:
        return device_lines(session, STORE)


def test_a_certificate_that_nobody_renews_is_told_and_over_when_there_is_a_new_one(shop: Shop) -> None:
    now = shop.clock.now()
    ends = now + timedelta(days=40)
    with shop.db.transaction() as session:
        old = identities.add(
            session,
            store_id=STORE,
            device="b1",
            role="button",
            made_at=ends - LEAF_LIFE,
            not_after=ends,
            told_at=now,
        )
        number = old.id
    look = LOOK_EVERY.total_seconds() + 75
    shop.clock.advance(look)
    assert kinds(shop) == ["certificate_late"]
    with shop.db.transaction() as session:
        row = session.get_one(Identity, number)
        row.not_after, row.made_at = now + timedelta(days=3), now - timedelta(days=362)
    shop.clock.advance(look)
    assert kinds(shop) == ["certificate_ends"]
    assert [one.kind for one in day(shop).faults if one.ended_at] == ["certificate_late"]
    with shop.db.transaction() as session:
        identities.end(session, STORE, "b1", shop.clock.now(), state=identities.REPLACED)
        new = shop.clock.now()
        identities.add(
            session, store_id=STORE, device="b1", role="button", made_at=new, not_after=new + LEAF_LIFE
        )
    shop.clock.advance(look)
    assert kinds(shop) == []
