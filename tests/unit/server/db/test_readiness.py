"""Canaries and covered time as rows, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from server.db import readiness as rows
from server.db import tables
from server.db.connect import Database
from server.rules.canaries import INTERRUPTED, Canary, CanaryState
from server.rules.coverage import CoverageRow, Span
from tests import small_shop
from tests.small_shop import STORE

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=3)


def walk(number: int, ago: float, **more: object) -> Canary:
    """Good, of input 1 of b1, over g1/t1."""
    at = NOW - timedelta(seconds=ago)
    made = Canary(
        id=UUID(int=number),
        store_id=STORE,
        device="b1",
        input=1,
        asked_at=at,
        gateway="g1",
        transmitter="t1",
        press_id=UUID(int=1_000 + number),
        pressed_at=at,
        page_id=UUID(int=2_000 + number),
        final_at=at,
        state=CanaryState.GOOD,
        dialogue=True,
    )
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.transaction() as session:
        small_shop.fill(session)
        session.add(tables.Store(id="s2", name="Another"))
        session.flush()
        yield session


def put(session: Session, *walks: Canary) -> None:
    rows.write_canaries(session.connection(), walks)
    session.expire_all()


def test_a_walk_is_put_in_and_changed(session: Session) -> None:
    asked = walk(1, 60, press_id=None, pressed_at=None, page_id=None, final_at=None, state=CanaryState.ASKED)
    put(session, asked)
    put(session, walk(1, 60, radio=True))
    (row,) = session.exec(select(tables.Canary))
    assert rows.canary(row) == walk(1, 60, radio=True)


def test_the_last_one_of_each(session: Session) -> None:
    unreached = walk(4, 10, page_id=None, state=CanaryState.BAD, cause="no_transmitter")
    put(
        session,
        walk(1, 300),
        walk(2, 200, state=CanaryState.BAD, cause="failed"),
        walk(3, 100, input=2),
        unreached,
        walk(5, 5, state=CanaryState.BAD, cause=INTERRUPTED),
        walk(6, 4, final_at=None, state=CanaryState.ORDERED),
        walk(7, 3, store_id="s2"),
        walk(8, 400, transmitter="t2"),
        walk(9, 4 * 86_400, input=3),
        walk(10, -60),
    )
    inputs, senders = rows.last_walks(session, STORE, SINCE, NOW)
    assert {place: one.id.int for place, one in inputs.items()} == {("b1", 1): 4, ("b1", 2): 3}
    assert {sender: one.id.int for sender, one in senders.items()} == {("g1", "t1"): 3, ("g1", "t2"): 8}
    assert [one.id.int for one in rows.under_way(session, STORE, NOW)] == [6]
    assert rows.under_way(session, STORE, NOW + timedelta(minutes=2)) == []


def test_what_the_last_server_left_behind(session: Session) -> None:
    put(session, walk(1, 30, final_at=None, state=CanaryState.ASKED), walk(2, 40), walk(3, 5, store_id="s2"))
    put(session, walk(4, 30, store_id="s2", final_at=None, state=CanaryState.ASKED))
    rows.drop_unfinished(session.connection(), [STORE], NOW)
    session.expire_all()
    found = {row.id.int: (row.state, row.cause) for row in session.exec(select(tables.Canary))}
    assert found == {
        1: ("bad", INTERRUPTED),
        2: ("good", None),
        3: ("good", None),
        4: ("asked", None),
    }


def test_the_end_of_a_span_moves(session: Session) -> None:
    causes = (("dead", "g1/t1"), ("nobody", "people"))
    for minute in range(3):
        span = Span(NOW, NOW + timedelta(minutes=minute), False, causes)
        rows.write_coverage(session.connection(), [CoverageRow(STORE, span)])
    session.expire_all()
    assert rows.newest_span(session, STORE, NOW) == Span(NOW, NOW + timedelta(minutes=2), False, causes)
    assert rows.newest_span(session, "s2", NOW) is None


def test_a_clock_that_was_wrong_once(session: Session) -> None:
    later = Span(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1), True)
    true = Span(NOW - timedelta(hours=1), NOW, False)
    rows.write_coverage(session.connection(), [CoverageRow(STORE, later), CoverageRow(STORE, true)])
    session.expire_all()
    assert rows.newest_span(session, STORE, NOW) == true


def test_spans_of_a_stretch(session: Session) -> None:
    hour = timedelta(hours=1)
    written = [Span(NOW + number * hour, NOW + (number + 1) * hour, True) for number in range(5)]
    rows.write_coverage(session.connection(), [CoverageRow(STORE, one) for one in reversed(written)])
    session.expire_all()
    assert rows.spans(session, STORE, NOW + hour, NOW + 3 * hour) == tuple(written[1:3])
    assert rows.spans(session, STORE, NOW + 1.5 * hour, NOW + 1.6 * hour) == tuple(written[1:2])
    assert rows.spans(session, "s2", NOW, NOW + 5 * hour) == ()


def test_old_walks_go_a_few_at_a_time_with_their_presses_and_nothing_else(session: Session) -> None:
    for purpose, number in (("canary", 1_001), ("canary", 1_002), ("call", 1_003), ("canary", 1_004)):
        session.add(
            tables.PressRow(
                id=UUID(int=number),
                store_id=STORE,
                device="b1",
                input=1,
                run="aa",
                boot="bb",
                seq=number,
                kind="press",
                purpose=purpose,
                state="stored",
                pressed_at=NOW,
                received_at=NOW,
                age_ms=1,
                age_known=True,
                tries=1,
            )
        )
    session.flush()
    put(session, walk(1, 900), walk(2, 800), walk(3, 700), walk(4, 10))
    before = NOW - timedelta(seconds=600)
    assert rows.tidy_canaries(session.connection(), STORE, before, most=1) == 1
    assert rows.tidy_canaries(session.connection(), "s2", before) == 0
    assert rows.tidy_canaries(session.connection(), STORE, before) == 2
    session.expire_all()
    assert [row.id.int for row in session.exec(select(tables.Canary))] == [4]
    assert sorted(row.id.int for row in session.exec(select(tables.PressRow))) == [1_003, 1_004]
