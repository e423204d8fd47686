"""The simulator's button host on a disk as slow as a bad SD card; its arguments are the same.

A commit takes a moment before it is on the disk, and one more before the unit is told: so a kill can fall into both."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from threading import Event
from unittest.mock import patch
from uuid import UUID

from firmware_bridge.press import NewPress, Spooled
from firmware_bridge.spool import Spool
from simulator.button_host import main

BEFORE_S, AFTER_S = 0.020, 0.020

_add = Spool.add


def _slowly(spool: Spool, presses: Sequence[NewPress], drop: Iterable[UUID] = ()) -> list[Spooled]:
    Event().wait(BEFORE_S)
    kept = _add(spool, presses, drop)
    Event().wait(AFTER_S)
    return kept


if __name__ == "__main__":
    with patch.object(Spool, "add", _slowly):
        sys.exit(main(sys.argv[1:]))
