"""Pure: the signature of a webhook in the style of Standard Webhooks, which receivers have libraries for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64


def signing_key(secret: str) -> bytes:
    """The bytes behind `whsec_<base64>`; the prefix may be left out. Raises ValueError that says how to make one."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(
            f"the secret must be base64 of {SHORTEST} to {LONGEST} random bytes; "
            "make one with: openssl rand -base64 32"
        )
    return key


def signed_headers(key: bytes, notice: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers. `at` is the moment of this try by the wall clock: receivers refuse one that is minutes off."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(key, f"{notice}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": notice,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
