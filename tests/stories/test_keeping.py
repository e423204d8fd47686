"""At night what is too old goes, between other work, and the account of what is left has no gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlmodel import SQLModel
from sqlmodel import select as rows_of

from server.db import audit
from server.db.account import read_facts
from server.db.connect import Database
from server.db.privacy import rules
from server.db.tables import AuditEntry, Incident, Page, PressRow, Retention
from server.rules.account import draw_up
from server.rules.audit import Action
from server.rules.retention import NIGHT, Hours, Kind
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, STORE


def count(db: Database, name: str) -> int:
    with db.reading() as session:
        table = SQLModel.metadata.tables[name]
        found: int = session.connection().execute(select(func.count()).select_from(table)).scalar_one()
        return found


def gaps(shop: Shop) -> list[str]:
    with shop.db.reading() as session:
        return [repr(gap) for gap in draw_up(read_facts(session, STORE, shop.clock.now())).gaps]


def quiet_pagers(shop: Shop) -> None:
    for address in ADDRESS.values():
        shop.pager(address).inbox.clear()


MOMENTS = (
    *("opened_at", "triggered_at", "exit_at", "called_at", "acknowledged_at", "attended_at", "closed_at"),
)


@pytest.fixture
def old_shop(shop: Shop) -> Shop:
    """One call, a year and some weeks ago; the shop keeps calls for a year. It is noon."""
    shop.clock.advance(5)
    shop.button().press()
    shop.clock.advance(2)
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.close(ANNA)
    shop.clock.advance(30)
    quiet_pagers(shop)
    long_ago = timedelta(days=380)
    with shop.db.transaction() as session:
        rules.choose(session, STORE, {Kind.CALLS: 366, Kind.STAFF: 365, Kind.AUDIT: 365})
        for call in session.exec(rows_of(Incident)):
            for name in (
                "opened_at",
                "triggered_at",
                "exit_at",
                "called_at",
                "acknowledged_at",
                "attended_at",
                "closed_at",
            ):
                setattr(call, name, getattr(call, name) - long_ago)
        for press in session.exec(rows_of(PressRow)):
            press.pressed_at -= long_ago
            press.received_at -= long_ago
        for page in session.exec(rows_of(Page)):
            page.created_at -= long_ago
    return shop


def becomes_night(shop: Shop, hours: Hours = (time(0, 0), time(23, 59))) -> None:
    """The server starts anew with another idea of the night."""
    shop.server.kill()
    shop.server.rhythm = replace(shop.server.rhythm, night=hours)
    shop.server.start()
    shop.clock.advance(90)


def test_at_night_it_goes_by_itself_and_is_written_down(old_shop: Shop) -> None:
    shop = old_shop
    assert count(shop.db, "incident") == 1
    becomes_night(shop, NIGHT)
    assert count(shop.db, "incident") == 1  # it is noon
    becomes_night(shop)
    assert [count(shop.db, name) for name in ("incident", "press", "page")] == [0, 0, 0]
    assert gaps(shop) == []
    with shop.db.reading() as session:
        assert audit.check(session, STORE).faults == ()
        notes = session.exec(rows_of(AuditEntry).where(AuditEntry.action == Action.RETENTION_DONE)).all()
        kept = {row.kind: row for row in session.exec(rows_of(Retention))}
    assert [one.changes for one in notes if "calls" in one.changes]
    assert kept["calls"].done_at is not None
    assert set(kept) == {kind.value for kind in Kind}
    assert kept["letters"].done_at is None  # nothing of that sort went
    assert kept["letters"].upto is not None
    becomes_night(shop)
    with shop.db.reading() as session:
        again = session.exec(rows_of(AuditEntry).where(AuditEntry.action == Action.RETENTION_DONE)).all()
    assert len(again) == len(notes)


def test_while_somebody_is_served_it_waits(old_shop: Shop) -> None:
    shop = old_shop
    shop.button().press()
    shop.clock.advance(5)
    shop.acknowledge(ANNA, 2)
    shop.arrive(ANNA, 2)
    becomes_night(shop)
    assert count(shop.db, "incident") == 2
    shop.close(ANNA, 2)
    shop.clock.advance(120)
    assert count(shop.db, "incident") == 1
    quiet_pagers(shop)


def test_each_piece_is_small(old_shop: Shop) -> None:
    """No transaction deletes more than a few hundred rows of one table."""
    shop, most = old_shop, [0]

    def seen(_at: object, cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(("DELETE", "UPDATE")):
            most[0] = max(most[0], getattr(cursor, "rowcount", 0))

    event.listen(shop.db.write_engine, "after_cursor_execute", seen)
    becomes_night(shop)
    assert 0 < most[0] <= 400
