"""Which transmitter stands by for which: one hop, so that two may stand by for each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")
PAIR = 2


def standby_trouble(standbys: Mapping[Key, Key | None]) -> tuple[Key, ...] | None:
    """The first ring that must not be: one that stands by for itself, or more than two in a ring. None: there is
    none."""
    for first in standbys:
        walked = [first]
        while (following := standbys.get(walked[-1])) is not None and following not in walked:
            walked.append(following)
        if following == first and len(walked) != PAIR:
            return (*walked, first)
    return None
