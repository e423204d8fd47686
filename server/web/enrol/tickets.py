"""Tickets of devices that ask: the same device gets the same one again, and nobody can work out another one's."""

from __future__ import annotations

import base64
import hashlib
import hmac


class Tickets:
    """`secret`: random, of this process alone. After a restart who asks again gets another ticket, and the one of
    before counts no more: nothing that is kept, on the disk or in a copy of it, gives a ticket away."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def ticket(self, code: str, key: bytes) -> str:
        """Of who asks with this code for this public key."""
        made = hmac.digest(self._secret, hashlib.sha256(code.encode()).digest() + key, "sha256")
        return base64.urlsafe_b64encode(made).decode().rstrip("=")
