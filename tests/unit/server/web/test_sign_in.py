"""The sign-in screen, and the two choices that stay: language and colours."""

from __future__ import annotations

import pytest
from pwdlib import PasswordHash
from sqlmodel import select

from server.db.tables import Account
from server.web.frame.access import COOKIE
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop


@pytest.fixture(scope="module")
def password_hash() -> str:
    return PasswordHash.recommended().hash("secret-1")


def test_signing_in_and_out(shop: Shop, client_for: ClientFor, password_hash: str) -> None:
    shop.account("marina", "Marina Kask", password_hash=password_hash)
    client = client_for()
    assert 'name="password"' in client.get("/sign-in?next=/s/ulemiste/history").text
    wanted = {"login": "marina", "password": "secret-1", "next": "/s/ulemiste/history"}
    answer = client.post("/sign-in", data=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, "/s/ulemiste/history")
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert client.get("/sign-in").headers["location"] == "/"
    assert client.get("/s/ulemiste/board").status_code == 200
    gone = client.post("/sign-out")
    assert gone.headers["location"] == "/sign-in"
    assert "storage" in gone.headers["clear-site-data"]
    assert COOKIE not in client.cookies
    assert client.get("/s/ulemiste/board").status_code == 303


def test_password_managers_know_the_fields(client_for: ClientFor) -> None:
    """And nothing stands in the way of pasting."""
    screen = client_for().get("/sign-in").text
    for words in ('autocomplete="username"', 'autocomplete="current-password"', 'type="password"'):
        assert words in screen
    assert "onpaste" not in screen


def test_a_wrong_password_shows_the_form_again_with_the_name(shop: Shop, client_for: ClientFor) -> None:
    client = client_for()
    answer = client.post("/sign-in", data={"login": "marina", "password": "no", "next": "//evil.example"})
    assert answer.status_code == 422
    assert "Name and password do not belong together." in answer.text
    assert 'value="marina"' in answer.text
    assert "evil.example" not in answer.text


def test_too_many_tries_say_how_long_to_wait(
    shop: Shop, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.web.frame import access

    def refuse(*_: object) -> str:
        raise access.TooManyTries(60)

    monkeypatch.setattr(access, "sign_in", refuse)
    answer = client_for(language="ru").post("/sign-in", data={"login": "marina", "password": "no"})
    assert answer.status_code == 429
    assert "Подождите 60 секунд" in answer.text


def test_the_language_of_a_person_follows_them(shop: Shop, client_for: ClientFor) -> None:
    shop.account("olga", "Olga Smirnova")
    client = client_for("olga", "et")
    assert 'lang="et"' in client.get("/s/ulemiste/board").text
    answer = client.post("/preferences", data={"language": "ru", "next": "/s/ulemiste/board"})
    assert answer.headers["location"] == "/s/ulemiste/board"
    with shop.db.reading() as session:
        assert session.exec(select(Account.language)).one() == "ru"
    assert '<html lang="ru"' in client_for("olga", "et").get("/s/ulemiste/board").text


def test_colours_and_language_of_a_stranger_are_cookies(shop: Shop, client_for: ClientFor) -> None:
    client = client_for()
    client.post("/preferences", data={"theme": "dark"})
    client.post("/preferences", data={"language": "et", "theme": "pink"})
    screen = client.get("/sign-in").text
    assert 'data-theme="dark"' in screen
    assert '<html lang="et"' in screen


def test_the_shop_speaks_its_own_language_to_strangers(shop: Shop, client_for: ClientFor) -> None:
    assert '<html lang="en"' in client_for(language="fr").get("/sign-in").text
