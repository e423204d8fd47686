"""What was taken stays known: over restarts, in one commit, and without growing for ever."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from broker_config.messages import PageState
from pager_gateway import ledger as ledger_module
from pager_gateway.errors import LedgerError
from pager_gateway.ledger import KEEP_S, CallRow, Ledger, Row


def row(page: UUID | None = None, state: PageState = PageState.HELD, wall: float = 0.0, seq: int = 1) -> Row:
    return Row(page or uuid4(), 1, state, False, 10.0, 70.0, "b001", wall, seq, b'{"v":1}', None)


def test_a_row_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = row()
    ledger = Ledger(tmp_path / "l.sqlite")
    ledger.put([kept])
    ledger.close()
    again = Ledger(tmp_path / "l.sqlite")
    assert again.get(kept.page) == kept
    assert again.get(uuid4()) is None
    again.close()


def test_a_later_row_of_the_same_page_replaces_it() -> None:
    ledger = Ledger(":memory:")
    first = row()
    ledger.put([first])
    ledger.put([row(first.page, PageState.TRANSMITTED)])
    assert [one.page for one in ledger.unfinished()] == []
    found = ledger.get(first.page)
    assert found is not None
    assert found.state is PageState.TRANSMITTED


def test_all_or_nothing() -> None:
    ledger = Ledger(":memory:")
    good = row()
    bad = Row(uuid4(), None, PageState.HELD, False, 1, 2, "b", 0, 1, None, None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        ledger.put([good, bad])
    assert ledger.get(good.page) is None
    ledger.put([good])
    assert ledger.get(good.page) == good


def test_only_the_unfinished_are_dealt_with_at_a_start() -> None:
    ledger = Ledger(":memory:")
    rows = {
        state: row(state=state) for state in PageState if state not in (PageState.QUEUED, PageState.ORDERED)
    }
    ledger.put(rows.values())
    assert {one.state for one in ledger.unfinished()} == {PageState.HELD, PageState.TRANSMITTING}


def test_a_killed_process_uses_no_number_twice(tmp_path: Path) -> None:
    seen: list[int] = []
    for _ in range(3):
        ledger = Ledger(tmp_path / "l.sqlite")
        seen += [ledger.next_seq() for _ in range(5)]
        ledger.close()
    assert seen == sorted(set(seen))
    assert seen[0] >= 1


def test_numbers_go_on_when_a_block_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "SEQ_BLOCK", 10)
    ledger = Ledger(":memory:")
    seen = [ledger.next_seq() for _ in range(35)]
    assert seen == sorted(set(seen))
    assert int(ledger.noted("seq") or 0) > seen[-1]


def test_old_rows_go_and_unfinished_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(":memory:")
    old, waiting, fresh = (
        row(state=PageState.FAILED, wall=0.0),
        row(wall=0.0),
        row(state=PageState.TRANSMITTED, wall=KEEP_S),
    )
    ledger.put([old, waiting, fresh])
    assert ledger.tidy(KEEP_S + 1) == 1
    assert ledger.get(old.page) is None
    assert ledger.get(waiting.page) is not None
    assert ledger.get(fresh.page) is not None
    monkeypatch.setattr(ledger_module, "KEEP_ROWS", 5)
    many = [row(state=PageState.TRANSMITTED, wall=KEEP_S + number) for number in range(20)]
    ledger.put(many)
    ledger.tidy(KEEP_S + 30)
    assert ledger.get(many[-1].page) is not None
    assert ledger.get(many[0].page) is None
    assert ledger.get(waiting.page) is not None


def test_a_power_cut_can_take_back_at_most_the_last_commits(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    (mode,) = ledger._db.execute("PRAGMA journal_mode").fetchone()
    (synchronous,) = ledger._db.execute("PRAGMA synchronous").fetchone()
    assert (mode, synchronous) == ("wal", 1)
    ledger.close()


def test_a_file_that_cannot_be_used_says_which(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"none/l\.sqlite"):
        Ledger(tmp_path / "none" / "l.sqlite")
    (tmp_path / "text.sqlite").write_text("this is not a database, whatever its name says" * 20)
    with pytest.raises(LedgerError, match="check folder"):
        Ledger(tmp_path / "text.sqlite")


def test_notes() -> None:
    ledger = Ledger(":memory:")
    assert ledger.noted("settings") is None
    ledger.note("settings", "1")
    ledger.note("settings", "2")
    assert ledger.noted("settings") == "2"


def call(is_open: bool = True, wall: float = 0.0, pressed_at: float = 5.0) -> CallRow:
    return CallRow(uuid4(), "b001", pressed_at, 125.0, None, wall, is_open, False, True, b"{}")


def test_calls_come_back_as_they_were_with_the_pages_of_their_commit(tmp_path: Path) -> None:
    page, kept = row(), call()
    ledger = Ledger(tmp_path / "l.sqlite")
    ledger.put([page], [kept])
    ledger.close()
    again = Ledger(tmp_path / "l.sqlite")
    assert list(again.calls()) == [kept]
    closed = replace(kept, open=False, report=b"[]")
    again.put([], [closed])
    assert list(again.calls()) == [closed]
    again.close()


def test_neither_page_nor_call_without_the_other() -> None:
    ledger = Ledger(":memory:")
    good, bad = row(), replace(call(), boot=None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        ledger.put([good], [bad])
    assert ledger.get(good.page) is None
    assert list(ledger.calls()) == []


def test_calls_that_were_reported_are_forgotten_when_old_and_others_never() -> None:
    ledger = Ledger(":memory:")
    waiting, told = call(), call(is_open=False)
    ledger.put([], [waiting, told])
    ledger.tidy(KEEP_S + 1)
    assert list(ledger.calls()) == [waiting]


def test_of_many_calls_all_open_and_the_newest_others_are_read_oldest_first() -> None:
    ledger = Ledger(":memory:")
    closed = [call(False, wall=float(n), pressed_at=float(n)) for n in range(700)]
    old_and_open = call(wall=-1.0, pressed_at=-1.0)
    ledger.put([], [*closed, old_and_open])
    found = list(ledger.calls())
    assert found[0] == old_and_open
    assert found[1:] == closed[200:]
