"""The spool's place on the disk: opened, found damaged and begun anew, or out of reach and read from a copy."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from broker_config.messages.device import FaultKind
from firmware_bridge import salvage
from firmware_bridge.counter import Counter
from firmware_bridge.errors import Damaged, DiskFault
from firmware_bridge.spool_file import MEMORY, SpoolFile

log = logging.getLogger(__name__)

BELIEVED = 1_000_000
"""A counter so far above what its own file says is a broken one."""

T = TypeVar("T")


class Disk:
    """`file` is always there to be read. Raises DiskFault while nothing can be written."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._is_memory = path == MEMORY
        self.counter = Counter(None if self._is_memory else self._path.with_name("spool.seq"))
        self.file: SpoolFile
        self.is_real = False
        """Whether `file` is the one on the disk; else it is a copy of what could be read of it, in memory."""
        self.replacements = 0
        self.replaced = ""
        """What became of the last damaged file; empty: there was none."""
        self.carried = 0

    def open_first(self) -> DiskFault | None:
        """Returns what is wrong with the disk, if anything is."""
        try:
            self.file = self._open(first=True)
        except DiskFault as fault:
            saved = salvage.read(self._path)
            self._count_on(saved, first=True)
            self.file = salvage.in_memory(saved.rows)
            return fault
        self.is_real = True
        return None

    def open_again(self) -> None:
        """After trouble: a connection that has seen errors is not relied on."""
        if self._is_memory:
            return
        self._take(SpoolFile(str(self._path), check=False) if self.is_real else self._open(first=False))

    def do(self, what: Callable[[SpoolFile], T]) -> T:
        """`what` of the file; once more of a new one when it is found damaged. `what` raises like SpoolFile."""
        try:
            return what(self.file)
        except Damaged as damage:
            self._replace(damage)
        try:
            return what(self.file)
        except Damaged as damage:
            raise DiskFault(FaultKind.DISK_FAILED, f"a new file is damaged too: {damage}") from damage

    def close(self) -> None:
        self.file.close()
        self.counter.close()

    def _open(self, *, first: bool) -> SpoolFile:
        """The file at its place; a damaged one is begun anew."""
        try:
            if not self._is_memory:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                salvage.finish(self._path)
            file = SpoolFile(str(self._path))
            try:
                self._believe(file, first)
            except Damaged:
                file.close()
                raise
        except OSError as error:
            raise _failed(error) from error
        except Damaged as damage:
            return self._begin_anew(damage, first)
        return file

    def _believe(self, file: SpoolFile, first: bool) -> None:
        """The two counters, this file's and the one beside it, must fit each other."""
        counted, beside = file.counter(), self.counter
        if beside.highest and file.is_new:
            raise Damaged("the spool file was emptied")
        if beside.highest and counted > beside.highest + BELIEVED:
            raise Damaged("the counter is beyond belief")
        if first and counted < beside.last:
            log.warning(
                "%d presses are not in the spool: it was cut, or they were only in memory when the unit ended",
                beside.last - counted,
                extra={"action": "spool.counter"},
            )
        beside.gave(counted)

    def _begin_anew(self, damage: Damaged, first: bool) -> SpoolFile:
        """Nothing has changed on the disk when it raises."""
        log.error("the spool is begun anew: %s", damage, extra={"action": "spool.damaged"})
        saved = salvage.read(self._path)
        self._count_on(saved, first=first)
        if self.is_real:  # it is closed before there is a new one: SQLite removes a log by its name
            self._take(salvage.in_memory(saved.rows), real=False)
        try:
            aside = salvage.begin_anew(self._path, saved.rows, self.counter.last)
            file = SpoolFile(str(self._path))
        except (OSError, Damaged) as error:
            raise _failed(error) from error
        self.replacements += 1
        self.carried = len(saved.rows)
        self.replaced = f"{aside.name} kept aside, {self.carried} presses carried over"
        log.error("%s", self.replaced, extra={"action": "spool.replaced"})
        return file

    def _replace(self, damage: Damaged) -> None:
        """The file was found damaged at work."""
        if self.is_real and not self._is_memory:
            self._take(self._begin_anew(damage, first=False))
        else:
            self._take(salvage.in_memory(()), real=self.is_real)

    def _take(self, file: SpoolFile, *, real: bool = True) -> None:
        self.file.close()
        self.file, self.is_real = file, real

    def _count_on(self, saved: salvage.Saved, *, first: bool) -> None:
        """Above every number that can have been given. Which those are, a whole file knows, and a running process."""
        if saved.counter is not None:
            self.counter.gave(saved.counter)
        elif first:
            self.counter.gave(max([self.counter.highest, *(one.seq for one in saved.rows)]))


def _failed(error: Exception) -> DiskFault:
    return DiskFault(FaultKind.DISK_FAILED, str(error)[:200])
