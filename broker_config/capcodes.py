"""Which capcodes a kind of transmitter can call, and why not: server and gateway must agree, so that setup refuses what
the air would lose. Pure.

Sources: ITU-R M.584 for POCSAG; the two forbidden ranges are computed: their address words equal the idle and the sync
word. 24-bit codes: EV1527 frames as published for RF bridges."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

HIGHEST_RIC = 2_097_151
IDLE_RICS = range(2_007_664, 2_007_672)
"""With function 0 their address word is the idle word: the page is lost."""
SYNC_RICS = range(2_045_056, 2_045_064)
"""With function 2 their address word is the sync word."""
LOW_RICS = range(8)
"""An address word of zeros is valid, and so is noise."""
_RIC = re.compile(r"(\d{1,7})([A-Da-d]?)")
_CODE = re.compile(r"[0-9A-Fa-f]{6}")


class Trouble(StrEnum):
    """Why a capcode cannot be used with a driver. Words for people are the caller's."""

    NOT_A_RIC = "not_a_ric"
    TOO_HIGH = "too_high"
    IDLE = "idle"
    SYNC = "sync"
    LOW = "low"
    NOT_DIGITS = "not_digits"
    TOO_LONG = "too_long"
    NOT_A_CODE = "not_a_code"
    NO_CODE = "no_code"


def ric(address: str) -> tuple[int, int | None]:
    """`1234567` or `1234567B` -> (RIC, function 0..3 or None: the driver chooses by format and alert).

    Raises ValueError with a Trouble for what POCSAG cannot call."""
    match = _RIC.fullmatch(address)
    if match is None:
        raise ValueError(Trouble.NOT_A_RIC)
    number = int(match[1])
    for bad, why in ((LOW_RICS, Trouble.LOW), (IDLE_RICS, Trouble.IDLE), (SYNC_RICS, Trouble.SYNC)):
        if number in bad:
            raise ValueError(why)
    if number > HIGHEST_RIC:
        raise ValueError(Trouble.TOO_HIGH)
    return number, "ABCD".index(match[2].upper()) if match[2] else None


def code(address: str) -> int:
    """Six hexadecimal digits -> a 24-bit code. Raises ValueError with a Trouble."""
    if _CODE.fullmatch(address) is None:
        raise ValueError(Trouble.NOT_A_CODE)
    number = int(address, 16)
    if number in (0, 0xFFFFFF):
        raise ValueError(Trouble.NO_CODE)
    return number


def _digits(longest: int) -> Callable[[str], object]:
    def check(address: str) -> None:
        if not address.isdecimal():
            raise ValueError(Trouble.NOT_DIGITS)
        if len(address) > longest:
            raise ValueError(Trouble.TOO_LONG)

    return check


def _plain_ric(address: str) -> None:
    _digits(7)(address)
    ric(address)


def _comp2(address: str) -> None:
    """Ten digits, and perhaps the letter that chooses the beep."""
    _digits(10)(address[:-1] if address[-1:].upper() in ("A", "B", "C", "D") else address)


def _longest(most: int) -> Callable[[str], object]:
    def check(address: str) -> None:
        if len(address) > most:
            raise ValueError(Trouble.TOO_LONG)

    return check


RULES: dict[str, Callable[[str], object]] = {
    "pocsag-mmdvm": ric,
    "pocsag-raw": ric,
    "scope": _digits(7),
    "comp2": _comp2,
    "espa444": _longest(16),
    "waveware": _plain_ric,
}
"""Driver -> check. A driver that is not here takes any address: its box decides. `rf-bridge` calls by the code in the
page's body, so its address is only a name for a group of watches."""


def trouble(driver: str, address: str) -> Trouble | None:
    """Why this driver's transmitter cannot call this capcode, or None."""
    check = RULES.get(driver)
    if check is None:
        return None
    try:
        check(address)
    except ValueError as error:
        return Trouble(error.args[0])
    return None
