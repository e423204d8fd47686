"""The simulated receiver against the words of the protocol note; no encoder of ours."""

from __future__ import annotations

import pytest

from simulator.transmitters.pocsag_receiver import PagerHabits, PocsagReceiver, Reading, Received
from simulator.transmitters.pocsag_words import IDLE, SYNC, digits, letters, repair

PREAMBLE = b"\xaa" * 72
ONE_PAGE = "7CD215D8" + "7A89C197" * 14 + "4B5A1A25 89A2634D 7CD215D8 CCF905DE" + "7A89C197" * 15
THREE_PAGES = (
    "7CD215D8 00003B49 E987995B F3C3030F D997032B A868E016 DC2007FD" + "7A89C197" * 8 + "08290470 921999DB"
    "7CD215D8" + "7A89C197" * 4 + "0000283F" + "7A89C197" * 11
)


def air(words: str, preamble: bytes = PREAMBLE) -> bytes:
    return preamble + bytes.fromhex(words)


def hear(data: bytes) -> list[Received]:
    return PocsagReceiver().hear(data)


def shown(pages: list[Received]) -> list[tuple[str, int, str]]:
    return [(page.address, page.alert, PagerHabits().shows(page)) for page in pages]


def test_the_transmissions_of_the_note() -> None:
    assert shown(hear(air(ONE_PAGE))) == [("1234567", 4, "HELLO")]
    assert shown(hear(air(THREE_PAGES))) == [
        ("0000008", 4, "Kassa 3: abi!"),
        ("0133703", 1, "42"),
        ("0000010", 2, ""),
    ]


def test_the_preamble_is_not_needed_and_noise_before_it_does_not_matter() -> None:
    assert shown(hear(air(ONE_PAGE, b""))) == [("1234567", 4, "HELLO")]
    receiver = PocsagReceiver()
    assert receiver.hear(b"noise\x00\xff") == []
    receiver.hear_bits([1, 0, 1])
    assert shown(receiver.hear(air(ONE_PAGE))) == [("1234567", 4, "HELLO")]


def test_any_portions_and_where_the_last_word_ended() -> None:
    receiver = PocsagReceiver()
    pages = [page for byte in air(ONE_PAGE) for page in receiver.hear(bytes((byte,)))]
    assert pages == hear(air(ONE_PAGE))
    assert pages[0].last_bit == 576 + 544 + 64


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("89A2634D CCF905DE", "HELLO"),
        ("C6000110", "1"),
        ("C1420357", "AB"),
        ("C3478F15 C00004DC", "abc"),
        ("E987995B F3C3030F D997032B A868E016 DC2007FD", "Kassa 3: abi!"),
    ],
)
def test_letters_of_the_note(words: str, text: str) -> None:
    pieces = [int(word, 16) >> 11 & 0xFFFFF for word in words.split()]
    assert letters(pieces).rstrip(b"\0") == text.encode()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("842613B7 D370CFDE", "0123456789"),
        ("C2199DEA", "12   "),
        ("C261572C B1999D5E", "123456    "),
        ("C25E14C5 9FD3EE94", "12-34 (5)U"),
        ("A9999918", "*    "),
    ],
)
def test_digits_of_the_note(words: str, text: str) -> None:
    assert digits(int(word, 16) >> 11 & 0xFFFFF for word in words.split()) == text


def test_any_two_wrong_bits_of_a_word_are_mended_and_three_never_pass_for_the_word() -> None:
    for word in (SYNC, IDLE, 0x4B5A1A25):
        for first in range(32):
            for second in range(first, 32):
                assert repair(word ^ (1 << first | 1 << second)) == word
        for first in range(30):
            assert repair(word ^ 0b111 << first) != word


def test_a_page_with_a_word_beyond_repair_is_lost_and_the_next_is_heard() -> None:
    bad = THREE_PAGES.replace("F3C3030F", f"{0xF3C3030F ^ 0b10010001:08X}")
    receiver = PocsagReceiver()
    assert shown(receiver.hear(air(bad))) == [("0133703", 1, "42"), ("0000010", 2, "")]
    assert receiver.lost == 1


def test_a_page_that_nothing_ends_is_lost() -> None:
    last_slots = "7CD215D8" + "7A89C197" * 14 + "4B5A1A25 89A2634D"
    receiver = PocsagReceiver()
    assert receiver.hear(air(last_slots)) == []
    receiver.silence()
    assert receiver.lost == 1
    assert shown(receiver.hear(air(ONE_PAGE))) == [("1234567", 4, "HELLO")]
    assert PocsagReceiver().hear(air(last_slots) * 2) == [], "a new preamble is no end of a page either"


def test_a_byte_that_the_line_swallowed_costs_the_step_until_the_next_sync() -> None:
    data = air(THREE_PAGES)
    receiver = PocsagReceiver()
    assert ("0000010", 2, "") in shown(receiver.hear(data[:80] + data[81:]))


def test_an_address_in_the_wrong_frame_calls_another_pager() -> None:
    wrong = "7CD215D8 4B5A1A25 89A2634D CCF905DE" + "7A89C197" * 13
    assert shown(hear(air(wrong))) == [("1234560", 4, "HELLO")]


def test_pagers_that_are_set_up_otherwise() -> None:
    page = Received(1234567, 1, (int("89A2634D", 16) >> 11 & 0xFFFFF,), 0)
    assert PagerHabits().shows(page) == "HE"
    assert PagerHabits({1234567: {1: Reading.TONE}}).shows(page) == ""
    assert PagerHabits({1234567: {1: Reading.DIGITS}}).shows(page) == page.digits
    assert PagerHabits({1234567: {3: Reading.DIGITS}}).shows(page) == "HE"
    assert PagerHabits({7: {1: Reading.TONE}}).shows(page) == "HE"


def test_marks_of_the_end_are_not_shown() -> None:
    """`A` and EOT."""
    assert Received(8, 3, (int("C1200491", 16) >> 11 & 0xFFFFF,), 0).letters == "A"
