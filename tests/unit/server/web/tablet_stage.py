"""A shared tablet in the shop of rows, and people who have PINs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from fastapi.testclient import TestClient

from server.db import pins, tablets
from server.db.connect import Database
from server.web.tablet.access import COOKIE
from tests.unit.server.api.shop import QUICK
from tests.unit.server.web.factory import NOW, Shop

SECRET = "a long secret of this tablet"
PIN = {"jaan": "482913", "olga": "705164", "marina": "310578"}
SHOWN = re.compile(r'class="door__number" role="status">(\d{3})\u00a0(\d{3})<')


def give_pins(shop: Shop) -> None:
    for login, pin in PIN.items():
        if login in shop.accounts:
            pins.choose(shop.db, shop.accounts[login], pin, NOW, QUICK)


def enrol(db: Database, store: str, by: int, secret: str = SECRET, name: str = "Checkout") -> int:
    with db.transaction() as session:
        tablets.open_door(session, store, by, NOW)
        number = tablets.ask(session, secret, "Chrome on a tablet", NOW)
        assert number is not None
        found = tablets.let_in(session, store, number, name, by, NOW)
    assert found is not None
    return found


@dataclass
class TabletHand:
    """Somebody who stands before it."""

    client: TestClient
    shop: Shop
    id: int
    secret: str = field(default=SECRET, repr=False)

    def get(self, path: str = "", status: int = 200) -> str:
        answer = self.client.get(f"/tablet{path}")
        assert answer.status_code == status, answer.text
        return answer.text

    def do(self, number: int, act: str, login: str, pin: str | None = None, **more: Any) -> Any:
        data = {"act": act, "who": self.shop.accounts[login], "pin": pin or PIN[login], **more}
        return self.client.post(f"/tablet/calls/{number}/do", data=data)


def hand(client: TestClient, shop: Shop, by: str = "marina") -> TabletHand:
    found = enrol(shop.db, shop.store, shop.accounts[by])
    client.cookies.set(COOKIE, SECRET)
    return TabletHand(client, shop, found)
