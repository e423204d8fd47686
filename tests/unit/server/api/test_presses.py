"""Presses by JSON."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from server.db.tables import PressRow
from tests.unit.server.api.shop import BORIS, CHIEF, NOW, Shop

LIST = "/api/v1/stores/s1/presses"


def test_paging_reaches_every_press_once_also_with_equal_moments(shop: Shop) -> None:
    with shop.db.transaction() as session:
        for row in session.exec(select(PressRow).where(col(PressRow.seq).in_([2, 3, 4]))):
            row.pressed_at = NOW
    headers = shop.as_(CHIEF)
    seen: list[int] = []
    query: dict[str, str] = {"limit": "1"}
    for _ in range(5):
        answer: dict[str, Any] = shop.client.get(LIST, params=query, headers=headers).json()
        seen += [item["seq"] for item in answer["items"]]
        query["before"] = answer["next"]
    assert seen == [4, 3, 2, 5, 1]
    assert answer["next"] is None
    assert answer["items"][0]["incident"] == 1


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "ÿ", "AAAA", "a" * 201),
        base64.urlsafe_b64encode(b"2026-01-01T00:00:00 1").decode(),
        *(
            base64.urlsafe_b64encode(f"{at} {UUID(int=1)}".encode()).decode()
            for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
        ),
    ],
)
def test_a_cursor_that_is_not_ours(shop: Shop, cursor: str) -> None:
    assert shop.client.get(LIST, params={"before": cursor}, headers=shop.as_(CHIEF)).status_code == 422


def test_a_foreign_store(shop: Shop) -> None:
    assert shop.client.get(LIST, headers=shop.as_(BORIS)).status_code == 404


def test_a_quiet_call_that_was_taken_back_leaves_no_trace(shop: Shop) -> None:
    """Neither does the press that takes it back: it would tell where and when there was one."""
    common: dict[str, Any] = {
        "store_id": "s1",
        "device": "b1",
        "input": 9,
        "run": "aaaa",
        "boot": "bbbb",
        "purpose": "call",
    }
    common |= {"pressed_at": NOW, "received_at": NOW, "age_ms": 5, "age_known": True, "tries": 1}
    with shop.db.transaction() as session:
        session.add(PressRow(id=UUID(int=71), seq=71, kind="quiet", state="undone", **common))
        session.add(
            PressRow(id=UUID(int=72), seq=72, kind="undo", state="stored", ref=UUID(int=71), **common)
        )
        session.add(
            PressRow(id=UUID(int=73), seq=73, kind="undo", state="stored", ref=UUID(int=501), **common)
        )
    items = shop.client.get(LIST, headers=shop.as_(CHIEF)).json()["items"]
    assert [one["seq"] for one in items if one["seq"] > 70] == [73]
