"""A module as a user without rights: `python -m tests.live.as_nobody MODULE ARGUMENTS...`. Root sees no read-only disk.

What it needs is imported before: that user may not be able to read the checkout. Who is not root is nobody already."""

from __future__ import annotations

import codecs
import importlib
import os
import sys

NOBODY = 65_534
LATE = ("ascii", "idna", "latin-1", "utf-16")
"""Looked for when they are used first."""


def main(arguments: list[str]) -> int:
    module = importlib.import_module(arguments[0])
    for name in LATE:
        codecs.lookup(name)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    code: int = module.main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
