"""TAP blocks: the published vectors, the cut at 256 characters, escapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pager_gateway.drivers.tap import frames
from simulator.transmitters.tap_decoder import Assembly, Block, TapEar

LONG = b"ABCDEFGHIJ" * 30
ETX, ETB, US = frames.ETX, frames.ETB, frames.US
VECTORS = [
    (1, b"123\rABC\r", ETX, b"17;"),
    (2, b"1234567\rHelp at aisle 7\r", ETX, b"68>"),
    (3, b"42\rLine one\x1aJline two\r", ETX, b"6?5"),
    (4, b"101\r\r", ETX, b"0;1"),
    (5, b"555\rshort\r", ETX, b"2>>"),
    (6, b"556\rrejected\r", ETX, b"405"),
    (7, b"101\rPart one ", US, b"3=9"),
    (8, b"of two\r", ETX, b"261"),
    (9, b"101\r", ETB, b"0;8"),
    (10, b"Second block\r", ETX, b"499"),
    (11, b"101\rHelp\rAisle 7\r", ETX, b"48<"),
    (12, b"101\rA\x1aM\x1aJB\x1aZ\r", ETX, b"273"),
    (13, b"9\r" + b"~" * 40 + b"\r", ETX, b"408"),
    (14, b"101\r" + b"X" * 245 + b"\r", ETX, b"4>9"),
    (15, b"557\r" + LONG[:245], US, b"346"),
    (16, LONG[245:] + b"\r", ETX, b"?0="),
    (17, b"300045002110\rABC\r", ETX, b"335"),
    (18, b"102\rLine one\nline two\r", ETX, b"6<8"),
]


@pytest.mark.parametrize(
    ("information", "end", "expected"), [v[1:] for v in VECTORS], ids=[v[0] for v in VECTORS]
)
def test_vector(information: bytes, end: bytes, expected: bytes) -> None:
    block = frames.seal(information, end)
    assert block == b"\x02" + information + end + expected + b"\r"


def test_the_eighth_bit_is_not_summed() -> None:
    assert frames.checksum(bytes(byte | 0x80 for byte in b"\x02123\rABC\r\x03")) == b"17;"


def test_fields_become_the_published_blocks() -> None:
    assert frames.blocks([b"42", b"Line one\nline two"]) == [frames.seal(VECTORS[2][1], ETX)]
    assert frames.blocks([b"101", b""]) == [frames.seal(VECTORS[3][1], ETX)]
    assert frames.blocks([b"101", b"A\r\nB\x1a"]) == [frames.seal(VECTORS[11][1], ETX)]


def test_245_characters_fill_a_block_and_one_more_is_split() -> None:
    (whole,) = frames.blocks([b"101", b"X" * 245])
    assert len(whole) == 256
    first, second = frames.blocks([b"101", b"X" * 246])
    assert len(first) == 256
    assert first[-5:-4] == US
    assert second[:2] == b"\x02\r"


def test_a_block_that_ends_with_a_field_says_so() -> None:
    first, second = frames.blocks([b"1" * 249, b"next"])
    assert first[-5:-4] == ETB
    assert second == frames.seal(b"next\r", ETX)


def test_logon() -> None:
    assert frames.logon() == b"\x1bPG1\r"
    assert frames.logon("abc123", "PG", "8") == b"\x1bPG8abc123\r"


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=3))
def test_another_decoder_reads_what_was_written(fields: list[bytes]) -> None:
    fields = [bytes(byte & 0x7F for byte in field) for field in fields]
    assembly = Assembly()
    got: list[bytes] | None = None
    for block in frames.blocks(fields):
        assert len(block) <= 256
        (heard,) = TapEar().hear(block)
        assert isinstance(heard, Block)
        assert heard.trouble is None
        assert not heard.information.endswith(b"\x1a")
        got = assembly.add(heard)
    assert got == fields


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=3))
def test_size_tells_whether_one_block_is_enough(fields: list[bytes]) -> None:
    assert (len(frames.blocks(fields)) == 1) == (frames.size(fields) <= frames.INFORMATION)
