"""Never run: every form of an import statement, for the test of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import json

    from broker_config import link
    from server import app

    from .examples import FOLDER

    __all__ = ["FOLDER", "app", "json", "link"]
