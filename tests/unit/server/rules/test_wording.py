"""What a wrist reads: place first, fitted to the pager on purpose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.charsets import NAMES, lacks
from server.rules.facts import Button, Pager
from server.rules.pager_text import MARK, VISIBLE, convert
from server.rules.pages import TELLS
from server.rules.wording import CALLS, DRILL_SHORT, SHORT, TAKEN, TAKEN_BY_SOMEBODY, page_body

BUTTON = Button(1, "b3", 2, 1, "Dairy", "Milk shelf", "red")
PAGER = Pager(1, "Pager 1", 1, "g1", "t1", "1001", "text", "ascii", 40, 1, "en")
LANGUAGES = ("en", "ru", "et")
REASONS = (*CALLS, "taken")
PLACES = {"en": "Till 3", "ru": "Касса 3", "et": "Kassa 3"}


def test_the_place_comes_first_and_the_reason_last() -> None:
    assert page_body(BUTTON, PAGER, "step", drill=False) == "DAIRY Milk shelf CALL"


def test_what_does_not_fit_loses_the_label_first_then_words_then_the_reason() -> None:
    def body(longest: int, reason: str = "step") -> str:
        return page_body(BUTTON, replace(PAGER, longest=longest), reason, drill=False)

    assert body(12) == "DAIRY CALL"
    assert body(22, "not_attended") == "DAIRY NOBODY THERE YET"
    assert body(21, "not_attended") == "DAIRY WAITING"
    assert body(12, "not_attended") == "DAIRY"
    assert body(5) == "DAIRY"
    assert body(4) == "DA.."


def test_a_long_place_is_cut_at_a_word_where_enough_is_left() -> None:
    long = replace(BUTTON, place="Fruit and vegetables")
    assert page_body(long, replace(PAGER, longest=11), "step", drill=False) == "FRUIT AND.."


def test_a_drill_is_marked_to_the_wrist() -> None:
    assert page_body(BUTTON, PAGER, "step", drill=True).endswith(f"DRILL CALL {BUTTON.label}")


@pytest.mark.parametrize(
    ("reason", "more", "found"),
    [
        ("step", {"drill": True}, "FRUIT.. DRILL"),
        ("taken", {}, "FRUIT.. TAKEN"),
        ("undone", {}, "FRUI.. NO CALL"),
        ("step", {"quiet": True}, "FRUIT.. CODE 7"),
        ("step", {}, "FRUIT AND.."),
    ],
)
def test_what_is_no_usual_call_never_reads_as_one(reason: str, more: dict[str, bool], found: str) -> None:
    long = replace(BUTTON, place="Fruit and vegetables")
    drill, quiet = more.get("drill", False), more.get("quiet", False)
    assert page_body(long, replace(PAGER, longest=14), reason, drill=drill, quiet=quiet) == found


def test_a_quiet_call_says_no_word_of_security_nor_which_button() -> None:
    assert page_body(BUTTON, PAGER, "repeat", drill=False, quiet=True) == "DAIRY CODE 7"
    assert page_body(BUTTON, PAGER, "step", drill=True, quiet=True) == "DAIRY DRILL CODE 7"
    assert page_body(BUTTON, PAGER, "taken", drill=False, quiet=True, who="JT") == "DAIRY JT HAS IT"
    assert page_body(BUTTON, PAGER, "undone", drill=False, quiet=True) == "DAIRY TAKEN BACK"


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("ascii", "MOLOKO Milk shelf VYZOV"),
        ("koi7", "МОЛОКО Милк шелф ВЫЗОВ"),
        ("linguist", "МОЛОКО MILK SHELF ВЫЗОВ"),
        ("philips", "МОЛОКО MILK SHELF ВЫЗОВ"),
    ],
)
def test_russian_on_every_kind_of_pager(charset: str, text: str) -> None:
    pager = replace(PAGER, language="ru", charset=charset)
    assert page_body(replace(BUTTON, place="Молоко"), pager, "step", drill=False) == text


def test_every_reason_is_said_in_every_language() -> None:
    every = [*CALLS.values(), *SHORT.values(), TAKEN, TAKEN_BY_SOMEBODY, DRILL_SHORT]
    assert all(set(words) == set(LANGUAGES) for words in every)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("charset", NAMES)
def test_at_a_till_every_reason_fits_a_usual_pager_and_the_signs_that_one_sees_first(
    charset: str, reason: str, language: str
) -> None:
    pager = replace(PAGER, language=language, charset=charset)
    till = replace(BUTTON, place=PLACES[language], label="2")
    body = page_body(till, pager, reason, drill=False, who="JT")
    place = convert(till.place.upper(), charset)
    if reason in TELLS:  # what calls nobody says so first
        assert body.startswith(f"{place} ")
        assert body.endswith(" 2")
    else:
        assert body.startswith(f"{place} 2 ")
    assert MARK not in body
    small = page_body(till, replace(pager, longest=VISIBLE), reason, drill=False, who="JT")
    assert small.startswith(f"{place} "), "the reason did not go"
    assert len(convert(SHORT.get(reason, CALLS.get(reason, {}))[language], charset)) <= 8


@given(
    st.text(max_size=60),
    st.text(max_size=40),
    st.integers(1, 60),
    st.sampled_from(REASONS),
    st.sampled_from(NAMES),
    st.sampled_from(LANGUAGES),
    st.booleans(),
    st.booleans(),
)
def test_it_always_fits_and_only_holds_what_the_pager_can_show(
    place: str, label: str, longest: int, reason: str, charset: str, language: str, drill: bool, quiet: bool
) -> None:
    pager = replace(PAGER, longest=longest, language=language, charset=charset)
    body = page_body(
        replace(BUTTON, place=place, label=label), pager, reason, drill=drill, quiet=quiet, who="JT"
    )
    assert len(body) <= longest
    assert lacks(body, charset) == ""
    assert convert(body, charset) == body
    first = convert(place.upper(), charset)
    if longest >= 20:
        assert body.startswith(first[:4])
    if drill and not quiet and reason not in ("taken", "undone") and longest >= 8:
        assert convert(DRILL_SHORT[language], charset)[:4] in body


@pytest.mark.parametrize(("language", "mark"), [("en", "REPEATED"), ("ru", "ПОВТОР"), ("et", "KORDUS")])
@pytest.mark.parametrize("reason", sorted(set(CALLS) - TELLS))
def test_what_may_have_rung_before_says_so_after_its_own_words(reason: str, language: str, mark: str) -> None:
    wide = replace(PAGER, language=language, longest=80)
    plain = page_body(BUTTON, wide, reason, drill=False)
    again = page_body(BUTTON, wide, reason, drill=False, again=True)
    assert again == plain + convert(f", {mark}", wide.charset)
    assert page_body(BUTTON, wide, reason, drill=False, quiet=True, again=True).endswith("7")


def test_a_display_of_digits_says_that_it_repeats() -> None:
    digits = replace(PAGER, format="numeric", longest=10)
    assert page_body(BUTTON, digits, "step", drill=False, again=True) == page_body(
        BUTTON, digits, "unknown", drill=False
    )
    assert page_body(BUTTON, digits, "help", drill=False, again=True) == page_body(
        BUTTON, digits, "help", drill=False
    )
