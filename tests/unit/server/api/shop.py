"""A small shop in a database and an app around the API, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session

from server.db import sign_ins
from server.db.connect import Database
from server.db.tables import (
    Account,
    Button,
    Incident,
    Journal,
    Page,
    Pager,
    PressRow,
    Store,
    Transmitter,
    Zone,
)
from server.requests import Answer, DeskClosed, Done, Request
from server.rules.incidents import State
from server.web.api import router
from server.web.frame import access
from server.web.frame.bell import Bell
from server.web.services import Services, WebSettings

QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HERE = ("127.0.0.1", 50_000)
"""A client on the server's own machine: over plain HTTP nobody else may sign in."""
ANNA, BORIS, CHIEF = 1, 2, 3
"""Staff of s1, staff of s2, manager of every store."""


@dataclass
class FakeDesk:
    """Notes what it is asked, and gives the answer that it was told to give (None: it is closed)."""

    asked: list[Request] = field(default_factory=list)
    answer: Answer | None = None

    def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        if self.answer is None:
            raise DeskClosed
        return self.answer


@dataclass
class Shop:
    db: Database
    client: TestClient
    desk: FakeDesk = field(default_factory=FakeDesk)
    now: datetime = NOW

    def token(self, account: int) -> str:
        token = sign_ins.new_token()
        with self.db.transaction() as session:
            sign_ins.add(session, token, account, self.now, access.LIMITS)
        return token

    def as_(self, account: int) -> dict[str, str]:
        """Headers of a script that is signed in as this account."""
        return {"Authorization": f"Bearer {self.token(account)}"}


def incident_id(number: int, store: int = 1) -> UUID:
    return UUID(int=store * 1000 + number)


def done(number: int, state: State) -> Done:
    return Done(incident_id(number), state)


def fill(session: Session) -> None:
    session.add_all([Store(id="s1", name="One"), Store(id="s2", name="Two")])
    session.flush()
    session.add(Zone(id=1, store_id="s1", name="Bakery", pager_name="BAKERY"))
    session.add(Transmitter(id=1, store_id="s1", gateway="g1", name="t1"))
    session.flush()
    session.add(Button(id=1, store_id="s1", device="b1", input=1, zone_id=1, label="Bread counter"))
    session.add(Pager(id=1, store_id="s1", label="P1", transmitter_id=1, address="1234001"))
    for number, login, role, store in (
        (ANNA, "anna", "staff", "s1"),
        (BORIS, "boris", "staff", "s2"),
        (CHIEF, "chief", "manager", None),
    ):
        account = Account(login=login, name=login.title(), password_hash="-", role=role, store_id=store)
        session.add(account)
        session.flush()  # one by one: the database counts, and a later account goes on counting
        assert account.id == number
    for number, state in enumerate(("closed", "attended", "acknowledged", "triggered", "triggered"), start=1):
        add_incident(session, number, state)
    add_incident(session, 1, "triggered", store=2)


def add_incident(session: Session, number: int, state: str, store: int = 1) -> None:
    ours = store == 1
    opened = NOW - timedelta(minutes=10 - number)
    press = UUID(int=store * 1000 + 500 + number)
    incident = Incident(
        id=incident_id(number, store),
        store_id=f"s{store}",
        number=number,
        button_id=1 if ours else None,
        zone_id=1 if ours else None,
        device="b1",
        input=1,
        press_id=press,
        purpose="call",
        state=state,
        opened_at=opened,
        triggered_at=opened,
        exit_at=opened + timedelta(seconds=90),
    )
    if ours and state != "triggered":
        incident.acknowledged_at, incident.acknowledged_by_id = opened + timedelta(seconds=9), ANNA
    session.add(incident)
    session.flush()
    session.add(
        PressRow(
            id=press,
            store_id=f"s{store}",
            device="b1",
            input=1,
            incident_id=incident.id,
            run="aaaa",
            boot="bbbb",
            seq=number,
            kind="press",
            purpose="call",
            state="stored",
            pressed_at=opened,
            received_at=opened,
            age_ms=5,
            age_known=True,
            tries=1,
        )
    )
    if ours:
        session.add(
            Page(
                id=UUID(int=9000 + number),
                store_id="s1",
                incident_id=incident.id,
                press_id=press,
                step=1,
                reason="step",
                pager_id=1,
                gateway="g1",
                transmitter="t1",
                address="1234001",
                format="text",
                charset="ascii",
                body="BAKERY",
                alert=1,
                priority=2,
                purpose="call",
                state="transmitted",
                created_at=opened,
                deadline_at=opened + timedelta(seconds=60),
            )
        )
        session.add(
            Journal(
                at=opened,
                store_id="s1",
                incident_id=incident.id,
                account_id=ANNA,
                action="acknowledged",
                detail={"n": number},
            )
        )


@contextmanager
def shop_on(db: Database, settings: WebSettings | None = None) -> Iterator[Shop]:
    with db.transaction() as session:
        fill(session)
    app = FastAPI()
    access.install(app, allowed_hosts=["shop.test", "127.0.0.1"])
    app.include_router(router)
    with TestClient(app, base_url="http://shop.test", follow_redirects=False, client=HERE) as client:
        shop = Shop(db, client)
        app.state.services = Services(
            db=db,
            desk=shop.desk,
            bell=Bell(),
            now=lambda: shop.now,
            stopping=lambda: False,
            settings=settings or WebSettings(),
        )
        yield shop
