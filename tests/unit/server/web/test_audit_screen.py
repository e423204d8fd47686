"""What people did on screens stands in the list of changes, in words, with before and after; and leaves as a table."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from sqlmodel import select

from server.db import audit
from server.db.connect import Database
from server.db.tables import AuditEntry
from server.rules.audit import SYSTEM, Action, Actor, Kind, Target
from server.web.audit import words
from server.web.frame.attempts import Failures
from server.web.frame.screens import Screens
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.setup_stage import Setup
from tests.unit.server.web.stage import FakeDesk


@pytest.fixture
def setup(client_for: ClientFor, database: Database, desk: FakeDesk, shop: Shop) -> Setup:
    shop.account("marina", "Marina Kask", role="manager", store_id=shop.store, carrier=shop.carriers[2])
    return Setup(client_for("marina"), database, desk, shop)


@pytest.fixture(autouse=True)
def nobody_failed_yet(one_app: FastAPI) -> None:
    one_app.state.failures = Failures()


def entries(db: Database, store: str = "ulemiste") -> list[AuditEntry]:
    with db.reading() as session:
        assert audit.check(session, store).faults == ()
        return list(session.exec(select(AuditEntry).where(AuditEntry.store_id == store)))


def add(shop: Shop, action: Action, by: Actor = SYSTEM, ago: float = 60, **more: Any) -> None:
    with shop.db.transaction() as session:
        audit.note(session, NOW - timedelta(seconds=ago), by, action, **{"store": shop.store, **more})


def screen(setup: Setup, query: str = "", language: str = "en") -> str:
    headers = {"Accept-Language": language}
    answer = setup.client.get(f"/s/{setup.shop.store}/audit{query}", headers=headers)
    assert answer.status_code == 200
    text: str = answer.text
    return text


def test_a_zone_is_added_changed_moved_and_switched_off(setup: Setup) -> None:
    setup.post("/zones/new", name="Cheese", pager_name="CHEESE")
    zone = entries(setup.db)[0].target_id
    setup.save(f"/zones/{zone}", name="Cheese & ham", pager_name="CHEESE")
    setup.post(f"/zones/{zone}/move", way="up")
    setup.post(f"/zones/{zone}/off")
    setup.post(f"/zones/{zone}/on")
    found = entries(setup.db)
    assert [one.action for one in found] == [
        *(Action.ADDED, Action.CHANGED, Action.ORDERED, Action.SWITCHED_OFF, Action.SWITCHED_ON),
    ]
    assert found[1].changes == {"name": ["Cheese", "Cheese & ham"]}
    assert {one.who_name for one in found} == {"Marina Kask"}
    assert all(one.address for one in found)
    text = screen(setup)
    assert "Changed: zone “Cheese &amp; ham”" in text
    assert "Cheese → Cheese &amp; ham" in text


def test_a_form_that_is_wrong_leaves_no_entry(setup: Setup) -> None:
    setup.post("/zones/new", 422, name="", pager_name="")
    assert entries(setup.db) == []


def test_a_sign_in_is_given_and_no_password_is_in_the_log(setup: Setup) -> None:
    carrier = setup.shop.carriers[0]
    answer = setup.post(f"/people/{carrier}/sign-in", 200, login="jaan", role="staff")
    (password,) = re.findall(r'class="secret__word">([^<]+)<', answer.text)
    (given,) = entries(setup.db)
    assert (given.action, given.target_name) == (Action.ACCOUNT_ADDED, "Jaan Tamm")
    assert given.changes == {"role": [None, "staff"]}
    base = f"/sign-ins/{given.target_id}"
    setup.post(f"{base}/role", role="manager")
    setup.post(f"{base}/password", 200)
    setup.post(f"{base}/off")
    found = entries(setup.db)[1:]
    assert [one.action for one in found] == [Action.ACCOUNT_CHANGED, Action.PASSWORD_SET, Action.ACCOUNT_OFF]
    assert found[0].changes == {"role": ["staff", "manager"]}
    everything = repr([(one.changes, one.target_name) for one in entries(setup.db)])
    assert password not in everything
    assert "argon2" not in everything


def test_signing_in_and_out_and_failing(client_for: ClientFor, shop: Shop) -> None:
    known = PasswordHash.recommended().hash("correct horse battery")
    shop.account("jaan", "Jaan Tamm", password_hash=known, store_id=shop.store)
    client = client_for()
    for login, password in (("jaan", "wrong"), ("jaan", "correct horse battery")):
        client.post("/sign-in", data={"login": login, "password": password})
    client.post("/sign-out")
    client.post("/sign-in", data={"login": "my secret typed into the wrong field", "password": "x"})
    failed, came, went = entries(shop.db)
    assert (failed.action, failed.outcome, failed.who_kind) == (Action.SIGN_IN_FAILED, "refused", Kind.NOBODY)
    assert failed.target_name == "Jaan Tamm"
    assert (came.action, went.action) == (Action.SIGNED_IN, Action.SIGNED_OUT)
    (unknown,) = entries(shop.db, "")
    assert "secret" not in repr(unknown)


def test_guessing_does_not_fill_the_disk(client_for: ClientFor, shop: Shop, monkeypatch: Any) -> None:
    monkeypatch.setattr("server.db.accounts.verify", lambda *_: None)
    monkeypatch.setattr("server.web.frame.attempts.Attempts.wait_s", lambda *_: 0)
    client = client_for()
    for number in range(300):
        client.post("/sign-in", data={"login": f"guess{number % 100}", "password": "x"})
    found = entries(shop.db, "")
    assert len(found) == 61
    assert found[-1].action == Action.SIGN_IN_GUESSING


@pytest.mark.parametrize("language", ["en", "ru", "et"])
def test_every_action_has_a_sentence_in_every_language(setup: Setup, language: str, screens: Screens) -> None:
    for action in Action:
        add(setup.shop, action, target=Target("zone", "3", "<b>Wine</b>"), changes={"name": ("=1+1", None)})
    text = screen(setup, language=language)
    t = screens.words(language)
    for action in Action:
        said = words.sentence(action.value, "", t)
        assert said != action.value
        assert said.split(":")[0].replace("'", "&#39;") in text
    assert "<b>Wine" not in text
    assert {action for group in words.GROUPS.values() for action in group} == set(Action)
    assert {key for key, _ in words.groups(t)} == set(words.GROUPS)


def test_filters_by_who_what_and_when(setup: Setup) -> None:
    jaan = Actor(Kind.ACCOUNT, 77, "Jaan Tamm")
    add(setup.shop, Action.SIGNED_IN, jaan, ago=3 * 86_400)
    add(setup.shop, Action.LOADED, Actor(Kind.CLI, name="root"))
    add(setup.shop, Action.ADDED, jaan, target=Target("zone", "3", "Wine"))
    assert len(re.findall(r'id="a\d+"', screen(setup))) == 3
    assert len(re.findall(r'id="a\d+"', screen(setup, "?who=77"))) == 2
    assert len(re.findall(r'id="a\d+"', screen(setup, "?who=77&what=shop"))) == 1
    assert "Loaded the shop" in screen(setup, "?who=cli")
    assert "No changes here" in screen(setup, "?to=2026-11-01")
    assert len(re.findall(r'id="a\d+"', screen(setup, "?who=';--&what=x&from=0&before=99999"))) == 3


def test_a_long_list_goes_on_where_it_ended(setup: Setup) -> None:
    for number in range(205):
        add(setup.shop, Action.ADDED, target=Target("zone", str(number)), ago=300 - number)
    seen: list[str] = []
    query: str | None = ""
    while query is not None:
        text = screen(setup, query)
        seen += re.findall(r'id="a(\d+)"', text)
        older = re.search(r'href="[^"?]*(\?[^"]*)" rel="next"', text)
        query = older[1].replace("&amp;", "&") if older else None
    assert len(seen) == len(set(seen)) == 205
    assert seen == sorted(seen, key=int, reverse=True)


def test_who_may_not_know_of_quiet_calls_does_not_see_that_there_were_looks(
    setup: Setup, client_for: ClientFor
) -> None:
    add(setup.shop, Action.LOOKED_QUIET, target=Target("incident", "1", "№ 7"))
    assert "quiet call" in screen(setup, "?what=looks")
    setup.shop.account("audit", "Audit Or", role="auditor", store_id=setup.shop.store)
    auditor = Setup(client_for("audit"), setup.db, setup.desk, setup.shop)
    assert "№ 7" not in screen(auditor)
    answer = auditor.client.get(f"/s/{setup.shop.store}/audit.csv")
    assert answer.status_code == 200
    assert "№ 7" not in answer.text


def test_what_belongs_to_no_store_is_seen_by_those_of_every_store(
    setup: Setup, client_for: ClientFor
) -> None:
    add(setup.shop, Action.SIGNED_IN, Actor(Kind.ACCOUNT, 5, "Chain Owner"), store="")
    assert "Chain Owner" not in screen(setup)
    setup.shop.account("chief", "Chief", role="owner")
    chief = Setup(client_for("chief"), setup.db, setup.desk, setup.shop)
    assert "Chain Owner" in screen(chief)


def test_the_table_is_defused_and_noted(setup: Setup) -> None:
    evil = Actor(Kind.ACCOUNT, 5, '=HYPERLINK("http://x")')
    add(
        setup.shop, Action.ADDED, evil, target=Target("zone", "3", "@SUM(A1)"), changes={"name": (None, "=1")}
    )
    answer = setup.client.get(f"/s/{setup.shop.store}/audit.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    table = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert table[0][:4] == ["When", "Who", "From where", "What"]
    exported, added = table[1:]
    assert added[1] == '\'=HYPERLINK("http://x")'
    assert "Exported this list" in exported[3]
    assert entries(setup.db)[-1].action == Action.EXPORTED_AUDIT


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("2026-11-28T17:57:07.976346+00:00", "Sat 28 Nov 19:57"),
        ("2026-11-28T17:57", "2026-11-28T17:57"),
        ("2026-99-28T17:57:00+00:00", "2026-99-28T17:57:00+00:00"),
        ("=1+1", "=1+1"),
        (None, "–"),
    ],
)
def test_moments_are_shown_as_the_clock_of_the_shop_shows_them(kept: object, shown: str) -> None:
    assert words.value(kept, Screens().words("en", "Europe/Tallinn")) == shown
