"""How a button unit introduces itself to the broker: its subscriptions, its birth and its will."""

from __future__ import annotations

from broker_config import codec, rights, topics
from broker_config.channels import STATUS, Role
from broker_config.link import LinkSetup, Publication
from broker_config.messages import DeviceState
from firmware_bridge import health
from firmware_bridge.outbox import Identity


def link_setup(who: Identity, host: str, port: int, password: str) -> LinkSetup:
    """Clean start: the spool is the only queue, and an old session could only bring old lights."""
    name = topics.client_id(who.store, who.device)
    return LinkSetup(
        client_id=name,
        username=name,
        password=password,
        host=host,
        port=port,
        subscriptions=rights.subscriptions(Role.BUTTON, who.store, who.device),
        will=_status(who, DeviceState.OFFLINE),
        birth=_status(who, DeviceState.ONLINE),
        clean_start=True,
        session_expiry_s=0,
    )


def _status(who: Identity, state: DeviceState) -> Publication:
    return codec.publication(STATUS, who.store, "b", who.device, health.status(who, state))
