"""A text for one pager: its signs, its length, the cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.charsets import CHARSETS, NAMES, lacks, to_septets
from server.rules.pager_text import MARK, convert, cut, first_that_fits, on_display

SIGNS = "aZ 9äÕšŽßёЁъЩя№€«“’—… \u00a0\u0301[\\]{|}~^_`@\u202e\x1b\n日🙂\ud800"
ODD = st.text(st.sampled_from(SIGNS) | st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("charset", "text", "found"),
    [
        ("ascii", "[Касса] {3} \\ a|b ~", "[Kassa] {3} \\ a|b ~"),
        ("de", "[Käse] {3} \\ a|b ~", "(Käse) (3) / a/b -"),
        ("de", "Õlu, žürii, Straße", "Olu, zhürii, Straße"),
        ("se", "Ääs, öl, üks ~", "Ääs, öl, uks ~"),
        ("koi7", "Касса 3: щётка №5 [a]", "Касса 3: щётка Но5 (а)"),
        ("koi7", "MILK 5 €", "МИЛК 5 ЕВРО"),
        ("linguist", "Касса 3, beer, õlu", "КАССА 3, BEER, OLU"),
        ("philips", "Щётка, ß", "ЩЁТКА, SS"),
        ("ascii", "e\u0301te\u0301 \u0301x \u200bzero\u00a0\u2003width\t!", "ete x zero width !"),
        ("ascii", "ka\u202essa\x1b[31m", "kassa [31m"),
        ("ascii", "\ud800", "?"),
        ("nobody-knows", "Молоко", "Moloko"),
    ],
)
def test_what_each_pager_makes_of_it(charset: str, text: str, found: str) -> None:
    assert convert(text, charset) == found


@given(ODD, st.sampled_from(NAMES))
def test_only_signs_that_the_pager_has_and_a_second_time_changes_nothing(text: str, charset: str) -> None:
    found = convert(text, charset)
    assert lacks(found, charset) == ""
    assert convert(found, charset) == found
    assert found == " ".join(found.split())


@given(ODD, st.sampled_from(NAMES))
def test_what_an_eye_sees_is_what_the_codes_say(text: str, charset: str) -> None:
    found = convert(text, charset)
    seen = on_display(found, charset)
    assert to_septets(seen, charset) == to_septets(found, charset)
    assert len({CHARSETS[charset][sign] for sign in seen}) == len(set(seen)), "one glyph for one code"


def test_two_letters_in_one_place_look_alike() -> None:
    assert on_display("щётка, объём", "koi7") == "щетка, обьем"
    assert on_display("ЩЁТКА", "philips") == "ЩЕТКА"
    assert on_display("ЩЁТКА", "linguist") == "ЩЁTKA", "Т, К and А share codes with T, K and A"
    assert on_display("shchyotka", "ascii") == "shchyotka"


@pytest.mark.parametrize(
    ("text", "longest", "found"),
    [
        ("FRUIT AND VEGETABLES", 20, "FRUIT AND VEGETABLES"),
        ("FRUIT AND VEGETABLES", 19, "FRUIT AND.."),
        ("FRUIT AND VEGETABLES", 11, "FRUIT AND.."),
        ("FRUIT AND VEGETABLES", 10, "FRUIT.."),
        ("FRUIT AND VEGETABLES", 8, "FRUIT.."),
        ("A VEGETABLE", 10, "A VEGETA.."),
        ("VEGETABLES", 5, "VEG.."),
        ("VEGETABLES", 3, "V.."),
        ("VEGETABLES", 2, "VE"),
        ("VEGETABLES", 0, ""),
    ],
)
def test_the_cut_is_at_a_word_and_marked(text: str, longest: int, found: str) -> None:
    assert cut(text, longest) == found


@given(ODD, st.sampled_from(NAMES), st.integers(0, 80))
def test_the_cut_never_makes_it_longer(text: str, charset: str, longest: int) -> None:
    whole = convert(text, charset)
    found = cut(whole, longest)
    assert len(found) <= longest
    assert cut(found, longest) == found
    assert lacks(found, charset) == ""
    if found != whole:
        assert whole.startswith(found.removesuffix(MARK))


def test_the_length_counts_after_the_spelling() -> None:
    assert first_that_fits(("ЩЩ", "Щ"), "ascii", 4) == "Shch"
    assert first_that_fits(("ЩЩ", "Щ"), "koi7", 4) == "ЩЩ"
    assert first_that_fits(("ЩЩ",), "ascii", 4) is None
