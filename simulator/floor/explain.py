"""Pure: bytes of a serial line in readable form, and what a simulated transmitter says of them as a key of the
page's words, so that a visitor reads it in the own language."""

from __future__ import annotations

import re

from simulator.floor.events import Meaning

NAMES = [
    "NUL",
    "SOH",
    "STX",
    "ETX",
    "EOT",
    "ENQ",
    "ACK",
    "BEL",
    "BS",
    "HT",
    "LF",
    "VT",
    "FF",
    "CR",
    "SO",
    "SI",
    "DLE",
    "DC1",
    "DC2",
    "DC3",
    "DC4",
    "NAK",
    "SYN",
    "ETB",
    "CAN",
    "EM",
    "SUB",
    "ESC",
    "FS",
    "GS",
    "RS",
    "US",
]
LONGEST = 300

SENTENCES: dict[str, str] = {
    "is anybody there?": "anybody",
    "who are you?": "who",
    "logon": "logon",
    "logged on": "logged_on",
    "logged on, go ahead": "logged_on",
    "go ahead": "go_ahead",
    "say your logon again": "logon_again",
    "goodbye": "goodbye",
    "accepted": "accepted",
    "part of a page": "part",
    "more, please": "more",
    "page taken, but wait": "taken_wait",
    "stop": "stop",
    "go on": "go_on",
    "nobody listens": "nobody_listens",
    "waited too long: goodbye": "waited_too_long",
    "not a block": "not_a_block",
    "a block was expected": "block_expected",
    "somebody types by hand": "by_hand",
    "automatic service only": "automatic_only",
    "noise": "noise",
    "lost on the way": "lost",
    "a block before any logon": "before_logon",
    "not logged on": "not_logged_on",
    "a broken block": "broken",
    "too many broken blocks": "too_many_broken",
    "enough pages (112)": "enough",
    "enough time (113)": "enough_time",
    "its name": "its_name",
    "it takes longer": "takes_longer",
    "the line is there": "cable_in",
    "the cable was pulled": "cable_out",
    "the transmitter hung up": "hung_up",
    "the transmitter was switched off": "switched_off",
    "the last page was refused after all": "taken_back",
}
PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"page for (?P<address>\S*): (?P<text>.*)", re.DOTALL), "page"),
    (re.compile(r"logon refused \((?P<code>\d+)\)"), "logon_refused"),
    (re.compile(r"thrown out \((?P<code>\d+)\)"), "thrown_out"),
    (re.compile(r"say that again \((?P<code>\d+)\)"), "say_again"),
    (re.compile(r"refused \((?P<code>\d+)\)"), "refused"),
)
UNKNOWN = "other"


def readable(data: bytes) -> str:
    """Control characters by name, everything else as it is: `<STX>1001<CR>Dairy<CR><ETX>17;<CR>`."""
    shown = "".join(_sign(byte) for byte in data[:LONGEST])
    return shown if len(data) <= LONGEST else shown + "…"


def meaning(why: str) -> Meaning:
    """A sentence that nobody has translated yet is handed on as it is."""
    found = SENTENCES.get(why)
    if found is not None:
        return Meaning(found)
    for pattern, key in PATTERNS:
        if matched := pattern.fullmatch(why):
            return Meaning(key, tuple(matched.groupdict().items()))
    return Meaning(UNKNOWN, (("text", why),))


def _sign(byte: int) -> str:
    seven = byte & 0x7F
    if seven < 0x20:
        return f"<{NAMES[seven]}>"
    return "<DEL>" if seven == 0x7F else chr(seven)
