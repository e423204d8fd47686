"""Devices as the broker shows them: who is known, who is online, since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from broker_config.messages import DeviceStatus
from server.db.tables import Device


def known(session: Session, store: str) -> dict[str, str]:
    """Device id -> kind (`b`, `g` or `s`) of one store."""
    rows = session.exec(select(Device.device, Device.kind).where(Device.store_id == store))
    return {row[0]: row[1] for row in rows}


def set_status(session: Session, store: str, device: str, status: DeviceStatus, now: datetime) -> bool:
    """Note what a device, or its will, said. True when its state changed.

    An offline of another run than the last online is the will of a process that has a successor: ignored.
    Nothing is noted of a device that is not set up in this store."""
    row = session.exec(
        select(Device).where(Device.store_id == store, Device.device == device).with_for_update()
    ).one_or_none()
    if row is None:
        return False
    state = status.state.value
    if state == "offline" and row.run not in ("", status.run):
        return False
    changed = row.state != state
    row.state = state
    row.run, row.boot = status.run, status.boot
    row.sw = status.sw
    if changed:
        row.changed_at = now
    session.add(row)
    session.flush()
    return changed


def of_store(session: Session, store: str) -> Sequence[Device]:
    return session.exec(select(Device).where(Device.store_id == store).order_by(Device.device)).all()
