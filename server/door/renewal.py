"""A device asks for its next certificate, over a connection that the present one opened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from broker_config.errors import IdentityError
from broker_config.messages import Certificate, CertificateRequest
from server.db import audit, identities
from server.db.tables import Device
from server.door.signing import Signer
from server.rules.audit import SYSTEM, Action, Target

MOST = 3
WINDOW = timedelta(hours=1)


def answer(
    session: Session, signer: Signer, store: str, device: str, asked: CertificateRequest, now: datetime
) -> Certificate | None:
    """What the device hears, with the row for it; None: it said that the new one is in use. Who asks was told by the
    broker; whether it still may is decided here."""
    mine = identities.active(session, store, device, lock=True)
    if not mine:
        return Certificate(id=asked.id, reason="revoked")
    if asked.csr is None:
        _in_use(session, store, device, asked, now)
        return None
    before = identities.by_request(session, store, device, asked.id)
    if before is not None:
        good = before.state == identities.ACTIVE
        return Certificate(id=asked.id, **_said(before.certificate if good else "", "revoked"))
    if identities.renewed_since(session, store, device, now - WINDOW) >= MOST:
        return Certificate(id=asked.id, reason="often")
    try:
        values = signer.device(asked.csr, store, device, now)
    except IdentityError:
        return Certificate(id=asked.id, reason="csr")
    row = identities.add(session, role=mine[-1].role, request=asked.id, told_at=now, **values)
    audit.note(session, now, SYSTEM, Action.IDENTITY_RENEWED, store=store, target=Target("device", device))
    return Certificate(id=asked.id, certificate=row.certificate)


def _in_use(session: Session, store: str, device: str, asked: CertificateRequest, now: datetime) -> None:
    row = identities.by_request(session, store, device, asked.id)
    if row is not None and row.state == identities.ACTIVE:
        identities.end(session, store, device, now, state=identities.REPLACED, but=row.id)


def _said(certificate: str, reason: str) -> dict[str, Any]:
    return {"certificate": certificate} if certificate else {"reason": reason}


def kind_of(session: Session, store: str, device: str) -> str | None:
    """The letter in the topics of a device of the shop."""
    return session.exec(select(Device.kind).where(Device.store_id == store, Device.device == device)).first()
