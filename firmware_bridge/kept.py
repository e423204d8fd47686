"""Small files of the data folder, each written whole or not at all: the last good settings, the last end by command."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from uuid import UUID

from broker_config import codec
from broker_config.channels import SETTINGS
from broker_config.errors import ContractError
from broker_config.messages import Settings

log = logging.getLogger(__name__)

SETTINGS_FILE = "settings.json"
BROKEN_FILE = "settings.broken.json"
END_FILE = "ended-by"


class KeptFiles:
    """Implements `ports.Kept`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def settings(self) -> Settings | None:
        path = self._folder / SETTINGS_FILE
        try:
            with path.open("rb") as file:
                content = file.read(SETTINGS.max_bytes + 1)
            return codec.decode(Settings, content, SETTINGS.max_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            log.error("the last settings cannot be read (%s)", error, extra={"action": "settings.unread"})
        except ContractError as error:
            log.error(
                "the last settings are broken (%s): kept aside as %s, the unit's own file is in force",
                error,
                BROKEN_FILE,
                extra={"action": "settings.broken"},
            )
            with contextlib.suppress(OSError):
                path.replace(self._folder / BROKEN_FILE)
        return None

    def keep_settings(self, settings: Settings) -> None:
        write_whole(self._folder / SETTINGS_FILE, codec.encode(settings))

    def last_end(self) -> UUID | None:
        try:
            return UUID((self._folder / END_FILE).read_text())
        except (OSError, ValueError):
            return None

    def keep_end(self, command: UUID) -> None:
        write_whole(self._folder / END_FILE, str(command).encode())


def write_whole(path: Path, content: bytes) -> None:
    """For its owner only, and on the disk when this returns. Raises OSError; the file is the old or the new one,
    never a part of either."""
    new = path.with_name(f"{path.name}.new")
    try:
        # never through a link that somebody put there, and with these rights whatever was there before
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
