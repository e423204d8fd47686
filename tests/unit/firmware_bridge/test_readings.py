"""A wall clock is believed only when the kernel vouches for it; what a machine cannot tell stays None."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from firmware_bridge.readings import kernel_clock_synced, reader, wall_when


def test_the_wall_clock_is_none_until_somebody_vouches_for_it() -> None:
    assert wall_when(lambda: False)() is None
    now = wall_when(lambda: True)()
    assert now is not None
    assert now.tzinfo is UTC


def test_the_kernel_answers() -> None:
    assert kernel_clock_synced()() in (True, False)


def test_readings_say_what_is_known(tmp_path: Path) -> None:
    found = reader(lambda: False, tmp_path)()
    assert found.clock == "unsynced"
    assert found.disk_ro is False
    assert reader(lambda: True, tmp_path / "gone")().disk_ro is None
