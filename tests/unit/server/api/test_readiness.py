"""Readiness by JSON."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from server.db.tables import Canary, Coverage, Device
from server.requests import Refusal, RefusalReason, RunCanaries, StoreDone
from tests.unit.server.api.shop import ANNA, BORIS, CHIEF, NOW, Shop

READINESS = "/api/v1/stores/s1/readiness"
TRY = f"{READINESS}/try"


def test_what_is_wrong_with_what(shop: Shop) -> None:
    with shop.db.transaction() as session:
        session.add(Device(store_id="s1", device="b1", kind="b", state="online"))
        session.add(Device(store_id="s1", device="g1", kind="g", state="offline", changed_at=NOW))
        session.add(
            Coverage(store_id="s1", starts_at=NOW - timedelta(hours=1), ends_at=NOW, ok=True, causes=[])
        )
        two = NOW - timedelta(hours=2)
        session.add(Coverage(store_id="s1", starts_at=two, ends_at=two, ok=True, causes=[]))
        session.add(
            Canary(
                id=UUID(int=1),
                store_id="s1",
                device="b1",
                input=1,
                asked_at=NOW,
                press_id=UUID(int=2),
                pressed_at=NOW,
                final_at=NOW,
                state="bad",
                cause="no_transmitter",
            )
        )
    found = shop.client.get(READINESS, headers=shop.as_(ANNA)).json()
    assert (found["open"], found["covered"], found["running"]) == (True, False, 0)
    lines = {line["key"]: line for line in found["lines"]}
    assert (lines["g1"]["mood"], lines["g1"]["cause"]) == ("bad", "offline")
    assert (lines["b1"]["mood"], lines["b1"]["tried"][0]["pressed"]) == ("good", True)
    assert (lines["g1/t1"]["mood"], lines["g1/t1"]["cause"]) == ("warn", "offline")
    today = found["days"][0]
    assert (today["day"], today["opening"], today["covered"]) == ("2026-03-02", 120, 60)
    assert today["lost"] == {"server_off": 60}
    assert found["days"][1]["opening"] == 0  # nobody had looked yet
    assert len(found["days"]) == 14


def test_try(shop: Shop) -> None:
    shop.desk.answer = StoreDone("s1", 0)
    assert shop.client.post(TRY, headers=shop.as_(CHIEF)).status_code == 202
    again = shop.client.post(TRY, headers=shop.as_(CHIEF), json={"device": "b1"})
    assert (again.status_code, again.json()) == (202, {"store": "s1"})
    assert shop.desk.asked == [RunCanaries("s1", CHIEF), RunCanaries("s1", CHIEF, "b1")]


@pytest.mark.parametrize("body", [{"device": 7}, {"devices": "b1"}, {"device": "x" * 40}])
def test_what_is_no_device(shop: Shop, body: dict[str, object]) -> None:
    assert shop.client.post(TRY, headers=shop.as_(CHIEF), json=body).status_code == 422
    assert shop.desk.asked == []


def test_try_in_vain(shop: Shop) -> None:
    closed = shop.client.post(TRY, headers=shop.as_(CHIEF))
    assert (closed.status_code, closed.headers["retry-after"]) == (503, "2")
    shop.desk.answer = Refusal(None, RefusalReason.BAD_VALUE)
    assert shop.client.post(TRY, headers=shop.as_(CHIEF)).status_code == 409


def test_who_may(shop: Shop) -> None:
    assert shop.client.post(TRY, headers=shop.as_(ANNA)).status_code == 403
    assert shop.client.get(READINESS, headers=shop.as_(BORIS)).status_code == 404
    assert shop.client.post(TRY, headers=shop.as_(BORIS)).status_code == 404
    assert shop.client.get(READINESS).status_code == 401
