"""Devices that are processes of the server's own machine: whoever may write their identity folders needs no claim.

`redbutton up` makes and renews those certificates itself; the door only writes down which ones there are, so that they
can be revoked like all others. Who was revoked does not come back by this way."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from broker_config import topics
from broker_config.errors import IdentityError
from broker_config.identity.certificate import LEAF_LIFE, facts
from broker_config.identity.folder import IdentityFolder
from server.db import identities
from server.db.connect import Database
from server.db.tables import Device, Identity

log = logging.getLogger(__name__)


@dataclass
class Local:
    """Looks at a folder again and again, and reads what is another one than before."""

    folder: Path
    _seen: dict[Path, int] = field(default_factory=dict)

    def register(self, db: Database, stores: Iterable[str], now: datetime) -> list[str]:
        """Rows for certificates that are not known yet. Names of the devices."""
        found = [one for path in self._folders() if (one := self._read(path)) is not None]
        if not found:
            return []
        with db.transaction() as session:
            devices = {_name(one): one for one in _devices(session, stores)}
            ours = [(one, devices[facts(one[2]).name]) for one in found if facts(one[2]).name in devices]
            added = [device.device for one, device in ours if _register(session, device, one[2], now)]
        self._seen |= {path: stamp for (path, stamp, _), _ in ours}
        return added

    def _folders(self) -> list[IdentityFolder]:
        try:
            return [IdentityFolder(one) for one in sorted(self.folder.iterdir()) if one.is_dir()]
        except OSError:
            return []

    def _read(self, one: IdentityFolder) -> tuple[Path, int, str] | None:
        try:
            stamp = one.certificate.stat().st_mtime_ns
            if self._seen.get(one.path) == stamp:
                return None
            pem = one.certificate.read_text(encoding="utf-8")
            facts(pem)
        except (OSError, UnicodeDecodeError, IdentityError):
            return None
        return one.path, stamp, pem


def _register(session: Session, device: Device, pem: str, now: datetime) -> bool:
    """Whether it is written down now."""
    found = facts(pem)
    if identities.by_serial(session, found.serial) is not None:
        return False
    there = session.exec(
        select(Identity.id).where(Identity.store_id == device.store_id, Identity.device == device.device)
    ).first()
    if there is not None and not identities.active(session, device.store_id, device.device, lock=True):
        log.error(
            "%s was revoked: its new certificate does not count before somebody enrols it",
            device.device,
            extra={"action": "door.local", "device": device.device},
        )
        return False
    row = identities.add(
        session,
        store_id=device.store_id,
        device=device.device,
        role=identities.ROLE_OF[device.kind],
        serial=f"{found.serial:x}",
        certificate=pem,
        not_after=found.not_after,
        made_at=min(now, found.not_after - LEAF_LIFE),
    )
    identities.end(session, device.store_id, device.device, now, state=identities.REPLACED, but=row.id)
    return True


def _devices(session: Session, stores: Iterable[str]) -> list[Device]:
    return [one for store in stores for one in session.exec(select(Device).where(Device.store_id == store))]


def _name(one: Device) -> str:
    return topics.client_id(one.store_id, one.device)
