"""What the inputs of button units are called in a store: for lists of many devices."""

from __future__ import annotations

from sqlmodel import Session, col, select

from server.db import tables
from server.db.devices import InputLine


def named_inputs(session: Session, store_id: str) -> dict[str, tuple[InputLine, ...]]:
    """Device -> its inputs that are set up, in order."""
    button, zone = tables.Button, tables.Zone
    rows = session.exec(
        select(button, zone.name)
        .join(zone, col(zone.id) == col(button.zone_id))
        .where(button.store_id == store_id, col(button.active))
        .order_by(col(button.device), col(button.input))
    )
    found: dict[str, tuple[InputLine, ...]] = {}
    for one, place in rows:
        line = InputLine(one.input, one.label, place, one.colour)
        found[one.device] = (*found.get(one.device, ()), line)
    return found
