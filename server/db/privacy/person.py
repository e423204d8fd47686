"""What is held about one who carries a pager here, and forgetting them: the name goes, the figures stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import JSON, String, and_, cast, delete, func, or_, select, type_coerce, update
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of

from server.db import tables as tables
from server.db.audit import ENTRY, wipe
from server.db.connect import Database
from server.db.privacy.sweeps import NAMING
from server.db.tables import Account, Carrier
from server.rules.pages import TAKEN

INITIALS = "–"
NEVER_TOLD = frozenset({"password_hash", "token_hash", "pin_hash", "secret_hash", "salt"})
AT_ONCE = 100
"""Rows that one transaction wipes."""
MOST = 20_000
"""Rows of one sort in an export; more are counted."""
ACTED = ("acknowledged_by_id", "attended_by_id", "closed_by_id")


class StillHere(Exception):
    """Only who does not work here any more can be forgotten: switch the person off first."""


def held(session: Session, store: str, carrier_id: int, now: datetime) -> dict[str, Any]:
    """Everything that names this person, for a JSON file. No secret is in it. Raises LookupError."""
    person = _carrier(session, store, carrier_id)
    at, accounts = session.connection(), _accounts(session, carrier_id)
    incident = _table("incident")
    sorts = {
        "sign-ins to accounts": ("account", _table("account").c.id.in_(accounts)),
        "browsers signed in": ("sign_in", _table("sign_in").c.account_id.in_(accounts)),
        "pagers": ("pager", _table("pager").c.carrier_id == carrier_id),
        "weekly shifts": ("shift", _table("shift").c.carrier_id == carrier_id),
        "rotations": ("rotation_member", _table("rotation_member").c.carrier_id == carrier_id),
        "breaks, absences, extra shifts": (
            "duty",
            or_(_table("duty").c.carrier_id == carrier_id, _table("duty").c.account_id.in_(accounts)),
        ),
        "steps of policies": ("policystep", _table("policystep").c.carrier_id == carrier_id),
        "calls dealt with": ("incident", or_(*(incident.c[one].in_(accounts) for one in ACTED))),
        "pages": ("page", _table("page").c.carrier_id == carrier_id),
        "history": ("journal", _table("journal").c.account_id.in_(accounts)),
        "device settings": ("device_settings", _table("device_settings").c.account_id.in_(accounts)),
        "device commands": ("device_command", _table("device_command").c.account_id.in_(accounts)),
        "silent trials": ("canary", _table("canary").c.account_id.in_(accounts)),
        "log of changes": ("audit_entry", _of_log(person, accounts)),
    }
    return {
        "what": "everything that this server holds about one person",
        "made_at": now.isoformat(),
        "store": store,
        "person": person.model_dump(mode="json"),
        **{words: _rows(at, name, where) for words, (name, where) in sorts.items()},
    }


def name_of(session: Session, store: str, carrier_id: int) -> str:
    """Raises LookupError."""
    return _carrier(session, store, carrier_id).name


def forget(db: Database, store: str, carrier_id: int, word: str, note: Callable[[Session], None]) -> None:
    """Name, initials and what else tells who it was are gone from every table; calls, pages and their times stay.

    Years of history are searched without holding anybody up, and wiped a few rows at a time; the person's own row is
    the last, so that what a power cut leaves over is found when somebody asks again. `note` writes into the audit log
    with that. Raises LookupError, StillHere."""
    with db.reading() as session:
        person, accounts = _left(session, store, carrier_id)
        wipes = _wipes(session, person, accounts)
    for wipe_some, ids in wipes:
        for start in range(0, len(ids), AT_ONCE):
            with db.transaction() as session:
                wipe_some(session.connection(), ids[start : start + AT_ONCE])
    with db.transaction() as session:
        person, accounts = _left(session, store, carrier_id)
        person.name, person.initials, person.languages, person.skills = word, INITIALS, [], []
        session.add(person)
        session.flush()
        _forget_accounts(session.connection(), accounts, word)
        note(session)


def _left(session: Session, store: str, carrier_id: int) -> tuple[Carrier, list[int]]:
    person, accounts = _carrier(session, store, carrier_id), _accounts(session, carrier_id)
    account = _table("account")
    active = select(account.c.id).where(account.c.id.in_(accounts), account.c.active).limit(1)
    if person.active or session.connection().execute(active).first() is not None:
        raise StillHere
    return person, accounts


def _forget_accounts(at: Connection, accounts: Sequence[int], word: str) -> None:
    account, sign_in = _table("account"), _table("sign_in")
    at.execute(delete(sign_in).where(sign_in.c.account_id.in_(accounts)))
    for key in accounts:
        neutral = {"login": f"forgotten-{key}", "name": word, "password_hash": "!", "language": None}
        at.execute(update(account).where(account.c.id == key).values(**neutral))


Wipe: TypeAlias = Callable[[Connection, list[Any]], object]


def _wipes(session: Session, person: Carrier, accounts: Sequence[int]) -> list[tuple[Wipe, list[Any]]]:
    """Rows that name this person, by id, and how each sort is wiped."""
    at, store, name, initials = session.connection(), person.store_id, person.name, person.initials
    journal, page, row = _table("journal"), _table("page"), _table("refused")
    copies = or_(*(column.contains(name, autoescape=True) for column in (row.c.detail, row.c.sample)))

    def ids(table: Any, *where: Any) -> list[Any]:
        return list(at.execute(select(table.c.id).where(*where)).scalars())

    def copies_gone(at: Connection, some: list[Any]) -> None:
        at.execute(update(row).where(row.c.id.in_(some)).values(detail="", sample=""))

    found: list[tuple[Wipe, list[Any]]] = [
        (lambda at, some: wipe(at, ENTRY.c.id.in_(some)), ids(ENTRY, _of_log(person, accounts))),
        (copies_gone, ids(row, row.c.store_id == store, copies)),
    ]
    shared = rows_of(Carrier.id).where(
        Carrier.store_id == store, Carrier.initials == initials, Carrier.id != person.id
    )
    if initials == INITIALS or session.exec(shared).first() is not None:
        return found  # initials that somebody else has too tell nothing
    said = cast(journal.c.detail, String).like(f'%"{_escaped(initials)}"%', escape="\\")
    taken = and_(page.c.reason == TAKEN, page.c.body.contains(initials, autoescape=True))

    def history(at: Connection, some: list[Any]) -> None:
        for one in at.execute(select(journal.c.id, journal.c.detail).where(journal.c.id.in_(some))).all():
            detail = {
                key: INITIALS if key in NAMING and value == initials else value
                for key, value in one.detail.items()
            }
            at.execute(update(journal).where(journal.c.id == one.id).values(detail=type_coerce(detail, JSON)))

    def bodies(at: Connection, some: list[Any]) -> None:
        body = func.replace(page.c.body, initials, INITIALS)
        at.execute(update(page).where(page.c.id.in_(some)).values(body=body))

    return [
        *found,
        (history, ids(journal, journal.c.store_id == store, said)),
        (bodies, ids(page, page.c.store_id == store, taken)),
    ]


def _of_log(person: Carrier, accounts: Sequence[int]) -> Any:
    """What they did, what was done to them, and whatever else names them."""
    keys = [str(key) for key in accounts]
    named = f"%{_escaped(person.name)}%"
    return or_(
        and_(ENTRY.c.who_kind.in_(("account", "tablet")), ENTRY.c.who_id.in_(accounts)),
        and_(ENTRY.c.target_kind == "account", ENTRY.c.target_id.in_(keys)),
        and_(
            ENTRY.c.store_id == person.store_id,
            or_(
                and_(ENTRY.c.target_kind == "person", ENTRY.c.target_id == str(person.id)),
                ENTRY.c.who_name == person.name,
                ENTRY.c.target_name.like(named, escape="\\"),
                cast(ENTRY.c.changes, String).like(named, escape="\\"),
            ),
        ),
    )


def _rows(at: Connection, name: str, where: Any) -> list[dict[str, Any]]:
    table = _table(name)
    columns = [column for column in table.columns if column.name not in NEVER_TOLD]
    found = at.execute(select(*columns).where(where).limit(MOST)).mappings()
    return [{key: _plain(value) for key, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _carrier(session: Session, store: str, carrier_id: int) -> Carrier:
    found = session.get(Carrier, carrier_id)
    if found is None or found.store_id != store:
        raise LookupError(carrier_id)
    return found


def _accounts(session: Session, carrier_id: int) -> list[int]:
    found = session.exec(rows_of(Account.id).where(col(Account.carrier_id) == carrier_id))
    return [key for key in found if key is not None]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _table(name: str) -> Any:
    return SQLModel.metadata.tables[name]
