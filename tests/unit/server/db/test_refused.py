"""The refused list on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from server.db.connect import Database
from server.db.refused import count_refused, latest, printable
from server.db.tables import Refused

NOW = datetime(2026, 3, 2, 12, 59, 59, tzinfo=UTC)


def _refuse(db: Database, now: datetime = NOW, device: str = "b1", sample: bytes | str = b"first") -> None:
    with db.transaction() as session:
        count_refused(session, "s1", device, "json", now, "rb/1/s1/b/b1/press", "not JSON", sample)


def test_a_flood_is_one_row_an_hour(db: Database) -> None:
    for number in range(50):
        _refuse(db, NOW + timedelta(milliseconds=number), sample=f"sample {number}")
    _refuse(db, NOW + timedelta(seconds=1), sample=b"next hour")
    _refuse(db, device="b2")
    with db.reading() as session:
        rows = session.exec(select(Refused).order_by(Refused.id)).all()  # type: ignore[arg-type]
    assert [(row.device, row.count, row.sample) for row in rows] == [
        ("b1", 50, "sample 0"),
        ("b1", 1, "next hour"),
        ("b2", 1, "first"),
    ]
    assert rows[0].hour == NOW.replace(minute=0, second=0)
    assert (rows[0].first_at, rows[0].last_at) == (NOW, NOW + timedelta(milliseconds=49))


def test_a_connection_will_do(db: Database) -> None:
    with db.transaction() as session:
        count_refused(session.connection(), "s1", "", "topic", NOW, "x", "y", b"z")
    with db.reading() as session:
        assert session.exec(select(Refused)).one().device == ""


@pytest.mark.parametrize(
    ("sample", "kept"),
    [
        (b"\x00\xff\n\x1b[31m", "\\x00\\xff\\n\\x1b[31m"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("Фрукты", "Фрукты"),
        (b"x" * 100_000, "x" * 299 + "…"),
    ],
)
def test_foreign_bytes_are_kept_harmless(db: Database, sample: bytes | str, kept: str) -> None:
    _refuse(db, sample=sample)
    with db.reading() as session:
        assert session.exec(select(Refused)).one().sample == kept


@given(st.binary(max_size=2000) | st.text(max_size=2000), st.integers(2, 300))
def test_printable_is_short_and_printable(raw: bytes | str, longest: int) -> None:
    text = printable(raw, longest)
    assert len(text) <= longest
    assert text.isprintable()


def test_the_newest_come_first_and_one_can_go_on(db: Database) -> None:
    for number in range(5):
        _refuse(db, device=f"b{number}")
    with db.reading() as session:
        first = latest(session, "s1", 2)
        rest = latest(session, "s1", 9, before=first[-1].id)
        assert [row.device for row in [*first, *rest]] == ["b4", "b3", "b2", "b1", "b0"]
        assert latest(session, "s2", 9) == []
