"""What a terminal says, however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pager_gateway.drivers.tap.replies import Line, Replies, Sign

SESSION = (
    b"\r\nID=\r110 1.8\r\x06\r\x1b[p\r211 Page accepted\r\n\x06\r* acknowledged *\n\r"
    b"115 bye\r\x1b\x04\r* bye *\n\r"
)
EXPECTED: list[Line | Sign] = [
    Sign.PROMPT,
    Line("110 1.8", 110),
    Sign.ACK,
    Sign.GO_AHEAD,
    Line("211 Page accepted", 211),
    Sign.ACK,
    Line("* acknowledged *", None),
    Line("115 bye", 115),
    Sign.DISCONNECT,
    Line("* bye *", None),
]


def test_a_session_in_one_read() -> None:
    assert Replies().feed(SESSION) == EXPECTED


@given(st.lists(st.integers(0, len(SESSION)), max_size=12))
def test_a_session_cut_anywhere(cuts: list[int]) -> None:
    replies = Replies()
    edges = [0, *sorted(cuts), len(SESSION)]
    found = [one for a, b in pairwise(edges) for one in replies.feed(SESSION[a:b])]
    assert found == EXPECTED


def test_parity_is_dropped() -> None:
    assert Replies().feed(bytes.fromhex("c944bd")) == [Sign.PROMPT]
    assert Replies().feed(bytes(byte | 0x80 for byte in b"\x06\r")) == [Sign.ACK]


def test_prompt_and_control_codes_count_anywhere_in_a_line() -> None:
    assert Replies().feed(b"Welcome ID=") == [Sign.PROMPT]
    assert Replies().feed(b"512 later\x1e") == [Line("512 later", 512), Sign.RS]
    assert Replies().feed(b"\x1b\x1b[p") == [Sign.GO_AHEAD]
    assert Replies().feed(b"\x1b[\x06") == [Sign.ACK]


@pytest.mark.parametrize("text", ["7", "50", "7 x", "50 2"])
def test_a_number_of_fewer_digits_is_no_code(text: str) -> None:
    assert Replies().feed(text.encode() + b"\r") == [Line(text, None)]


def test_a_number_of_four_digits_is_no_code() -> None:
    assert Replies().feed(b"2115 x\r 211 y\r214\r") == [
        Line("2115 x", None),
        Line("211 y", None),
        Line("214", 214),
    ]


@given(st.binary(max_size=2_000))
def test_any_bytes_are_survived(data: bytes) -> None:
    replies = Replies()
    for found in replies.feed(data):
        assert isinstance(found, Line | Sign)
    replies.clear()
    assert replies.feed(b"ID=") == [Sign.PROMPT]


def test_a_line_without_end_does_not_grow() -> None:
    replies = Replies()
    replies.feed(b"x" * 1_000_000)
    (line,) = replies.feed(b"\r")
    assert isinstance(line, Line)
    assert len(line.text) <= 400
