"""Every screen answers, in every language, with nothing undefined; strangers are shown the door."""

from __future__ import annotations

import re

import pytest

from server.web.frame.words import LANGUAGES
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.stage import busy_day, closed_history

SCREENS = (
    "board",
    "board?wall=1",
    "history",
    "history?q=wine&state=closed",
    "incidents/1",
    "incidents/9",
    "readiness",
    "refused",
    "me",
    "quiet",
    "history?outside=1",
    "incidents/9/pass",
    "incidents/9/close?back=me",
)
HEARD = {"en": "Nobody is waiting", "ru": "Никто не ждёт", "et": "Keegi ei oota"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_renders_in_every_language(
    shop: Shop, client_for: ClientFor, screen: str, language: str
) -> None:
    busy_day(shop)
    answer = client_for("marina", language).get(f"/s/{shop.store}/{screen}")
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert "%(" not in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiet_store_says_so(shop: Shop, client_for: ClientFor, language: str) -> None:
    shop.account("marina", "Marina Kask")
    assert HEARD[language] in client_for("marina", language).get(f"/s/{shop.store}/board").text


@pytest.mark.parametrize("screen", SCREENS)
def test_a_stranger_is_asked_to_sign_in(shop: Shop, client_for: ClientFor, screen: str) -> None:
    busy_day(shop)
    answer = client_for().get(f"/s/{shop.store}/{screen}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=/s/")


@pytest.mark.parametrize("screen", ["board", "history", "incidents/1", "me", "quiet", "incidents/9/pass"])
def test_another_store_looks_as_if_it_did_not_exist(shop: Shop, client_for: ClientFor, screen: str) -> None:
    busy_day(shop)
    shop.account("guest", "A Guest", store_id=shop.store)
    answer = client_for("guest").get(f"/s/elsewhere/{screen}")
    assert answer.status_code == 404
    assert "Not found" in answer.text


def test_the_refused_list_is_for_managers(shop: Shop, client_for: ClientFor) -> None:
    busy_day(shop)
    assert "malformed" in client_for("marina").get(f"/s/{shop.store}/refused").text
    answer = client_for("olga").get(f"/s/{shop.store}/refused")
    assert answer.status_code == 403
    assert "/refused" not in client_for("olga").get(f"/s/{shop.store}/board").text


def test_what_came_from_the_wire_is_shown_and_does_nothing(shop: Shop, client_for: ClientFor) -> None:
    shop.account("marina", "Marina Kask", role="manager")
    shop.refused("<b>bad</b>", 1, 5, "x")
    assert "&lt;b&gt;bad&lt;/b&gt;" in client_for("marina").get(f"/s/{shop.store}/refused").text


def test_a_wall_shows_initials_and_no_actions(shop: Shop, client_for: ClientFor) -> None:
    busy_day(shop)
    client = client_for("marina")
    wall = client.get(f"/s/{shop.store}/board?wall=1").text
    assert "Jaan" not in wall
    assert "Kask" not in wall
    assert "JT" in wall
    assert "<form" not in wall
    assert "<nav" not in wall
    assert "Jaan Tamm" in client.get(f"/s/{shop.store}/board").text


def test_home_leads_to_the_first_store_one_may_see(shop: Shop, client_for: ClientFor) -> None:
    shop.account("marina", "Marina Kask", role="manager")
    assert client_for("marina").get("/").headers["location"] == f"/s/{shop.store}/board"
    shop.account("olga", "Olga Smirnova", carrier=shop.carriers[1])
    assert client_for("olga").get("/").headers["location"] == f"/s/{shop.store}/me", "staff to their calls"


def test_history_pages_through_everything_once(shop: Shop, client_for: ClientFor) -> None:
    shop.account("jaan", "Jaan Tamm", role="shift_lead")
    closed_history(shop, 120, apart=600)
    client, url, seen = client_for("jaan"), f"/s/{shop.store}/history", []
    for _ in range(3):
        text = client.get(url).text
        seen += re.findall(r'<tr id="h(\d+)"', text)
        older = re.search(r'href="([^"]+)" rel="next"', text)
        url = older[1].replace("&amp;", "&") if older else ""
    assert url == ""
    assert seen == [str(number) for number in range(1, 121)]
    back = re.search(r'href="([^"]+)" rel="prev"', text)
    assert back is not None
    again = client.get(back[1].replace("&amp;", "&")).text
    assert re.findall(r'<tr id="h(\d+)"', again) == [str(number) for number in range(51, 101)]


@pytest.mark.parametrize(
    "query",
    [
        "from=nonsense&to=2026-13-45",
        "zone=1;drop",
        "at=%00",
        "at=AAAA",
        "state=odd&outcome=%3Cb%3E",
        "q=" + "x" * 5000,
    ],
)
def test_odd_filters_fall_back(shop: Shop, client_for: ClientFor, query: str) -> None:
    busy_day(shop)
    assert client_for("marina").get(f"/s/{shop.store}/history?{query}").status_code == 200


def test_numbers_that_are_none_are_not_found(shop: Shop, client_for: ClientFor) -> None:
    busy_day(shop)
    client = client_for("marina")
    for path in ("incidents/999", "incidents/x", "incidents/99999999999999999999", "nothing"):
        assert client.get(f"/s/{shop.store}/{path}").status_code == 404


def test_headers_of_every_answer(shop: Shop, client_for: ClientFor) -> None:
    client = client_for()
    for path in ("/sign-in", "/healthz", "/nothing", "/api/v1/nothing"):
        answer = client.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_no_screen_carries_inline_script_or_style(shop: Shop, client_for: ClientFor) -> None:
    busy_day(shop)
    client = client_for("marina")
    for screen in SCREENS:
        text = client.get(f"/s/{shop.store}/{screen}").text
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", text)


def test_health(shop: Shop, client_for: ClientFor) -> None:
    client = client_for()
    assert client.get("/healthz").json() == {"ok": True}
    assert client.get("/readyz").json() == {"ok": True, "database": "ok", "stopping": False}
