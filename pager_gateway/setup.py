"""Who this gateway is on the broker, and what its link has to know before it opens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from broker_config import presence, topics
from broker_config.channels import Role
from broker_config.credentials import Credentials
from broker_config.enrol.at_start import OwnFile
from broker_config.link import LinkSetup
from broker_config.rights import User

SW = "0.1.0"
ONE_TRANSMITTER = """
[[transmitters]]
name = "tx-1"
driver = "tap"
port = "/dev/ttyUSB0"
"""
"""What stands in a new file."""


def own_file(path: Path) -> OwnFile:
    return OwnFile(path, ONE_TRANSMITTER)


@dataclass(frozen=True, slots=True)
class Identity:
    """Ids of this gateway; `run` is new in every process, `boot` the kernel's."""

    store: str
    device: str
    run: str
    boot: str
    sw: str = SW
    keeper: bool = False
    """Stands in for the server when that is silent. The broker must know the user as a keeper too."""

    def topic(self, tail: str) -> str:
        return topics.build(self.store, "g", self.device, tail)

    def is_own(self, store: str, kind: str, device: str) -> bool:
        return (store, kind, device) == (self.store, "g", self.device)


def link_setup(
    identity: Identity, proof: Credentials, host: str = "127.0.0.1", port: int = 1883
) -> LinkSetup:
    """A clean start each time: what the broker held has aged, and the server repeats its orders anyway."""
    role = Role.KEEPER if identity.keeper else Role.GATEWAY
    user = User(identity.store, identity.device, role, proof.password)
    return presence.link_setup(
        user, run=identity.run, boot=identity.boot, sw=identity.sw, host=host, port=port, tls=proof.tls
    )
