"""Posts that another site makes a browser send, and names that another site made ours: before every route there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute

from server.web.frame.access import COOKIE
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.stage import FakeDesk

FORGED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver:8081"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "null"},
    {"Origin": "http://evil.test"},
    {"Origin": "https://testserver"},
    {"Origin": "http://testserver.evil.test"},
    {},
    {"Content-Type": "text/plain", "Origin": "http://evil.test"},
    {"X-Forwarded-Host": "testserver", "Origin": "http://evil.test"},
]
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def _routes(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            inside = getattr(route, "original_router", None) or getattr(route, "router", None)
            if inside is not None:
                yield from _routes(inside.routes)


@pytest.fixture
def browser(client_for: ClientFor, shop: Shop) -> TestClient:
    shop.account("marina", "Marina Kask", role="manager")
    client = client_for("marina")
    del client.headers["Origin"]
    return client


def test_no_route_hears_a_forged_post(browser: TestClient, desk: FakeDesk, one_app: FastAPI) -> None:
    tried = 0
    for route in _routes(one_app.routes):
        for method in sorted((route.methods or set()) & set(UNSAFE)):
            for headers in FORGED[:: 5 if tried > 10 else 1]:  # every way at some, some ways at every route
                answer = browser.request(method, route.path.replace("{store}", "ulemiste"), headers=headers)
                assert answer.status_code == 403, (method, route.path, headers)
            tried += 1
    assert tried > 40
    assert desk.asked == []


def test_no_secret_stands_in_an_address_and_no_route_takes_a_file(one_app: FastAPI) -> None:
    """Addresses are kept by browsers, proxies and logs."""
    for route in _routes(one_app.routes):
        asked = {field.name for field in (*route.dependant.query_params, *route.dependant.path_params)}
        assert not asked & {"password", "token", "pin", "secret", "login"}, route.path
        assert not any("UploadFile" in repr(field) for field in route.dependant.body_params), route.path


@pytest.mark.parametrize("headers", FORGED)
def test_nothing_changes_by_a_forged_post(browser: TestClient, headers: dict[str, str]) -> None:
    answer = browser.post("/preferences", data={"language": "ru"}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    honest = browser.post("/preferences", data={"language": "ru"}, headers={"Origin": "http://testserver"})
    assert honest.status_code == 303


@pytest.mark.parametrize("base", ["http://testserver", "https://testserver:8443"])
@pytest.mark.parametrize("host", ["evil.test", "testserver.evil.test", "evil.test:8080", "192.0.2.7", ""])
def test_a_name_that_is_not_ours_reaches_no_route(browser: TestClient, base: str, host: str) -> None:
    """DNS rebinding: a site of somebody else's, whose name was turned to our address meanwhile."""
    token = browser.cookies[COOKIE]
    browser.base_url = base
    for path in (
        "/",
        "/s/ulemiste/board",
        "/s/ulemiste/board/stream",
        "/api/v1/stores/ulemiste/incidents",
        "/ca.crt",
    ):
        for headers in ({}, {"Authorization": f"Bearer {token}"}, {"X-Forwarded-Host": "testserver"}):
            answer = browser.get(path, headers={"Host": host, **headers})
            assert answer.status_code == 421, (path, headers)


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "/\t/evil.test",
        "javascript:alert(1)",
        "/%0d%0aX-Evil:1\r\nX-Evil: 1",
        "\\\\evil.test",
        " //evil.test",
        "/ok\x00",
    ],
)
def test_no_redirect_leaves_the_house(browser: TestClient, wanted: str) -> None:
    origin = {"Origin": "http://testserver"}
    for answer in (
        browser.get("/sign-in", params={"next": wanted}),
        browser.post("/preferences", data={"next": wanted, "theme": "dark"}, headers=origin),
        browser.post("/sign-out", data={"next": wanted}, headers=origin),
    ):
        assert answer.headers["location"] in ("/", "/sign-in")
        assert "x-evil" not in answer.headers
