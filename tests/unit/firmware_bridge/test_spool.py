"""What the spool promises about its disk: committed, in order, never numbered twice."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages import PressKind, Purpose
from firmware_bridge.errors import SpoolError
from firmware_bridge.press import NewPress
from firmware_bridge.spool import Spool
from firmware_bridge.spool_file import SpoolFile

BOOT = "11111111-1111-4111-8111-111111111111"


def a_press(number: int = 1, press_id: UUID | None = None) -> NewPress:
    return NewPress(press_id or uuid4(), number, 12.5, BOOT, 120)


def test_a_press_comes_back_as_it_was(tmp_path: Path) -> None:
    press = NewPress(
        uuid4(),
        3,
        1234.567891,
        BOOT,
        90,
        datetime(2026, 3, 2, 12, 0, 0, 123_456, tzinfo=UTC),
        PressKind.UNDO,
        Purpose.DRILL,
        uuid4(),
        2,
    )
    path = str(tmp_path / "spool.sqlite")
    spool = Spool(path)
    spool.add([a_press(), press])
    spool.close()
    found = Spool(path).freshest(10)
    assert [spooled.seq for spooled in found] == [2, 1]
    assert found[0].press == press


def test_whoever_counts_in_the_middle_of_a_commit_does_not_count_below_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watchdog's thread asks at any moment."""
    spool = Spool(str(tmp_path / "spool.sqlite"))
    [kept] = spool.add([a_press()])
    counts: list[int] = []
    write = SpoolFile.write

    def written(file: SpoolFile, *given: Any, **named: Any) -> None:
        write(file, *given, **named)
        counts.append(len(spool))

    monkeypatch.setattr(SpoolFile, "write", written)
    spool.drop([kept.press.id])
    assert counts == [0]


def test_it_is_committed_when_add_returns(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    Spool(str(path)).add([a_press()])
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM press").fetchone() == (1,)
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_it_syncs_every_commit() -> None:
    assert Spool(":memory:")._disk.file._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_group_is_kept_whole_or_not_at_all() -> None:
    spool = Spool(":memory:")
    twice = a_press()
    with pytest.raises(SpoolError, match="cannot write"):
        spool.add([a_press(), twice, twice])
    assert len(spool) == 0
    assert [spooled.seq for spooled in spool.add([a_press()])] == [1]


def test_a_settled_press_goes_with_the_next_commit() -> None:
    spool = Spool(":memory:")
    first = a_press()
    spool.add([first])
    spool.add([a_press()], drop=[first.id, uuid4()])
    assert [spooled.seq for spooled in spool.freshest(10)] == [2]
    assert len(spool) == 1


def test_pages_go_from_the_freshest_down() -> None:
    spool = Spool(":memory:")
    spool.add([a_press() for _ in range(7)])
    page = spool.freshest(3)
    assert [spooled.seq for spooled in page] == [7, 6, 5]
    assert [spooled.seq for spooled in spool.freshest(3, page[-1].seq)] == [4, 3, 2]
    assert spool.oldest() == spool.freshest(1, 2)[0]


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "nowhere" / "yet" / "spool.sqlite"))
    assert [one.on_disk for one in spool.add([a_press()])] == [True]


@given(st.lists(st.sampled_from(["add", "group", "drop all", "drop one", "reopen"]), max_size=30))
@settings(max_examples=40, deadline=None)
def test_no_seq_is_ever_given_twice_or_left_out(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    path = str(tmp_path_factory.mktemp("spool") / "spool.sqlite")
    spool, given_seqs = Spool(path), []
    model: dict[int, NewPress] = {}
    for act in acts:
        match act:
            case "add" | "group":
                presses = [a_press() for _ in range(1 if act == "add" else 3)]
                for spooled in spool.add(presses):
                    given_seqs.append(spooled.seq)
                    model[spooled.seq] = spooled.press
            case "drop all":
                spool.drop([press.id for press in model.values()])
                model.clear()
            case "drop one" if model:
                spool.drop([model.pop(min(model)).id])
            case "reopen":
                spool.close()
                spool = Spool(path)
        assert {spooled.seq: spooled.press for spooled in spool.freshest(1_000)} == model
        assert len(spool) == len(model)
    assert given_seqs == list(range(1, len(given_seqs) + 1))
    spool.close()


FIRST = """CREATE TABLE press (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, input INTEGER NOT NULL,
kind TEXT NOT NULL, purpose TEXT NOT NULL, ref TEXT, via_input INTEGER, pushed_boot REAL NOT NULL, boot TEXT NOT NULL,
wall TEXT, ttl_s INTEGER NOT NULL) STRICT"""
"""The file as units in the shops have it: written here by hand, so that a change of ours cannot change it too."""


@given(
    st.lists(st.tuples(st.uuids(version=4), st.integers(1, 16), st.floats(0, 1e6)), max_size=20, unique=True),
    st.integers(0, 1_000),
    st.sampled_from([kind for kind in PressKind if kind is not PressKind.UNDO]),
)
@settings(max_examples=40, deadline=None)
def test_a_file_of_an_earlier_unit_loses_nothing_and_counts_on(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[UUID, int, float]],
    settled: int,
    kind: PressKind,
) -> None:
    path = tmp_path_factory.mktemp("spool") / "spool.sqlite"
    with sqlite3.connect(path) as old:
        old.execute(FIRST)
        old.execute("INSERT INTO sqlite_sequence VALUES ('press', ?)", (settled,))
        for press_id, number, pushed in rows:
            old.execute(
                "INSERT INTO press (id, input, kind, purpose, pushed_boot, boot, ttl_s)"
                " VALUES (?, ?, 'press', 'call', ?, ?, 120)",
                (str(press_id), number, pushed, BOOT),
            )
    old.close()
    spool = Spool(str(path))
    fresh = NewPress(uuid4(), 2, 5.0, BOOT, 60, None, kind, Purpose.CANARY, None, 3)
    spool.add([fresh])
    found = list(reversed(spool.freshest(100)))
    assert [spooled.seq for spooled in found] == list(range(settled + 1, settled + len(rows) + 2))
    assert [spooled.press for spooled in found] == [
        *(NewPress(press_id, number, pushed, BOOT, 120) for press_id, number, pushed in rows),
        fresh,
    ]
    spool.close()


@pytest.mark.parametrize("kind", list(PressKind))
@pytest.mark.parametrize("purpose", list(Purpose))
def test_only_a_customers_press_and_a_drill_are_shown(kind: PressKind, purpose: Purpose) -> None:
    press = NewPress(uuid4(), 1, 1.0, BOOT, 120, None, kind, purpose)
    assert press.is_shown == (kind is PressKind.PRESS and purpose in (Purpose.CALL, Purpose.DRILL))
