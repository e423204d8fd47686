"""The database seam: nothing is lost between threads, a look changes nothing, all or nothing."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from server.db.connect import Database
from server.db.tables import Store, Zone
from server.db.upgrade import upgrade

THREADS = 10
ROUNDS = 20


def _store(db: Database) -> None:
    with db.transaction() as session:
        session.add(Store(id="s1", name="Shop"))
        session.flush()
        session.add(Zone(store_id="s1", name="Bakery", pager_name="BAKERY", position=0))


def test_ten_threads_that_read_and_add_one_lose_nothing(db: Database) -> None:
    _store(db)
    failures: list[Exception] = []
    together = threading.Barrier(THREADS)

    def add() -> None:
        try:
            together.wait(60)
            for _ in range(ROUNDS):
                with db.transaction() as session:
                    # A plain read, then a write of what was read: the way updates get lost.
                    zone = session.exec(select(Zone).with_for_update()).one()
                    zone.position += 1
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with db.reading() as session:
        assert session.exec(select(Zone)).one().position == THREADS * ROUNDS


def test_of_ten_who_take_the_same_row_by_a_guarded_update_one_wins(db: Database) -> None:
    _store(db)
    won: list[int] = []
    together = threading.Barrier(THREADS)

    def take(who: int) -> None:
        together.wait(60)
        with db.transaction() as session:
            statement = update(Zone).where(col(Zone.position) == 0).values(position=who)
            if session.exec(statement).rowcount:
                won.append(who)

    threads = [threading.Thread(target=take, args=(who,)) for who in range(1, THREADS + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as session:
        assert won == [session.exec(select(Zone)).one().position]


def test_all_of_it_or_nothing(db: Database) -> None:
    rows = [Store(id="s1", name="Shop"), Zone(store_id="another", name="Bakery", pager_name="BAKERY")]
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.add_all(rows)
    with db.reading() as session:
        assert session.get(Store, "s1") is None


def test_a_look_never_writes(db: Database) -> None:
    _store(db)
    with db.reading() as session:
        session.exec(select(Zone)).one().position = 99
    with db.reading() as session:
        assert session.exec(select(Zone)).one().position == 0


def test_what_was_loaded_can_be_read_after_the_look(db: Database) -> None:
    _store(db)
    with db.reading() as session:
        zone = session.exec(select(Zone)).one()
    assert (zone.name, zone.position) == ("Bakery", 0)


def test_a_look_is_one_moment(db: Database) -> None:
    _store(db)
    with db.reading() as session:
        assert session.exec(select(col(Zone.position))).one() == 0
        with db.transaction() as writer:
            writer.exec(select(Zone)).one().position = 7
        assert session.exec(select(col(Zone.position))).one() == 0
    with db.reading() as session:
        assert session.exec(select(col(Zone.position))).one() == 7


def test_what_was_loaded_can_be_read_after_the_transaction(db: Database) -> None:
    _store(db)
    with db.transaction() as session:
        zone = session.exec(select(Zone)).one()
        zone.position = 3
    assert (zone.name, zone.position) == ("Bakery", 3)


def test_a_look_does_not_wait_for_a_writer(db: Database) -> None:
    _store(db)
    with db.transaction() as writer:
        writer.exec(select(Zone)).one().position = 5
        writer.flush()
        with db.reading() as session:
            assert session.exec(select(Zone)).one().position == 0


def test_sqlite_keeps_its_promises_on_every_connection(db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL has these by itself")
    for engine in (db.write_engine, db.read_engine):
        with engine.connect() as connection:
            told = [
                connection.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
        assert told == ["wal", 2, 1, 5_000]


def test_in_memory_works_too() -> None:
    db = Database("sqlite://")
    upgrade(db)
    _store(db)
    with db.reading() as session:
        assert session.exec(select(Zone)).one().name == "Bakery"
    db.close()
