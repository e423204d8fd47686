"""What a POCSAG page says, as 20-bit pieces: digits of four bits, or letters of seven, the lowest bit first. Pure.

Source: Rec. ITU-R M.584-2 Annex 1, sections on message formats."""

from __future__ import annotations

BITS = 20
DIGITS = "0123456789*U -)("
"""By their four-bit value."""
_REVERSED = tuple(int(f"{value:04b}"[::-1], 2) for value in range(16))
_SEPTET = tuple(int(f"{value:07b}"[::-1], 2) for value in range(128))
_SPACE = DIGITS.index(" ")


def numeric(text: str) -> list[int]:
    """Five digits in a piece, the last filled with spaces. Raises ValueError for what a numeric pager cannot show."""
    values = [DIGITS.find(sign) for sign in text.upper()]
    if -1 in values:
        raise ValueError(f"a numeric pager cannot show {text[values.index(-1)]!r}, only {DIGITS}")
    values += [_SPACE] * (-len(values) % 5)
    return [
        _joined([_REVERSED[value] for value in values[at : at + 5]], 4) for at in range(0, len(values), 5)
    ]


def alphanumeric(septets: bytes, end: int | None = None) -> list[int]:
    """Letters packed without gaps across pieces; the rest is zeros. `end`: a terminator (04, 03) or None.

    Raises ValueError for a byte of 80 or more: its top bit would fall off in silence."""
    if septets and max(septets) > 0x7F:
        raise ValueError("text must be in seven bits before it is packed")
    stream = septets if end is None else septets + bytes((end,))
    whole = _joined([_SEPTET[one] for one in stream], 7)
    bits = 7 * len(stream)
    pieces = -(-bits // BITS)
    whole <<= pieces * BITS - bits
    return [whole >> BITS * (pieces - 1 - at) & 0xFFFFF for at in range(pieces)]


def _joined(values: list[int], width: int) -> int:
    found = 0
    for value in values:
        found = found << width | value
    return found
