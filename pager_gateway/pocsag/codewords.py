"""Codewords of POCSAG: 21 information bits, ten check bits of BCH(31,21), one parity bit. Pure.

Source: Rec. ITU-R M.584-2 Annex 1."""

from __future__ import annotations

SYNC = 0x7CD215D8
IDLE = 0x7A89C197
_GENERATOR = 0x769
"""x^10 + x^9 + x^8 + x^6 + x^5 + x^3 + 1."""


def _seal_slowly(information: int) -> int:
    rest = information << 10
    for bit in range(30, 9, -1):
        if rest >> bit & 1:
            rest ^= _GENERATOR << (bit - 10)
    word = information << 11 | rest << 1
    return word | (word.bit_count() & 1)


_LOW = tuple(_seal_slowly(number) for number in range(1 << 11))
_HIGH = tuple(_seal_slowly(number << 11) for number in range(1 << 10))


def seal(information: int) -> int:
    """21 bits -> the whole codeword of 32. The code is linear, so two tables do it."""
    return _HIGH[information >> 11] ^ _LOW[information & 0x7FF]


def address_word(ric: int, function: int) -> int:
    """`ric` 0..2097151, `function` 0..3. Its low three bits are not in the word: they are its frame."""
    return seal((ric >> 3) << 2 | function)


def message_word(data: int) -> int:
    """`data`: 20 bits, the first bit on the air is the highest."""
    return seal(1 << 20 | data)


def frame(ric: int) -> int:
    """0..7: the address word may stand only in slot 2 * frame or the next one of a batch."""
    return ric & 7
