"""Run as a script beside a child that a person froze: lets it go on when whoever froze it is gone.

    python -I -S ice.py PROCESS_GROUP

A frozen process hears no SIGTERM, so after a kill -9 of `up` it would keep its port and its folder for ever. The end
of standard input says that `up` thawed it or is gone."""

from __future__ import annotations

import contextlib
import os
import signal
import sys


def main() -> None:
    sys.stdin.buffer.read()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(int(sys.argv[1]), signal.SIGCONT)


if __name__ == "__main__":
    main()
