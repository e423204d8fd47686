"""Russian and Estonian phrases of a shop in letters that every pager has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.pager_text import convert
from server.rules.transliterate import ESTONIAN, RUSSIAN, to_cyrillic, to_latin

PHRASES = {
    "Касса 3: позовите старшего": "Kassa 3: pozovite starshego",
    "Нужна помощь в примерочной": "Nuzhna pomoshch v primerochnoy",
    "Щётка, объявление, подъезд, чьё?": "Shchyotka, obyavlenie, podyezd, chyo?",
    "Требуется продавец — отдел «Обувь»": 'Trebuetsya prodavets - otdel "Obuv"',
    "Съёмка ценника №5: 1 299,90 €": "Syomka tsennika No5: 1 299,90 EUR",
    "Вход: жду 10 минут, хочу вернуть чайник": "Vkhod: zhdu 10 minut, khochu vernut chaynik",
    "Kassa 3: kutsuge vanemteenindaja": "Kassa 3: kutsuge vanemteenindaja",
    "Proovikabiin 2: klient ootab abi": "Proovikabiin 2: klient ootab abi",
    "Õlu, äädikas, öökapp, üürile, šokolaad, žürii": "Olu, aadikas, ookapp, uurile, shokolaad, zhurii",
    "Jäätis läks sulama – külmik 4": "Jaatis laks sulama - kulmik 4",
}


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrases_of_a_shop(phrase: str) -> None:
    assert convert(phrase, "ascii") == PHRASES[phrase]


def test_every_letter_is_in_the_tables() -> None:
    assert set(RUSSIAN) == {*(chr(code) for code in range(ord("а"), ord("я") + 1)), "ё"}
    assert set(ESTONIAN) == set("õäöüšž")
    assert all(word.isascii() and (not word or word.islower()) for word in (RUSSIAN | ESTONIAN).values())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ЩЁТКА", "SHCHYOTKA"),
        ("Щётка", "Shchyotka"),
        ("ВСЁ ЕЩЁ", "VSYO ESHCHYO"),
        ("Я", "Ya"),
        ("ряд Ж 3", "ryad Zh 3"),
        ("ПОДЪЕЗД", "PODYEZD"),
        ("СЪЕСТЬ Е", "SYEST E"),
        ("Žürii, ŽÜRII", "Zhurii, ZHURII"),
        ("Łódź, Ærø, ÆRØ, Ελλάδα, їжак", "Lodz, Aero, AERO, Ellada, izhak"),
        ("北京", "BeiJing"),
        ("\ue000", "?"),
    ],
)
def test_capitals_and_what_other_tables_know(text: str, found: str) -> None:
    assert to_latin(text, "") == found


def test_what_a_pager_has_stays() -> None:
    assert to_latin("Äädikas ja õlu", "äÄ") == "Äädikas ja olu"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("KASSA 3", "КАССА 3"),
        ("Shchetka, chay, khalva", "Щетка, чай, халва"),
        ("Box JT", "Бокс ЙТ"),
        ("XL", "КСЛ"),
        ("Yablochny, tsirk", "Яблочнй, цирк"),
    ],
)
def test_latin_letters_as_a_russian_reads_them(text: str, found: str) -> None:
    assert to_cyrillic(text) == found


@given(st.text(max_size=60))
def test_whatever_it_is_it_becomes_ascii(text: str) -> None:
    assert to_latin(text, "").isascii()
