"""Over plain HTTP nobody signs in but this machine's own browser: by form, by API, with a cookie or a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from server.db import accounts, sign_ins
from server.tls import fingerprint
from server.web.app import furnish
from server.web.frame.access import COOKIE, LIMITS, SECURE_COOKIE
from server.web.frame.screens import Screens
from server.web.services import Services
from tests import certificates
from tests.unit.server.web.factory import NOW, Shop

SAFE, PLAIN = "https://testserver:8443", "http://testserver"
PHONE, HERE = ("192.168.1.9", 50_000), ("127.0.0.1", 50_000)
Ask = Callable[..., TestClient]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return certificates.write(tmp_path / "https")


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"https_port": 8443}


@pytest.fixture
def browser(
    given: Services,
    shop: Shop,
    screens: Screens,
    one_app: FastAPI,
    folder: Path,
    settings: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ask]:
    shop.account("marina", "Marina Kask", role="manager")
    web = replace(given.settings, authority_file=folder / "ca.crt", **settings)
    furnish(one_app, replace(given, settings=web), screens)
    person = type("Person", (), {"id": shop.accounts["marina"]})
    monkeypatch.setattr(accounts, "verify", lambda *_: person)
    opened: list[TestClient] = []

    def open_(client: tuple[str, int] = PHONE, base: str = PLAIN, language: str = "en") -> TestClient:
        headers = {"Origin": base, "Accept-Language": language}
        made = TestClient(one_app, base_url=base, client=client, follow_redirects=False, headers=headers)
        opened.append(made)
        return made

    yield open_
    for one in opened:
        one.close()


def _token(shop: Shop) -> str:
    token = sign_ins.new_token()
    with shop.db.transaction() as session:
        sign_ins.add(session, token, shop.accounts["marina"], NOW, LIMITS)
    return token


FORM = {"login": "marina", "password": "secret-1"}


@pytest.mark.parametrize(
    ("client", "base", "cookie"),
    [(PHONE, PLAIN, None), (HERE, PLAIN, COOKIE), (PHONE, SAFE, SECURE_COOKIE), (HERE, SAFE, SECURE_COOKIE)],
)
def test_who_may_sign_in_by_the_form(
    browser: Ask, client: tuple[str, int], base: str, cookie: str | None
) -> None:
    phone = browser(client, base)
    assert phone.get("/sign-in").status_code == (200 if cookie else 403)
    answer = phone.post("/sign-in", data=FORM)
    if cookie is None:
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert "secret-1" not in answer.text
        return
    said = answer.headers["set-cookie"]
    assert said.startswith(f"{cookie}=")
    assert ("Secure" in said.split("; ")) is (cookie == SECURE_COOKIE)
    assert phone.get("/s/ulemiste/board").status_code == 200


def test_who_may_sign_in_by_the_api(browser: Ask) -> None:
    in_clear = browser().post("/api/v1/sign-in", json=FORM)
    assert in_clear.status_code == 403
    assert "HTTPS" in in_clear.json()["detail"]
    assert browser(HERE).post("/api/v1/sign-in", json=FORM).status_code == 200
    assert browser(PHONE, SAFE).post("/api/v1/sign-in", json=FORM).status_code == 200


def test_a_cookie_or_token_that_came_in_clear_is_nobodys(browser: Ask, shop: Shop) -> None:
    token = _token(shop)
    phone = browser()
    phone.cookies.set(COOKIE, token)
    assert phone.get("/s/ulemiste/board").headers["location"].startswith("/sign-in")
    as_script = {"Authorization": f"Bearer {token}"}
    answer = browser().get("/api/v1/stores/ulemiste/incidents", headers=as_script)
    assert answer.status_code == 401
    assert "HTTPS" in answer.json()["detail"]
    for client, base in ((HERE, PLAIN), (PHONE, SAFE)):
        answer = browser(client, base).get("/api/v1/stores/ulemiste/incidents", headers=as_script)
        assert answer.status_code == 200


def test_each_way_has_its_own_cookie(browser: Ask, shop: Shop) -> None:
    token = _token(shop)
    for base, client, wrong in ((SAFE, PHONE, COOKIE), (PLAIN, HERE, SECURE_COOKIE)):
        answer = browser(client, base).get("/s/ulemiste/board", headers={"Cookie": f"{wrong}={token}"})
        assert answer.status_code == 303


def test_choices_of_a_stranger_are_secure_where_the_way_is(browser: Ask) -> None:
    for base, secure in ((SAFE, True), (PLAIN, False)):
        said = browser(PHONE, base).post("/preferences", data={"theme": "dark"}).headers["set-cookie"]
        assert ("Secure" in said.split("; ")) is secure


@pytest.mark.parametrize(
    ("language", "words"), [("en", "travels in clear"), ("ru", "открытым текстом"), ("et", "avatekstina")]
)
def test_the_screen_says_why_and_where_and_how(browser: Ask, folder: Path, language: str, words: str) -> None:
    screen = browser(language=language).get("/sign-in").text
    assert words in screen
    assert 'href="https://testserver:8443/"' in screen
    assert str(fingerprint(folder / "ca.crt")) in screen
    assert '<form method="post" action="/sign-in"' not in screen


def test_the_authority_can_be_loaded_by_anybody(browser: Ask, folder: Path) -> None:
    answer = browser().get("/ca.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert answer.content == (folder / "ca.crt").read_bytes()
    assert "PRIVATE" not in answer.text
    (folder / "ca.crt").unlink()
    assert browser().get("/ca.crt").status_code == 404
    assert "fingerprint" not in browser().get("/trust").text


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"https_port": 443}, "https://testserver/"),
        ({"https_port": 8443, "public_url": "https://shop.example"}, "https://shop.example/"),
        ({"https_port": None}, "no safe address yet"),
    ],
)
def test_the_safe_address(browser: Ask, settings: dict[str, Any], shown: str) -> None:
    assert shown in browser().get("/trust").text


def test_a_proxy_that_nobody_named_is_spoken_of(browser: Ask) -> None:
    answer = browser(HERE).get("/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 403
    assert "trusted_proxies" in answer.text
    assert "trusted_proxies" not in browser().get("/sign-in").text
