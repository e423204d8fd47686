"""What the frames of an MMDVM host mean, in words for people who watch, and the reasons of a modem's NAK."""

from __future__ import annotations

UNKNOWN, WRONG_MODE, BAD, FULL, DUPLEX = 1, 2, 4, 5, 6
REASONS = {
    UNKNOWN: "unknown command",
    WRONG_MODE: "not in this mode",
    BAD: "length or value",
    FULL: "the buffer is full",
    DUPLEX: "one radio",
}
POCSAG_DATA = 0x50
VOICE = {
    **dict.fromkeys((0x10, 0x11, 0x12), 1),
    **dict.fromkeys(range(0x18, 0x1E), 2),
    **dict.fromkeys((0x20, 0x21), 3),
    **dict.fromkeys((0x30, 0x31, 0x32), 4),
    0x40: 5,
    **dict.fromkeys((0x45, 0x46, 0x47, 0x48, 0x49), 7),
}
"""Data of other modes: type -> mode."""


def meaning(kind: int, data: bytes) -> str:
    if kind == 0x04:
        return f"transmit at {int.from_bytes(data[5:9], 'little') / 1_000_000:g} MHz"
    if kind == 0x03 and data:
        return f"mode {data[0]}"
    if kind in VOICE:
        return f"data of mode {VOICE[kind]}"
    words = {0x00: "who are you?", 0x01: "how are you?", 0x02: "settings", POCSAG_DATA: "a batch of pages"}
    return words.get(kind, f"type {kind:02X}")
