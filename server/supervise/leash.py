"""Run as a script in front of a child: ties its life to the parent's, then becomes the child.

    python -I -S leash.py PARENT_PID PROGRAM [ARGUMENT...]

The kernel sends SIGTERM to the child when the parent's *thread* that started it ends, also by kill -9: so
children are started from the main thread only. Imports nothing of ours and no site, to cost a few milliseconds."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:  # it died between fork and here, so no signal will come
        raise SystemExit(1)
    try:
        os.execvp(program[0], program)  # noqa: S606 (no shell is wanted)
    except OSError as error:
        raise SystemExit(f"cannot start {program[0]}: {error.strerror}") from None


if __name__ == "__main__":
    main()
