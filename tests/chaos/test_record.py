"""What was done when is found again, by the moments at which it really was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.chaos.plan import DATABASE, Kind, Trouble
from tests.chaos.record import AFTER_LINE, TOO_LONG, Record, Struck

START = datetime(2026, 11, 28, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def record(kind: Kind, part: str, since: float, until: float) -> Record:
    return Record([Struck(Trouble(since, kind, part, until - since), at(since), at(until))])


def test_a_freeze_in_the_middle_disturbs_what_lasts_longer() -> None:
    """The finger was held for longer than the unit stood still: it has counted less than that."""
    mine = record(Kind.FREEZE, "b1", 3, 5)
    assert mine.frozen("b1", at(0), at(6))
    assert mine.frozen("b1", at(4), at(4.5))
    assert not mine.frozen("b1", at(5.1), at(6))
    assert not mine.frozen("b2", at(0), at(6))
    assert mine.frozen_until("b1", at(0), at(4)) == at(5)


def test_a_stopped_database_hides_what_waits_for_it() -> None:
    mine = record(Kind.STOPPED, DATABASE, 3, 5)
    assert mine.hidden("b1", at(2), at(9)) == timedelta(seconds=2)
    assert mine.hidden("b1", at(2), at(2.5)) == timedelta()


def test_each_line_is_bad_for_itself() -> None:
    mine = record(Kind.PULL, "t2", 3, 5)
    assert mine.line_was_bad("t2", at(4), at(4))
    assert mine.line_was_bad("t2", at(1), at(3.5))
    assert not mine.line_was_bad("t1", at(4), at(4))
    assert not mine.line_was_bad("t2", at(4), at(4), [Kind.GARBLE])
    assert mine.line_was_bad("t2", at(5) + AFTER_LINE, at(40))
    assert not mine.line_was_bad("t2", at(5.1) + AFTER_LINE, at(40))


def test_a_reply_that_is_to_be_lost_waits_for_its_page() -> None:
    mine = Record([Struck(Trouble(3, Kind.LOSE_REPLY, "t1", 0, 1), at(3))])
    mine.felt("t2", at(60))
    mine.felt("t1", at(2))
    assert mine.struck[0].ended == TOO_LONG
    assert mine.line_was_bad("t1", at(70), at(70))
    mine.felt("t1", at(65))
    mine.felt("t1", at(99))
    assert mine.line_was_bad("t1", at(70), at(70))
    assert not mine.line_was_bad("t1", at(99), at(99))
