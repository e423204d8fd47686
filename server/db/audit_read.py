"""The audit log as people read it: newest first, a screenful at a time, narrowed by who, what and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from server.db.tables import AuditEntry
from server.rules.audit import Action


@dataclass(frozen=True, slots=True)
class Wanted:
    """`stores`: chains to look into; "" is of no store. None and empty do not narrow."""

    stores: Sequence[str]
    first: datetime
    last: datetime
    who: int | None = None
    """An account."""
    kind: str | None = None
    """`rules.audit.Kind`, for whoever is no account."""
    actions: Collection[str] = ()
    hidden: Collection[str] = ()
    """Actions that this reader must not learn of."""
    before: int | None = None
    """The id where the screenful before ended."""


def find(session: Session, wanted: Wanted, limit: int) -> list[AuditEntry]:
    statement = select(AuditEntry).where(
        col(AuditEntry.store_id).in_(wanted.stores),
        AuditEntry.at >= wanted.first,
        AuditEntry.at < wanted.last,
    )
    if wanted.who is not None:
        statement = statement.where(AuditEntry.who_id == wanted.who)
    if wanted.kind is not None:
        statement = statement.where(AuditEntry.who_kind == wanted.kind)
    if wanted.actions:
        statement = statement.where(col(AuditEntry.action).in_(wanted.actions))
    if wanted.hidden:
        statement = statement.where(col(AuditEntry.action).not_in(wanted.hidden))
    if wanted.before is not None:
        statement = statement.where(col(AuditEntry.id) < wanted.before)
    return list(session.exec(statement.order_by(col(AuditEntry.id).desc()).limit(limit)))


def people(session: Session, stores: Sequence[str]) -> list[tuple[int, str]]:
    """(account, name as it was last): who has entries here."""
    newest: dict[int, str] = {}
    rows = session.exec(
        select(AuditEntry.who_id, AuditEntry.who_name)
        .where(col(AuditEntry.store_id).in_(stores), col(AuditEntry.who_id).is_not(None))
        .distinct()
    )
    for account, name in rows:
        if account is not None:
            newest[account] = newest.get(account) or name
    return sorted(newest.items(), key=lambda one: one[1].casefold())


QUIET = frozenset({Action.LOOKED_QUIET.value})
"""Tells that there was a quiet call."""
