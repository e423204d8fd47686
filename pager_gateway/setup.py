"""Who this gateway is on the broker, and what its link has to know before it opens."""

from __future__ import annotations

from dataclasses import dataclass

from broker_config import codec, topics
from broker_config.channels import CANCEL, COMMAND, ORDER, PLAN, PLAN_REPORT_RECEIPT, SETTINGS, STATUS
from broker_config.link import LinkSetup, Publication, Subscription
from broker_config.messages import DeviceState, DeviceStatus

SW = "0.1.0"


@dataclass(frozen=True, slots=True)
class Identity:
    """Ids of this gateway; `run` is new in every process, `boot` the kernel's."""

    store: str
    device: str
    run: str
    boot: str
    sw: str = SW

    def topic(self, tail: str) -> str:
        return topics.build(self.store, "g", self.device, tail)

    def is_own(self, store: str, kind: str, device: str) -> bool:
        return (store, kind, device) == (self.store, "g", self.device)

    def status(self, state: DeviceState) -> Publication:
        status = DeviceStatus(state=state, run=self.run, boot=self.boot, sw=self.sw)
        return codec.publication(STATUS, self.store, "g", self.device, status)


def subscriptions(identity: Identity) -> list[Subscription]:
    """Its own channels, and the status of the store's server."""
    own = [
        Subscription(topics.build_filter(identity.store, "g", identity.device, channel.tail))
        for channel in (ORDER, CANCEL, SETTINGS, COMMAND, PLAN, PLAN_REPORT_RECEIPT)
    ]
    return [*own, Subscription(topics.build_filter(identity.store, "s", None, STATUS.tail))]


def link_setup(identity: Identity, password: str, host: str = "127.0.0.1", port: int = 1883) -> LinkSetup:
    """A clean start each time: what the broker held has aged, and the server repeats its orders anyway."""
    client = topics.client_id(identity.store, identity.device)
    return LinkSetup(
        client_id=client,
        username=client,
        password=password,
        host=host,
        port=port,
        subscriptions=subscriptions(identity),
        will=identity.status(DeviceState.OFFLINE),
        birth=identity.status(DeviceState.ONLINE),
        clean_start=True,
        session_expiry_s=0,
    )
