"""PostgreSQL as a chain runs it: several processes, sessions in another time zone, and a cluster that ends with us."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import select

from server.db.audit import check, note
from server.db.connect import Database
from server.db.refused import count_refused
from server.db.shape import is_current
from server.db.tables import Refused
from server.rules.audit import Action, Actor, Kind
from tests.databases import Cluster, Databases, live_is_off
from tests.live.processes import wait_until

pytestmark = pytest.mark.live

NOW = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
UPGRADE = """
import sys
from server.db.connect import Database
from server.db.upgrade import upgrade
db = Database(sys.argv[1])
sys.stdin.readline()
upgrade(db)
"""
COUNT = """
import sys
from datetime import UTC, datetime
from server.db.connect import Database
from server.db.refused import count_refused
db = Database(sys.argv[1])
sys.stdin.readline()
for _ in range(50):
    with db.transaction() as session:
        count_refused(session, "s1", "b1", "json", datetime(2026, 3, 2, 23, 59, tzinfo=UTC), "t", "d", b"x")
"""


def _together(program: str, url: str, count: int) -> list[tuple[int, str]]:
    """Run `count` processes that begin at the same moment; exit code and words of each."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, url], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=60)[1] for process in processes]
    return [(process.returncode, words) for process, words in zip(processes, ended, strict=True)]


def test_three_servers_that_start_at_once_upgrade_once(databases: Databases) -> None:
    db, remove = databases.make("postgres", empty=True)
    assert [code for code, _ in _together(UPGRADE, db.url.render_as_string(False), 3)] == [0, 0, 0]
    assert is_current(db)
    remove()


def test_processes_that_count_the_same_row_lose_nothing(databases: Databases) -> None:
    db, remove = databases.make("postgres")
    assert [code for code, _ in _together(COUNT, db.url.render_as_string(False), 3)] == [0, 0, 0]
    with db.reading() as session:
        assert session.exec(select(Refused)).one().count == 150
    remove()


def test_the_first_two_entries_of_an_audit_log_follow_one_another(databases: Databases) -> None:
    """Two people who sign in at once to a new shop."""
    db, remove = databases.make("postgres")

    def sign_in(number: int) -> None:
        with db.transaction() as session:
            note(session, NOW, Actor(Kind.ACCOUNT, number, f"Person {number}"), Action.SIGNED_IN, store="s1")

    def waits() -> bool:
        with db.reading() as session:
            blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return bool(session.connection().execute(text(blocked)).scalar_one())

    with ThreadPoolExecutor(1) as other:
        with db.transaction() as session:
            note(session, NOW, Actor(Kind.ACCOUNT, 1, "Person 1"), Action.SIGNED_IN, store="s1")
            second = other.submit(sign_in, 2)
            wait_until(waits, "the second one waits for the first")
        second.result()
    with db.reading() as session:
        checked = check(session, "s1")
    assert (checked.rows, checked.faults) == (2, ())
    remove()


def test_the_hour_is_utc_whatever_zone_the_session_is_in(databases: Databases) -> None:
    db, remove = databases.make("postgres")
    with db.transaction() as session:
        assert session.connection().execute(text("SHOW timezone")).scalar_one() == "Asia/Kolkata"
        count_refused(session, "s1", "b1", "json", NOW, "t", "d", b"x")
    with db.reading() as session:
        row = session.exec(select(Refused)).one()
        assert (row.hour, row.hour.utcoffset()) == (NOW.replace(minute=0), UTC.utcoffset(None))
    remove()


def test_a_look_cannot_write(databases: Databases) -> None:
    db, remove = databases.make("postgres")
    with db.reading() as session:
        assert session.connection().execute(text("SHOW transaction_read_only")).scalar_one() == "on"
    with db.transaction() as session:
        assert session.connection().execute(text("SHOW transaction_read_only")).scalar_one() == "off"
    remove()


def test_a_cluster_leaves_nothing_behind() -> None:
    if live_is_off():
        pytest.skip("LIVE=off: no PostgreSQL")
    cluster = Cluster()
    try:
        cluster.start()
        pid = int((cluster.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        db = Database(cluster.url(cluster.new_database()))
        assert is_current(db)
        db.close()
    finally:
        cluster.stop()
    assert not cluster.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_missing_postgresql_fails_with_words(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIVE", raising=False)
    monkeypatch.setattr("tests.databases._programs", _none)
    with pytest.raises(pytest.fail.Exception, match="apt-get install postgresql"):
        Databases(tmp_path_factory.mktemp("none")).make("postgres")


def test_live_off_skips_it(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVE", "off")
    with pytest.raises(pytest.skip.Exception):
        Databases(tmp_path_factory.mktemp("off")).make("postgres")


def _none() -> None:
    raise RuntimeError("no PostgreSQL server on this machine")
