"""A certificate for a device, and its row: who asks for one was looked at before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from broker_config import topics
from broker_config.identity import authority, keys
from broker_config.identity.authority import Authority
from broker_config.identity.certificate import LEAF_LIFE, facts
from server.db import identities

MOMENT = timedelta(minutes=1)
"""Of the certificates that the door makes for itself."""


@dataclass
class Signer:
    """Reads the authority's key when it is first needed, and whenever it is another file by then."""

    folder: Path
    new_serial: Callable[[], int] = authority.new_serial
    _read: tuple[int, Authority] | None = field(default=None, repr=False)

    @property
    def authority(self) -> Authority:
        """Raises IdentityError that says what to do."""
        try:
            stamp = (self.folder / authority.KEY).stat().st_mtime_ns
        except OSError:
            stamp = -1
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, authority.read(self.folder))
        return self._read[1]

    def device(self, csr: str, store: str, device: str, now: datetime) -> dict[str, Any]:
        """Columns of an identity. Raises IdentityError for a request that is none."""
        pem = self._sign(csr, store, device, now, LEAF_LIFE)
        return {
            "store_id": store,
            "device": device,
            "way": identities.CERTIFICATE,
            "certificate": pem,
            "key_print": hashlib.sha256(keys.public_key(csr)).hexdigest(),
            "made_at": now,
            **dated(pem),
        }

    def for_a_moment(self, store: str, device: str, now: datetime) -> tuple[str, str]:
        """Key and certificate by which the door itself comes to the broker under a name: nobody else ever has them."""
        key = keys.new_key()
        return key, self._sign(keys.request(key), store, device, now, MOMENT)

    def _sign(self, csr: str, store: str, device: str, now: datetime, life: timedelta) -> str:
        name = topics.client_id(store, device)
        return self.authority.device(csr, name, now=now, serial=self.new_serial(), life=life)


def dated(pem: str) -> dict[str, Any]:
    """What the row of a certificate takes from it."""
    found = facts(pem)
    return {"serial": f"{found.serial:x}", "not_after": found.not_after}
