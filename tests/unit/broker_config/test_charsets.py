import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.charsets import CHARSETS, NAMES, lacks, to_septets


@pytest.mark.parametrize(
    ("charset", "text", "septets"),
    [
        ("koi7", "Касса 3", "6B 41 53 53 41 20 33"),
        ("linguist", "КАССА 3", "4B 41 43 43 41 20 33"),
        ("philips", "КАССА 3", "6A 60 71 71 60 20 33"),
        ("ascii", "Kassa 3", "4B 61 73 73 61 20 33"),
        ("de", "Äöß", "5B 7C 7E"),
        ("se", "ÅÄö~", "5D 5B 7C 7E"),
        ("philips", "Я", "7F"),
        ("koi7", "ъЪёЁ", "58 78 45 65"),
    ],
)
def test_rows_of_the_tables(charset: str, text: str, septets: str) -> None:
    assert lacks(text, charset) == ""
    assert to_septets(text, charset) == bytes.fromhex(septets)


def test_the_whole_russian_alphabet_stands_in_the_russian_sets() -> None:
    letters = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
    for charset in ("koi7", "linguist", "philips"):
        assert lacks(letters, charset) == ""
    assert lacks(letters.lower(), "koi7") == ""
    assert len(set(to_septets(letters, "linguist"))) == len(letters)


def test_what_a_set_lacks_is_named_once_and_becomes_a_question_mark() -> None:
    assert lacks("a[b]c[", "de") == "[]"
    assert lacks("Kassa", "koi7") == "Kas"
    assert to_septets("a[ä", "ascii") == b"a[?"


@given(st.sampled_from(NAMES), st.text())
def test_seven_printable_bits_and_one_for_one(charset: str, text: str) -> None:
    found = to_septets(text, charset)
    assert len(found) == len(text)
    assert all(0x20 <= code <= 0x7F for code in found)


def test_no_set_has_two_codes_for_a_sign_or_any_outside_seven_bits() -> None:
    for table in CHARSETS.values():
        assert all(len(sign) == 1 for sign in table)
        assert all(0x20 <= code <= 0x7F for code in table.values())
