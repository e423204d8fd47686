"""Devices on both engines: what a status changes, and whose status is not believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from broker_config.messages import DeviceStatus
from broker_config.messages.device import DeviceState
from server.db import devices
from server.db.connect import Database
from server.db.tables import Device, Store

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=9)


def _status(state: str, run: str = "aaaa") -> DeviceStatus:
    return DeviceStatus(state=DeviceState(state), run=run, boot="b00b", sw="1.0")


def _shop(db: Database) -> None:
    with db.transaction() as session:
        session.add_all([Store(id="s1", name="One"), Store(id="s2", name="Two")])
        session.flush()
        session.add_all(
            [
                Device(store_id="s1", device="g1", kind="g"),
                Device(store_id="s1", device="b1", kind="b"),
                Device(store_id="s2", device="b1", kind="b"),
            ]
        )


def _set(db: Database, status: DeviceStatus, now: datetime = NOW, device: str = "b1") -> bool:
    with db.transaction() as session:
        return devices.set_status(session, "s1", device, status, now)


def _row(db: Database, store: str = "s1") -> Device:
    with db.reading() as session:
        return next(row for row in devices.of_store(session, store) if row.device == "b1")


def test_known_devices_of_one_store(db: Database) -> None:
    _shop(db)
    with db.reading() as session:
        assert devices.known(session, "s1") == {"b1": "b", "g1": "g"}


def test_online_and_offline(db: Database) -> None:
    _shop(db)
    assert _set(db, _status("online"))
    row = _row(db)
    assert (row.state, row.run, row.boot, row.sw, row.changed_at) == ("online", "aaaa", "b00b", "1.0", NOW)
    assert not _set(db, _status("online"), LATER)
    assert _row(db).changed_at == NOW
    assert _set(db, _status("offline"), LATER)
    assert (_row(db).state, _row(db).changed_at) == ("offline", LATER)
    assert _row(db, "s2").state == "unknown"


def test_the_will_of_a_process_with_a_successor_is_ignored(db: Database) -> None:
    _shop(db)
    _set(db, _status("online", "aaaa"))
    _set(db, _status("online", "bbbb"))
    assert not _set(db, _status("offline", "aaaa"), LATER)
    assert (_row(db).state, _row(db).run) == ("online", "bbbb")
    assert _set(db, _status("offline", "bbbb"), LATER)


def test_a_device_first_heard_of_as_offline_is_offline(db: Database) -> None:
    _shop(db)
    assert _set(db, _status("offline"))
    assert _row(db).state == "offline"


def test_nothing_is_noted_of_a_stranger(db: Database) -> None:
    _shop(db)
    assert not _set(db, _status("online"), device="b9")
    with db.reading() as session:
        assert "b9" not in devices.known(session, "s1")
