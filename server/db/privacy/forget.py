"""Forgetting somebody who left: name, initials and what points at them go from every table, the figures stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import JSON, String, and_, cast, func, or_, select, type_coerce, update
from sqlalchemy.engine import Connection
from sqlmodel import Session
from sqlmodel import select as rows_of

from server.db import setup_write
from server.db.audit import ENTRY, wipe
from server.db.connect import Database
from server.db.privacy.person import accounts_of, carrier_of, in_json, like, log_of, table_of
from server.db.privacy.traces import INITIALS, call_otherwise, let_go, quietened
from server.db.tables import Carrier
from server.rules.pages import TAKEN

AT_ONCE = 100
"""Rows that one transaction wipes."""


class StillHere(Exception):
    """Only who does not work here any more can be forgotten: switch the person off first."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What somebody was known by."""

    person: Carrier
    accounts: list[int]
    names: tuple[str, ...]
    initials: str | None
    """None: somebody else has the same, so that they tell nothing."""


def forget(db: Database, store: str, carrier_id: int, word: str, note: Callable[[Session], None]) -> None:
    """Name, initials and what else tells who it was are gone from every table; calls, pages and their times stay.

    Years of history are searched without holding anybody up, and wiped a few rows at a time; the person's own row is
    the last, so that what a power cut leaves over is found when somebody asks again. `word` stands for the name from
    now on. `note` writes into the audit log with that. Raises LookupError, StillHere."""
    with db.reading() as session:
        known = _known(session, store, carrier_id, word)
        wipes = _wipes(session.connection(), known)
    for wipe_some, ids in wipes:
        for start in range(0, len(ids), AT_ONCE):
            with db.transaction() as session:
                wipe_some(session.connection(), ids[start : start + AT_ONCE])
    with db.transaction() as session:
        setup_write.lock(session, store)
        known = _known(session, store, carrier_id, word)
        setup_write.leave(session, store, carrier_id)
        person, at = known.person, session.connection()
        person.name, person.initials, person.languages, person.skills = word, INITIALS, [], []
        session.add(person)
        session.flush()
        let_go(at, carrier_id, known.accounts)
        call_otherwise(at, store, known.names)
        _name_no_account(at, known.accounts, word)
        note(session)


def _known(session: Session, store: str, carrier_id: int, word: str) -> _Known:
    person, accounts = carrier_of(session, store, carrier_id), accounts_of(session, carrier_id)
    at, account = session.connection(), table_of("account")
    rows = at.execute(select(account.c.active, account.c.name).where(account.c.id.in_(accounts))).all()
    if person.active or any(row.active for row in rows):
        raise StillHere
    names = {person.name, *(row.name for row in rows), *_names_of_before(at, store, carrier_id)}
    shared = rows_of(Carrier.id).where(
        Carrier.store_id == store, Carrier.initials == person.initials, Carrier.id != person.id
    )
    alone = person.initials != INITIALS and session.exec(shared).first() is None
    found = tuple(sorted(name for name in names if name.strip() and name != word))
    return _Known(person, accounts, found, person.initials if alone else None)


def _names_of_before(at: Connection, store: str, carrier_id: int) -> set[str]:
    """As the log of changes has them."""
    about = select(ENTRY.c.target_name, ENTRY.c.changes).where(
        ENTRY.c.store_id == store, ENTRY.c.target_kind == "person", ENTRY.c.target_id == str(carrier_id)
    )
    found: set[str] = set()
    for row in at.execute(about):
        found |= {row.target_name, *(one for one in row.changes.get("name", ()) if isinstance(one, str))}
    return found


def _name_no_account(at: Connection, accounts: Sequence[int], word: str) -> None:
    account = table_of("account")
    for key in accounts:
        neutral = {"login": f"forgotten-{key}", "name": word, "password_hash": "!", "language": None}
        at.execute(update(account).where(account.c.id == key).values(**neutral))


Wipe: TypeAlias = Callable[[Connection, list[Any]], object]


def _wipes(at: Connection, known: _Known) -> list[tuple[Wipe, list[Any]]]:
    """Rows that name this person, by id, and how each sort is wiped. The log is the last: it knows names of before."""
    store, names, initials = known.person.store_id, known.names, known.initials
    journal, page, row = table_of("journal"), table_of("page"), table_of("refused")

    def ids(table: Any, *where: Any) -> list[Any]:
        return list(at.execute(select(table.c.id).where(*where)).scalars())

    def copies(at: Connection, some: list[Any]) -> None:
        at.execute(update(row).where(row.c.id.in_(some)).values(detail="", sample=""))

    def history(at: Connection, some: list[Any]) -> None:
        for one in at.execute(select(journal.c.id, journal.c.detail).where(journal.c.id.in_(some))).all():
            detail = type_coerce(quietened(one.detail, names, initials), JSON)
            at.execute(update(journal).where(journal.c.id == one.id).values(detail=detail))

    def bodies(at: Connection, some: list[Any]) -> None:
        body = func.replace(page.c.body, initials, INITIALS)
        at.execute(update(page).where(page.c.id.in_(some)).values(body=body))

    words = [*(in_json(name) for name in names), *([f'"{in_json(initials)}"'] if initials else [])]
    said = cast(journal.c.detail, String)
    seen = [
        column.contains(name, autoescape=True) for name in names for column in (row.c.detail, row.c.sample)
    ]
    found: list[tuple[Wipe, list[Any]]] = [
        (copies, ids(row, row.c.store_id == store, or_(False, *seen))),
        (
            history,
            ids(journal, journal.c.store_id == store, or_(False, *(like(said, word) for word in words))),
        ),
    ]
    if initials is not None:
        taken = and_(page.c.reason == TAKEN, page.c.body.contains(initials, autoescape=True))
        found.append((bodies, ids(page, page.c.store_id == store, taken)))
    log = log_of(known.person, known.accounts, names)
    return [*found, (lambda at, some: wipe(at, ENTRY.c.id.in_(some)), ids(ENTRY, log))]
