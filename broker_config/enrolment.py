"""What a device and the store's server say to each other before the device has an identity. JSON over HTTPS.

1. `GET /enrol/v1/ca`: the store's certificate authority in PEM, from a server that is not believed yet. The device
   compares its SHA-256 with the one in the join string and believes nothing else from then on.
2. `POST /enrol/v1/ask` (Ask -> Asked): the one-use code of the join string and a request for a certificate. The code is
   spent by the first good request; the ticket that comes back is the only way to go on. Whoever lost the answer asks
   again with the same code and key, signed anew, and gets the same one while the code lives; another key gets none.
3. A person confirms on a screen. A button unit is known by a press: `POST /enrol/v1/pressed` (Pressed, 204). A gateway
   is known by the six figures of `check_figures`, which it shows and the screen shows.
4. `POST /enrol/v1/fetch` (Fetch -> Fetched), every two seconds, until it is granted, refused or too late.

A wrong code, a spent one and one that is too old get the same answer: 403. Too many tries: 429 with Retry-After."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from broker_config.messages.base import DeviceId, Word

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: nothing that is read for something else."""
CODE_LENGTH = 8
FINGERPRINT_LENGTH = 26
"""130 bits of the authority's SHA-256: nobody makes another authority with the same."""
CLAIM_MINUTES = 15
POLL_S = 2.0
_JOIN = re.compile(
    rf"(?P<host>[A-Za-z0-9._-]{{1,253}}|\[[0-9a-fA-F:.]+\]):(?P<port>[0-9]{{1,5}})/(?P<code>[{SIGNS}]{{{CODE_LENGTH}}})"
    rf"/(?P<authority>[{SIGNS}]{{{FINGERPRINT_LENGTH}}})"
)

Pem = Annotated[str, Field(min_length=64, max_length=8_192)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Ask(_Said):
    code: Annotated[str, Field(pattern=rf"^[{SIGNS}]{{{CODE_LENGTH}}}$", repr=False)]
    kind: Literal["b", "g"]
    csr: Pem
    """PKCS#10, signed by the device's key; its subject is not looked at."""
    inputs: Annotated[list[Annotated[int, Field(ge=1, le=16)]], Field(max_length=16)] = []
    """Of a button unit: what a press can come from."""
    sw: Word = "0"


class Asked(_Said):
    ticket: Annotated[str, Field(min_length=32, max_length=128, repr=False)]
    expires_s: int
    """After so many seconds nobody can confirm it any more."""


class Pressed(_Said):
    ticket: Annotated[str, Field(min_length=32, max_length=128, repr=False)]
    input: Annotated[int, Field(ge=1, le=16)]


class Fetch(_Said):
    ticket: Annotated[str, Field(min_length=32, max_length=128, repr=False)]


class ClaimState(StrEnum):
    WAITING = "waiting"
    """Somebody has to confirm it; a button unit waits for a press too."""
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


class Grant(_Said):
    """All that a device must know of its store. Nothing in it is secret: the key never left the device."""

    store: DeviceId
    device: DeviceId
    server: DeviceId
    keeper: bool = False
    certificate: Pem
    """Of the device, with what stands between it and the authority, if anything does."""
    authority: Pem
    broker_host: Annotated[str, Field(min_length=1, max_length=253)]
    broker_port: Annotated[int, Field(ge=1, le=65_535)]


class Fetched(_Said):
    state: ClaimState
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """The join string: where to ask, one use, and whom to believe. `shop.local:8443/7KQ2M9XD/...`."""

    host: str
    port: int
    code: str = field(repr=False)
    authority: str
    """The start of the authority's fingerprint (`fingerprint`)."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}/{self.code}/{self.authority}"


def read_join(text: str) -> Join:
    """As it was scanned, pasted or typed: spaces and dashes do not matter, nor do small letters, nor O, I and L for
    0 and 1. Raises ValueError with a sentence for whoever typed it."""
    cleaned = re.sub(r"[\s]", "", text.strip().removeprefix("redbutton://join/"))
    parts = cleaned.split("/")
    if len(parts) == 3:
        signs = (part.upper().replace("-", "").translate(str.maketrans("OIL", "011")) for part in parts[1:])
        cleaned = "/".join((parts[0], *signs))
    found = _JOIN.fullmatch(cleaned)
    if found is None or not 0 < int(found["port"]) < 65_536:
        raise ValueError("this is no join string: it looks like shop.local:8443/7KQ2M9XD/ and 26 more signs")
    return Join(found["host"].strip("[]"), int(found["port"]), found["code"], found["authority"])


def new_code() -> str:
    """40 random bits."""
    return "".join(secrets.choice(SIGNS) for _ in range(CODE_LENGTH))


def fingerprint(der: bytes) -> str:
    """Of a certificate, as it stands in a join string."""
    number = int.from_bytes(hashlib.sha256(der).digest(), "big") >> (256 - 5 * FINGERPRINT_LENGTH)
    return "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(FINGERPRINT_LENGTH)))


def check_figures(public_key_der: bytes) -> str:
    """Six figures by which a person sees that the key on the screen is the one of the device in hand."""
    return f"{int.from_bytes(hashlib.sha256(public_key_der).digest()[:8], 'big') % 1_000_000:06d}"
