"""The guard: what another site makes a browser say is refused, and so are names that are not ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from server.web.frame.guard import Guard

BASE = "http://shop.test:8080"


def _yes(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("yes")


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = Starlette(routes=[Route("/", _yes, methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"])])
    guarded = Guard(app, ["shop.test", "127.0.0.1", "::1"], "https://shop.example")
    with TestClient(guarded, base_url=BASE) as made:
        yield made


ALLOWED = [
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin", "cookie": "redbutton=x"},
    {"origin": BASE, "cookie": "redbutton=x"},
    {"origin": "HTTP://SHOP.TEST:8080"},
    {},
    {"authorization": "Bearer x"},
    {"authorization": "Bearer x", "origin": "http://evil.test", "sec-fetch-site": "cross-site"},
]
REFUSED = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "cross-site", "origin": BASE},
    {"origin": "http://evil.test"},
    {"origin": "http://evil.test", "cookie": "redbutton=x"},
    {"origin": "null"},
    {"origin": "https://shop.example", "cookie": "redbutton=x"},
    {"origin": "http://shop.test"},
    {"origin": "https://shop.test:8080"},
    {"origin": "http://shop.test:8080.evil.test"},
    {"origin": "http://shop.test:notaport"},
    {"cookie": "redbutton=x"},
    {"authorization": "Basic x", "origin": "http://evil.test"},
]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("headers", ALLOWED)
def test_our_own_screens_and_scripts_may(client: TestClient, method: str, headers: dict[str, str]) -> None:
    assert client.request(method, "/", headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("headers", REFUSED)
def test_others_may_not(client: TestClient, method: str, headers: dict[str, str]) -> None:
    assert client.request(method, "/", headers=headers).status_code == 403


def test_over_https_our_name_is_another_origin(client: TestClient) -> None:
    for origin, status in (
        ("https://shop.test:8443", 200),
        ("https://shop.example", 200),
        ("https://shop.example:443", 200),
        ("http://shop.test:8443", 403),
        (BASE, 403),
        ("http://shop.example", 403),
        ("null", 403),
    ):
        client.base_url = "https://shop.test:8443"
        answer = client.post("/", headers={"origin": origin, "cookie": "__Host-redbutton=x"})
        assert answer.status_code == status, origin


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("headers", REFUSED)
def test_looking_is_free(client: TestClient, method: str, headers: dict[str, str]) -> None:
    assert client.request(method, "/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("shop.test", 200),
        ("SHOP.test:1", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("shop.example", 200),
        ("evil.test", 421),
        ("shop.test.evil.test", 421),
        ("evil.test:80@shop.test", 421),
        ("", 421),
        ("[", 421),
        ("shop.test/x", 421),
        ("shop.test:x", 421),
        ("shop.test.", 421),
    ],
)
def test_only_our_names_are_answered(client: TestClient, host: str, status: int) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == status
    if status == 421:
        assert "allowed_hosts" in answer.text


def test_a_websocket_is_refused(client: TestClient) -> None:
    """There is none, on no way."""
    for base in (BASE, "https://shop.test"):
        client.base_url = base
        with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)), client.websocket_connect("/"):
            pass
