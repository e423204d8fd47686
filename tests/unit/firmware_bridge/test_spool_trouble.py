"""The unit works on when its disk does not: full, read-only, failing, held by somebody, out of reach."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages.device import FaultKind
from firmware_bridge import spool_file
from firmware_bridge.press import NewPress
from firmware_bridge.reserve import MOST, Reserve
from firmware_bridge.spool import Spool
from tests.unit.firmware_bridge.bad_disk import ERRORS, BadDisk
from tests.unit.firmware_bridge.desk import BOOT

KINDS = {
    "full": FaultKind.DISK_FULL,
    "read-only": FaultKind.DISK_READ_ONLY,
    "write": FaultKind.DISK_FAILED,
    "sync": FaultKind.DISK_FAILED,
    "held": FaultKind.DISK_FAILED,
}


def a_press() -> NewPress:
    return NewPress(uuid4(), 1, 12.5, BOOT, 120)


def limit_pages(spool: Spool) -> None:
    """The file may not grow any more: SQLite's own full disk."""
    db = spool._disk.file._db
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")


def seqs(spool: Spool) -> list[int]:
    return [one.seq for one in spool.freshest(10_000)]


def on_disk(path: Path) -> dict[int, UUID]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as other:
        found = {seq: UUID(one) for seq, one in other.execute("SELECT seq, id FROM press ORDER BY seq")}
    other.close()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool.sqlite"


@pytest.fixture
def disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> BadDisk:
    return BadDisk(path.parent, monkeypatch)


@pytest.mark.parametrize("error", ERRORS)
def test_what_the_disk_does_not_take_is_in_memory_and_goes_to_it_later(
    path: Path, disk: BadDisk, error: str
) -> None:
    spool = Spool(str(path))
    first = spool.add([a_press()])
    disk.error = ERRORS[error]
    more = spool.add([a_press(), a_press()])
    assert [one.on_disk for one in first + more] == [True, False, False]
    assert [one.seq for one in first + more] == [1, 2, 3]
    assert [(one.kind, one.count) for one in spool.troubles] == [(KINDS[error], 2)]
    assert (len(spool), seqs(spool)) == (3, [3, 2, 1])
    spool.mend()
    assert spool.is_in_trouble
    disk.error = None
    spool.mend()
    assert not spool.is_in_trouble
    assert not spool.troubles
    assert on_disk(path) == {one.seq: one.press.id for one in first + more}
    assert [one.on_disk for one in spool.add([a_press()])] == [True]
    assert len(spool) == 4


def test_a_disk_in_trouble_is_not_asked_at_each_press(path: Path, disk: BadDisk) -> None:
    spool = Spool(str(path))
    disk.error = ERRORS["write"]
    spool.add([a_press()])
    asked = disk.commits
    for _ in range(20):
        spool.add([a_press()])
    assert disk.commits == asked


def test_a_press_that_was_written_although_the_disk_complained_is_there_once(
    path: Path, disk: BadDisk
) -> None:
    spool = Spool(str(path))
    disk.error, disk.written = ERRORS["sync"], True
    spool.add([a_press()])
    disk.error = None
    spool.mend()
    assert (len(spool), seqs(spool), list(on_disk(path))) == (1, [1], [1])


def test_settled_rows_make_room_first(quick_folder: Callable[[], Path]) -> None:
    path = quick_folder() / "spool.sqlite"
    spool = Spool(str(path))
    limit_pages(spool)
    kept: list[UUID] = []
    while not spool.is_in_trouble:
        kept += [one.press.id for one in spool.add([a_press()]) if one.on_disk]
    assert len(kept) > 200
    assert spool.troubles[0].kind is FaultKind.DISK_FULL
    assert len(spool) == len(kept) + 1
    spool.drop(kept[:1])
    assert spool.is_in_trouble  # a page is free when the last press of it goes
    spool.drop(kept[1:60])
    assert not spool.is_in_trouble  # the one in memory went where they were
    assert len(on_disk(path)) == len(kept) - 60 + 1


def test_a_full_disk_takes_a_press_in_the_place_of_those_that_are_settled_with_it(
    quick_folder: Callable[[], Path],
) -> None:
    path = quick_folder() / "spool.sqlite"
    spool = Spool(str(path))
    limit_pages(spool)
    kept: list[UUID] = []
    while not spool.is_in_trouble:
        kept += [one.press.id for one in spool.add([a_press()]) if one.on_disk]
    spool.close()
    spool = Spool(str(path))
    limit_pages(spool)
    assert [one.on_disk for one in spool.add([a_press()], drop=kept[:60])] == [True]
    assert not spool.is_in_trouble


def test_what_is_settled_while_the_disk_takes_no_deletes_never_comes_back(path: Path, disk: BadDisk) -> None:
    spool = Spool(str(path))
    rows = spool.add([a_press() for _ in range(5)])
    disk.error = ERRORS["read-only"]
    spool.drop([rows[4].press.id, rows[1].press.id, uuid4()])
    spool.drop([uuid4()])
    assert (len(spool), seqs(spool)) == (3, [4, 3, 1])
    spool.drop([rows[0].press.id])
    oldest = spool.oldest()
    assert oldest is not None
    assert oldest.seq == 3
    assert len(spool._settled) == 3  # and not the ones that were never there
    in_memory = spool.add([a_press()])
    spool.drop([in_memory[0].press.id])
    assert (len(spool), len(spool._settled)) == (2, 3)
    disk.error = None
    spool.mend()
    assert list(on_disk(path)) == [3, 4]
    assert spool.add([a_press()])[0].seq == 7  # the number of the press in memory is gone for good


def test_numbers_go_on_after_a_restart_of_a_unit_whose_disk_never_worked_again(
    path: Path, disk: BadDisk
) -> None:
    spool = Spool(str(path))
    spool.add([a_press()])
    disk.error = ERRORS["full"]
    spool.add([a_press() for _ in range(6)])
    spool.close()
    disk.error = None
    assert Spool(str(path)).add([a_press()])[0].seq == 8


def test_memory_is_bounded_and_the_newest_stay(path: Path, disk: BadDisk) -> None:
    spool = Spool(str(path))
    disk.error = ERRORS["full"]
    rows = spool.add([a_press() for _ in range(MOST + 7)])
    assert spool.evicted() == [one.press.id for one in rows[:7]]
    assert spool.evicted() == []
    assert len(spool) == MOST
    assert [(one.kind, one.count) for one in spool.troubles] == [
        (FaultKind.DISK_FULL, MOST),
        (FaultKind.PRESSES_LOST, 7),
    ]
    disk.error = None
    spool.mend()
    assert len(on_disk(path)) == MOST
    assert [one.kind for one in spool.troubles] == [
        FaultKind.PRESSES_LOST
    ]  # for as long as this process tells


def test_the_reserve_loses_the_oldest_whoever_came_last() -> None:
    spool = Spool(":memory:")
    rows = spool.add([a_press() for _ in range(4)])
    reserve = Reserve(2)
    assert reserve.put(rows[1:3]) == []
    assert reserve.put([rows[0]]) == [rows[0].press.id]
    assert reserve.put([rows[3]]) == [rows[1].press.id]
    assert [one.seq for one in reserve.oldest(5)] == [3, 4]
    assert [one.seq for one in reserve.freshest(5, 4)] == [3]


def test_a_disk_that_cannot_be_read_either_holds_nobody_up(path: Path, disk: BadDisk) -> None:
    spool = Spool(str(path))
    spool.add([a_press() for _ in range(3)])
    disk.error, disk.unreadable = ERRORS["write"], True
    new = spool.add([a_press()])
    assert seqs(spool) == [4]
    assert len(spool) == 4
    spool.drop([new[0].press.id])
    assert spool.oldest() is None
    disk.error, disk.unreadable = None, False
    spool.mend()
    assert seqs(spool) == [3, 2, 1]


def test_a_folder_that_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    spool = Spool(str(tmp_path / "data" / "spool.sqlite"))
    rows = spool.add([a_press()])
    assert [(one.seq, one.on_disk) for one in rows] == [(1, False)]
    assert spool.is_in_trouble
    (tmp_path / "data").unlink()
    spool.mend()
    assert not spool.is_in_trouble
    assert list(on_disk(tmp_path / "data" / "spool.sqlite")) == [1]


def test_an_old_file_that_takes_nothing_is_read_from_a_copy(path: Path, disk: BadDisk) -> None:
    before = Spool(str(path))
    rows = before.add([a_press() for _ in range(5)])
    before.drop([rows[4].press.id])
    disk.error = ERRORS["read-only"]  # the log was not folded in: it must be read too
    spool = Spool(str(path))
    assert spool.troubles[0].kind is FaultKind.DISK_READ_ONLY
    assert (len(spool), seqs(spool)) == (4, [4, 3, 2, 1])
    assert [(one.seq, one.on_disk) for one in spool.add([a_press()])] == [(6, False)]
    spool.drop([rows[0].press.id])
    assert seqs(spool) == [6, 4, 3, 2]
    spool.mend()
    assert seqs(spool) == [6, 4, 3, 2]
    disk.error = None
    spool.mend()
    assert not spool.is_in_trouble
    assert sorted(on_disk(path)) == [2, 3, 4, 6]
    assert (len(spool), seqs(spool)) == (4, [6, 4, 3, 2])
    before.close()


def test_a_unit_whose_old_file_could_not_even_be_seen_renumbers_rather_than_loses(tmp_path: Path) -> None:
    real = tmp_path / "real"
    before = Spool(str(real / "spool.sqlite"))
    before.add([a_press() for _ in range(3)])
    before.close()
    (real / "spool.seq").unlink()
    (tmp_path / "data").write_text("the partition is not there yet")
    spool = Spool(str(tmp_path / "data" / "spool.sqlite"))
    new = spool.add([a_press(), a_press()])
    (tmp_path / "data").unlink()
    real.rename(tmp_path / "data")
    spool.mend()
    kept = on_disk(tmp_path / "data" / "spool.sqlite")
    assert len(kept) == len(spool) == 5
    assert {one.press.id for one in new} <= set(kept.values())


def test_somebody_who_holds_the_file_does_not_hold_up_a_finger(path: Path) -> None:
    spool = Spool(str(path))
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert [one.on_disk for one in spool.add([a_press()])] == [False]
        other.execute("ROLLBACK")
    other.close()
    spool.mend()
    assert list(on_disk(path)) == [1]
    assert spool_file.BUSY_S < 0.5


def test_the_log_is_folded_in_before_it_grows_and_not_at_a_press(path: Path) -> None:
    spool = Spool(str(path))
    said: list[str] = []
    spool._disk.file._db.set_trace_callback(said.append)
    sizes = set()
    for _ in range(100):
        spool.add([a_press()])
        assert not any("checkpoint" in line for line in said)
        spool.tend()
        said.clear()
        sizes.add(path.with_name("spool.sqlite-wal").stat().st_size)
    assert max(sizes) < 512 * 1024


def test_nothing_is_written_while_nobody_presses(path: Path, disk: BadDisk) -> None:
    spool = Spool(str(path))
    spool.add([a_press()])
    commits, found = disk.commits, {one: one.stat().st_mtime_ns for one in path.parent.iterdir()}
    for _ in range(100):
        spool.tend()
        spool.mend()
        spool.drop(())
        spool.oldest()
        spool.freshest(10)
    assert disk.commits == commits
    assert {one: one.stat().st_mtime_ns for one in path.parent.iterdir()} == found


def test_the_hot_path_is_one_transaction_and_one_sync(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(str(path))
    said: list[str] = []
    syncs: list[int] = []
    monkeypatch.setattr("firmware_bridge.counter.os.fsync", syncs.append)
    spool._disk.file._db.set_trace_callback(said.append)
    old = spool.add([a_press()])[0].press.id
    spool.add([a_press()], drop=[old])
    assert [line.split()[0] for line in said] == [
        "BEGIN",
        "INSERT",
        "COMMIT",
        "BEGIN",
        "DELETE",
        "INSERT",
        "COMMIT",
    ]
    assert syncs == []


Act = st.sampled_from(["press", "group", "settle", "settle all", "fail", "work", "restart", "kill"])


@given(st.lists(Act, max_size=40), st.sampled_from(list(ERRORS)))
@settings(max_examples=80, deadline=None)
def test_whatever_the_disk_does_no_number_comes_twice_and_only_a_kill_loses_what_was_in_memory(
    quick_folder: Callable[[], Path], acts: list[str], error: str
) -> None:
    path = quick_folder() / "spool.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        disk = BadDisk(path.parent, patch)
        spool = Spool(str(path))
        alive: dict[int, UUID] = {}
        unsure: set[int] = set()
        last = 0
        for act in acts:
            match act:
                case "press" | "group":
                    for one in spool.add([a_press() for _ in range(1 if act == "press" else 70)]):
                        assert one.seq > last
                        last = one.seq
                        alive[one.seq] = one.press.id
                        if not one.on_disk:
                            unsure.add(one.seq)
                case "settle" if alive:
                    spool.drop([alive.pop(max(alive))])
                case "settle all":
                    spool.drop(list(alive.values()))
                    alive.clear()
                case "fail":
                    disk.error = ERRORS[error]
                case "work":
                    disk.error = None
                    spool.mend()
                    assert not spool.is_in_trouble
                    unsure.clear()
                case "restart" | "kill":
                    before, disk.error = disk.error, None
                    if act == "restart":
                        spool.close()
                        unsure.clear()
                    spool = Spool(str(path))
                    here = {one.seq: one.press.id for one in spool.freshest(10_000)}
                    assert set(alive) - set(here) <= unsure
                    # what was settled while the disk took no deletes is sent once more
                    alive, disk.error = here, before
                    unsure.clear()
            assert {one.seq: one.press.id for one in spool.freshest(10_000)} == alive
            assert len(spool) == len(alive)
        spool.close()
