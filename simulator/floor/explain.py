"""Bytes of a serial line in readable form, and what a simulated transmitter says of them as a key of the page's words,
so that a visitor reads it in the own language. What boxes say stands in the catalogues under `js.means_`."""

from __future__ import annotations

import re

from simulator.floor.events import Meaning
from simulator.floor.words import TALK, catalogue

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

PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), key)
    for pattern, key in (
        (r"(page|call) for (?P<address>\S*): (?P<text>.*)", "page"),
        (r"logon refused \((?P<code>\d+)\)", "logon_refused"),
        (r"thrown out \((?P<code>\d+)\)", "thrown_out"),
        (r"say that again \((?P<code>\d+)\)", "say_again"),
        (r"refused \((?P<code>\d+)\)", "refused"),
        (r"refused: (?P<text>.*)", "refused_words"),
        (r"the port is opened anew: .*", "opened_anew"),
        (r"(?P<text>.*) \(a part\)", "a_part"),
        (r".* \(the rest\)", "the_rest"),
        (r"transmit at (?P<mhz>\S+) MHz", "transmit_at"),
        (r"mode (?P<n>\d+)", "mode"),
        (r"data of mode (?P<n>\d+)", "data_of_mode"),
        (r"type (?P<n>[0-9A-F]+)", "type"),
        (r"on the air, room for (?P<n>\d+) batches", "room_on_air"),
        (r"silent, room for (?P<n>\d+) batches", "room_silent"),
        (r"take back (?P<n>\d+) calls", "take_back"),
        (r"a telegram with header (?P<n>.*)", "a_telegram_with_header"),
        (r"status: .*\b8=.*", "transmitter_failure"),
        (r"status: .*\b7=1\b.*", "status_busy"),
        (r"status: .*\b7=2\b.*", "status_queued"),
        (r"status: .*\b7=3\b.*", "status_paged"),
        (r"status: .*\b7=4\b.*", "status_absent"),
        (r"status: .*\b7=5\b.*", "status_ended"),
        (r"status: .*\b7=6\b.*", "status_acknowledged"),
        (r"status: .*\b7=8\b.*", "status_fault"),
        (r"status: (?P<text>.*)", "call_status"),
        (r"dropped: (?P<text>.*)", "dropped"),
        (r"heard (?P<code>\S+), TE (?P<n>\d+) us", "heard"),
        (r"send (?P<code>.+), (?P<n>\d+) times, (?P<ms>\d+) ms", "send"),
        (r"version (?P<n>\d+)", "version"),
        (r"command (?P<code>.*)", "command"),
        (r"(?P<code>2\d\d) .*", "answer_good"),
        (r"(?P<code>3\d\d) .*", "answer_more"),
        (r"(?P<code>4\d\d) .*", "answer_later"),
        (r"(?P<code>5\d\d) (?P<text>.*)", "answer_bad"),
        (r"(?P<code>9\d\d) .*", "answer_queued"),
    )
)
"""Sentences with something in them: tried when the words as they are stand in no catalogue."""
IDLE_TALK = frozenset(
    {
        "how_are_you",
        "room_silent",
        "room_on_air",
        "it_is_polled",
        "nothing_to_tell",
        "anything_to_send",
        "the_end",
        "which_version_are_you",
        "version",
        "its_state",
        "command_rese",
        "250_reset_ok",
        "nobody_listens",
    }
)
"""What is said over and over on a line that nobody needs: the page counts it."""
UNKNOWN = "other"


def readable(data: bytes) -> str:
    """Control characters by name, everything else as it is: `<STX>1001<CR>Dairy<CR><ETX>17;<CR>`."""
    shown = "".join(_sign(byte) for byte in data[:LONGEST])
    return shown if len(data) <= LONGEST else shown + "…"


def as_hex(data: bytes) -> str:
    """Of a box whose bytes are no letters: `E0 04 01 00`."""
    shown = data[: LONGEST // 3].hex(" ").upper()
    return shown if len(data) <= LONGEST // 3 else shown + " …"


def meaning(why: str) -> Meaning:
    """A sentence that nobody has translated yet is handed on as it is."""
    plain = key(why)
    if is_known(plain):
        return Meaning(plain)
    for pattern, named in PATTERNS:
        if matched := pattern.fullmatch(why):
            return Meaning(named, tuple(matched.groupdict().items()))
    return Meaning(UNKNOWN, (("text", why),))


def key(why: str) -> str:
    """`who are you?` -> `who_are_you`: under that name it stands in the catalogues."""
    return re.sub(r"[^a-z0-9]+", "_", why.lower()).strip("_")


def is_known(named: str) -> bool:
    return f"{TALK}{named}" in catalogue("en")


def _sign(byte: int) -> str:
    seven = byte & 0x7F
    if seven < 0x20:
        return f"<{NAMES[seven]}>"
    return "<DEL>" if seven == 0x7F else chr(seven)
