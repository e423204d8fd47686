"""The identity of a running process on its disk: keys are made by a child process, which gives its memory back."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from broker_config.files import sync_folder, write_private
from broker_config.identity.folder import IdentityFolder
from broker_config.renewal.core import NewKey, Renews

log = logging.getLogger(__name__)

CHILD_S = 120.0
"""A Pi Zero that is busy needs several seconds for the imports alone."""
RENEWED = "renewed"
"""Holds the id of a request until the server knows that its certificate is in use. Written after the change: before
it, a server that believed this would take away the certificate that is still in use."""


def renews_in(
    folder: Path | None, put: Callable[[NewKey], None], vouched: Callable[[], bool]
) -> Renews | None:
    """For a process whose identity lies there; None: it has a password. `vouched`: whether the clock is sure."""
    if folder is None:
        return None
    return Renews(KeptIdentity(folder, put), lambda: (datetime.now(UTC), vouched()))


class KeptIdentity:
    """Implements `core.Keeps`. `put` gets `NewKey`, in a thread of its own. Raises IdentityError."""

    def __init__(self, folder: Path, put: Callable[[NewKey], None]) -> None:
        self._folder = IdentityFolder(folder)
        self._put = put
        self.renew_at: datetime = self._folder.read().renew_at
        self.unconfirmed = _read_id(folder / RENEWED)

    def make(self) -> None:
        threading.Thread(target=self._make, name="next key", daemon=True).start()

    def take(self, certificate: str, request: UUID) -> None:
        self._folder.take(certificate)
        self.renew_at = self._folder.read().renew_at
        write_private(self._folder.path / RENEWED, str(request))
        sync_folder(self._folder.path)
        self.unconfirmed = request

    def confirmed(self) -> None:
        self.unconfirmed = None
        with contextlib.suppress(OSError):
            (self._folder.path / RENEWED).unlink()

    def _make(self) -> None:
        self._put(NewKey(make_in_child(self._folder.path)))


def make_in_child(folder: Path) -> str | None:
    """The request by a key that is kept in the folder now; None when that came to nothing, with the reason logged."""
    words = [sys.executable, "-m", "broker_config.renewal.next_key", str(folder)]
    try:
        child = subprocess.run(  # noqa: S603 (a list, no shell)
            words, capture_output=True, text=True, timeout=CHILD_S, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("no new key could be made: %s", error, extra={"action": "renewal.no_key"})
        return None
    if child.returncode != 0:
        said = child.stderr.strip().rpartition("\n")[2][:300]
        log.error("no new key could be made: %s", said, extra={"action": "renewal.no_key"})
        return None
    return child.stdout


def _read_id(path: Path) -> UUID | None:
    try:
        return UUID(path.read_text())
    except (OSError, ValueError):
        return None
