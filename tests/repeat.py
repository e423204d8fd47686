"""A seeded test that fails says how to run it once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def told_how_to_repeat(request: pytest.FixtureRequest, seed: int) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        error.add_note(f"seed {seed}; once more: .venv/bin/python -m pytest '{request.node.nodeid}'")
        raise
