"""Folders for tests that make hundreds of files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def quick_folder() -> Iterator[Callable[[], Path]]:
    """Makes new folders, in memory where the machine has such a place: hundreds of syncs cost nothing there."""
    with tempfile.TemporaryDirectory(
        prefix="redbutton-test-", dir=MEMORY if MEMORY.is_dir() else None
    ) as name:
        yield lambda: Path(tempfile.mkdtemp(dir=name))
