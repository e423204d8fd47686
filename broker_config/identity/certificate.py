"""What stands in a certificate, read without `cryptography`: for processes that run for years on a small machine.

Nothing is believed because of what is read here: whether a certificate is genuine is decided in the TLS handshake."""

from __future__ import annotations

import binascii
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from broker_config import enrolment
from broker_config.errors import IdentityError

BACK_DATED = timedelta(days=730)
"""A Pi without a clock of its own boots in the past: certificates count from two years before they were made."""
BROWSERS_BACK_DATED = timedelta(days=400)
LONGEST_FOR_BROWSERS = timedelta(days=825)
"""From first to last day. What counts longer is believed by no iPhone."""
LEAF_LIFE = timedelta(days=365)
AUTHORITY_LIFE = timedelta(days=3650)

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_VERSION, _SHORT_YEAR = 0xA0, 0x17
_EXTENSIONS, _DNS_NAME, _IP_ADDRESS = 0xA3, 0x82, 0x87
_COMMON_NAME, _OTHER_NAMES = b"\x55\x04\x03", b"\x55\x1d\x11"
_Part: TypeAlias = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Facts:
    """The parts of a certificate that somebody acts upon."""

    name: str
    """Its common name: the client id of a device at the broker."""
    serial: int
    not_before: datetime
    not_after: datetime
    fingerprint: str
    hosts: tuple[str, ...] = ()
    """Of a server: the names and addresses that it may be called by."""

    @property
    def renew_at(self) -> datetime:
        """When two thirds of its life are over, counted from the day on which it was made."""
        whole = self.not_after - self.not_before
        life = whole - (BROWSERS_BACK_DATED if self.hosts and whole <= LONGEST_FOR_BROWSERS else BACK_DATED)
        return self.not_after - max(life, timedelta(0)) / 3


def facts(pem: str) -> Facts:
    """Of the first certificate in a text. Raises IdentityError."""
    der = der_of(pem)
    try:
        [certificate] = _parts(der)
        body = list(_parts(next(_parts(certificate[1]))[1]))
        if body[0][0] == _VERSION:
            del body[0]
        serial, _algorithm, _issuer, validity, subject = body[:5]
        starts, ends = _parts(validity[1])
        return Facts(
            _common_name(subject[1]),
            int.from_bytes(serial[1], "big"),
            _moment(starts),
            _moment(ends),
            enrolment.fingerprint(der),
            tuple(_hosts(body[6:])),
        )
    except (ValueError, IndexError, StopIteration) as error:
        raise IdentityError("this certificate cannot be read") from error


def der_of(pem: str) -> bytes:
    """The bytes of the first certificate in a text. Raises IdentityError."""
    found = _BLOCK.search(pem)
    try:
        if found is None:
            raise ValueError
        return binascii.a2b_base64(found[1])
    except ValueError as error:
        raise IdentityError("there is no certificate in it") from error


def _parts(der: bytes) -> Iterator[_Part]:
    """Tag and content of one DER value after the other."""
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            width = length & 0x7F
            length, at = int.from_bytes(der[at : at + width], "big"), at + width
        if at + length > len(der):
            raise ValueError("cut off")
        yield tag, der[at : at + length]
        at += length


def _common_name(subject: bytes) -> str:
    for _, group in _parts(subject):
        for _, pair in _parts(group):
            (_, kind), (_, text) = _parts(pair)
            if kind == _COMMON_NAME:
                return text.decode("utf-8")
    return ""


def _hosts(rest: list[_Part]) -> Iterator[str]:
    for tag, extensions in rest:
        if tag != _EXTENSIONS:
            continue
        [(_, listed)] = _parts(extensions)
        for _, one in _parts(listed):
            (_, kind), *_, (_, value) = _parts(one)
            if kind == _OTHER_NAMES:
                [(_, names)] = _parts(value)
                for sort, name in _parts(names):
                    if sort == _DNS_NAME:
                        yield name.decode("ascii")
                    elif sort == _IP_ADDRESS:
                        yield str(ipaddress.ip_address(name))


def _moment(part: _Part) -> datetime:
    """A year of two figures is one between 1950 and 2049."""
    tag, text = part[0], part[1].decode("ascii")
    if tag == _SHORT_YEAR:
        text = ("19" if text >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
