import pytest

from pager_gateway.pocsag.codewords import IDLE, SYNC, address_word, message_word, seal
from pager_gateway.pocsag.payload import alphanumeric, numeric


@pytest.mark.parametrize(
    ("ric", "function", "word"),
    [
        (8, 0, 0x000026EC),
        (8, 3, 0x00003B49),
        (133703, 0, 0x08290470),
        (1234567, 0, 0x4B5A0780),
        (1234567, 1, 0x4B5A0953),
        (1234567, 2, 0x4B5A14F6),
        (1234567, 3, 0x4B5A1A25),
        (2000000, 3, 0x7A121AA3),
        (2000000, 1, 0x7A1209D5),
        (2097151, 3, 0x7FFFF896),
        (10, 1, 0x0000283F),
        (24, 2, 0x00007691),
    ],
)
def test_address_words(ric: int, function: int, word: int) -> None:
    assert address_word(ric, function) == word


@pytest.mark.parametrize(
    ("text", "end", "words"),
    [
        (b"HELLO", None, "89A2634D CCF905DE"),
        (b"1", None, "C6000110"),
        (b"AB", None, "C1420357"),
        (b"abc", None, "C3478F15 C00004DC"),
        (b"A", 4, "C1200491"),
        (b"Kassa 3: abi!", None, "E987995B F3C3030F D997032B A868E016 DC2007FD"),
        (b"HI", None, "899200DB"),
    ],
)
def test_letters(text: bytes, end: int | None, words: str) -> None:
    assert [message_word(piece) for piece in alphanumeric(text, end)] == [
        int(one, 16) for one in words.split()
    ]


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("0123456789", "842613B7 D370CFDE"),
        ("12", "C2199DEA"),
        ("12345", "C261572C"),
        ("123456", "C261572C B1999D5E"),
        ("12-34 (5)U", "C25E14C5 9FD3EE94"),
        ("*", "A9999918"),
        ("42", "921999DB"),
        ("42-17", "925C70E7"),
    ],
)
def test_digits(digits: str, words: str) -> None:
    assert [message_word(piece) for piece in numeric(digits)] == [int(one, 16) for one in words.split()]


def test_idle_and_sync_are_codewords_that_some_addresses_would_make() -> None:
    assert seal(IDLE >> 11) == IDLE
    assert seal(SYNC >> 11) == SYNC
    assert {address_word(ric, 0) for ric in range(2007664, 2007672)} == {IDLE}
    assert {address_word(ric, 2) for ric in range(2045056, 2045064)} == {SYNC}


def test_nothing_is_dropped_in_silence() -> None:
    with pytest.raises(ValueError, match="numeric pager cannot show 'A'"):
        numeric("12A")
    with pytest.raises(ValueError, match="seven bits"):
        alphanumeric("Касса".encode())
