"""How the parts of a run come to its broker: in TLS, as in a shop, or in clear, to see what TLS costs.

Everybody has a password, inside of TLS as well: a certificate would change the handshake and no message after it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from broker_config.broker.run import Broker
from broker_config.credentials import Credentials
from broker_config.link import Tls

PASSWORD = "bench"


@dataclass(frozen=True, slots=True)
class Way:
    port: int
    authority: str | None

    @classmethod
    def to(cls, broker: Broker) -> Way:
        """Once it runs."""
        if broker.password_port is None:
            return cls(broker.port, None)
        return cls(broker.password_port, str(broker.paths.identity.authority))

    @property
    def proof(self) -> Credentials:
        return Credentials(PASSWORD, None if self.authority is None else Tls(Path(self.authority)))

    def lines(self, secret: Path) -> str:
        """In the file of a process."""
        authority = "" if self.authority is None else f'ca_file = "{self.authority}"\n'
        return f'password_file = "{secret}"\n{authority}'
