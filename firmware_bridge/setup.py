"""How a button unit introduces itself to the broker."""

from __future__ import annotations

from broker_config import presence
from broker_config.channels import Role
from broker_config.link import LinkSetup
from broker_config.rights import User
from firmware_bridge.outbox import Identity


def link_setup(who: Identity, host: str, port: int, password: str) -> LinkSetup:
    """Clean start: the spool is the only queue, and an old session could only bring old lights."""
    user = User(who.store, who.device, Role.BUTTON, password)
    return presence.link_setup(user, run=who.run, boot=who.boot, sw=who.sw, host=host, port=port)
