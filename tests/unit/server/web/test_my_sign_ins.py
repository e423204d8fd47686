"""Where one is signed in, ending that, and one's own password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from server.db import accounts, sign_ins
from server.db.connect import Database
from server.db.tables import Account, SignIn
from server.web.account.view import browser_name
from server.web.frame.access import COOKIE, LIMITS
from server.web.frame.attempts import PER_PAIR, Attempts
from server.web.frame.words import Words, read_catalogues
from tests.unit.server.api.shop import QUICK
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop

OLD, NEW = "the old password", "a new one, longer"
PHONE = (
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605 Version/18.1 Mobile Safari/604"
)
T = Words("en", read_catalogues(), "UTC")


@pytest.fixture
def client(
    shop: Shop, client_for: ClientFor, one_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> TestClient:
    """Jaan at his browser; he is signed in on a phone and with Firefox besides."""
    monkeypatch.setattr("pwdlib.PasswordHash.recommended", lambda: QUICK)
    one_app.state.attempts = Attempts()
    number = shop.account("jaan", "Jaan Tamm", carrier=shop.carriers[0], password_hash=QUICK.hash(OLD))
    shop.account("olga", "Olga Smirnova")
    with shop.db.transaction() as session:
        for agent, hours in ((PHONE, 2), (FIREFOX, 1), ("python-httpx/1.0 <b>", 3)):
            at = NOW - timedelta(hours=hours)
            sign_ins.add(session, sign_ins.new_token(), number, at, LIMITS, agent)
        sign_ins.add(session, "olgas", shop.accounts["olga"], NOW, LIMITS, "Secret/1")
    made = client_for()
    assert made.post("/sign-in", data={"login": "jaan", "password": OLD}).status_code == 303
    return made


def left(db: Database, login: str = "jaan") -> int:
    with db.reading() as session:
        rows = session.exec(select(SignIn).join(Account).where(Account.login == login)).all()
    return len(rows)


def handles(text: str) -> dict[str, str]:
    """Name of the browser -> its handle."""
    found = re.findall(r'id="b-(\w+)".*?<p class="row__title">([^<]+)', text, re.S)
    return {name.strip(): handle for handle, name in found}


def change(client: TestClient, old: str = OLD, new: str = NEW, again: str | None = None) -> int:
    answer = client.post("/password", data={"old": old, "new": new, "again": new if again is None else again})
    return answer.status_code


def test_where_one_is_signed_in(client: TestClient) -> None:
    text = client.get("/sign-ins").text
    assert list(handles(text))[1:] == ["Firefox on Linux", "Chrome on Android", "python-httpx/1.0 &lt;b&gt;"]
    assert text.count('class="tag">this one') == 1
    assert "since 12:07" in text
    assert "Secret" not in text
    assert "End all others" in text


def test_one_is_ended_and_then_all_others(client: TestClient, database: Database) -> None:
    phone = handles(client.get("/sign-ins").text)["Chrome on Android"]
    assert client.post("/sign-ins/end", data={"handle": phone}).status_code == 303
    assert "Android" not in client.get("/sign-ins").text
    assert left(database) == 3
    assert client.post("/sign-ins/end-others").status_code == 303
    assert left(database) == 1
    assert client.get("/sign-ins").status_code == 200


def test_nobody_ends_the_sign_in_of_somebody_else(client: TestClient, shop: Shop) -> None:
    with shop.db.reading() as session:
        (olgas,) = sign_ins.listed(session, shop.accounts["olga"], NOW, LIMITS)
    client.post("/sign-ins/end", data={"handle": olgas.handle})
    client.post("/sign-ins/end", data={"handle": ""})
    client.post("/sign-ins/end-others")
    assert left(shop.db, "olga") == 1


def test_ending_this_one_asks_to_sign_in(client: TestClient) -> None:
    this = next(iter(handles(client.get("/sign-ins").text).values()))
    client.post("/sign-ins/end", data={"handle": this})
    assert client.get("/sign-ins").headers["location"].startswith("/sign-in?")


def test_no_token_and_no_hash_stands_in_the_page(client: TestClient, shop: Shop) -> None:
    text, token = client.get("/sign-ins").text, client.cookies[COOKIE]
    with shop.db.reading() as session:
        hashes = session.exec(select(SignIn.token_hash)).all()
    assert token not in text
    assert not [one for one in hashes if one[:16] in text]


def test_a_new_password_ends_all_others_and_renews_this_one(client: TestClient, database: Database) -> None:
    before = client.cookies[COOKIE]
    assert change(client) == 303
    assert client.cookies[COOKIE] != before
    assert left(database) == 1
    assert "Your password is changed" in client.get("/sign-ins?changed=1").text
    assert accounts.verify(database, "jaan", NEW) is not None
    assert accounts.verify(database, "jaan", OLD) is None


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"old": "not the old one"}, "old", "This is not your password."),
        ({"new": "too short"}, "new", "At least 12 signs, please."),
        ({"new": "x" * 129}, "new", "At most 128 signs, please."),
        ({"new": "1qaz2wsx3edc"}, "new", "one of the commonest passwords"),
        ({"new": "jaan tamm", "again": "jaan tamm"}, "new", "At least 12 signs"),
        ({"new": "Store 14 Tallinn \u00dclemiste"}, "new", "a name that everybody knows"),
        ({"new": OLD}, "new", "This is the password of before."),
        ({"again": "something else"}, "again", "These two are not the same."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client: TestClient, database: Database, fields: dict[str, str], field: str, words: str
) -> None:
    given = {"old": OLD, "new": NEW} | fields
    answer = client.post("/password", data={"again": given["new"]} | given)
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text
    assert words in answer.text
    assert not [one for one in given.values() if f'value="{one}"' in answer.text], (
        "typed in vain, kept nowhere"
    )
    assert left(database) == 4
    assert accounts.verify(database, "jaan", OLD) is not None


def test_the_old_password_cannot_be_guessed_at_an_open_phone(client: TestClient) -> None:
    assert [change(client, old=f"guess {n}") for n in range(PER_PAIR.most)] == [422] * PER_PAIR.most
    assert change(client) == 429
    assert "Please wait" in client.post("/password", data={"old": OLD, "new": NEW, "again": NEW}).text


def test_a_given_password_opens_nothing_before_another_one_is_chosen(
    client: TestClient, shop: Shop, database: Database
) -> None:
    accounts.change_password(database, shop.accounts["jaan"], OLD, must_change=True, hasher=QUICK)
    client.cookies.clear()
    answer = client.post("/sign-in", data={"login": "jaan", "password": OLD})
    assert answer.status_code == 303
    assert client.get("/").headers["location"] == "/password"
    assert client.get(f"/s/{shop.store}/me").headers["location"] == "/password"
    fragment = client.get(f"/s/{shop.store}/me", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["hx-redirect"]) == (403, "/password")
    assert client.get(f"/api/v1/stores/{shop.store}/causes").status_code == 403
    text = client.get("/password").text
    assert "Choose your own password" in text
    assert f"/s/{shop.store}/me" not in text
    assert change(client) == 303
    assert client.get(f"/s/{shop.store}/me").status_code == 200


def test_a_token_is_a_new_one_at_each_sign_in(client: TestClient, database: Database) -> None:
    before, count = client.cookies[COOKIE], left(database)
    client.post("/sign-in", data={"login": "jaan", "password": OLD})
    assert client.cookies[COOKIE] != before
    assert left(database) == count, "the one that the browser had has ended"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (PHONE, "Chrome on Android"),
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        (PHONE + " Edg/142.0", "Edge on Android"),
        ("curl/8.5", "curl/8.5"),
        ("", "Something that tells no name"),
        ("x" * 120, "x" * 40),
    ],
)
def test_names_of_browsers(agent: str, name: str) -> None:
    assert browser_name(agent, T) == name
