"""Scope mode: the published lines, and what the box's words mean, however they are cut."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from broker_config.charsets import NAMES
from broker_config.messages import PageFormat
from pager_gateway.drivers.scope.driver import create
from pager_gateway.drivers.scope.frames import ScopeReplies
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Page
from pager_gateway.turns.parts import Answer, Verdict
from simulator.transmitters.base import OnAir, Say
from simulator.transmitters.scope import ScopeEncoder

TALK = b"Page Queued Okay\r\nError - Invalid Pager ID\r\n\r\x15\r\nError - Queue full\r\x15\r\n"
MEANT = [
    Verdict.TAKEN,
    None,
    Verdict.REFUSED,
    Verdict.SPOILT,
    None,
    Verdict.BUSY,
]


def page(address: str, body: str, **more: Any) -> Page:
    return Page(uuid4(), address, body, **more)


@pytest.mark.parametrize(
    ("settings", "sent", "line"),
    [
        ({"baud": 512}, page("46180", "This is a test", alert=4), b"AN0046180DThis is a test\r"),
        ({"baud": 2400}, page("0145678", "", format=PageFormat.TONE, alert=2), b"AS0145678B\r"),
        ({}, page("145678", "", format=PageFormat.TONE, alert=3), b"AF0145678C\r"),
        ({}, page("8", "12-3", format=PageFormat.NUMERIC), b"NF0000008A12-3\r"),
        ({}, page("8", "two\r\nlines  "), b"AF0000008Atwo lines\r"),
        ({}, page("8", "Äpfel", charset="de"), b"AF0000008A[pfel\r"),
        ({}, page("8", "Касса 3", charset="koi7"), b"AF0000008AkASSA 3\r"),
    ],
)
def test_the_published_lines(settings: dict[str, Any], sent: Page, line: bytes) -> None:
    assert create(settings, 9600).encode(sent) == line


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (page("12345678", "x"), "capcode"),
        (page("12A", "x"), "capcode"),
        (page("1", "x" * 241), "too-long"),
        (page("1", "A1B2C3", format=PageFormat.CODE), "format"),
        (page("1", "x", charset="klingon"), "charset"),
    ],
)
def test_what_a_line_cannot_carry(sent: Page, code: str) -> None:
    with pytest.raises(Refused) as refused:
        create({}, 9600).encode(sent)
    assert refused.value.code == code


@given(st.lists(st.integers(0, len(TALK)), max_size=12))
def test_words_cut_anywhere(cuts: list[int]) -> None:
    replies = ScopeReplies(["full"])
    edges = [0, *sorted(cuts), len(TALK)]
    found = [one for a, b in pairwise(edges) for one in replies.feed(TALK[a:b])]
    assert [one.verdict for one in found] == MEANT
    assert found[2].text == "the box says: Invalid Pager ID"


def test_an_error_is_not_over_before_its_end() -> None:
    replies = ScopeReplies()
    assert replies.feed(b"Error - Beep code invalid. Expected A,B,C,D\r") == [Answer(None)]
    (refused,) = replies.feed(b"\x15")
    assert "Beep code invalid" in refused.text


@given(
    st.integers(0, 9_999_999),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=80),
    st.sampled_from(NAMES),
    st.integers(1, 4),
)
def test_another_decoder_reads_what_was_written(number: int, body: str, charset: str, alert: int) -> None:
    box = ScopeEncoder()
    box.received(create({}, 9600).encode(page(str(number), body, charset="ascii", alert=alert)), 0.0)
    heard = [one for one in box.outputs() if isinstance(one, OnAir)]
    assert heard == [OnAir(f"{number:07d}", body.rstrip(), alert)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"XF0000008Ahello\r", b"Expected A or N"),
        (b"AX0000008Ahello\r", b"Expected N, F, S"),
        (b"AF00000Ahello\r", b"Invalid Pager ID"),
        (b"AF0000008Ehello\r", b"Expected A,B,C,D"),
        (b"NF0000008Ahello\r", b"Not numeric"),
    ],
)
def test_the_box_names_what_is_wrong(line: bytes, words: bytes) -> None:
    box = ScopeEncoder()
    box.received(line, 0.0)
    (said,) = [one for one in box.outputs() if isinstance(one, Say)]
    assert words in said.data
    assert said.data.endswith(b"\r\n" if words == b"Invalid Pager ID" else b"\r\x15\r\n")


def test_a_setting_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError):
        create({"speed": 3}, 9600)
