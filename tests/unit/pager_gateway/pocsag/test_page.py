"""A page and the settings of its pagers -> the codewords of the protocol note, or a refusal in words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from broker_config.capcodes import Trouble
from broker_config.charsets import CHARSETS
from broker_config.messages import PageFormat
from pager_gateway.drivers.pocsag_raw.frames import encode
from pager_gateway.errors import Refused
from pager_gateway.pocsag import packing, payload
from pager_gateway.pocsag.codewords import address_word
from pager_gateway.pocsag.page import WORDS, call
from pager_gateway.pocsag.settings import FunctionTable, PocsagSettings
from pager_gateway.transmitter import Page
from simulator.transmitters.pocsag_receiver import PagerHabits, PocsagReceiver

USUAL = PocsagSettings()


def page(body: str = "", address: str = "1234567", **more: Any) -> Page:
    return Page(UUID(int=1), address, body, **more)


def words(one: Page, settings: PocsagSettings = USUAL) -> str:
    return " ".join(f"{word:08X}" for word in call(one, settings).words)


def refusal(one: Page, settings: PocsagSettings = USUAL) -> Refused:
    with pytest.raises(Refused) as found:
        call(one, settings)
    assert not found.value.retry
    return found.value


def test_pages_of_the_note() -> None:
    assert words(page("HELLO")) == "4B5A1A25 89A2634D CCF905DE"
    assert call(page("HELLO"), USUAL).frame == 7
    assert words(page("42", "133703", format=PageFormat.NUMERIC)) == "08290470 921999DB"
    assert words(page("ignored", "10", format=PageFormat.TONE)) == "0000283F"
    assert words(page("A"), PocsagSettings(terminator="EOT")) == "4B5A1A25 C1200491"


@pytest.mark.parametrize(
    ("kind", "functions"),
    [(PageFormat.TEXT, (3, 2, 1, 1)), (PageFormat.NUMERIC, (0, 1, 2, 3)), (PageFormat.TONE, (1, 2, 3, 0))],
)
def test_the_alert_chooses_the_function(kind: PageFormat, functions: tuple[int, ...]) -> None:
    for alert, function in enumerate(functions, 1):
        assert call(page("1", format=kind, alert=alert), USUAL).words[0] == address_word(1234567, function)


@pytest.mark.parametrize("alert", [1, 2, 3, 4])
def test_a_text_is_shown_as_letters_whatever_its_alert(alert: int) -> None:
    """A pager as it comes from the shelf takes function 0 for digits."""
    transmission = packing.pack([call(page("TILLS Till 1 CALL", alert=alert), USUAL)])
    (heard,) = PocsagReceiver().hear(encode(transmission))
    assert PagerHabits().shows(heard) == "TILLS Till 1 CALL"


def test_a_letter_behind_the_capcode_beats_the_table() -> None:
    for function, letter in enumerate("ABCd"):
        assert call(page("1", f"1234567{letter}", alert=2), USUAL).words[0] == address_word(1234567, function)


def test_an_alert_beyond_the_table_gets_its_last() -> None:
    settings = PocsagSettings(functions=FunctionTable(text=(3,), tone=(2, 1)))
    assert call(page("x", alert=4), settings).words[0] == address_word(1234567, 3)
    assert call(page(format=PageFormat.TONE, alert=3), settings).words[0] == address_word(1234567, 1)
    assert settings.functions.alerts == 4
    assert FunctionTable(text=(3,), numeric=(0,), tone=(2, 1)).alerts == 2


def test_settings_as_a_file_says_them() -> None:
    found = PocsagSettings.model_validate({"functions": {"text": [3, 3]}, "terminator": "ETX"})
    assert found.functions.text == (3, 3)
    for wrong in (
        '{"functions": {"text": []}}',
        '{"functions": {"text": [4]}}',
        '{"terminator": "NUL"}',
        '{"x": 1}',
    ):
        with pytest.raises(ValidationError):
            PocsagSettings.model_validate_json(wrong)


@pytest.mark.parametrize(
    ("address", "say"),
    [
        ("12345678", "seven digits"),
        ("HELP", "seven digits"),
        ("1234567E", "seven digits"),
        ("", "seven digits"),
        ("2097152", "2097151"),
        ("2007664", "idle"),
        ("2007671D", "idle"),
        ("2045060", "sync"),
        ("7", "noise"),
    ],
)
def test_capcodes_that_nobody_can_be_called_by(address: str, say: str) -> None:
    found = refusal(page("x", address))
    assert found.code == "capcode"
    assert f"refuses capcode {address}" in found.text
    assert say in found.text


def test_every_trouble_of_a_capcode_has_words() -> None:
    assert set(WORDS) == {Trouble.NOT_A_RIC, Trouble.TOO_HIGH, Trouble.IDLE, Trouble.SYNC, Trouble.LOW}


def test_what_cannot_be_said() -> None:
    assert refusal(page("A1B2C3", format=PageFormat.CODE)).code == "format"
    assert refusal(page("Привет", charset="utf-8")).code == "charset"
    assert refusal(page("12A", format=PageFormat.NUMERIC)).code == "digits"
    assert "'A'" in refusal(page("12A", format=PageFormat.NUMERIC)).text
    assert refusal(page("x" * 81), PocsagSettings(longest=80)).code == "too-long"
    assert refusal(page("1" * 21, format=PageFormat.NUMERIC), PocsagSettings(longest=20)).code == "too-long"
    call(page("x" * 80), PocsagSettings(longest=80))


def test_letters_go_by_the_table_of_the_pager() -> None:
    assert words(page("Б", charset="koi7")) == words(page("b"))
    assert words(page("Б", charset="linguist")) == words(page("a"))
    assert words(page("Ä", charset="de")) == words(page("["))


def test_a_letter_that_the_table_lacks_becomes_a_question_mark() -> None:
    """The server fits texts; a stand-in page may not have been fitted, and one wrong letter beats no page."""
    assert words(page("Kassa Õ")) == words(page("Kassa ?"))


@pytest.mark.parametrize(("line_break", "same"), [("blank", "A B"), ("LF", "A\nB"), ("CR", "A\rB")])
def test_ends_of_lines(line_break: Any, same: str) -> None:
    settings = PocsagSettings(line_break=line_break)
    found = [words(page(text), settings) for text in ("A\nB", "A\r\nB", "A\rB\n")]
    assert len(set(found)) == 1
    septets = payload.alphanumeric(same.encode())
    assert found[0] == " ".join(f"{word:08X}" for word in packing.call(1234567, 3, septets).words)


@given(st.text(max_size=60), st.sampled_from(sorted(CHARSETS)), st.integers(1, 4))
def test_any_text_is_made_into_valid_words(text: str, charset: str, alert: int) -> None:
    for word in call(page(text, charset=charset, alert=alert), USUAL).words:
        assert 0 <= word < 1 << 32
        assert word.bit_count() % 2 == 0
