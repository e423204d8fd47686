"""Two processes on one spool are impossible, whatever the disk takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bridge.errors import DataFolderBusy
from firmware_bridge.lock import FolderLock


def test_the_second_one_is_told_what_to_do(tmp_path: Path) -> None:
    first = FolderLock(tmp_path / "data")
    with pytest.raises(DataFolderBusy, match="systemctl stop redbutton-button"):
        FolderLock(tmp_path / "data")
    first.close()
    first.close()
    FolderLock(tmp_path / "data").close()


def test_the_folder_is_made_for_its_owner_alone_and_nothing_is_put_into_it(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "a" / "data")
    assert (tmp_path / "a" / "data").stat().st_mode & 0o777 == 0o700
    assert os.listdir(tmp_path / "a" / "data") == []
    lock.close()


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from firmware_bridge.lock import FolderLock;"
        "lock = FolderLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(DataFolderBusy):
            FolderLock(tmp_path)
        other.kill()
        other.wait(60)
    FolderLock(tmp_path).close()


def test_without_a_folder_nothing_is_held_and_the_unit_works_on(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    lock = FolderLock(tmp_path / "data")
    assert not lock.is_held
    lock.close()
