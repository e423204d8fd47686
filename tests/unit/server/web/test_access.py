"""Signing in and out, what a route learns of its visitor, and where one without a sign-in is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from sqlmodel import select

from server.db import accounts
from server.db.accounts import NewAccount, create, set_active
from server.db.connect import Database
from server.db.tables import SignIn
from server.web.frame import access
from server.web.frame.access import MaybeSignedIn, SignedIn, Visitor, local_path
from server.web.frame.arrival import by_https
from server.web.frame.attempts import PER_PAIR
from tests.unit.server.api.shop import ANNA, QUICK, Shop, shop_on

PASSWORD = "correct horse"
SIGN_IN = "/api/v1/sign-in"


def add_screens(shop: Shop) -> None:
    app = shop.client.app
    assert isinstance(app, FastAPI)

    @app.get("/board")
    def board(visitor: SignedIn) -> dict[str, Any]:
        return {"name": visitor.name, "stores": [visitor.may_see(store) for store in ("s1", "s2")]}

    @app.post("/board")
    def change(visitor: SignedIn) -> str:
        return visitor.name

    @app.get("/open")
    def anybody(visitor: MaybeSignedIn) -> str | None:
        return visitor.name if visitor else None

    @app.get("/set")
    def set_cookie(request: Request, response: Response, token: str) -> None:
        access.set_cookie(response, token, by_https(request))

    @app.post("/clear")
    def clear(request: Request, response: Response) -> None:
        access.sign_out(request)
        access.clear_cookie(response, by_https(request))


@pytest.fixture
def shop(db: Database) -> Iterator[Shop]:
    with shop_on(db) as made:
        create(db, NewAccount(login="dora", name="Dora", password=PASSWORD, store_id="s1"), QUICK)
        add_screens(made)
        yield made


def _try(shop: Shop, password: str = PASSWORD, login: str = "dora") -> Any:
    return shop.client.post(SIGN_IN, json={"login": login, "password": password})


def test_sign_in_use_and_sign_out(shop: Shop) -> None:
    token = _try(shop).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert shop.client.get("/board", headers=headers).json() == {"name": "Dora", "stores": [True, False]}
    assert shop.client.delete(SIGN_IN, headers=headers).status_code == 204
    assert shop.client.get("/api/v1/stores/s1/presses", headers=headers).status_code == 401
    assert shop.client.delete(SIGN_IN, headers=headers).status_code == 401


def test_a_wrong_password_and_an_unknown_login_look_alike(shop: Shop) -> None:
    wrong, unknown = _try(shop, "wrong"), _try(shop, login="nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    with shop.db.reading() as session:
        assert session.exec(select(SignIn)).all() == []


def test_too_many_tries_say_how_long_to_wait_and_hash_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(PER_PAIR.most):
        assert _try(shop, "wrong").status_code == 401

    def must_not_be_called(*_args: object) -> None:
        raise AssertionError("hashed although it was too early")

    with monkeypatch.context() as patch:
        patch.setattr(accounts, "verify", must_not_be_called)
        answer = _try(shop)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    shop.now += timedelta(seconds=60)
    assert _try(shop).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"login": "x"}, {"login": "x" * 61, "password": "y"}, {"login": "x", "password": "y" * 129}]
)
def test_what_cannot_be_a_sign_in(shop: Shop, body: dict[str, str]) -> None:
    assert shop.client.post(SIGN_IN, json=body).status_code == 422


def test_a_cookie_signs_in_a_browser(shop: Shop) -> None:
    token = _try(shop).json()["token"]
    cookie = shop.client.get(f"/set?token={token}").headers["set-cookie"]
    assert cookie.startswith(f"redbutton={token};")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert shop.client.get("/board").status_code == 200
    same = {"Origin": "http://shop.test"}
    assert shop.client.post("/board", headers=same).text == '"Dora"'
    assert shop.client.post("/board", headers={"Origin": "http://evil.test"}).status_code == 403
    assert shop.client.post("/clear", headers=same).status_code == 200
    assert shop.client.get("/board").status_code == 303
    shop.client.cookies.set("redbutton", token)
    assert shop.client.get("/board").status_code == 303


def test_behind_https_the_cookie_cannot_be_set_by_a_neighbour(db: Database) -> None:
    with shop_on(db) as shop:
        add_screens(shop)
        shop.client.base_url = "https://shop.test"
        cookie = shop.client.get(f"/set?token={shop.token(ANNA)}").headers["set-cookie"]
        assert cookie.startswith("__Host-redbutton=")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()
        assert shop.client.get("/board").status_code == 200
        shop.client.cookies.clear()
        shop.client.cookies.set("redbutton", shop.token(ANNA))
        assert shop.client.get("/board").status_code == 303


def test_a_token_in_the_header_speaks_alone(shop: Shop) -> None:
    shop.client.cookies.set("redbutton", shop.token(ANNA))
    answer = shop.client.post("/board", headers={"Authorization": "Bearer x", "Origin": "http://evil.test"})
    assert answer.status_code == 303


def test_nobody_is_shown_the_way(shop: Shop) -> None:
    answer = shop.client.get("/board?zone=1&x=a%20b")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/board%3Fzone%3D1%26x%3Da%2520b"
    answer = shop.client.post("/board", headers={"Origin": "http://shop.test"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert shop.client.get("/open").json() is None


def test_a_fragment_sends_the_whole_screen(shop: Shop) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://shop.test/s/s1/board?x=1"}
    answer = shop.client.get("/board", headers=headers)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?next=/s/s1/board%3Fx%3D1")


def test_time_ends_a_sign_in_and_use_keeps_it(shop: Shop) -> None:
    headers = shop.as_(ANNA)
    for hours, status in ((11, 200), (11, 200), (12, 303)):
        shop.now += timedelta(hours=hours)
        assert shop.client.get("/board", headers=headers).status_code == status


def test_an_account_that_is_switched_off_is_out_at_once(shop: Shop) -> None:
    headers = shop.as_(ANNA)
    with shop.db.transaction() as session:
        set_active(session, ANNA, False)
    assert shop.client.get("/board", headers=headers).status_code == 303


def test_who_may_see_what() -> None:
    assert Visitor(1, "A", "manager", None, None).may_see("any")
    assert not Visitor(1, "A", "manager", "s1", None).may_see("s2")


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/board?x=1", "/board?x=1"),
        ("/", "/"),
        (None, "/"),
        ("", "/"),
        ("board", "/"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("/a\\..\\evil", "/"),
        ("https://evil.test/", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.test", "/"),
    ],
)
def test_after_signing_in_one_stays_here(wanted: str | None, path: str) -> None:
    assert local_path(wanted) == path
