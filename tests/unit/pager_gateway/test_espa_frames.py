"""ESPA 4.4.4 blocks: every vector of the protocol note, check characters that look like signs, bytes cut anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pager_gateway.drivers.espa444.echo import Echo
from pager_gateway.drivers.espa444.frames import (
    Block,
    Ear,
    Enquiry,
    Found,
    Nak,
    Records,
    Sign,
    bcc,
    enquiry,
    nak,
    seal,
)
from simulator.transmitters.espa444_decoder import EspaEar, Telegram, compose


def records(text: str) -> Records:
    """`1=123 5=3`; blanks in a message are written as `_`."""
    found = [one.partition("=") for one in text.split(" ")]
    return [(name, data.replace("_", " ").encode("latin-1")) for name, _, data in found]


AISLE = "1=123 2=Help_at_aisle_7 3=1 4=3 5=1 6=2"
VECTORS = [
    (1, "1", "1=A", "01 31 02 31 1F 41 03 5F"),
    (2, "1", "1=123 5=3 6=2", "01 31 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 32 03 2C"),
    (3, "1", "1=123 5=3 6=3", "01 31 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 33 03 2D"),
    (4, "3", "1=123 5=3 6=2", "01 33 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 32 03 2E"),
    (
        5,
        "1",
        AISLE,
        "01 31 02 31 1F 31 32 33 1E 32 1F 48 65 6C 70 20 61 74 20 61 69 73 6C 65 20 37 1E 33 1F 31 1E 34 1F 33 1E 35 1F"
        " 31 1E 36 1F 32 03 59",
    ),
    (
        8,
        "1",
        "1=550 2=CALL_ME_101 3=3 4=3 5=3 6=3",
        "01 31 02 31 1F 35 35 30 1E 32 1F 43 41 4C 4C 20 4D 45 20 31 30 31 1E 33 1F 33 1E 34 1F 33 1E 35 1F 33 1E 36 1F"
        " 33 03 23",
    ),
    (
        10,
        "1",
        "1=12345 2=The_message 3=9 4=3 6=3",
        "01 31 02 31 1F 31 32 33 34 35 1E 32 1F 54 68 65 20 6D 65 73 73 61 67 65 1E 33 1F 39 1E 34 1F 33 1E 36 1F 33 03"
        " 07",
    ),
    (11, "1", "1=123 4=1", "01 31 02 31 1F 31 32 33 1E 34 1F 31 03 2A"),
    (
        12,
        "2",
        "1=123 3=1 2=4567 7=3",
        "01 32 02 31 1F 31 32 33 1E 33 1F 31 1E 32 1F 34 35 36 37 1E 37 1F 33 03 18",
    ),
    (13, "2", "8=1", "01 32 02 38 1F 31 03 25"),
]


@pytest.mark.parametrize(
    ("header", "data", "wire"), [one[1:] for one in VECTORS], ids=lambda one: str(one)[:12]
)
def test_vectors_both_ways(header: str, data: str, wire: str) -> None:
    whole = bytes.fromhex(wire)
    assert seal(header, records(data)) == seal(header, records(data), bits=7) == whole
    for bits in (7, 8):
        assert Ear(bits).feed(whole) == [Block(header, tuple(records(data)), good=True)]


def test_vector_6_a_separator_before_etx_changes_the_check_character() -> None:
    whole = seal("1", records(AISLE), extra_rs=True)
    assert whole.endswith(bytes.fromhex("36 1F 32 1E 03 47"))
    assert Ear(8).feed(whole) == [Block("1", tuple(records(AISLE)), good=True)]


def test_vector_7_a_wrong_check_character_is_seen() -> None:
    whole = seal("1", records(AISLE))[:-1] + b"\x0c"
    (block,) = Ear(8).feed(whole)
    assert isinstance(block, Block)
    assert not block.good


def test_vector_9_a_blank_before_the_first_identifier() -> None:
    right = seal("1", records("1=550 2=CALL_ME_101 3=3 4=3 5=3 6=3"))
    whole = right[:3] + b" " + right[3:-1] + b"\x03"
    (block,) = Ear(8).feed(whole)
    assert isinstance(block, Block)
    assert block.good
    assert block.record("1") == b"550"


def test_vector_14_eight_bits() -> None:
    whole = seal("1", records("1=1 2=Bär"))
    assert whole == bytes.fromhex("01 31 02 31 1F 31 1E 32 1F 42 E4 72 03 C8")
    assert Ear(8).feed(whole) == [Block("1", tuple(records("1=1 2=Bär")), good=True)]


@pytest.mark.parametrize(
    ("address", "check"),
    [("128", 0), ("129", 1), ("108", 2), ("109", 3), ("168", 4), ("169", 5), ("148", 6)],
)
@pytest.mark.parametrize("cr", [False, True])
def test_a_check_character_that_looks_like_a_sign_is_none(address: str, check: int, cr: bool) -> None:
    whole = seal("1", records(f"1={address} 2=TEST"), cr=cr)
    assert whole.rstrip(b"\r")[-1] == check
    found = Ear(7).feed(whole + b"\x06")
    assert found == [Block("1", tuple(records(f"1={address} 2=TEST")), good=True), Sign.ACK]
    (theirs,) = EspaEar(7).hear(whole)
    assert isinstance(theirs, Telegram)
    assert theirs.sound


def test_an_extra_cr_is_ignored_and_parity_masked_on_seven_bits() -> None:
    whole = seal("2", records("8=1"), cr=True)
    with_parity = bytes(
        byte | 0x80 if byte.bit_count() % 2 else byte for byte in whole + b"\x04" + enquiry("1")
    )
    assert Ear(7).feed(with_parity) == [Block("2", (("8", b"1"),), good=True), Sign.EOT, Enquiry("1")]
    assert bcc(bytes((0x81, 0x01)), 7) == 0


def test_naks_with_and_without_a_prefix() -> None:
    assert Ear(8).feed(nak("2") + nak() + b"\x063\r\x15" + b"\x05") == [Nak("2"), Nak(""), Sign.ACK, Nak("")]


def test_a_block_without_an_end_is_given_up_and_a_second_start_begins_anew() -> None:
    ear = Ear(8)
    (lost,) = ear.feed(b"\x01" + b"x" * 513)
    assert lost == Block("", (), good=False)
    assert not ear.in_block
    (block,) = ear.feed(b"\x01torn" + seal("2", records("8=1")))
    assert isinstance(block, Block)
    assert block.good


TEXT = st.binary(max_size=20).map(lambda data: bytes(byte & 0x7F for byte in data if byte & 0x7F >= 0x20))
RECORDS = st.lists(st.tuples(st.sampled_from("12345678"), TEXT), min_size=1, max_size=8)
PIECES = st.lists(
    st.one_of(
        RECORDS.map(lambda found: seal("2", found)),
        st.sampled_from([b"\x06", b"\x04", b"1\x05", b"2\x15", b"\x15"]),
    ),
    max_size=8,
)
NOISE = st.binary(max_size=5).map(lambda data: bytes(byte for byte in data if 0x0E <= byte & 0x7F <= 0x14))


@given(PIECES, NOISE, st.integers(1, 9))
def test_cut_anywhere_with_noise_between_the_same_is_heard(
    pieces: list[bytes], noise: bytes, cut: int
) -> None:
    clean = Ear(7).feed(b"".join(pieces))
    assert sum(isinstance(one, Block) and one.good for one in clean) == sum(
        one[:1] == b"\x01" for one in pieces
    )
    noisy = noise.join([b"", *pieces, b""])
    ear, found = Ear(7), list[Found]()
    for at in range(0, len(noisy), cut):
        found += ear.feed(noisy[at : at + cut])
    assert found == clean


@given(RECORDS, st.booleans())
def test_both_sides_read_each_other(found: list[tuple[str, bytes]], extra_rs: bool) -> None:
    (theirs,) = EspaEar(8).hear(seal("1", found, extra_rs=extra_rs))
    assert isinstance(theirs, Telegram)
    assert theirs.sound
    assert theirs.records == dict(found)
    assert Ear(8).feed(compose(found, extra_rs=extra_rs, spoilt=False)) == [
        Block("2", tuple(found), good=True)
    ]
    (spoilt,) = Ear(8).feed(compose(found, extra_rs=extra_rs, spoilt=True))
    assert isinstance(spoilt, Block)
    assert not spoilt.good


@given(st.binary(max_size=300), st.sampled_from([7, 8]))
def test_anything_can_be_heard(data: bytes, bits: int) -> None:
    Ear(bits).feed(data)
    EspaEar(bits).hear(data)


@pytest.mark.parametrize("damage", [b"", b"x", b"\x06", b"xyz", b"\x03\x05"])
@pytest.mark.parametrize("instead", [0, 1])
def test_of_a_damaged_echo_nothing_is_left_that_could_be_a_reply(damage: bytes, instead: int) -> None:
    block = seal("1", records("1=148 2=TEST"))
    assert block.endswith(b"\x06")
    for at in range(len(block) + 1 - instead):
        echo = Echo(7)
        echo.said(block, 0.0)
        came = echo.strip(block[:at] + damage + block[at + instead :], 0.1)
        assert b"\x06" not in came or (damage == b"\x06" and at >= len(block) - 1), at


def test_an_echo_is_taken_out_and_one_that_never_comes_is_not_waited_for() -> None:
    block = seal("1", records("1=148 2=TEST"))
    echo = Echo(7)
    echo.said(block, 0.0)
    assert echo.strip(block[:5], 0.0) == b""
    assert echo.strip(bytes(byte | 0x80 for byte in block[5:]) + b"\x06", 0.1) == b"\x06"
    assert echo.strip(b"\x04", 0.1) == b"\x04"
    echo.said(block, 0.0)
    assert echo.strip(b"\x06", 1.0) == b"\x06"
