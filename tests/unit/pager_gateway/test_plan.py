"""The plan on its shelf: the last one counts, and it is there after a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pager_gateway.ledger import Ledger
from pager_gateway.plan import NOTE, PlanShelf
from tests.unit.pager_gateway.keeper_rig import ANNA, BORIS, plan


def test_it_comes_back_after_a_restart(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    assert PlanShelf(ledger).load() is None
    PlanShelf(ledger).take(plan(ANNA))
    ledger.close()
    assert PlanShelf(Ledger(tmp_path / "l.sqlite")).load() == plan(ANNA)


def test_the_last_one_counts_whatever_its_revision() -> None:
    shelf = PlanShelf(ledger := Ledger(":memory:"))
    shelf.take(plan(ANNA, rev=9))
    assert shelf.take(plan(BORIS, rev=1)) == plan(BORIS, rev=1)
    assert PlanShelf(ledger).load() == plan(BORIS, rev=1)


def test_the_same_plan_is_not_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = PlanShelf(ledger := Ledger(":memory:"))
    shelf.take(plan(ANNA))
    written: list[str] = []
    monkeypatch.setattr(ledger, "note", lambda name, value: written.append(name))
    shelf.take(plan(ANNA))
    assert written == []
    shelf.take(plan(ANNA, rev=2))
    assert written == [NOTE]


def test_a_disk_that_fails_leaves_the_plan_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str, value: str) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    shelf = PlanShelf(ledger := Ledger(":memory:"))
    monkeypatch.setattr(ledger, "note", full)
    assert shelf.take(plan(ANNA)) == plan(ANNA)


def test_a_plan_of_another_version_is_no_plan() -> None:
    ledger = Ledger(":memory:")
    ledger.note(NOTE, '{"rev": 1}')
    assert PlanShelf(ledger).load() is None
