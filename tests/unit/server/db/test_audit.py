"""The audit log: written with the change, chained, and every way to tamper with it is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlmodel import Session

from server.audit import run
from server.db import audit
from server.db.audit import END, ENTRY, check, note
from server.db.connect import Database
from server.rules.audit import HIDDEN, SYSTEM, Action, Actor, Kind, Target

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ANNA = Actor(Kind.ACCOUNT, 7, "Anna Tamm", "10.0.0.5")
WINE = Target("zone", "3", "Wine")


def write(db: Database, count: int = 5, store: str = "s1") -> None:
    for number in range(count):
        with db.transaction() as session:
            at = NOW + timedelta(seconds=number)
            changes: Any = {"name": (f"Wine {number}", "Вино"), "position": (number, None)}
            note(session, at, ANNA, Action.CHANGED, store=store, target=WINE, changes=changes)


def found(db: Database, store: str = "s1") -> audit.Checked:
    with db.reading() as session:
        return check(session, store)


def test_a_chain_hangs_together_and_each_store_has_its_own(db: Database) -> None:
    write(db, 3)
    write(db, 2, "s2")
    write(db, 2)
    assert found(db).faults == found(db, "s2").faults == ()
    assert (found(db).rows, found(db, "s2").rows) == (5, 2)
    assert found(db, "s3").rows == 0
    with db.reading() as session:
        assert audit.stores(session) == ["s1", "s2"]


def test_an_entry_is_gone_with_the_change_that_failed(db: Database) -> None:
    write(db, 1)
    with pytest.raises(ZeroDivisionError):
        _note_and_fail(db)
    assert (found(db).rows, found(db).faults) == (1, ())


def _note_and_fail(db: Database) -> None:
    with db.transaction() as session:
        note(session, NOW, ANNA, Action.REMOVED, store="s1", target=WINE)
        raise ZeroDivisionError


def _sql(statement: Any) -> Callable[[Session], None]:
    def run_it(session: Session) -> None:
        session.connection().execute(statement)

    return run_it


TAMPERED = {
    "altered": (
        _sql(update(ENTRY).where(ENTRY.c.number == 3).values(who_id=8)),
        "3 of 2026-11-28 12:00 was alt",
    ),
    "name": (_sql(update(ENTRY).where(ENTRY.c.number == 3).values(who_name="Olga")), "3 of 2026"),
    "before": (_sql(update(ENTRY).where(ENTRY.c.number == 3).values(changes={})), "3 of 2026"),
    "moment": (_sql(update(ENTRY).where(ENTRY.c.number == 3).values(at=NOW)), "3 of 2026"),
    "first": (_sql(delete(ENTRY).where(ENTRY.c.number == 1)), "1 entry is missing before 2"),
    "middle": (_sql(delete(ENTRY).where(ENTRY.c.number.in_([2, 3]))), "2 entries are missing before 4"),
    "last": (_sql(delete(ENTRY).where(ENTRY.c.number == 5)), "1 entry is missing at the end"),
    "end": (_sql(delete(END)), "the end of the log is missing"),
    "moved end": (_sql(update(END).values(last_hash="0" * 64)), "the last entry is not"),
    "half wiped": (_sql(update(ENTRY).where(ENTRY.c.number == 3).values(salt="")), "3 of 2026"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_is_found(db: Database, how: str) -> None:
    write(db)
    change, words = TAMPERED[how]
    with db.transaction() as session:
        change(session)
    assert any(words in fault for fault in found(db).faults), found(db).faults


def test_a_log_that_was_written_anew_shows_only_beside_a_hash_kept_elsewhere(db: Database) -> None:
    write(db)
    kept = f"s1:5:{found(db).last_hash[:32]}"
    assert run(db, [kept]) == (0, run(db)[1] + f"\n{kept}: as it was")
    with db.transaction() as session:
        session.connection().execute(text("DELETE FROM audit_entry"))
        session.connection().execute(text("DELETE FROM audit_end"))
    write(db)
    assert run(db)[0] == 0
    code, words = run(db, [kept])
    assert (code, "written anew" in words) == (1, True)
    assert run(db, ["s1:99:000000000000"])[0] == 1


def test_secrets_and_endless_words_are_not_kept(db: Database) -> None:
    with db.transaction() as session:
        changes: Any = {
            "password_hash": ("old", "new"),
            "label": ("a" * 9_000, "b\x00\nc"),
            "days": ([1, 2], None),
        }
        note(
            session,
            NOW,
            SYSTEM,
            Action.CHANGED,
            target=Target("x" * 99, "y" * 99, "z" * 999),
            changes=changes,
        )
    with db.reading() as session:
        (entry,) = audit.entries(session.connection(), "")
    assert entry.changes["password_hash"] == [HIDDEN, HIDDEN]
    assert len(entry.changes["label"][0]) == 300
    assert entry.changes["label"][1] == "b  c"
    assert entry.changes["days"] == ["[1, 2]", None]
    assert found(db, "").faults == ()
