"""What stands around a shop of rows in tests: a desk that answers as told, services, and days worth looking at."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import SQLModel

from server.db.connect import Database
from server.requests import AboutStore, Answer, Done, Request, StoreDone
from server.rules.incidents import State
from server.web.frame.bell import Bell
from server.web.services import Services, WebSettings
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.images import filled, is_still

HERE = ("127.0.0.1", 50_000)
"""A browser on the server's own machine: over plain HTTP nobody else may sign in."""


class FakeDesk:
    """Answers as it is told and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answers: list[Answer | Exception] = []

    def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else self._agrees(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _agrees(self, request: Request) -> Answer:
        if isinstance(request, AboutStore):
            return StoreDone(request.store, 1)
        return Done(request.incident, State.ACKNOWLEDGED)


def services(db: Database, desk: FakeDesk | None = None, now: datetime = NOW, **more: Any) -> Services:
    return Services(
        db=db,
        desk=desk or FakeDesk(),
        bell=more.pop("bell", None) or Bell(),
        now=more.pop("clock", None) or (lambda: now),
        stopping=more.pop("stopping", None) or (lambda: False),
        settings=WebSettings(allowed_hosts=("127.0.0.1", "localhost", "testserver")),
    )


def memory() -> Database:
    """An empty database with all tables, gone when it is closed."""
    return empty(Database("sqlite://"))


def empty(db: Database) -> Database:
    """A database in memory with all tables and no rows, whatever it held."""
    filled("tables", db, lambda: SQLModel.metadata.create_all(db.write_engine))
    return db


_shops: dict[str, Shop] = {}
"""What a test may know of the rows of an image."""


def fresh_shop(db: Database) -> Shop:
    """`Shop(db).build()`, for a database of `memory`."""
    return _known("shop", Shop(db), Shop.build)


def busy_day(shop: Shop) -> Shop:
    """The board of the pictures: three wait, two are on the way, one is with the customer, five are closed."""
    if shop.db.in_memory and is_still("shop", shop.db) and replace(_shops["shop"], db=shop.db) == shop:
        return _known("busy day", shop, _busy_day)
    return _busy_day(shop)


def _known(name: str, shop: Shop, fill: Callable[[Shop], object]) -> Shop:
    if filled(name, shop.db, lambda: fill(shop)):
        _shops[name] = deepcopy(replace(shop, db=None))  # type: ignore[arg-type]
    else:
        for one in fields(shop):
            if one.name != "db":
                setattr(shop, one.name, deepcopy(getattr(_shops[name], one.name)))
    return shop


def _busy_day(shop: Shop) -> Shop:
    shop.account("jaan", "Jaan Tamm", carrier=shop.carriers[0])
    shop.account("olga", "Olga Smirnova", carrier=shop.carriers[1])
    shop.account("marina", "Marina Kask", role="manager", carrier=shop.carriers[2])
    for place, ago, answered, by, outcome in (
        (7, 3_300, 44.0, "jaan", "recovered"),
        (0, 2_240, 130.0, "marina", "not_recovered"),
        (2, 1_580, 34.0, "olga", "recovered"),
        (6, 740, 82.0, "olga", "false_press"),
        (3, 330, 51.0, "jaan", "recovered"),
    ):
        shop.incident(
            place,
            ago,
            state=State.CLOSED,
            answered=answered,
            attended=answered + 30,
            closed=answered + 200,
            outcome=outcome,
            by=by,
        )
    shop.incident(5, 200, state=State.ATTENDED, answered=25, attended=60, by="olga")
    shop.incident(3, 65, state=State.ACKNOWLEDGED, answered=21, by="jaan")
    shop.incident(4, 37, state=State.ACKNOWLEDGED, answered=17, by="marina")
    shop.incident(0, 161, steps=3, due=11, presses=2, exit_s=90)
    shop.incident(1, 48, due=12, steps=2)
    shop.incident(2, 12, due=8)
    shop.device_lost("hall", shop.now - timedelta(minutes=12))
    shop.refused("malformed", 12, 600)
    shop.refused("too_large", 1, 4_000, "unknown")
    return shop


def closed_history(shop: Shop, count: int, *, start: float = 3_600, apart: float = 1_800) -> None:
    outcomes = ("recovered", "recovered", "recovered", "not_recovered", "left_before_contact", "false_press")
    for place in range(count):
        shop.incident(
            place % len(shop.buttons),
            start + place * apart,
            state=State.CLOSED,
            answered=20.0 + place % 70,
            attended=40.0 + place % 70,
            closed=200.0,
            outcome=outcomes[place % len(outcomes)],
            by="jaan",
        )
