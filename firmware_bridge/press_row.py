"""A press as a row of the spool file, and back: what is not whole is no press."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from broker_config.messages import PressKind, Purpose
from firmware_bridge.errors import Damaged
from firmware_bridge.press import NewPress, Spooled

HIGHEST_SEQ = 2**48
"""Nobody pushes so often: a counter above it is a broken one."""

# AUTOINCREMENT is the persistent counter: committed with the row, never reused, not even after a delete.
TABLE = """
CREATE TABLE IF NOT EXISTS press (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    input INTEGER NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL,
    ref TEXT,
    via_input INTEGER,
    pushed_boot REAL NOT NULL,
    boot TEXT NOT NULL,
    wall TEXT,
    ttl_s INTEGER NOT NULL
) STRICT
"""
_COLUMNS = "seq, id, input, kind, purpose, ref, via_input, pushed_boot, boot, wall, ttl_s"
INTO = f"INTO press ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
SELECT = f"SELECT {_COLUMNS} FROM press"  # noqa: S608
_BOOT = re.compile(r"[0-9a-f-]{4,36}")


def to_row(one: Spooled) -> tuple[object, ...]:
    press = one.press
    return (
        one.seq,
        str(press.id),
        press.input,
        press.kind.value,
        press.purpose.value,
        None if press.ref is None else str(press.ref),
        press.via_input,
        press.pushed_boot,
        press.boot,
        None if press.wall is None else press.wall.isoformat(),
        press.ttl_s,
    )


def spooled(row: tuple[Any, ...]) -> Spooled:
    """The press of a row of `SELECT`. Raises Damaged for one that could never go on the wire: it was not written
    by us like this."""
    try:
        seq, press_id, number, kind, purpose, ref, via_input, pushed_boot, boot, wall, ttl_s = row
        press = NewPress(
            UUID(press_id),
            number,
            pushed_boot,
            boot,
            ttl_s,
            None if wall is None else datetime.fromisoformat(wall),
            PressKind(kind),
            Purpose(purpose),
            None if ref is None else UUID(ref),
            via_input,
        )
        numbers = (seq, number, ttl_s, 1 if via_input is None else via_input)
        fits = (
            all(type(one) is int for one in numbers)
            and type(pushed_boot) is float
            and 0 < seq <= HIGHEST_SEQ
            and str(press.id) == press_id
            and 1 <= number <= 16
            and 1 <= ttl_s <= 86_400
            and (via_input is None or 1 <= via_input <= 16)
            and math.isfinite(pushed_boot)
            and abs(pushed_boot) < 1e10
            and _BOOT.fullmatch(boot) is not None
            and (press.wall is None or press.wall.tzinfo is not None)
            and (press.kind is PressKind.UNDO) == (ref is not None)
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"a row of the spool is no press: {error}"[:200]) from error
    if not fits:
        raise Damaged("a row of the spool is no press")
    return Spooled(seq, press)
