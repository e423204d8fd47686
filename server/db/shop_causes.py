"""The causes of a shop file as rows; a store that has none gets the built-in ones."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from server.db.rows import Rows
from server.db.tables import Cause
from server.rules.causes import BUILT_IN
from server.shop_file import ShopFile
from server.shop_parts import CausePart


def causes(rows: Rows, shop: ShopFile) -> None:
    """A file that names no cause leaves alone what people made of them on the screens."""
    had = by_key(rows.session, shop.store.id)
    parts = shop.causes
    if not parts:
        if had:
            return
        parts = tuple(CausePart(code=code) for code in BUILT_IN)
    new = {part.key for part in parts if part.key not in had}
    place = rows.positions(had, [part.key for part in parts])
    wanted: dict[Any, Any] = {
        part.key: part.model_dump(exclude={"parent"})
        | {"store_id": shop.store.id, "position": place[part.key]}
        for part in parts
    }
    found = rows.put(Cause, had, wanted)
    keys = {part.name: part.key for part in parts if part.name}
    parents = {part.key: keys.get(part.parent or "", part.parent) for part in parts}
    rows.above(found, parents, new)


def by_key(session: Session, store_id: str) -> dict[Any, Cause]:
    """Code of a built-in one, name of one of the store's own -> row."""
    found = session.exec(select(Cause).where(Cause.store_id == store_id).order_by(Cause.id))  # type: ignore[arg-type]
    return {row.code or row.name: row for row in found}
