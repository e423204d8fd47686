"""A shop in memory and a browser-like client that is signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from server.db import sign_ins
from server.db.connect import Database
from server.web.app import create_app, furnish
from server.web.frame.access import COOKIE, LIMITS
from server.web.frame.screens import Screens
from server.web.services import Services
from tests.unit.server.web.audit_net import Marked, spread
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.stage import HERE, FakeDesk, empty, fresh_shop, memory, services

ClientFor = Callable[..., TestClient]


@pytest.fixture(scope="session")
def screens() -> Screens:
    """Reading catalogues and fonts takes longer than most tests."""
    return Screens()


@pytest.fixture(scope="session")
def one_app(screens: Screens) -> FastAPI:
    """Furnished anew for each test."""
    return create_app(services(memory()), screens)


@pytest.fixture(scope="session")
def one_database() -> Iterator[Database]:
    """Emptied for each test, since its engine keeps what it compiled."""
    made = memory()
    spread(made)
    yield made
    made.close()


@pytest.fixture
def database(one_database: Database) -> Database:
    return empty(one_database)


@pytest.fixture
def shop(database: Database) -> Shop:
    return fresh_shop(database)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def given(database: Database, desk: FakeDesk) -> Services:
    return services(database, desk)


@pytest.fixture
def client_for(given: Services, shop: Shop, screens: Screens, one_app: FastAPI) -> Iterator[ClientFor]:
    """`client_for("marina")` is signed in, `client_for()` is a stranger."""
    opened: list[TestClient] = []
    furnish(one_app, given, screens)

    def make(login: str | None = None, language: str = "en") -> TestClient:
        client = TestClient(
            Marked(one_app),
            base_url="http://testserver",
            client=HERE,
            follow_redirects=False,
            headers={"Origin": "http://testserver", "Accept-Language": language},
        )
        if login is not None:
            token = sign_ins.new_token()
            with given.db.transaction() as session:
                sign_ins.add(session, token, shop.accounts[login], NOW, LIMITS)
            client.cookies.set(COOKIE, token)
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()
