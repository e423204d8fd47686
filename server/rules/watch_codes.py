"""Codes for 433 MHz watches: which reasons share one, and how our own are numbered. Pure.

A watch shows the number that it was taught for a code, so each red button has a code of its own for each thing that a
wearer would do differently. There are few of them, since a watch has few places: whoever teaches less of them is called
by less.

An own code is 20 bits that name the place and 4 key bits that name the reason, as a call button of that kind would
send. The places of a store are numbered upwards from a number that its site drew once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from server.rules.facts import Store
from server.rules.pages import TELLS

SITES = 1 << 20
Place = tuple[str, int]
"""(device, input)."""
ELSEWHERE: Place = ("", 0)
"""Stands for a button that nobody has set up."""


class CodeReason(StrEnum):
    """What one code of a place means."""

    CALL = "call"
    """A customer calls; also passed on, help needed, nobody else here, and what a stand-in calls for."""
    AGAIN = "again"
    """It was said before: still waiting, pressed again, nobody there yet, perhaps not heard the first time."""
    TAKEN = "taken"
    """Nobody needs to go any more: somebody goes, or the press was taken back."""
    QUIET = "quiet"
    """A quiet call."""
    DRILL = "drill"


KEYS = {
    CodeReason.CALL: 0x1,
    CodeReason.AGAIN: 0x2,
    CodeReason.TAKEN: 0x4,
    CodeReason.QUIET: 0x8,
    CodeReason.DRILL: 0x3,
}
"""Key bits; the first four are those of a call button with four keys. Never 0 or F: no code is all zeros or ones."""
_AGAIN = frozenset({"repeat", "again", "joined", "not_attended", "unknown"})
CALLS = (CodeReason.CALL, CodeReason.AGAIN)
"""What a call button of another maker stands for, as a rule."""


def code_reason(reason: str, *, drill: bool, quiet: bool) -> CodeReason:
    """Of a page's reason: see `server.rules.wording`."""
    if reason in TELLS:
        return CodeReason.TAKEN
    if quiet:
        return CodeReason.QUIET
    if drill:
        return CodeReason.DRILL
    return CodeReason.AGAIN if reason in _AGAIN else CodeReason.CALL


def own_codes(site: int, number: int) -> dict[CodeReason, str]:
    """Of the place with this number."""
    place = (site + number) % SITES
    return {reason: f"{place << 4 | key:06X}" for reason, key in KEYS.items()}


def next_codes(site: int, used: int, taken: Collection[str]) -> tuple[dict[CodeReason, str], int]:
    """Codes of one more place, and how many numbers are used up then. A number of which anybody has a code is left
    out."""
    for number in range(used, used + SITES):
        codes = own_codes(site, number)
        if not any(code in taken for code in codes.values()):
            return codes, number + 1
    raise ValueError("no code is left")


def lacking(store: Store) -> bool:
    """Whether a watch may be called for a place that has no codes."""
    if not any(pager.format == "code" for pager in store.pagers):
        return False
    red = [button.codes for button in store.buttons.values() if button.colour == "red"]
    return any(not whole(codes) for codes in (store.elsewhere, *red))


def whole(codes: Mapping[str, str]) -> bool:
    return all(reason in codes for reason in CodeReason)
