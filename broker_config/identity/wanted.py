"""An identity that has to be there: whether it must be made or renewed, and making it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from broker_config.errors import IdentityError
from broker_config.identity import keys
from broker_config.identity.authority import Authority
from broker_config.identity.folder import IdentityFolder


@dataclass(frozen=True, slots=True)
class Wanted:
    folder: Path
    name: str
    hosts: tuple[str, ...] = ()
    """Of a server: everything that it is called by. Empty: a device."""
    browsers: bool = False
    """Whether browsers see it."""

    def is_due(self, authority: str, now: datetime) -> bool:
        """Not there, spoiled, of another authority, for other names, or two thirds of its life are over."""
        there = IdentityFolder(self.folder)
        try:
            found = there.read(self.name)
            same = there.authority.read_text() == authority
        except (IdentityError, OSError):
            return True
        return not same or not set(self.hosts) <= set(found.hosts) or found.renew_at <= now

    def make(self, signer: Authority, now: datetime, serial: int) -> None:
        """With a new key each time."""
        key = keys.new_key()
        csr = keys.request(key)
        signed = (
            signer.server(csr, self.name, self.hosts, now=now, serial=serial, browsers=self.browsers)
            if self.hosts
            else signer.device(csr, self.name, now=now, serial=serial)
        )
        IdentityFolder(self.folder).write(key=key, certificate=signed, authority=signer.certificate)
