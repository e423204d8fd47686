"""In front of a child of the simulator: ties its life to the parent's, then becomes the module it is to run.

    python -m simulator.floor.leash PARENT_PID MODULE [ARGUMENT...]

The kernel kills the child when the parent's *thread* that started it ends, also by kill -9: so that thread
must outlive the child (see `unit_child`). SIGKILL, since a frozen child hears nothing else."""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, module = int(arguments[0]), arguments[1]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before this line, so no signal will come
        raise SystemExit(1)
    sys.argv = [module, *arguments[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
