"""The audit log's one writer, and its check. Nothing here changes a row, except wiping its words for somebody who
must be forgotten, and retention, which takes rows off the old end.

`note` belongs at the end of the transaction that makes the change: then neither is ever there without the other."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel

from server.db import tables as tables
from server.db.upsert import upsert
from server.rules.audit import (
    NOTHING,
    START,
    Action,
    Actor,
    Changes,
    Entry,
    Outcome,
    Target,
    hash_of,
    is_whole,
    seal,
    tidy,
    tidy_changes,
)

ENTRY = SQLModel.metadata.tables["audit_entry"]
END = SQLModel.metadata.tables["audit_end"]
ACCOUNT = SQLModel.metadata.tables["account"]
MOST_FAULTS = 20
AT_ONCE = 500


def note(
    at: Session | Connection,
    now: datetime,
    by: Actor,
    action: Action,
    *,
    store: str = "",
    target: Target = NOTHING,
    changes: Changes | None = None,
    outcome: Outcome = Outcome.OK,
) -> None:
    """Write down what the running transaction does. `changes`: field -> (before, after), without customers' words;
    of a field that is named like a secret only that it changed is kept."""
    connection = at.connection() if isinstance(at, Session) else at
    if isinstance(at, Session):
        at.flush()
    last, before = _end(connection, store)
    words = (
        tidy(_name(connection, by), 60),
        tidy(by.address, 64),
        tidy(target.name, 120),
        tidy_changes(changes or {}),
    )
    salt = secrets.token_hex(16)
    about = (tidy(target.kind, 24), tidy(target.id, 64))
    sealed, number = seal(salt, *words), last + 1
    who = (by.kind.value, by.id)
    found = hash_of(store, number, now, who, action.value, about, outcome.value, sealed, before)
    connection.execute(
        insert(ENTRY).values(
            store_id=store,
            number=number,
            at=now,
            who_kind=by.kind.value,
            who_id=by.id,
            who_name=words[0],
            address=words[1],
            action=action.value,
            target_kind=about[0],
            target_id=about[1],
            target_name=words[2],
            changes=words[3],
            outcome=outcome.value,
            salt=salt,
            sealed=sealed,
            before=before,
            hash=found,
        )
    )
    connection.execute(update(END).where(END.c.store_id == store).values(last=number, last_hash=found))


def note_hourly(
    at: Session | Connection,
    now: datetime,
    by: Actor,
    action: Action,
    *,
    store: str = "",
    target: Target = NOTHING,
    changes: Changes | None = None,
) -> None:
    """A look, not a change: of each person, thing and hour the first one is written down."""
    connection = at.connection() if isinstance(at, Session) else at
    hour = now.replace(minute=0, second=0, microsecond=0)
    before = select(ENTRY.c.id).where(
        ENTRY.c.store_id == store,
        ENTRY.c.at >= hour,
        ENTRY.c.action == action.value,
        ENTRY.c.who_kind == by.kind.value,
        ENTRY.c.who_id == by.id,
        ENTRY.c.target_id == target.id,
    )
    if connection.execute(before.limit(1)).first() is None:
        note(at, now, by, action, store=store, target=target, changes=changes)


def wipe(at: Connection, which: Any) -> int:
    """Take the words out of rows about somebody who must be forgotten: the chain holds without them, and the check
    counts them. What happened, when, and in which order, stays."""
    empty = {"who_name": "", "address": "", "target_name": "", "changes": {}, "salt": ""}
    return at.execute(update(ENTRY).where(which).values(**empty)).rowcount


def _name(connection: Connection, by: Actor) -> str:
    """As it is now, when only the account is known."""
    if by.name or by.id is None:
        return by.name
    return connection.execute(select(ACCOUNT.c.name).where(ACCOUNT.c.id == by.id)).scalar_one_or_none() or ""


def _end(connection: Connection, store: str) -> tuple[int, str]:
    """The last row's number and hash. Two who write at once on PostgreSQL wait for each other here; the first row of a
    store as well, which somebody else may put in meanwhile."""
    statement = select(END.c.last, END.c.last_hash).where(END.c.store_id == store).with_for_update()
    row = connection.execute(statement).one_or_none()
    if row is None:
        begun = {"store_id": store, "first": 1, "first_before": START, "last": 0, "last_hash": START}
        connection.execute(upsert(connection, END).values(begun).on_conflict_do_nothing())
        row = connection.execute(statement).one()
    return row.last, row.last_hash


@dataclass(frozen=True, slots=True)
class Checked:
    """Of one chain. `faults`: one sentence each, for a person."""

    store: str
    rows: int = 0
    last: int = 0
    last_hash: str = START
    wiped: int = 0
    """Rows whose words were wiped on purpose."""
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class _Walk:
    number: int
    before: str
    rows: int = 0
    wiped: int = 0
    faults: list[str] = field(default_factory=list)

    def step(self, entry: Entry) -> None:
        self.rows += 1
        if entry.number != self.number:
            missing = entry.number - self.number
            self._say(
                f"{missing} {'entry is' if missing == 1 else 'entries are'} missing before {entry.number}"
            )
        elif entry.before != self.before:
            self._say(f"entry {entry.number} does not follow the one before it")
        if not is_whole(entry):
            self._say(f"entry {entry.number} of {entry.at:%Y-%m-%d %H:%M} was altered")
        self.wiped += not entry.salt
        self.number, self.before = entry.number + 1, entry.hash

    def _say(self, words: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(words)


def stores(session: Session) -> list[str]:
    """Those that have a chain, or rows without one."""
    found = session.connection().execute(select(END.c.store_id).union(select(ENTRY.c.store_id)))
    return sorted(found.scalars())


def check(session: Session, store: str) -> Checked:
    """Walk the whole chain of a store, a few hundred rows at a time."""
    connection = session.connection()
    end = connection.execute(select(END).where(END.c.store_id == store)).one_or_none()
    if end is None:
        rows = connection.execute(select(func.count()).where(ENTRY.c.store_id == store)).scalar_one()
        return Checked(store, rows, faults=("the end of the log is missing",) if rows else ())
    walk = _Walk(end.first, end.first_before)
    for entry in entries(connection, store):
        walk.step(entry)
    if walk.number != end.last + 1:
        missing = end.last + 1 - walk.number
        walk.faults.append(f"{missing} {'entry is' if missing == 1 else 'entries are'} missing at the end")
    elif walk.before != end.last_hash:
        walk.faults.append("the last entry is not the one that was written last")
    return Checked(store, walk.rows, end.last, end.last_hash, walk.wiped, tuple(walk.faults))


def hash_at(session: Session, store: str, number: int) -> str | None:
    """Of one row; None: it is not kept any more, or never was."""
    statement = select(ENTRY.c.hash).where(ENTRY.c.store_id == store, ENTRY.c.number == number)
    return session.connection().execute(statement).scalar_one_or_none()


def entries(connection: Connection, store: str) -> Iterator[Entry]:
    """Oldest first."""
    after = 0
    while True:
        statement = (
            select(ENTRY)
            .where(ENTRY.c.store_id == store, ENTRY.c.number > after)
            .order_by(ENTRY.c.number)
            .limit(AT_ONCE)
        )
        found = connection.execute(statement).all()
        for row in found:
            yield entry_of(row)
        if len(found) < AT_ONCE:
            return
        after = found[-1].number


def entry_of(row: Any) -> Entry:
    return Entry(
        row.store_id,
        row.number,
        row.at,
        row.who_kind,
        row.who_id,
        row.action,
        row.target_kind,
        row.target_id,
        row.outcome,
        row.who_name,
        row.address,
        row.target_name,
        row.changes,
        row.salt,
        row.sealed,
        row.before,
        row.hash,
    )
