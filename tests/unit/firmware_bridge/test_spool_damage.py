"""Real files, cut, zeroed and scrambled: the unit starts, keeps what can be read, and gives no number twice."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages import Press
from broker_config.messages.device import FaultKind
from firmware_bridge import salvage
from firmware_bridge.counter import BLOCK, Counter
from firmware_bridge.errors import Damaged
from firmware_bridge.press import NewPress
from firmware_bridge.press_row import spooled
from firmware_bridge.spool import Spool
from tests.unit.firmware_bridge.desk import BOOT

NAME = "spool.sqlite"
MakeFolder: TypeAlias = Callable[[], Path]


def a_press() -> NewPress:
    return NewPress(uuid4(), 1, 12.5, BOOT, 120)


@dataclass(frozen=True)
class Harm:
    """What happens to the bytes from `at` (a share of the file) on."""

    what: str
    at: float
    size: int
    seed: int

    def do(self, path: Path) -> None:
        if not path.exists():
            return
        raw = bytearray(path.read_bytes())
        start = int(self.at * len(raw))
        end = min(len(raw), start + self.size)
        match self.what:
            case "cut":
                del raw[start:]
            case "zero":
                raw[start:end] = bytes(end - start)
            case "scramble":
                raw[start:end] = random.Random(self.seed).randbytes(end - start)
            case "all":
                raw = bytearray(random.Random(self.seed).randbytes(len(raw)))
        with path.open("r+b") as file:  # the same file: somebody may have it open
            file.write(raw)
            file.truncate(len(raw))


harms = st.builds(
    Harm,
    st.sampled_from(["cut", "zero", "scramble", "all"]),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from([1, 16, 100, 4096, 20_000]),
    st.integers(0, 2**32),
)


def a_folder(folder: Path, presses: int, settled: int, *, killed: bool) -> tuple[Path, dict[int, UUID]]:
    """A spool with its history, as a clean end or a kill leaves it; and what is unsettled in it."""
    at_work = folder / "at-work"
    spool = Spool(str(at_work / NAME))
    rows = [spool.add([a_press()])[0] for _ in range(presses)]
    spool.drop([one.press.id for one in rows[:settled]])
    if not killed:
        spool.close()
    shutil.copytree(at_work, folder / "data")
    if killed:
        (folder / "data" / f"{NAME}-shm").unlink(missing_ok=True)
        spool.close()
    return folder / "data" / NAME, {one.seq: one.press.id for one in rows[settled:]}


def here(spool: Spool) -> dict[int, UUID]:
    return {one.seq: one.press.id for one in spool.freshest(10_000)}


@given(
    st.integers(0, 120),
    st.floats(0, 1),
    st.booleans(),
    st.sampled_from([NAME, f"{NAME}-wal", "spool.seq"]),
    harms,
)
@settings(max_examples=120, deadline=None)
def test_one_broken_file_stops_nobody_and_no_number_is_given_twice(
    quick_folder: MakeFolder,
    presses: int,
    share: float,
    killed: bool,
    victim: str,
    harm: Harm,
) -> None:
    path, unsettled = a_folder(quick_folder(), presses, int(share * presses), killed=killed)
    harm.do(path.with_name(victim))
    spool = Spool(str(path))
    found = here(spool)
    assert len(spool) == len(found)
    assert not spool.is_in_trouble
    if victim == "spool.seq" or not path.with_name(victim).exists():
        assert found == unsettled
    (new,) = spool.add([a_press()])
    assert new.on_disk
    assert new.seq > presses
    assert here(spool) == {**found, new.seq: new.press.id}
    kinds = [one.kind for one in spool.troubles]
    assert kinds in ([], [FaultKind.SPOOL_REPLACED])
    if set(unsettled) - set(found) and victim == NAME:
        assert kinds == [FaultKind.SPOOL_REPLACED]
        assert path.with_name(f"{NAME}.broken-1").exists()
    if not kinds and victim != "spool.seq":
        assert new.seq == presses + 1
    spool.close()
    again = Spool(str(path))
    assert not again.troubles
    assert here(again) == {**found, new.seq: new.press.id}
    again.close()


@given(st.integers(1, 200), st.lists(st.tuples(st.integers(0, 2), harms), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_whatever_is_broken_the_unit_keeps_presses(
    quick_folder: MakeFolder, presses: int, what: list[tuple[int, Harm]]
) -> None:
    path, _ = a_folder(quick_folder(), presses, 0, killed=True)
    for which, harm in what:
        harm.do(path.with_name([NAME, f"{NAME}-wal", "spool.seq"][which]))
    spool = Spool(str(path))
    found = here(spool)
    (new,) = spool.add([a_press()])
    assert new.on_disk
    assert new.seq > max(found, default=0)
    spool.close()
    again = Spool(str(path))
    assert here(again) == {**found, new.seq: new.press.id}
    again.close()


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["press", "settle", "read", "restart"]),
            st.tuples(st.sampled_from([NAME, f"{NAME}-wal"]), harms),
        ),
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_a_file_that_breaks_at_work_is_replaced_and_nothing_raises(
    quick_folder: MakeFolder, acts: list[str | tuple[str, Harm]]
) -> None:
    """What its reader knows it puts into the new one, as the outbox does with the presses that it is sending."""
    path = quick_folder() / NAME
    spool = Spool(str(path))
    known = {one.press.id: one for one in spool.add([a_press() for _ in range(40)])}
    last, replaced, harmed = 40, 0, False
    for act in acts:
        match act:
            case "press":
                (new,) = spool.add([a_press()])
                assert new.seq > last
                last = new.seq
                known[new.press.id] = new
            case "settle" if known:
                spool.drop([known.pop(min(known)).press.id])
            case "read":
                spool.freshest(10_000)
            case "restart":
                spool.close()
                spool = Spool(str(path))
                replaced = 0
                if harmed:  # what was only in the part that broke is gone
                    known = {one.press.id: one for one in spool.freshest(10_000)}
            case (str() as victim, Harm() as harm):
                harm.do(path.with_name(victim))
                harmed = True
        if spool.replacements != replaced:
            replaced = spool.replacements
            spool.restore(known.values())
            assert [one.kind for one in spool.troubles] == [FaultKind.SPOOL_REPLACED]
            assert set(known) <= {one.press.id for one in spool.freshest(10_000)}
    spool.close()


def test_whole_rows_of_a_broken_file_are_carried_over(tmp_path: Path) -> None:
    path, unsettled = a_folder(tmp_path, 1_500, 0, killed=False)
    size = path.stat().st_size
    Harm("zero", 0.5, 4096, 0).do(path)
    spool = Spool(str(path))
    found = here(spool)
    assert found.items() <= unsettled.items()
    assert len(found) > 1_400
    (trouble,) = spool.troubles
    assert (trouble.kind, trouble.count) == (FaultKind.SPOOL_REPLACED, len(found))
    assert "spool.sqlite.broken-1" in trouble.text
    assert path.with_name(f"{NAME}.broken-1").stat().st_size == size
    spool.close()


def test_five_broken_files_are_kept(tmp_path: Path) -> None:
    path, _ = a_folder(tmp_path, 3, 0, killed=False)
    for _ in range(8):
        Harm("all", 0, 0, 1).do(path)
        Spool(str(path)).close()
    assert sorted(one.name for one in path.parent.glob("*.broken-*")) == [
        f"{NAME}.broken-{n}" for n in range(4, 9)
    ]


def test_numbers_after_a_broken_file_begin_above_the_reserved_ones(tmp_path: Path) -> None:
    """Also when the power cut took the counter's newest word, which is not synced."""
    path, _ = a_folder(tmp_path, 300, 300, killed=False)
    counter = path.with_name("spool.seq")
    reserved = Counter(counter).reserved
    assert 300 <= reserved <= 300 + 2 * BLOCK
    counter.write_bytes(counter.read_bytes()[:32])
    Harm("all", 0, 0, 1).do(path)
    assert Spool(str(path)).add([a_press()])[0].seq == reserved + 1


def test_a_log_that_was_cut_gives_no_number_twice(tmp_path: Path) -> None:
    path, _ = a_folder(tmp_path, 30, 0, killed=True)
    Harm("cut", 0.3, 0, 0).do(path.with_name(f"{NAME}-wal"))
    spool = Spool(str(path))
    assert len(spool) < 30
    assert spool.add([a_press()])[0].seq == 31


@pytest.mark.parametrize("step", ["replace", "begun"])
def test_a_crash_while_it_is_begun_anew_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path, unsettled = a_folder(tmp_path, 20, 0, killed=False)
    with sqlite3.connect(path) as other:  # a foreign row, which only the check of rows finds
        other.execute("UPDATE press SET boot = 'no boot' WHERE seq = 7")
    other.close()
    with monkeypatch.context() as patch:
        if step == "begun":
            patch.setattr(salvage, "finish", lambda path: 1 / 0)
        else:
            patch.setattr(salvage, "_set_aside", lambda path: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            salvage.begin_anew(path, salvage.read(path).rows, 20)
    spool = Spool(str(path))
    del unsettled[7]
    assert here(spool) == unsettled
    assert spool.add([a_press()])[0].seq > 20
    spool.close()


def test_no_room_for_a_copy_still_finds_what_is_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, unsettled = a_folder(tmp_path, 20, 3, killed=False)
    monkeypatch.setattr(shutil, "copyfile", lambda *_: (_ for _ in ()).throw(OSError("no room")))
    assert {one.seq for one in salvage.read(path).rows} == set(unsettled)
    monkeypatch.setattr("tempfile.TemporaryDirectory", lambda **_: (_ for _ in ()).throw(OSError("no room")))
    assert {one.seq for one in salvage.read(path).rows} == set(unsettled)
    assert salvage.read(tmp_path / "nothing").rows == []


Cell = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(["press", "undo", "call", BOOT, "2026-03-02T12:00:00", "2026-03-02T12:00:00+00:00"]),
    st.uuids().map(str),
    st.binary(max_size=8),
)
GOOD = (7, str(uuid4()), 1, "press", "call", None, None, 12.5, BOOT, None, 120)


@given(st.dictionaries(st.integers(0, 10), Cell, max_size=3))
@settings(max_examples=400, deadline=None)
def test_every_row_that_is_believed_can_go_on_the_wire(changes: dict[int, object]) -> None:
    row = tuple(changes.get(index, cell) for index, cell in enumerate(GOOD))
    try:
        one = spooled(row)
    except Damaged:
        return
    press = one.press
    Press(
        id=press.id,
        run="00aa11bb",
        boot=press.boot,
        seq=one.seq,
        input=press.input,
        kind=press.kind,
        purpose=press.purpose,
        ref=press.ref,
        via_input=press.via_input,
        age_ms=int(max(0.0, 1e9 - press.pushed_boot) * 1000),
        ttl_s=press.ttl_s,
        exp_s=press.ttl_s,
        wall=press.wall,
        sw="1.0",
    )
