"""Errors of `up`. Each text says what to do next.

UpError
├── Refused    a person must change something before a start (exit code 2)
└── Failed     a part did not come up or could not be kept up (exit code 1)
"""

from __future__ import annotations


class UpError(Exception):
    exit_code = 1


class Refused(UpError):
    exit_code = 2


class Failed(UpError):
    exit_code = 1
