"""The floor's web application: who may talk to it, what it answers, and that a page is whole in every language."""

from __future__ import annotations

import html.parser
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from firmware_bridge.light import Shown
from simulator.config import Language
from simulator.contacts import PROFILES
from simulator.floor.app import make_app
from simulator.floor.events import Deed
from simulator.floor.feed import Feed
from simulator.floor.guard import own_hosts
from simulator.floor.lights import light_sets
from simulator.floor.screen import Screen
from simulator.floor.unit_line import UnitSilent
from simulator.floor.words import LANGUAGES, catalogue
from simulator.scenarios.item import Where
from simulator.staff import Verb
from simulator.transmitters.base import Trouble
from tests.unit.simulator.floor_settings import settings

PAGE = {"origin": "http://127.0.0.1:8081", "sec-fetch-site": "same-origin"}


class Controls:
    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.silent = False

    def _do(self, *what: Any) -> None:
        if self.silent:
            raise UnitSilent("b1")
        if what[1] not in ("b1.1", "t1", "anna", True, False):
            raise KeyError(what[1])
        self.done.append(what)

    def hold(self, contact: str) -> None:
        self._do("hold", contact)

    def lift(self, contact: str) -> None:
        self._do("lift", contact)

    def press(self, contact: str, ms: int) -> None:
        self._do("press", contact, ms)

    def garble(self, transmitter: str, garbled: bool) -> None:
        self._do("garble", transmitter, garbled)

    def fit(self, button: str, switch: str) -> None:
        self._do("fit", button, switch)

    def do(self, button: str, deed: Deed) -> None:
        self._do("do", button, deed)

    def ask(self, login: str, verb: Verb) -> None:
        self._do("ask", login, verb)

    def plug(self, transmitter: str, plugged: bool) -> None:
        self._do("plug", transmitter, plugged)

    def slow(self, transmitter: str, slow: bool) -> None:
        self._do("slow", transmitter, slow)

    def trouble(self, transmitter: str, kind: Trouble, amount: int) -> None:
        self._do("trouble", transmitter, kind, amount)

    def staff(self, on: bool) -> None:
        self._do("staff", on)


class Page:
    def __init__(self, folder: Path, **more: Any) -> None:
        self.controls = Controls()
        self.feed = Feed()
        app = make_app(Screen(settings(folder, **more)), self.feed, self.controls, own_hosts(8081))
        self.client = TestClient(app, base_url="http://127.0.0.1:8081")

    def post(self, path: str, body: object = None, **headers: str) -> int:
        return self.client.post(
            path, json=body if body is not None else {}, headers=PAGE | headers
        ).status_code


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path)


class Ids(html.parser.HTMLParser):
    """Ids, what refers to them, and anything that the policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.refers: list[str] = []
        self.refused: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("aria-labelledby", "aria-describedby"):
                self.refers += (value or "").split()
            elif name == "style" or name.startswith("on"):
                self.refused.append(f"{tag} {name}")
            elif name in ("src", "href") and value and value.startswith("http") and tag != "a":
                self.refused.append(f"{tag} {value}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_screen_is_whole_in_every_language(page: Page, language: Language) -> None:
    answer = page.client.get("/", params={"lang": language})
    assert answer.status_code == 200
    text = answer.text
    assert f'<html lang="{language}">' in text
    for key in ("wrists", "way", "trouble", "board", "staff_switch", "serial", "scenarios"):
        assert catalogue(language)[key].replace("'", "&#39;") in text
    assert text.count('data-button="') == 3
    assert text.count('data-pager="') == 3
    found = Ids()
    found.feed(text)
    assert len(found.ids) == len(set(found.ids))
    assert set(found.refers) <= set(found.ids)
    assert found.refused == []


def test_fast_motion_has_the_plan_and_nothing_to_touch(tmp_path: Path) -> None:
    text = Screen(settings(tmp_path)).render("en", Where.MOTION)
    assert text.count('data-button="') == text.count('data-pager="') == 3
    assert 'data-where="motion"' in text
    assert [one for one in ('id="staff"', 'id="contacts"', 'id="lights"', "data-play") if one in text] == []
    assert catalogue("en")["back_to_live"] in text


def test_names_are_escaped_in_text_and_in_data(page: Page) -> None:
    text = page.client.get("/").text
    assert "<b>grocery</b>" not in text
    data = re.search(r'id="floor-data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert "<" not in data[1]
    assert json.loads(data[1])["pagers"]["1001"] == "Anna T."


def test_no_secret_stands_on_the_screen(page: Page) -> None:
    assert "secret-word" not in page.client.get("/").text


def test_a_shop_without_anything_says_so(tmp_path: Path) -> None:
    bare = Page(tmp_path, units=[], transmitters=[], pagers=[], people=[])
    text = bare.client.get("/").text
    assert catalogue("en")["no_buttons"] in text
    assert catalogue("en")["no_pagers"] in text


def test_gestures_with_a_key_are_offered_where_one_is_wired_and_every_press_can_be_taken_back(
    page: Page,
) -> None:
    text = page.client.get("/").text
    units = re.split(r'data-button="', text)[1:]
    keys = {unit[:4]: unit.count('data-deed="arrive"') for unit in units}
    assert keys == {"b1.1": 1, "b1.2": 0, "b2.1": 0}
    assert text.count('data-contact="b1.9"') == 1
    assert text.count('data-deed="undo"') == 3
    assert text.count('data-deed="quiet"') == text.count('data-deed="drill"') == 1


def test_the_legend_shows_every_state_with_the_units_own_rhythms(page: Page) -> None:
    text = page.client.get("/").text
    assert re.findall(r'data-legend="(\w+)"', text) == [shown.value for shown in Shown]
    data = re.search(r'id="floor-data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    told = json.loads(data[1])
    assert set(told["lights"]) == set(light_sets())
    for name, rhythms in told["lights"].items():
        assert set(rhythms) == set(Shown)
        assert text.count(f'data-strip="{name}"') == len(Shown)
    assert set(told["sounds"]) == set(Shown)


def test_every_switch_that_can_be_built_in_is_offered(page: Page) -> None:
    text = page.client.get("/").text
    assert all(f'<option value="{name}">' in text for name in PROFILES)


def test_a_pager_in_nobodys_hands_is_there_and_says_so(page: Page) -> None:
    text = page.client.get("/").text
    assert text.count(catalogue("en")["spare"].replace("'", "&#39;")) == 2
    assert text.count('class="pager spare"') == 2


def test_the_language_is_remembered(page: Page) -> None:
    assert 'lang="en"' in page.client.get("/", headers={"accept-language": "de"}).text
    page.client.get("/", params={"lang": "et"})
    assert '<html lang="et">' in page.client.get("/").text


def test_headers_are_strict(page: Page) -> None:
    for path in ("/", "/static/floor.css", "/nothing"):
        headers = page.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "host", ["evil.example:8081", "127.0.0.1", "127.0.0.1:80", "localhost.evil:8081", ""]
)
def test_a_foreign_host_is_refused(page: Page, host: str) -> None:
    assert page.client.get("/", headers={"host": host}).status_code == 421
    assert page.client.post("/staff", json={"on": True}, headers=PAGE | {"host": host}).status_code == 421
    assert page.controls.done == []


@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost:8081", "[::1]:8081"])
def test_our_own_names_are_taken(page: Page, host: str) -> None:
    assert page.client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:8081"},
        {"origin": "http://127.0.0.1:8081", "sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1:8081", "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_only_the_page_itself_may_post(page: Page, headers: dict[str, str]) -> None:
    assert page.client.post("/contacts/b1.1/down", json={}, headers=headers).status_code == 403
    assert page.controls.done == []


def test_origin_is_enough_for_a_browser_without_fetch_metadata(page: Page) -> None:
    headers = {"origin": "http://127.0.0.1:8081"}
    assert page.client.post("/contacts/b1.1/down", json={}, headers=headers).status_code == 204


def test_what_a_visitor_can_do(page: Page) -> None:
    assert page.post("/contacts/b1.1/down") == 204
    assert page.post("/contacts/b1.1/up") == 204
    assert page.post("/contacts/b1.1/press", {"ms": 300}) == 204
    assert page.post("/transmitters/t1", {"plugged": False}) == 204
    assert page.post("/transmitters/t1", {"slow": True}) == 204
    assert page.post("/transmitters/t1", {"trouble": "silent"}) == 204
    assert page.post("/transmitters/t1", {"trouble": "refuse", "amount": 3}) == 204
    assert page.post("/staff", {"on": True}) == 204
    for deed in Deed:
        assert page.post("/buttons/b1.1/do", {"deed": deed.value}) == 204
    assert page.post("/buttons/b1.1/switch", {"switch": "mushroom"}) == 204
    assert page.post("/people/anna", {"verb": "pass"}) == 204
    assert page.post("/people/anna", {"verb": "help"}) == 204
    assert page.controls.done == [
        ("hold", "b1.1"),
        ("lift", "b1.1"),
        ("press", "b1.1", 300),
        ("plug", "t1", False),
        ("slow", "t1", True),
        ("trouble", "t1", Trouble.SILENT, 1),
        ("trouble", "t1", Trouble.REFUSE, 3),
        ("staff", True),
        *(("do", "b1.1", deed) for deed in Deed),
        ("fit", "b1.1", "mushroom"),
        ("ask", "anna", Verb.PASS),
        ("ask", "anna", Verb.HELP),
    ]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/contacts/b9.1/down", {}, 404),
        ("/contacts/b1.1/press", {"ms": 0}, 422),
        ("/contacts/b1.1/press", {"ms": 10**9}, 422),
        ("/contacts/b1.1/press", {"ms": "200"}, 422),
        ("/transmitters/t1", {}, 422),
        ("/transmitters/t1", {"trouble": "angry"}, 422),
        ("/transmitters/t1", {"amount": 3}, 422),
        ("/transmitters/t1", {"trouble": "refuse", "amount": -1}, 422),
        ("/transmitters/t1", {"plugged": True, "more": 1}, 422),
        ("/transmitters/t9", {"plugged": True}, 404),
        ("/staff", {"on": "yes"}, 422),
        ("/buttons/b1.1/do", {}, 422),
        ("/buttons/b1.1/do", {"deed": "press"}, 422),
        ("/buttons/b9.1/do", {"deed": "arrive"}, 404),
        ("/buttons/b1.1/switch", {}, 422),
        ("/buttons/b1.1/switch", {"switch": "x" * 41}, 422),
        ("/people/anna", {"verb": "close"}, 422),
        ("/people/olga", {"verb": "pass"}, 404),
        ("/nothing", {}, 404),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(page: Page, path: str, body: object, status: int) -> None:
    assert page.post(path, body) == status
    assert page.controls.done == []


def test_a_long_body_is_refused_unread(page: Page) -> None:
    assert page.post("/staff", {"on": True, "x": "y" * 3_000}) == 413


def test_a_unit_that_does_not_answer_is_said(page: Page) -> None:
    page.controls.silent = True
    assert page.post("/contacts/b1.1/down") == 503


def test_the_stream_begins_with_everything_and_ends_when_the_feed_closes(page: Page) -> None:
    page.feed.put("line:t1", {"plugged": True})
    with page.client.stream("GET", "/live") as answer:
        lines: Iterator[str] = answer.iter_lines()
        assert next(lines) == "event: all"
        assert json.loads(next(lines).removeprefix("data: ")) == {"line:t1": {"plugged": True}}
        page.feed.close()
        rest = list(lines)
    assert not any(line.startswith("event:") for line in rest)
