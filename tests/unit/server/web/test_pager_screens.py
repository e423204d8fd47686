"""The setup of pagers: capcodes that cannot be called, what a transmitter cannot carry, and what staff will read."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from broker_config.capcodes import Trouble
from broker_config.charsets import NAMES
from server.db.connect import Database
from server.db.tables import Button, Pager, Transmitter
from server.rules.pager_codes import Tone
from server.web.frame.words import LANGUAGES, Words, read_catalogues
from server.web.setup import pager_words
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.setup_stage import Setup
from tests.unit.server.web.stage import FakeDesk

TEXT: dict[str, Any] = {
    "label": "P9",
    "transmitter_id": "1",
    "address": "1234999",
    "format": "text",
    "charset": "ascii",
    "longest": "40",
    "visible": "16",
    "alert": "1",
    "language": "en",
}
WRIST = re.compile(r'<p class="wrist__text">(.*?)</p><figcaption>(.*?)</figcaption>')
NOTE = re.compile(r'<p class="wrist__note[^"]*">(?:\s*<svg.*?</svg>\s*)?(.*?)</p>', re.DOTALL)
CATALOGUES = read_catalogues()


@pytest.fixture
def setup(client_for: ClientFor, database: Database, desk: FakeDesk, shop: Shop) -> Setup:
    shop.account("marina", "Marina Kask", role="manager", store_id=shop.store, carrier=shop.carriers[2])
    return Setup(client_for("marina"), database, desk, shop)


def line_is(setup: Setup, **values: Any) -> None:
    with setup.db.transaction() as session:
        row = session.get(Transmitter, 1)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)


def preview(setup: Setup, **values: Any) -> dict[str, str]:
    """Caption -> text, without the mark between what is seen and what is scrolled to."""
    asked = "&".join(f"{name}={value}" for name, value in (TEXT | values).items())
    text = setup.get(f"/preview/pager?{asked}")
    return {unescape(words): re.sub("<[^>]*>", "", unescape(body)) for body, words in WRIST.findall(text)}


@pytest.mark.parametrize(
    ("driver", "address", "words"),
    [
        ("pocsag-raw", "2007664", "looks like an idle channel"),
        ("pocsag-mmdvm", "2045063D", "looks like the beat"),
        ("pocsag-raw", "3", "easily taken for noise"),
        ("pocsag-raw", "2097152", "No capcode is above 2097151."),
        ("pocsag-raw", "12X", "up to seven digits"),
        ("scope", "12345678", "too long for its transmitter"),
        ("comp2", "12E", "digits alone"),
    ],
)
def test_a_capcode_that_the_air_would_lose_is_refused_with_the_reason(
    setup: Setup, driver: str, address: str, words: str
) -> None:
    line_is(setup, driver=driver)
    answer = setup.post("/pagers/new", 422, **TEXT | {"address": address})
    assert 'id="error-address"' in answer.text and words in answer.text
    assert words in setup.get(
        f"/preview/pager?{'&'.join(f'{k}={v}' for k, v in TEXT.items())}&address={address}"
    )
    line_is(setup, driver="tap")
    setup.post("/pagers/new", **TEXT | {"address": address})
    row = setup.row(Pager, label="P9")
    line_is(setup, driver=driver)
    setup.post(f"/pagers/{row.id}/off")
    assert words in setup.post(f"/pagers/{row.id}/on", 409).text
    assert not setup.row(Pager, label="P9").active


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_letter_digit_and_beep_has_words(language: str) -> None:
    t = Words(language, CATALOGUES, "Europe/Tallinn")
    english = Words("en", CATALOGUES, "Europe/Tallinn")
    words: list[Callable[[Words], list[str]]] = [
        lambda t: [pager_words.capcode(one, t) for one in Trouble],
        lambda t: [pager_words.charset(one, t) for one in NAMES],
        lambda t: [pager_words.digit(one, t) for one in range(10)],
        lambda t: [pager_words.tone(one, t) for one in Tone],
    ]
    for say in words:
        said = say(t)
        assert all(said) and len(set(said)) == len(said)
        if language != "en":
            assert not set(said) & set(say(english))


def test_what_a_transmitter_told_of_itself_decides_what_is_offered(setup: Setup) -> None:
    assert all(f'<option value="{name}"' in setup.get("/pagers/new") for name in NAMES)
    line_is(setup, formats=["text", "numeric"], charsets=["ascii", "de"], longest=80, alerts=4)
    form = setup.get("/pagers/new")
    assert '<option value="de"' in form and '<option value="koi7"' not in form
    answer = setup.post("/pagers/new", 422, **TEXT | {"charset": "koi7", "longest": "81"})
    assert "This transmitter cannot carry these letters." in answer.text
    assert "This transmitter carries at most 80 signs." in answer.text
    answer = setup.post("/pagers/new", 422, **TEXT | {"format": "tone"})
    assert "This transmitter can do no more than: Text, Digits only." in answer.text
    setup.post("/pagers/new", 422, **TEXT | {"charset": "utf-8"})
    setup.post("/pagers/new", **TEXT | {"charset": "de", "longest": "80", "visible": "20"})
    row = setup.row(Pager, label="P9")
    assert (row.charset, row.longest, row.visible) == ("de", 80, 20)


def test_a_pager_whose_transmitter_became_another_one_is_shown(setup: Setup) -> None:
    assert "cannot be called as" not in setup.get()
    setup.post("/pagers/new", **TEXT | {"address": "2007664"})
    line_is(setup, driver="pocsag-raw")
    assert "1 pager cannot be called as it is set up." in setup.get()
    assert "looks like an idle channel" in setup.get("/pagers")
    line_is(setup, formats=["tone"])
    assert f"{len(setup.shop.pagers) + 1} pagers cannot be called as they are set up." in setup.get()
    setup.post(f"/pagers/{setup.row(Pager, label='P9').id}/off")
    assert f"{len(setup.shop.pagers)} pagers cannot" in setup.get()


@pytest.mark.parametrize("form", ["tone", "code"])
def test_a_pager_without_letters_needs_none(setup: Setup, form: str) -> None:
    nothing = {"format": form, "charset": "", "longest": "", "visible": ""}
    setup.post("/pagers/new", **TEXT | nothing)
    row = setup.row(Pager, label="P9")
    assert (row.format, row.charset, row.longest, row.visible) == (form, "ascii", 40, 16)
    setup.post("/pagers/new", 422, **TEXT | nothing | {"format": "text"})


def test_a_pager_of_digits_has_room_for_a_button_and_a_reason(setup: Setup) -> None:
    answer = setup.post("/pagers/new", 422, **TEXT | {"format": "numeric", "charset": "", "longest": "5"})
    assert "A pager of digits needs room for at least 6 signs." in answer.text
    setup.post("/pagers/new", **TEXT | {"format": "numeric", "charset": "", "longest": "6"})


def test_every_reason_is_shown_as_its_wrist_shows_it(setup: Setup) -> None:
    english = preview(setup)
    assert english["somebody calls"] == "DAIRY & EGGS Button 01 CALL"
    assert " HAS IT " in english["told that somebody goes"]
    assert english["quiet call"] == "DAIRY & EGGS CODE 7"
    assert english["a drill"] == "DAIRY & EGGS DRILL CALL Button 01"
    assert len(english) == 13
    russian = preview(setup, language="ru")
    assert russian["nobody has arrived"] == "DAIRY & EGGS Button 01 NIKTO NE PRISHYOL"
    cyrillic = preview(setup, language="ru", charset="koi7")
    assert cyrillic["nobody has arrived"] == "ДАИРЙ & ЕГГС Буттон 01 НИКТО НЕ ПРИШЕЛ", "no ё on this display"
    small = preview(setup, longest="20")
    assert small["nobody has arrived"] == "DAIRY & EGGS WAITING"


def test_what_is_seen_without_scrolling_is_marked(setup: Setup) -> None:
    asked = "&".join(f"{name}={value}" for name, value in TEXT.items())
    text = setup.get(f"/preview/pager?{asked}")
    assert 'DAIRY &amp; EGGS But<span class="wrist__rest">ton 01 CALL</span>' in text
    more = setup.get(f"/preview/pager?{asked}&visible=19")
    assert 'DAIRY &amp; EGGS Button<span class="wrist__rest"> 01 CALL</span>' in more
    assert '<p class="wrist__text">DAIRY &amp; EGGS CODE 7</p>' in more
    assert text.count('aria-live="off"') == 12, "only the first one is read aloud while one types"


def test_digits_beeps_and_codes_say_what_they_mean(setup: Setup) -> None:
    digits = preview(setup, format="numeric", charset="")
    assert digits["somebody calls"] == "1-1"
    assert digits["quiet call"] == "1-7"
    assert digits["a drill: the next digit says what for"] == "1-91"
    assert len(digits) == 10
    beeps = preview(setup, format="tone")
    assert beeps["somebody calls"] == "Pattern 1"
    assert beeps["a drill"] == "Pattern 4"
    asked = "/preview/pager?transmitter_id=1&format=tone&language=en"
    assert NOTE.findall(setup.get(asked)) == ["It only beeps."]
    line_is(setup, alerts=2)
    assert NOTE.findall(setup.get(asked))[0].startswith("This transmitter makes 2 patterns only")
    assert set(preview(setup, format="tone").values()) == {"Pattern 1", "Pattern 2"}
    assert "number that it was taught" in setup.get("/preview/pager?format=code&language=en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_for_staff_says_the_same(client_for: ClientFor, setup: Setup, language: str) -> None:
    client = client_for("marina", language)
    setup.add(Button(store_id=setup.shop.store, device="hall", input=15, zone_id=1, label="<b>New</b>"))
    setup.post(f"/buttons/{setup.shop.buttons[0]}/off")
    text = client.get(setup.url("/pagers/card")).text
    rows = dict(re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', text))
    t = Words(language, CATALOGUES, "Europe/Tallinn")
    assert {number: rows[f"-{number}"] for number in range(10)} == {
        number: pager_words.digit(number, t) for number in range(10)
    }
    last = len(setup.shop.buttons) + 1
    assert rows[str(last)].endswith("&lt;b&gt;New&lt;/b&gt;")
    assert f"{last}-1" in text
    assert re.findall(r"<h2 [^>]*>(.*?)</h2>", text)[1] == t.gettext("On a pager that only beeps")
    assert setup.url("/pagers/card") in client.get(setup.url("/pagers")).text


def test_the_list_of_buttons_shows_their_numbers(setup: Setup) -> None:
    text = setup.get("/buttons")
    assert "No. 1</span>" in text
    assert f"No. {len(setup.shop.buttons)}</span>" in text
