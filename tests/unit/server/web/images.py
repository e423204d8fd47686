"""Rows that are the same in hundreds of tests are written once: a database in memory is kept as its bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from weakref import WeakKeyDictionary

from server.db.connect import Database

_images: dict[str, bytes] = {}
_changes: WeakKeyDictionary[Database, tuple[str, int]] = WeakKeyDictionary()
"""Which image a database had last, and how many changes its connection had seen then."""


def is_still(name: str, db: Database) -> bool:
    """Whether nothing was written since the database became this image."""
    return _changes.get(db) == (name, _driver(db).total_changes)


def filled(name: str, db: Database, fill: Callable[[], object]) -> bool:
    """Bring a database in memory to what `fill` makes of it. Whether `fill` was called: the first time."""
    driver = _driver(db)
    known = name in _images
    if known:
        driver.deserialize(_images[name])
    else:
        fill()
        _images[name] = driver.serialize()
    _changes[db] = (name, driver.total_changes)
    return not known


def _driver(db: Database) -> sqlite3.Connection:
    """The one connection that holds a database in memory."""
    pooled = db.write_engine.raw_connection()
    driver = pooled.driver_connection
    pooled.close()
    assert isinstance(driver, sqlite3.Connection)
    return driver
