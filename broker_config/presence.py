"""The will and the birth of a device: the same status message, offline and online."""

from __future__ import annotations

from broker_config import codec
from broker_config.channels import KIND_OF, STATUS, Role
from broker_config.link import LinkSetup, Publication, Tls
from broker_config.messages import DeviceState, DeviceStatus
from broker_config.rights import User, subscriptions


def will_and_birth(
    role: Role, store: str, device: str, *, run: str, boot: str, sw: str
) -> tuple[Publication, Publication]:
    """What the broker says when the device vanishes, and what the device says on every connect."""
    offline, online = (
        codec.publication(
            STATUS, store, KIND_OF[role], device, DeviceStatus(state=state, run=run, boot=boot, sw=sw)
        )
        for state in (DeviceState.OFFLINE, DeviceState.ONLINE)
    )
    return offline, online


def link_setup(
    user: User,
    *,
    run: str,
    boot: str,
    sw: str,
    host: str = "127.0.0.1",
    port: int = 1883,
    tls: Tls | None = None,
) -> LinkSetup:
    """All that a device of this role needs to connect: its name, what it listens to, will and birth, and for
    the server a session that outlives a restart. Others start clean: what they missed is asked for again."""
    will, birth = will_and_birth(user.role, user.store, user.device, run=run, boot=boot, sw=sw)
    server = user.role is Role.SERVER
    return LinkSetup(
        client_id=user.name,
        username=user.name,
        password=user.password,
        host=host,
        port=port,
        subscriptions=subscriptions(user.role, user.store, user.device),
        will=will,
        birth=birth,
        clean_start=not server,
        session_expiry_s=86_400 if server else 0,
        tls=tls,
    )
