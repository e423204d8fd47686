"""Doors from the server's settings: one for each broker that its stores name."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from broker_config.link import Link
from server.config import ServerSettings, StoreLink
from server.db.connect import Database
from server.door.address import Address
from server.door.broker_files import BrokerFiles
from server.door.door import Door
from server.door.doors import Doors
from server.door.local import Local
from server.door.signing import Signer
from server.door.visits import Visits
from server.requests import Desk, DeskClosed, ShopChanged

log = logging.getLogger(__name__)


def build_doors(
    settings: ServerSettings,
    db: Database,
    desk: Desk,
    links: Mapping[str, Link],
    now: Callable[[], datetime],
    died: Callable[[], None],
) -> Doors:
    """Raises IdentityError when an authority cannot be read: a server that signs nothing would not say so."""

    def tell(store: str, account: int | None, device: str) -> None:
        with contextlib.suppress(DeskClosed):  # it finds the new revision by itself within seconds
            desk.ask(ShopChanged(store, account, "device", device))

    by_broker: dict[object, list[StoreLink]] = {}
    for one in settings.stores:
        if one.door is not None:
            by_broker.setdefault((one.door.broker, one.door.authority), []).append(one)
    doors = []
    addresses: dict[str, Address] = {}
    for stores in by_broker.values():
        first = stores[0]
        assert first.door is not None
        signer = Signer(first.door.authority)
        files = BrokerFiles(first.door.broker, first.door.pid_file)
        visits = Visits(signer, first.broker_host, first.broker_port)
        own = {one.id: one.device for one in stores}
        local = None if first.door.local is None else Local(first.door.local)
        doors.append(Door(own, db, signer, files, visits, now, tell, local))
        found = {one.id: _address(one, signer.authority.certificate) for one in stores}
        addresses |= {store: one for store, one in found.items() if one is not None}
    return Doors(doors, links, db, now, died, addresses)


def _address(one: StoreLink, authority: str) -> Address | None:
    door = one.door
    if door is None or door.https_port is None:
        return None
    return Address(
        server=one.device,
        host=door.host,
        https_port=door.https_port,
        broker_port=door.broker_port or one.broker_port,
        authority=authority,
    )
