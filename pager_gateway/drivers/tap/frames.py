"""TAP 1.8 as bytes: sealed blocks, the 12-bit sum, escapes, the cut at 256 characters. No ports, no time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

STX, ETX, EOT, ETB, US = b"\x02", b"\x03", b"\x04", b"\x17", b"\x1f"
CR, ESC, SUB = b"\r", b"\x1b", b"\x1a"
INFORMATION = 250
"""Most characters of information in a block: field text, the fields' CRs, escape pairs."""

KNOCK = CR
GOODBYE = EOT + CR
_ESCAPED = frozenset(b"\r\n\x1b\x02\x03\x1f\x17\x04\x1a\x11\x13\x06\x15\x1e")


def checksum(data: bytes) -> bytes:
    """Three characters of `0123456789:;<=>?` over everything from STX to the end mark."""
    total = sum(byte & 0x7F for byte in data)
    return bytes(0x30 + (total >> shift & 0xF) for shift in (8, 4, 0))


def seal(information: bytes, end: bytes) -> bytes:
    """A whole block around what stands between STX and the end mark."""
    body = STX + information + end
    return body + checksum(body) + CR


def logon(password: str = "", service: str = "PG", kind: str = "1") -> bytes:
    return ESC + f"{service}{kind}{password}".encode("ascii") + CR


def escape(text: bytes) -> list[bytes]:
    """Characters as they go on the wire, one or two bytes each; a pair must never be cut."""
    return [
        SUB + bytes((byte + 0x40,)) if byte in _ESCAPED else bytes((byte,))
        for byte in (b & 0x7F for b in text)
    ]


def blocks(fields: Sequence[bytes], most: int = INFORMATION) -> list[bytes]:
    """Cut one transaction into blocks of at most 256 characters on the wire.

    A block that ends inside a field ends in US without a CR; one that ends with a field, ETB; the last, ETX."""
    found: list[bytes] = []
    current = bytearray()
    for number, field in enumerate(fields):
        for character in (*escape(field), CR):
            if len(current) + len(character) > most:
                found.append(seal(bytes(current), US))
                current.clear()
            current += character
        if number + 1 < len(fields) and len(current) == most:
            found.append(seal(bytes(current), ETB))
            current.clear()
    found.append(seal(bytes(current), ETX))
    return found


def size(fields: Iterable[bytes]) -> int:
    """Characters of information that these fields take, escapes and CRs included."""
    return sum(len(character) for field in fields for character in (*escape(field), CR))
