"""Certificates that end before long, on both engines; the one that counts is the one that a device surely has."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broker_config.identity.certificate import LEAF_LIFE
from server.config import ServerSettings, StoreLink
from server.db import identities
from server.db.connect import Database
from server.db.readiness import read_devices
from server.db.tables import Fault
from server.doctor import collect
from server.engine.certificates import AHEAD
from server.rules.certificates import ENDS_SOON, life
from tests.unit.server.web.factory import NOW, Shop

DAY = timedelta(days=1)


def certificate(shop: Shop, device: str, ends: timedelta, **more: Any) -> None:
    with shop.db.transaction() as session:
        end = NOW + ends
        values = {"made_at": end - LEAF_LIFE, "not_after": end, "role": "button", "told_at": NOW}
        identities.add(session, store_id=shop.store, device=device, **{**values, **more})


def ending(shop: Shop) -> dict[str, int]:
    """Device -> days to its end."""
    with shop.db.reading() as session:
        found = identities.ending(session, shop.store, NOW + AHEAD)
    return {device: (one.not_after - NOW).days for device, one in found.items()}


def test_only_what_ends_before_long(db: Database) -> None:
    shop = Shop(db).build()
    certificate(shop, "hall", 10 * DAY)
    certificate(shop, "gw", -3 * DAY)
    certificate(shop, "srv", 200 * DAY)
    certificate(shop, "sold", 10 * DAY)  # stands in the shop no more
    certificate(shop, "srv", 5 * DAY, state=identities.REVOKED)
    certificate(shop, "srv", 5 * DAY, state=identities.REPLACED)
    assert ending(shop) == {"hall": 10, "gw": -3}


def test_a_next_one_that_the_device_never_confirmed_does_not_count(db: Database) -> None:
    shop = Shop(db).build()
    certificate(shop, "hall", 5 * DAY)
    certificate(shop, "hall", 50 * DAY)
    certificate(shop, "hall", 360 * DAY)
    assert ending(shop) == {"hall": 5}


def test_who_may_come_in_by_password_stays_inside(db: Database) -> None:
    shop = Shop(db).build()
    certificate(shop, "hall", 5 * DAY)
    certificate(shop, "hall", DAY, way=identities.PASSWORD, not_after=None, password_hash="x")
    assert ending(shop) == {}


def test_the_doctor_tells_of_devices_elsewhere_in_the_shop(db: Database) -> None:
    shop = Shop(db).build()
    certificate(shop, "hall", 10 * DAY)
    url = db.url.render_as_string(hide_password=False)
    link = StoreLink(
        id=shop.store, device="srv", broker_host="127.0.0.1", broker_port=1883, password_file=Path("none")
    )
    found = collect.ending(ServerSettings(database=url, stores=(link,)), NOW)
    assert found == {f"{shop.store}.hall": life(NOW + 10 * DAY - LEAF_LIFE, NOW + 10 * DAY)}


@pytest.mark.parametrize("over", [False, True])
def test_readiness_knows_by_the_fault_when_it_ends(db: Database, over: bool) -> None:
    shop = Shop(db).build()
    end = NOW + 4 * DAY
    with db.transaction() as session:
        row = Fault(
            store_id=shop.store,
            device="hall",
            kind="certificate_ends",
            since=end - ENDS_SOON,
            told_at=NOW,
            ended_at=NOW if over else None,
        )
        session.add(row)
    with db.reading() as session:
        devices, _ = read_devices(session, shop.store)
    assert {one.device: one.certificate_ends for one in devices}["hall"] == (None if over else end)
