"""What is held about one who carries a pager here: every row that names them or points at them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, cast, or_, select
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of

from server.db import tables as tables
from server.db.audit import ENTRY
from server.db.tables import Account, Carrier

NEVER_TOLD = frozenset(
    {"password_hash", "token_hash", "pin_hash", "secret_hash", "code_hash", "ticket_hash", "salt"}
)
MOST = 20_000
"""Rows of one sort in an export; more are counted."""
SORTS: Mapping[str, str] = {
    "sign-ins to accounts": "account",
    "browsers signed in": "sign_in",
    "PIN for shared tablets": "pin",
    "wrong PINs": "pin_tries",
    "shared tablets let in or taken back": "tablet",
    "waiting for a shared tablet": "tablet_door",
    "pagers": "pager",
    "weekly shifts": "shift",
    "rotations": "rotation_member",
    "breaks, absences, extra shifts": "duty",
    "steps of policies": "policystep",
    "calls dealt with": "incident",
    "pages": "page",
    "history": "journal",
    "devices let in": "claim",
    "identities of devices": "identity",
    "device settings": "device_settings",
    "device commands": "device_command",
    "silent trials": "canary",
    "log of changes": "audit_entry",
}
"""Words -> table."""


def held(session: Session, store: str, carrier_id: int, now: datetime) -> dict[str, Any]:
    """Everything that names this person, for a JSON file. No secret is in it. Raises LookupError."""
    person = carrier_of(session, store, carrier_id)
    at, accounts = session.connection(), accounts_of(session, carrier_id)
    log = log_of(person, accounts, (person.name,))
    return {
        "what": "everything that this server holds about one person",
        "made_at": now.isoformat(),
        "store": store,
        "person": person.model_dump(mode="json"),
        **{
            words: _rows(at, name, log if name == "audit_entry" else _points(name, carrier_id, accounts))
            for words, name in SORTS.items()
        },
    }


def name_of(session: Session, store: str, carrier_id: int) -> str:
    """Raises LookupError."""
    return carrier_of(session, store, carrier_id).name


def log_of(person: Carrier, accounts: Sequence[int], names: Collection[str]) -> Any:
    """What they did, what was done to them, and whatever else names them by one of these names."""
    keys = [str(key) for key in accounts]
    changes = cast(ENTRY.c.changes, String)
    numbered = [f"carrier_id%(#{person.id})", *(f"account_id%(#{key})" for key in accounts)]
    return or_(
        and_(ENTRY.c.who_kind.in_(("account", "tablet")), ENTRY.c.who_id.in_(accounts)),
        and_(ENTRY.c.target_kind == "account", ENTRY.c.target_id.in_(keys)),
        and_(
            ENTRY.c.store_id == person.store_id,
            or_(
                and_(ENTRY.c.target_kind == "person", ENTRY.c.target_id == str(person.id)),
                ENTRY.c.who_name.in_(names),
                *(like(ENTRY.c.target_name, name) for name in names),
                *(like(changes, in_json(name)) for name in names),
                *(changes.like(f"%{pattern}%") for pattern in numbered),
            ),
        ),
    )


def like(column: Any, text: str) -> Any:
    escaped = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return column.like(f"%{escaped}%", escape="\\")


def in_json(text: str) -> str:
    """As it stands within a JSON text."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _points(name: str, carrier: int, accounts: Sequence[int]) -> Any:
    """Rows of this table that point at somebody, by whichever column."""
    keys = [
        (column, key.column.table.name) for column in table_of(name).columns for key in column.foreign_keys
    ]
    return or_(
        *(column == carrier for column, to in keys if to == "carrier"),
        *(column.in_(accounts) for column, to in keys if to == "account"),
    )


def _rows(at: Connection, name: str, where: Any) -> list[dict[str, Any]]:
    table = table_of(name)
    columns = [column for column in table.columns if column.name not in NEVER_TOLD]
    found = at.execute(select(*columns).where(where).limit(MOST)).mappings()
    return [{key: _plain(value) for key, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def carrier_of(session: Session, store: str, carrier_id: int) -> Carrier:
    found = session.get(Carrier, carrier_id)
    if found is None or found.store_id != store:
        raise LookupError(carrier_id)
    return found


def accounts_of(session: Session, carrier_id: int) -> list[int]:
    found = session.exec(rows_of(Account.id).where(col(Account.carrier_id) == carrier_id))
    return [key for key in found if key is not None]


def table_of(name: str) -> Any:
    return SQLModel.metadata.tables[name]
