"""A password for a device that cannot hold a certificate: the other way in, at the broker's second TLS listener."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select

from broker_config.broker.render import hashed
from broker_config.errors import SetupError
from server.db import audit, identities
from server.db.connect import Database
from server.db.tables import Device, Store
from server.rules.audit import Action, Actor, Target

ROLES = {"b": "button", "g": "gateway"}
BYTES = 32


def give(db: Database, device: str, to: Path, now: datetime, by: Actor, store: str | None = None) -> str:
    """A new one in a new file of its owner alone; whatever this device was known by before ends. Returns the store. The
    running server tells the broker within a minute. Raises SetupError, and then nothing has changed."""
    with db.reading() as session:
        stores = session.exec(select(Store.id)).all() if store is None else [store]
        asked = select(Device).where(col(Device.store_id).in_(stores), Device.device == device)
        found = session.exec(asked).all()
    if len(found) != 1 or found[0].kind not in ROLES:
        raise SetupError(
            f"there is {'more than one' if found[1:] else 'no'} button unit or gateway {device!r}: "
            + ("say which with --store" if found[1:] else "add it on the screen Setup first")
        )
    where, role, password = found[0].store_id, ROLES[found[0].kind], secrets.token_hex(BYTES)
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password + "\n")
    except OSError as error:
        raise SetupError(f"cannot write {to}: {error.strerror}") from error
    try:
        with db.transaction() as session:
            identities.end(session, where, device, now, state=identities.REPLACED)
            identities.add(
                session,
                store_id=where,
                device=device,
                role=role,
                way=identities.PASSWORD,
                password_hash=hashed(password, secrets.token_bytes(12)),
                made_at=now,
            )
            audit.note(session, now, by, Action.IDENTITY_GIVEN, store=where, target=Target("device", device))
    except BaseException:
        to.unlink(missing_ok=True)
        raise
    return where
