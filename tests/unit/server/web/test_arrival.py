"""By which way a request came: whose word about that is believed, and what may travel on it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from server.web.frame.arrival import Arrival, Way, way_of

CADDY = "10.0.0.2"
LIED, TWO = "127.0.0.1, 192.168.1.9", f"192.168.1.9, {CADDY}"
SAFE, PLAIN = "https://shop.test", "http://shop.test"


def _told(request: Request) -> JSONResponse:
    client = request.client.host if request.client else None
    return JSONResponse([way_of(request), request.url.scheme, client])


APP = Arrival(Starlette(routes=[Route("/", _told)]), [CADDY, "10.1.0.0/16"])


def _ask(peer: str, base: str = PLAIN, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return TestClient(APP, base_url=base, client=(peer, 1)).get("/", headers=named).json()


@pytest.mark.parametrize(
    ("peer", "base", "headers", "way", "client"),
    [
        ("127.0.0.1", PLAIN, {}, "here", "127.0.0.1"),
        ("127.0.1.1", PLAIN, {}, "here", "127.0.1.1"),
        ("::1", PLAIN, {}, "here", "::1"),
        ("::ffff:127.0.0.1", PLAIN, {}, "here", "::ffff:127.0.0.1"),
        ("192.168.1.9", PLAIN, {}, "clear", "192.168.1.9"),
        ("192.168.1.5", "http://192.168.1.5", {}, "here", "192.168.1.5"),
        ("192.168.1.9", "http://192.168.1.5", {}, "clear", "192.168.1.9"),
        ("192.168.1.5", "http://192.168.1.5", {"via": "x"}, "clear", "192.168.1.5"),
        ("192.168.1.9", SAFE, {}, "https", "192.168.1.9"),
        ("unknown", PLAIN, {}, "clear", "unknown"),
        # nobody is believed unasked, this machine's own programs included
        ("192.168.1.9", PLAIN, {"x_forwarded_proto": "https"}, "clear", "192.168.1.9"),
        ("127.0.0.1", PLAIN, {"x_forwarded_proto": "https"}, "clear", "127.0.0.1"),
        ("127.0.0.1", PLAIN, {"x_forwarded_for": "127.0.0.1"}, "clear", "127.0.0.1"),
        ("127.0.0.1", PLAIN, {"forwarded": "for=127.0.0.1;proto=https"}, "clear", "127.0.0.1"),
        ("192.168.1.9", PLAIN, {"x_forwarded_for": "127.0.0.1"}, "clear", "192.168.1.9"),
        # a proxy that we were told to believe
        (CADDY, PLAIN, {"x_forwarded_proto": "https", "x_forwarded_for": "192.168.1.9"}, "https", "192.168.1.9"),
        ("10.1.2.3", PLAIN, {"x_forwarded_proto": "https", "x_forwarded_for": "::1"}, "https", "::1"),
        (CADDY, PLAIN, {"x_forwarded_proto": "http", "x_forwarded_for": "192.168.1.9"}, "clear", "192.168.1.9"),
        (CADDY, PLAIN, {"x_forwarded_proto": "http", "x_forwarded_for": "127.0.0.1"}, "clear", "127.0.0.1"),
        (CADDY, PLAIN, {"x_forwarded_proto": "https, http"}, "clear", None),
        (CADDY, PLAIN, {}, "clear", CADDY),
        (CADDY, PLAIN, {"x_forwarded_proto": "https", "x_forwarded_for": LIED}, "https", "192.168.1.9"),
        (CADDY, PLAIN, {"x_forwarded_proto": "https", "x_forwarded_for": TWO}, "https", "192.168.1.9"),
        (CADDY, PLAIN, {"x_forwarded_proto": "https", "x_forwarded_for": "nonsense"}, "https", None),
    ],
)  # fmt: skip
def test_the_way(peer: str, base: str, headers: dict[str, str], way: str, client: str | None) -> None:
    scheme = "https" if way == "https" else "http"
    assert _ask(peer, base, **headers) == [way, scheme, client]


def test_where_nobody_looked_it_came_in_clear() -> None:
    assert way_of(Request({"type": "http", "headers": []})) is Way.CLEAR
    assert not Way.CLEAR.private
    assert Way.HERE.private


@pytest.fixture
def nobody_is_believed() -> TestClient:
    return TestClient(Arrival(Starlette(routes=[Route("/", _told)])), client=("127.0.0.1", 1))


def test_without_a_setting_no_proxy_is_believed(nobody_is_believed: TestClient) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
    assert nobody_is_believed.get("/", headers=headers).json()[0] == "clear"
