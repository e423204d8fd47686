"""Whether a unit that ends by command would come up again, and with another password if it is to have one."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from pathlib import Path

from broker_config.config import load
from broker_config.errors import SetupError
from broker_config.messages import CommandName
from firmware_bridge.config import ButtonUnitSettings

LONGEST_TEXT = 300


def objection(path: Path, in_use: ButtonUnitSettings) -> Callable[[CommandName], str | None]:
    """Reads the unit's file anew, as the next start will: a unit that could not come up again does not go down."""

    def look(name: CommandName) -> str | None:
        try:
            fresh = load(ButtonUnitSettings, path)
        except SetupError as error:
            return f"it could not start again: {error}"[:LONGEST_TEXT].replace("\0", "")
        if name is CommandName.ROTATE and fresh.identity is not None:
            return "it has a certificate and no password: it renews that by itself"
        if name is CommandName.ROTATE and _same(fresh, in_use):
            return "there is no new password: the one in use is still the one in its file"
        return None

    return look


def _same(fresh: ButtonUnitSettings, in_use: ButtonUnitSettings) -> bool:
    one, other = fresh.credentials.password, in_use.credentials.password
    return hmac.compare_digest(one.encode(), other.encode())
