"""Small files that are whole or not there: settings and the last end by command."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config.channels import SETTINGS
from broker_config.messages import Settings
from firmware_bridge.kept import BROKEN_FILE, END_FILE, SETTINGS_FILE, KeptFiles, write_whole

GOOD = Settings(rev=7, volume=3, lights="slow")


def test_settings_outlive_the_process_and_are_for_their_owner_only(tmp_path: Path) -> None:
    assert KeptFiles(tmp_path).settings() is None
    KeptFiles(tmp_path).keep_settings(GOOD)
    assert KeptFiles(tmp_path).settings() == GOOD
    assert stat.S_IMODE((tmp_path / SETTINGS_FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [SETTINGS_FILE]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"v": 1}',
        b'{"v": 1, "rev": 7, "volume": 11}',
        b"\xff\xfe",
        b" " * (SETTINGS.max_bytes + 1),
    ],
)
def test_a_broken_file_is_kept_aside_and_said_aloud(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(content)
    kept = KeptFiles(tmp_path)
    assert kept.settings() is None
    assert (tmp_path / BROKEN_FILE).read_bytes() == content
    assert not (tmp_path / SETTINGS_FILE).exists()
    assert "kept aside" in caplog.text
    kept.keep_settings(GOOD)
    assert kept.settings() == GOOD


def test_a_file_that_cannot_be_read_is_no_end_of_the_unit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / SETTINGS_FILE).mkdir()
    assert KeptFiles(tmp_path).settings() is None
    assert "cannot be read" in caplog.text


def test_a_power_cut_while_it_is_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptFiles(tmp_path)
    kept.keep_settings(GOOD)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        kept.keep_settings(Settings(rev=8))
    assert kept.settings() == GOOD
    assert [path.name for path in tmp_path.iterdir()] == [SETTINGS_FILE]


def test_what_an_earlier_cut_left_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "file.new").symlink_to(victim)
    write_whole(tmp_path / "file", b"new")
    assert victim.read_text() == "mine"
    assert (tmp_path / "file").read_text() == "new"


def test_the_last_end_is_known_to_the_next_process(tmp_path: Path) -> None:
    kept, command = KeptFiles(tmp_path), uuid4()
    assert kept.last_end() is None
    kept.keep_end(command)
    assert KeptFiles(tmp_path).last_end() == command
    (tmp_path / END_FILE).write_text("nonsense")
    assert kept.last_end() is None
