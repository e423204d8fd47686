"""130 points of the Observatory on every screen, and the same headers on whatever else leaves the house."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Headers, Request, Response

from server.db import sign_ins
from server.web.frame import security
from server.web.frame.access import LIMITS, SECURE_COOKIE
from server.web.services import Services
from tests.unit.server.web import crawl
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.device_rows import ailing
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.observatory import points
from tests.unit.server.web.stage import busy_day

SAFE = "https://testserver"
WANTED = 130


@pytest.fixture
def phone(client_for: ClientFor, given: Services, shop: Shop) -> TestClient:
    """A manager elsewhere in the shop, by HTTPS."""
    busy_day(shop)
    ailing(shop)
    client = client_for()
    client.base_url = SAFE
    client.headers["Origin"] = SAFE
    token = sign_ins.new_token()
    with given.db.transaction() as session:
        sign_ins.add(session, token, shop.accounts["marina"], NOW, LIMITS)
    client.headers["Cookie"] = f"{SECURE_COOKIE}={token}"
    return client


def test_every_screen_has_130_points(phone: TestClient, shop: Shop) -> None:
    looked_at = 0
    for url, answer in crawl.walk(phone, (f"/s/{shop.store}/board", "/trust", "/nothing")):
        found = points(answer)
        assert found.total >= WANTED, (url, found)
        kind = answer.headers.get("content-type", "")
        assert not kind.startswith("text/") or "charset=utf-8" in kind, url
        looked_at += answer.headers.get("content-type", "").startswith("text/html")
        assert not crawl.read(answer).inline if answer.text.startswith("<") else True, url
    assert looked_at > 40, "the screens are not linked to each other any more"


def test_whatever_else_is_answered_too(phone: TestClient, shop: Shop) -> None:
    screen = crawl.read(phone.get(f"/s/{shop.store}/board"))
    static = next(link for link in screen.links if link.startswith("/static/"))
    api = f"/api/v1/stores/{shop.store}"
    for method, url, status in (
        ("GET", static, 200),
        ("GET", "/static/none.css", 404),
        ("GET", f"{api}/incidents", 200),
        ("GET", f"{api}/nothing", 404),
        ("GET", "/healthz", 200),
        ("GET", "/api/v1/openapi.json", 200),
        ("GET", "/ca.crt", 404),
        ("POST", "/sign-in", 422),
        ("DELETE", "/sign-in", 405),
        ("TRACE", "/", 405),
        ("GET", f"/s/{shop.store}/history?q={'x' * 9_000}", 414),
        ("GET", "/nothing", 404),
    ):
        answer = phone.request(method, url)
        assert answer.status_code == status, (method, url)
        assert points(answer).total >= WANTED, (method, url)
    for headers in ({"Host": "evil.test"}, {"Origin": "https://evil.test"}):
        answer = phone.post("/preferences", headers=headers)
        assert answer.status_code in (403, 421)
        assert points(answer).total >= WANTED


def test_a_sign_in_has_the_points_for_its_cookie(phone: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from server.web.frame import access

    monkeypatch.setattr(access, "sign_in", lambda *_: "t" * 43)
    answer = phone.post("/sign-in", data={"login": "x", "password": "y"})
    assert (answer.status_code, points(answer).total) == (303, WANTED + 5)
    answer = phone.post("/preferences", data={"theme": "dark", "language": "et"})
    assert points(answer).total == WANTED + 5


def test_an_error_of_our_own_says_nothing_of_the_inside(
    client_for: ClientFor, one_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret inside")

    client_for()
    monkeypatch.setattr(one_app.state.screens, "show", fail)
    client = TestClient(one_app, base_url=SAFE, raise_server_exceptions=False)
    answer = client.get("/sign-in")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert points(answer).total >= WANTED


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("https://testserver", True),
        ("https://testserver:8443", True),
        ("http://testserver", False),
        ("https://127.0.0.1:8443", False),
        ("https://localhost:8443", False),
    ],
)
def test_only_https_is_asked_for_where_it_can_be(client_for: ClientFor, base: str, said: bool) -> None:
    """By a name of this machine alone it would close its own plain port."""
    client = client_for()
    client.base_url = base
    found = client.get("/healthz").headers.get("strict-transport-security")
    assert (found == security.ONLY_HTTPS) is said


def test_a_stream_has_them_too(phone: TestClient, shop: Shop, one_app: FastAPI, given: Services) -> None:
    from dataclasses import replace

    one_app.state.services = replace(given, stopping=lambda: True)
    answer = phone.get(f"/s/{shop.store}/board/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert points(answer).total >= WANTED


@pytest.mark.parametrize(
    ("change", "worth"),
    [
        ({"content-security-policy": None}, -25 - 20 + 20),
        ({"content-security-policy": "default-src 'self'; frame-ancestors 'none'"}, 125),
        ({"content-security-policy": "default-src 'none'; script-src 'self' 'unsafe-inline'"}, None),
        ({"strict-transport-security": None}, None),
        ({"strict-transport-security": "max-age=60"}, None),
        ({"referrer-policy": "unsafe-url"}, None),
        ({"cross-origin-resource-policy": None}, 120),
        ({"x-content-type-options": None}, None),
        ({"set-cookie": "redbutton=x; HttpOnly; SameSite=Lax"}, None),
        ({"set-cookie": "theme=x; Secure; SameSite=None"}, None),
    ],
)
def test_the_scorer_sees_each_slip(change: dict[str, str | None], worth: int | None) -> None:
    headers = Headers({**security.HEADERS, "Strict-Transport-Security": security.ONLY_HTTPS})
    request = Request("GET", SAFE)
    assert points(Response(200, headers=headers, request=request)).total == WANTED
    for name, value in change.items():
        headers.pop(name, None)
        if value is not None:
            headers[name] = value
    found = points(Response(200, headers=headers, request=request)).total
    assert found < WANTED
    if worth is not None and worth > 0:
        assert found == worth


def test_a_plain_answer_must_lead_to_https() -> None:
    headers = {**security.HEADERS, "Strict-Transport-Security": security.ONLY_HTTPS}
    answer = Response(200, headers=headers, request=Request("GET", SAFE))
    to_https = Response(308, headers={"location": SAFE + "/"})
    elsewhere = Response(308, headers={"location": "https://other.example/"})
    assert points(answer, to_https).total == WANTED
    assert points(answer, elsewhere).total == WANTED - 5
    assert points(answer, Response(200)).total < 100
