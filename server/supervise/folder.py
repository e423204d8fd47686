"""The data folder of `up`: owner-only, one running `up` at a time, passwords made once and kept."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from broker_config.files import write_private
from server.rules.pins import LENGTH, too_easy
from server.supervise.errors import Refused

# No letter or figure that a person could take for another one (0 O, 1 l I).
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
FIGURES = "0123456789"
MOST_TRIES = 100
"""Until a PIN is none of the easy ones, which is nearly always the first."""


class Folder:
    """Where everything of one shop lies. `choice` picks one of a sequence and must be unguessable."""

    def __init__(self, path: Path, choice: Callable[[str], str]) -> None:
        self.path = path.absolute()
        self._choice = choice
        self._lock = -1

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def open(self, wait: Callable[[float], bool], tries: int = 25) -> int:
        """Make the folder, or take it as it is, and keep others out until this process and its children end.

        Returns the descriptor of the lock: children inherit it, so that a folder stays taken while one of them
        is still closing the database. Raises Refused."""
        try:
            for name in (".", "secrets", "identities", "run", "logs", "lines"):
                (self.path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
            self._lock = os.open(self.path / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Refused(
                f"cannot use the data folder {self.path}: {error.strerror}; choose another with --data"
            ) from error
        for _ in range(tries):
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                wait(0.2)
        else:
            holder = os.pread(self._lock, 20, 0).decode(errors="replace").strip()
            self.close()
            raise Refused(
                f"the data folder {self.path} is in use by another `redbutton up` (process {holder or 'unknown'}): "
                f"stop that one, or give this one a folder of its own with --data"
            )
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)
        return self._lock

    def close(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def password_file(self, name: str, length: int = 24) -> Path:
        """The file of a password; made when it is not there yet."""
        path = self.path / "secrets" / name
        if not path.exists():
            write_private(path, "".join(self._choice(LETTERS) for _ in range(length)) + "\n")
        return path

    def password(self, name: str, length: int = 24) -> str:
        return self.password_file(name, length).read_text().strip()

    def pin_file(self, name: str) -> Path:
        """The file of a PIN for a shared tablet; made when it is not there yet."""
        path = self.path / "secrets" / name
        if not path.exists():
            pin = ""
            for _ in range(MOST_TRIES):
                pin = "".join(self._choice(FIGURES) for _ in range(LENGTH))
                if not too_easy(pin):
                    break
            write_private(path, pin + "\n")
        return path

    def pin(self, name: str) -> str:
        return self.pin_file(name).read_text().strip()

    def forget(self, *names: str) -> None:
        """Passwords of devices, from a time when they had some."""
        for name in names:
            (self.path / "secrets" / name).unlink(missing_ok=True)

    def config(self, name: str, text: str) -> Path:
        """Write a generated file of a child."""
        path = self.path / name
        write_private(path, text)
        return path

    def ready_file(self, name: str) -> Path:
        """Where a part says that it is ready. What an earlier start said is removed."""
        path = self.path / "run" / f"{name}.ready"
        path.unlink(missing_ok=True)
        return path

    def keep(self, source: Path, name: str) -> Path:
        """A copy of a person's file, so that a later start needs no path."""
        target = self.path / name
        if source.absolute() != target:
            write_private(target, source.read_text(encoding="utf-8"))
        return target
