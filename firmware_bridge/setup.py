"""How a button unit introduces itself to the broker, and what stands in its file before anybody has written one."""

from __future__ import annotations

from pathlib import Path

from broker_config import presence
from broker_config.channels import Role
from broker_config.credentials import Credentials
from broker_config.enrol.at_start import OwnFile
from broker_config.link import LinkSetup
from broker_config.rights import User
from firmware_bridge.outbox import Identity

ONE_BUTTON = """
[[inputs]]
n = 1
pin = 17
light_pin = 5
buzzer_pin = 6
"""
"""The wiring of README.md."""


def own_file(path: Path) -> OwnFile:
    return OwnFile(path, ONE_BUTTON)


def link_setup(who: Identity, host: str, port: int, proof: Credentials) -> LinkSetup:
    """Clean start: the spool is the only queue, and an old session could only bring old lights."""
    user = User(who.store, who.device, Role.BUTTON, proof.password)
    return presence.link_setup(
        user, run=who.run, boot=who.boot, sw=who.sw, host=host, port=port, tls=proof.tls
    )
