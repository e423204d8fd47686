"""The suite runs over a driver from outside as well: its package looks installed while these tests are collected."""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path

from tests.foreign.installed import install

_SITE = tempfile.TemporaryDirectory(prefix="redbutton-foreign-")
install(Path(_SITE.name))
atexit.register(_SITE.cleanup)
