"""Words of POCSAG as a receiver sees them: which of 32 bits are wrong, digits, letters. From the published description
alone; it shares no line with the gateway's encoder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

SYNC = 0b01111100110100100001010111011000
IDLE = 0b01111010100010011100000110010111
REPAIRS = 2
"""Wrong bits of a word that the ten check bits and the parity can name."""
_CHECK_TAPS = (10, 9, 8, 6, 5, 3, 0)
"""Exponents of the generating polynomial."""
_DIGITS = {0xA: "*", 0xB: "U", 0xC: " ", 0xD: "-", 0xE: ")", 0xF: "("}


def _powers() -> list[int]:
    """For each of 31 bits, the last one sent first: what is left of x^n by the polynomial."""
    taps = sum(1 << tap for tap in _CHECK_TAPS if tap < 10)
    found = [1]
    for _ in range(30):
        last = found[-1] << 1
        found.append(last & 0x3FF ^ (taps if last & 0x400 else 0))
    return found


_LEFT = _powers()


def syndrome(word: int) -> int:
    """0 for a whole word; else a number that names up to two wrong bits. The parity stands in its lowest bit."""
    left = parity = 0
    for place in range(32):
        if word >> place & 1:
            parity ^= 1
            if place:
                left ^= _LEFT[place - 1]
    return left << 1 | parity


def _cures() -> dict[int, int]:
    ones = [(syndrome(1 << place), 1 << place) for place in range(32)]
    found = {0: 0} | dict(ones)
    for first, (sign, bit) in enumerate(ones):
        for other_sign, other_bit in ones[first + 1 :]:
            found[sign ^ other_sign] = bit | other_bit
    return found


_CURES = _cures()


def repair(word: int) -> int | None:
    """The word that was meant, or None: more than two bits are wrong."""
    cure = _CURES.get(syndrome(word))
    return None if cure is None else word ^ cure


def is_message(word: int) -> bool:
    return word >> 31 == 1


def carried(word: int) -> int:
    """The 20 bits of a message word."""
    return word >> 11 & 0xFFFFF


def called(word: int, frame: int) -> tuple[int, int]:
    """(RIC, function) of an address word: its last three bits are the frame in which it stands."""
    return (word >> 13) * 8 + frame, word >> 11 & 3


def digits(pieces: Iterable[int]) -> str:
    """Five in a piece; each comes with its lowest bit first."""
    shown = []
    for piece in pieces:
        for group in _bits(piece, 5, 4):
            shown.append(_DIGITS.get(group, str(group)))
    return "".join(shown)


def letters(pieces: Iterable[int]) -> bytes:
    """Codes below 80 hexadecimal; they run on across pieces. What is left of the last piece is no letter."""
    found = bytearray()
    code = taken = 0
    for piece in pieces:
        for place in range(19, -1, -1):
            code |= (piece >> place & 1) << taken
            taken += 1
            if taken == 7:
                found.append(code)
                code = taken = 0
    return bytes(found)


def _bits(piece: int, groups: int, width: int) -> Iterator[int]:
    for group in range(groups):
        yield sum((piece >> (19 - group * width - place) & 1) << place for place in range(width))
