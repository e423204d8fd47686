"""The readiness screen: the big answer, a line per device, "Try everything now"."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from server.requests import DeskClosed, Refusal, RefusalReason, RunCanaries, StoreDone
from server.rules.readiness import Cause, Line, Mood, Thing
from server.web.frame.screens import Screens
from server.web.frame.words import LANGUAGES
from server.web.readiness import words
from server.web.readiness.mark import readiness_mark
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.readiness_rows import canary, covered, dead, watched
from tests.unit.server.web.stage import FakeDesk

GOOD = {"en": "Everything works", "ru": "Всё работает", "et": "Kõik töötab"}
BAD = {"en": "2 things need a hand", "ru": "2 неполадки требуют внимания", "et": "2 asja vajab abi"}


@pytest.fixture
def url(shop: Shop) -> str:
    shop.account("marina", "Marina Kask", role="manager", carrier=shop.carriers[2])
    shop.account("olga", "Olga Smirnova", carrier=shop.carriers[1])
    return f"/s/{shop.store}/readiness"


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_works(shop: Shop, url: str, client_for: ClientFor, language: str) -> None:
    watched(shop)
    answer = client_for("marina", language).get(url)
    assert answer.status_code == 200
    assert GOOD[language] in answer.text
    assert "%(" not in answer.text
    assert "answer--good" in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_comes_first_with_what_to_do(
    shop: Shop, url: str, client_for: ClientFor, language: str
) -> None:
    watched(shop)
    dead(shop, "no carrier: <cable>?")
    canary(
        shop,
        3,
        ago=5,
        press_id=None,
        pressed_at=None,
        page_id=None,
        state="bad",
        dialogue=False,
        cause="no_press",
    )
    text = client_for("marina", language).get(url).text
    assert BAD[language] in text
    assert "no carrier: &lt;cable&gt;?" in text
    lines = re.findall(r'<li id="([^"]+)" class="row row--(\w+)', text)
    assert [(key, mood) for key, mood in lines if mood == "bad"] == lines[:2]
    assert {key for key, _ in lines[:2]} == {"unit-hall", "transmitter-gw-roof"}
    assert len(lines) == 5


def test_line_and_radio_are_shown_apart(shop: Shop, url: str, client_for: ClientFor) -> None:
    watched(shop)
    client = client_for("marina")
    text = client.get(url).text
    assert "Line: answered at" in text
    assert "Radio: not proven" in text
    canary(shop, 1, ago=2, radio=True)
    assert "Radio: sent at 14:07" in client.get(url).text


def test_an_empty_shop(shop: Shop, url: str, client_for: ClientFor) -> None:
    text = client_for("marina").get(url).text
    assert "The server does not look any more" in text
    assert "Nobody on the floor" in text
    assert text.count("not counted yet") == 14


def test_covered_minutes_of_the_days(shop: Shop, url: str, client_for: ClientFor) -> None:
    watched(shop)
    covered(shop, 10, ("dead", "gw/roof"), until=3600)
    text = client_for("marina").get(url).text
    assert "297 of 307 minutes" in text or "296 of 307 minutes" in text
    assert "96\u202f%" in text  # and not 97: nobody says more than was covered
    assert "roof: no answer, 1" in text.replace("\u00a0", " ")
    assert text.count("not counted yet") == 12  # watched since yesterday
    assert len(re.findall(r'<tr id="d2026', text)) == 14


def test_the_part_that_is_asked_for_again(shop: Shop, url: str, client_for: ClientFor) -> None:
    watched(shop)
    client = client_for("marina")
    text = client.get(f"{url}/now").text
    assert text.strip().startswith('<div id="readiness"')
    assert "load delay:15s" in text
    canary(shop, 1, ago=1, final_at=None, state="asked")
    text = client.get(f"{url}/now").text
    assert "load delay:1s" in text
    assert "1 silent call is under way" in text


def test_try_everything(shop: Shop, url: str, client_for: ClientFor, desk: FakeDesk) -> None:
    watched(shop)
    client = client_for("marina")
    desk.answers = [StoreDone(shop.store, 1), StoreDone(shop.store, 1)]
    answer = client.post(f"{url}/try")
    assert (answer.status_code, answer.headers["location"]) == (303, url)
    assert client.post(f"{url}/try", data={"device": "hall"}).status_code == 303
    me = shop.accounts["marina"]
    assert desk.asked == [RunCanaries(shop.store, me), RunCanaries(shop.store, me, "hall")]


def test_try_when_it_cannot_be(shop: Shop, url: str, client_for: ClientFor, desk: FakeDesk) -> None:
    watched(shop)
    client = client_for("marina")
    desk.answers = [DeskClosed(), Refusal(None, RefusalReason.BAD_VALUE)]
    answer = client.post(f"{url}/try")
    assert answer.status_code == 503
    assert "did not answer in time" in answer.text
    answer = client.post(f"{url}/try")
    assert answer.status_code == 409
    assert "nothing to be tried" in answer.text
    assert client.post(f"{url}/try", data={"device": "../x"}).status_code in (404, 422)


def test_staff_may_look_and_not_try(shop: Shop, url: str, client_for: ClientFor, desk: FakeDesk) -> None:
    watched(shop)
    client = client_for("olga")
    assert "Try everything now" not in client.get(url).text
    assert client.post(f"{url}/try").status_code == 403
    assert desk.asked == []


def test_strangers_and_foreign_stores(shop: Shop, url: str, client_for: ClientFor) -> None:
    shop.account("guest", "A Guest", store_id=shop.store)
    assert client_for().get(url).status_code == 303
    for path in ("/s/elsewhere/readiness", "/s/elsewhere/readiness/now"):
        assert client_for("guest").get(path).status_code == 404
    assert client_for("guest").post("/s/elsewhere/readiness/try").status_code == 404


def test_the_mark_on_other_screens(shop: Shop, screens: Screens) -> None:
    t = screens.words("en", "Europe/Tallinn")

    def mark() -> tuple[str, str]:
        with shop.db.reading() as session:
            found = readiness_mark(session, shop.store, NOW, t)
        assert found.url == f"/s/{shop.store}/readiness"
        return found.mood, found.text

    assert mark() == ("bad", "Nobody looks whether everything works")
    covered(shop, 10, until=200)
    assert mark() == ("bad", "Nobody looks whether everything works")
    covered(shop, 3)
    assert mark() == ("good", "Everything works")
    covered(shop, 1, ("dead", "gw/roof"), ("nobody", "people"))
    assert mark() == ("bad", "2 things need a hand")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_words_and_advice(cause: Cause, language: str, screens: Screens) -> None:
    t = screens.words(language, "Europe/Tallinn")
    for thing in Thing:
        line = Line(thing, "x", "", Mood.BAD, cause, NOW - timedelta(days=2), "", (1, 2))
        assert words.what(line, NOW, t)
        assert words.advice(line, t)
        assert words.title(line, t)
    hints = (Cause.NO_KEEPER, Cause.NO_PLAN, Cause.NEAR_CEILING)
    assert words.cause_name(cause.value, t) != cause.value or cause in hints
