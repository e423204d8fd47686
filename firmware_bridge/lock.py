"""One process at a time on a data folder: two of them on one spool would both send, and both forget."""

from __future__ import annotations

import fcntl
import logging
import os
from pathlib import Path

from firmware_bridge.errors import DataFolderBusy

log = logging.getLogger(__name__)


class FolderLock:
    """Held from the beginning until `close`, or until the process ends in whatever way. Raises DataFolderBusy.

    The folder itself is locked and not a file in it, so that it works on a disk that is full or read-only. Where there
    is no folder and none can be made, nothing is held: there is no spool to share, and a unit works on without."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = -1
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            raise DataFolderBusy(
                f"another process works with the data folder {folder}: stop it first "
                "(systemctl stop redbutton-button)"
            ) from error
        except OSError as error:
            log.error("the data folder %s cannot be used: %s", folder, error, extra={"action": "lock.none"})

    @property
    def is_held(self) -> bool:
        return self._descriptor >= 0

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
