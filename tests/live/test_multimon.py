"""Our transmissions as audio, read by Debian's multimon-ng: a decoder that nobody here wrote."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from broker_config.charsets import CHARSETS, to_septets
from broker_config.messages import PageFormat
from pager_gateway.drivers.pocsag_raw.driver import create
from pager_gateway.transmitter import Page, Write
from tests.live.pocsag_audio import Decoded, audio, decode

pytestmark = pytest.mark.live
PIECES = ("0123456789 .,:!?-()", "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ", "абвгдежзийклмнопрстуфхцчшщъыьэюяё")


def page(
    body: str, address: str = "1234567", kind: PageFormat = PageFormat.TEXT, charset: str = "ascii"
) -> Page:
    return Page(uuid4(), address, body, kind, charset)


def transmission(*pages: Page, **settings: Any) -> bytes:
    """What the driver writes for one batch of pages, without the byte that is for the box alone."""
    driver = create({"end": "", **settings}, 38400)
    driver.opened(0.0)
    driver.submit(pages, 0.0)
    written = b""
    while True:
        written += b"".join(one.data for one in driver.outputs() if isinstance(one, Write))
        due = driver.due()
        if due is None:
            return written
        driver.tick(due)


def heard(*pages: Page, baud: int = 1200, charset: str = "US", **settings: Any) -> list[Decoded]:
    sound = audio(transmission(*pages, baud=baud, **settings), baud)
    return decode(sound, baud, charset=charset)


@pytest.mark.parametrize("baud", [512, 1200, 2400])
def test_one_page_across_two_batches(baud: int) -> None:
    assert heard(page("HELLO"), baud=baud) == [Decoded(1234567, 3, "Alpha", "HELLO")]


def test_three_pages_in_one_transmission() -> None:
    found = heard(
        page("Kassa 3: abi!", "8"),
        page("42", "133703", PageFormat.NUMERIC),
        page("", "10", PageFormat.TONE),
    )
    assert found == [
        Decoded(8, 3, "Alpha", "Kassa 3: abi!"),
        Decoded(133703, 0, "Numeric", "42"),
        Decoded(10, 1, "Tone", ""),
    ]


def test_a_backlog_of_long_pages_over_many_batches() -> None:
    pages = [
        page(f"{number:02} " + "fitting rooms, size 42, " * 3, f"{1234000 + number}") for number in range(32)
    ]
    found = heard(*pages)
    assert {(one.address, one.text) for one in found} == {
        (int(one.address), one.body.rstrip()) for one in pages
    }
    assert len(found) == 32


@pytest.mark.parametrize("digits", ["0123456789", "12-34", "5 U 7", "1", "12345", "123456"])
def test_digits(digits: str) -> None:
    assert heard(page(digits, kind=PageFormat.NUMERIC)) == [Decoded(1234567, 0, "Numeric", digits)]


def test_rare_signs_as_it_shows_them() -> None:
    assert heard(page("(5)*", kind=PageFormat.NUMERIC)) == [Decoded(1234567, 0, "Numeric", "[5].")]


def test_a_page_in_every_frame_that_fills_its_batch_to_the_last_slot() -> None:
    for frame in range(8):
        letters = (15 - 2 * frame) * 20 // 7
        found = heard(page("x" * letters, f"{1234000 + frame}"))
        assert found == [Decoded(1234000 + frame, 3, "Alpha", "x" * letters)]


@pytest.mark.parametrize(("charset", "theirs"), [("ascii", "US"), ("de", "DE"), ("se", "SE")])
def test_national_letters_as_they_show_them(charset: str, theirs: str) -> None:
    """Its own tables of Germany and Sweden make our letters again. `<` would look like one of its marks."""
    text = "".join(sign for sign in CHARSETS[charset] if sign not in " <>")
    found = heard(page(text, charset=charset), charset=theirs)
    assert found == [Decoded(1234567, 3, "Alpha", text)]


@pytest.mark.parametrize("charset", ["koi7", "linguist", "philips"])
def test_cyrillic_as_the_codes_that_are_on_the_air(charset: str) -> None:
    """It has no such table, so it prints the seven bits as ASCII."""
    for text in PIECES:
        text = text.upper() if charset != "koi7" else text
        codes = to_septets(text, charset).decode("ascii")
        assert "?" not in codes.replace("?", "", text.count("?"))
        assert [one.text for one in heard(page(text, charset=charset))] == [codes]


def test_an_inverted_transmission_is_one_with_the_tones_changed_over() -> None:
    data = transmission(page("HELLO"), inverted=True)
    assert decode(audio(data, 1200), 1200) == []
    assert decode(audio(data, 1200, one_is_low=False), 1200) == [Decoded(1234567, 3, "Alpha", "HELLO")]
