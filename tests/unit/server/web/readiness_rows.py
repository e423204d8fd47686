"""Rows of a shop that is watched: opening hours, people on the floor, canaries, covered time."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import select

from server.db.tables import Canary, Coverage, Opening, PolicyStep, Shift, Transmitter
from tests.unit.server.web.factory import NOW, Shop


def watched(shop: Shop) -> Shop:
    """Everything works: tried a few minutes ago, covered since yesterday."""
    with shop.db.transaction() as session:
        for day in range(7):
            session.add(Opening(store_id=shop.store, weekday=day, opens=time(9), closes=time(21)))
            for carrier in shop.carriers:
                session.add(
                    Shift(
                        store_id=shop.store,
                        carrier_id=carrier,
                        zone_id=None,
                        weekday=day,
                        starts=time(8),
                        ends=time(22),
                    )
                )
        for position, (target, role) in enumerate((("zone", None), ("role", "shift_lead")), start=1):
            session.add(PolicyStep(policy_id=1, position=position, after_s=0, target=target, role=role))
    for number in range(1, len(shop.buttons) + 1):
        canary(shop, number, ago=60 * number)
    covered(shop, 26 * 60)
    return shop


def canary(shop: Shop, number: int, *, ago: float, **more: Any) -> None:
    at = NOW - timedelta(seconds=ago)
    values: dict[str, Any] = {
        "id": uuid4(),
        "store_id": shop.store,
        "device": "hall",
        "input": number,
        "gateway": "gw",
        "transmitter": "roof",
        "asked_at": at,
        "press_id": uuid4(),
        "pressed_at": at,
        "page_id": uuid4(),
        "final_at": at,
        "state": "good",
        "dialogue": True,
    }
    with shop.db.transaction() as session:
        session.add(Canary(**{**values, **more}))


def covered(shop: Shop, minutes: float, *causes: tuple[str, str], until: float = 0) -> None:
    """A span of so many minutes that ended `until` seconds ago."""
    last = NOW - timedelta(seconds=until)
    with shop.db.transaction() as session:
        session.add(
            Coverage(
                store_id=shop.store,
                starts_at=last - timedelta(minutes=minutes),
                ends_at=last,
                ok=not causes,
                causes=[{"code": code, "about": about} for code, about in causes],
            )
        )


def dead(shop: Shop, cause: str) -> None:
    with shop.db.transaction() as session:
        for one in session.exec(select(Transmitter)):
            one.state, one.cause = "dead", cause
