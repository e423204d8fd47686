"""A paging system's reading of ESPA 4.4.4, written from the description alone: enquiries, answers, telegrams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

MOST = 400
"""Longest telegram that this system stores."""


@dataclass(frozen=True, slots=True)
class Enq:
    """ENQ behind an address."""

    address: str


@dataclass(frozen=True, slots=True)
class Reply:
    """`ack` or a NAK with its prefix, or with none."""

    ack: bool
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class EndOfAll:
    """EOT."""


@dataclass(frozen=True, slots=True)
class Telegram:
    """`sound`: the check character fits and the form is right."""

    raw: bytes
    sound: bool
    header: str = ""
    records: dict[str, bytes] = field(default_factory=dict)


Token: TypeAlias = Enq | Reply | EndOfAll | Telegram


class EspaEar:
    """Bytes of the gateway in, what they mean out."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._last = 0
        self._telegram = bytearray()
        self._check_is_next = False

    @property
    def in_telegram(self) -> bool:
        return bool(self._telegram)

    def forget(self) -> None:
        self._last = 0
        self._telegram.clear()
        self._check_is_next = False

    def hear(self, data: bytes) -> list[Token]:
        found: list[Token] = []
        for raw in data:
            byte = raw % 128 if self._bits == 7 else raw
            if self._telegram:
                self._more(byte, found)
            else:
                self._alone(byte, found)
        return found

    def _alone(self, byte: int, found: list[Token]) -> None:
        before, self._last = self._last, byte
        prefix = chr(before) if 33 <= before < 127 else ""
        if byte == 1:
            self._telegram.append(byte)
        elif byte == 4:
            found.append(EndOfAll())
        elif byte == 5 and prefix:
            found.append(Enq(prefix))
        elif byte == 6:
            found.append(Reply(ack=True))
        elif byte == 21:
            found.append(Reply(ack=False, prefix=prefix))

    def _more(self, byte: int, found: list[Token]) -> None:
        if self._check_is_next:
            self._telegram.append(byte)
            found.append(judge(bytes(self._telegram)))
            self.forget()
            return
        if byte == 1:
            self._telegram.clear()
        self._telegram.append(byte)
        self._check_is_next = byte == 3
        if len(self._telegram) > MOST:
            found.append(Telegram(bytes(self._telegram), sound=False))
            self.forget()


def judge(raw: bytes) -> Telegram:
    """From SOH to the check character; everything behind SOH must cancel out."""
    total = 0
    for byte in raw[1:]:
        total ^= byte
    if total != 0 or raw[2:3] != b"\x02":
        return Telegram(raw, sound=False)
    records: dict[str, bytes] = {}
    for record in raw[3:-2].split(b"\x1e"):
        if record:
            at = record.find(b"\x1f")
            if at < 0:
                return Telegram(raw, sound=False)
            records[record[:at].decode("latin-1").strip()] = record[at + 1 :]
    return Telegram(raw, True, chr(raw[1]), records)


def compose(records: list[tuple[str, bytes]], *, extra_rs: bool, spoilt: bool) -> bytes:
    """A status telegram."""
    body = b"2\x02" + b"\x1e".join(name.encode() + b"\x1f" + data for name, data in records)
    body += b"\x1e\x03" if extra_rs else b"\x03"
    check = 0x55 if spoilt else 0
    for byte in body:
        check ^= byte
    return b"\x01" + body + bytes([check])
