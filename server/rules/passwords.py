"""Which passwords are taken: long ones that are neither common nor somebody's name, and no rule of composition. Pure.

Everything may stand in one: spaces, any letter of any language, what a password manager pastes."""

from __future__ import annotations

import importlib.util
import runpy
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from functools import cache
from pathlib import Path

SHORTEST = 12
LONGEST = 128
PRODUCT = "Red Button"


class Weakness(StrEnum):
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    NAME = "name"
    NOT_TEXT = "not_text"
    """Half a letter, as only a script can send it."""


def weakness(password: str, names: Collection[str] = ()) -> Weakness | None:
    """Why this password is not taken; None: it is. `names`: of the person, the login, the shop."""
    try:
        password.encode()
    except UnicodeEncodeError:
        return Weakness.NOT_TEXT
    if len(password) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(password) > LONGEST:
        return Weakness.TOO_LONG
    if _bare(password) in {_bare(name) for name in (*names, PRODUCT)}:
        return Weakness.NAME
    return Weakness.COMMON if password.casefold().strip() in common() else None


@cache
def common() -> frozenset[str]:
    """Those of the 30 000 commonest passwords that are long enough to matter here. zxcvbn's file is run, not imported:
    its other lists would stay in memory for good."""
    found = importlib.util.find_spec("zxcvbn")
    assert found is not None, "a dependency of the server"
    assert found.origin is not None
    lists = runpy.run_path(str(Path(found.origin).with_name("frequency_lists.py")))["FREQUENCY_LISTS"]
    return frozenset(word.casefold() for word in lists["passwords"] if len(word) >= SHORTEST)


def _bare(text: str) -> str:
    """As people would take two names for the same: without case, spaces and signs."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())
