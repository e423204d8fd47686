"""What a device's process does about its identity before anything else, and how it goes on afterwards."""

from __future__ import annotations

import logging
import os
import stat
import sys
import tomllib
from collections.abc import Mapping, Sequence
from getpass import getpass
from pathlib import Path

from broker_config.enrol.join_file import JoinFiles, folders_of
from broker_config.enrol.settings_text import Value, enrolled, values_of
from broker_config.enrol.words import Trouble
from broker_config.enrol.work import Work
from broker_config.enrolment import Grant, Join, read_join
from broker_config.errors import SetupError
from broker_config.files import sync_folder, write_whole

log = logging.getLogger(__name__)

WHO = frozenset({"store", "device", "identity", "password", "password_file"})
ENVIRONMENT = "REDBUTTON_"


class OwnFile:
    """The process's TOML file. `default`: what stands in a new one; its data folder is the one the file lies in."""

    def __init__(self, path: Path, default: str) -> None:
        self.path = path
        self._default = default

    def values(self) -> Mapping[str, object]:
        """Raises SetupError."""
        try:
            return tomllib.loads(self.text())
        except tomllib.TOMLDecodeError as error:
            raise SetupError(f"{self.path}: not TOML: {error}") from None

    def text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            data = enrolled("", {"data": str(self.path.absolute().parent)})
            return f"# Written when this device was enrolled: put right what is different here.\n{data}{self._default}"
        except (OSError, UnicodeDecodeError) as error:
            raise SetupError(f"{self.path}: cannot be read: {error}") from error

    @property
    def data(self) -> Path:
        """The one folder that this device may write to. Raises SetupError."""
        data = self.values().get("data")
        if not isinstance(data, str):
            raise SetupError(
                f'{self.path}: data = "FOLDER" is missing: where is this device allowed to write?'
            )
        return self.path.parent / data

    @property
    def identity(self) -> Path:
        """Where the identity is, or will be. Raises SetupError."""
        own = self.values().get("identity")
        return self.path.parent / own if isinstance(own, str) else self.data.absolute() / "identity"

    @property
    def is_enrolled(self) -> bool:
        """Whether anything says who this device is. What is said by half is a mistake for a person, no device that
        waits to be claimed."""
        said = {*self.values(), *(name.removeprefix(ENVIRONMENT).lower() for name in os.environ)}
        return bool(said & WHO)

    def take(self, grant: Grant, more: Mapping[str, Value] | None = None) -> None:
        """Say in it whose device this is. Raises OSError, SetupError."""
        values = values_of(grant, str(self.identity)) | dict(more or {})
        try:
            mode = stat.S_IMODE(self.path.stat().st_mode)
        except FileNotFoundError:
            mode = 0o644
        try:
            text = enrolled(self.text(), values)
        except SetupError as error:
            raise SetupError(f"{self.path}: {error}") from None
        write_whole(self.path, text, mode)
        sync_folder(self.path.absolute().parent)


class FileJoins:
    """Implements `unclaimed.Joins`: strings that lie in files (`join_file`)."""

    def __init__(self, work: Work, folders: Sequence[Path]) -> None:
        self._work = work
        self._files = JoinFiles(folders, work.was_used)

    def next(self) -> Join | None:
        return self._files.next()

    def settle(self, join: Join, trouble: Trouble | None) -> None:
        """A file whose string came to nothing stays: somebody may want to know what was in it."""
        try:
            self._work.use(join, trouble)
        except OSError as error:
            log.error("this join string will be tried again: %s", error, extra={"action": "join.unkept"})
        if trouble is None:
            self._files.remove()


class OneJoin:
    """Implements `unclaimed.Joins`: the string that a person has given to a command, and no other."""

    def __init__(self, join: Join) -> None:
        self._left: Join | None = join

    def next(self) -> Join | None:
        join, self._left = self._left, None
        return join

    def settle(self, join: Join, trouble: Trouble | None) -> None:
        """The person sees it."""


def join_of(file: Path | None) -> Join:
    """From a file, or from standard input: never from the command line, which everybody on this machine can read.
    Raises SetupError."""
    try:
        if file is not None:
            text = file.read_text(encoding="utf-8-sig")
        elif sys.stdin.isatty():
            text = getpass("Join string: ")
        else:
            text = sys.stdin.readline()
        return read_join(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{file}: cannot be read: {error}") from error
    except ValueError as error:
        raise SetupError(str(error)) from None


def joins_for(file: OwnFile) -> FileJoins | None:
    """None: this process has its identity and nobody has handed it another join string. An enrolment that was
    interrupted is finished first. Raises SetupError."""
    if not file.path.exists() and JoinFiles(folders_of(file.path), lambda join: False).next() is None:
        return None
    work = Work(file.identity)
    try:
        work.finish(file.take)
    except OSError as error:
        log.error("an enrolment could not be finished: %s", error, extra={"action": "enrol.unfinished"})
    joins = FileJoins(work, folders_of(file.path))
    try:
        waits = joins.next() is not None
    except ValueError:
        waits = False
    return joins if waits or not file.is_enrolled else None


def start_again() -> None:
    """The same process from its beginning, with what it has now: nothing that enrolment loaded stays in memory, and a
    service manager sees one process that goes on. Does not return."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 (no shell is wanted)
