"""Unsettled presses: on the disk before anything else happens to them, in memory while the disk takes nothing.

One owner thread. The unit works on whatever the disk does: nothing here raises because of it, it is told
(`troubles`) and tried again (`mend`)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from broker_config.messages.device import FaultKind
from firmware_bridge.counter import BLOCK
from firmware_bridge.disk import Disk
from firmware_bridge.errors import DiskFault
from firmware_bridge.press import NewPress, Spooled
from firmware_bridge.press_row import HIGHEST_SEQ
from firmware_bridge.reserve import Reserve
from firmware_bridge.spool_file import SpoolFile

log = logging.getLogger(__name__)

T = TypeVar("T")

CHUNKS = (64, 8, 1)
"""Presses moved from memory to the disk in one commit; fewer when a disk has room for some only."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something for the technician. `count`: presses that are only in memory, carried over, or lost."""

    kind: FaultKind
    count: int
    text: str


class Spool:
    """Settled presses that the disk did not forget yet are hidden: they never come back in this run."""

    def __init__(self, path: str) -> None:
        """`path` of the file, or ":memory:". May be built in another thread than its owner's."""
        self._disk = Disk(path)
        self._settled: dict[UUID, None] = {}
        """Presses of the file that need not be there any more. While the disk works it is empty."""
        self._reserve = Reserve()
        self._evicted: list[UUID] = []
        self._unreadable = False
        self._fault: DiskFault | None = None
        fault = self._disk.open_first()
        if fault is not None:
            self._enter(fault)
        self.tend()

    def __len__(self) -> int:
        """From any thread: in the middle of a commit a settled press may be counted out twice."""
        return max(0, len(self._disk.file) - len(self._settled)) + len(self._reserve)

    @property
    def last_seq(self) -> int:
        """The highest number that a press of this unit ever got."""
        return self._disk.counter.last

    @property
    def is_in_trouble(self) -> bool:
        """The disk takes nothing now: `mend` should be called again after a while."""
        return self._fault is not None

    @property
    def replacements(self) -> int:
        """How often the file was begun anew: see `restore`."""
        return self._disk.replacements

    @property
    def troubles(self) -> list[Trouble]:
        found = []
        if self._disk.replaced:
            found.append(Trouble(FaultKind.SPOOL_REPLACED, self._disk.carried, self._disk.replaced))
        if self._fault is not None:
            found.append(Trouble(self._fault.kind, len(self._reserve), str(self._fault)))
        if self._reserve.lost:
            text = "the disk took nothing, and the memory was full"
            found.append(Trouble(FaultKind.PRESSES_LOST, self._reserve.lost, text))
        return found

    def add(self, presses: Sequence[NewPress], drop: Iterable[UUID] = ()) -> list[Spooled]:
        """Keep presses, on the disk if that is possible, and forget settled ones on the same way."""
        self._forget(drop)
        counter = self._disk.counter
        rows = [Spooled(counter.last + number, press) for number, press in enumerate(presses, 1)]
        if self._fault is None and rows:
            counter.reserve(rows[-1].seq)
        if self._fault is not None or not self._commit(rows):
            rows = [replace(one, on_disk=False) for one in rows]
            self._evicted += self._reserve.put(rows)
        if rows:
            counter.gave(rows[-1].seq)
        return rows

    def drop(self, ids: Iterable[UUID]) -> None:
        """Forget presses that have their receipt. Ids that are not here are fine."""
        self._forget(ids)
        if self._fault is None and self._settled:
            self._commit(())
        elif self._fault is not None and self._fault.kind is FaultKind.DISK_FULL:
            self.mend()  # each row that goes makes room

    def freshest(self, most: int, before: int | None = None) -> list[Spooled]:
        """Up to `most` presses with the highest `seq` (below `before`), highest first."""
        limit = 2 * HIGHEST_SEQ if before is None else before
        rows = self._look(lambda file: file.freshest(most, limit, self._settled)) or []
        if self._reserve:
            rows = sorted(rows + self._reserve.freshest(most, limit), key=_seq, reverse=True)[:most]
        return rows

    def oldest(self) -> Spooled | None:
        found = self._look(lambda file: file.oldest(self._settled))
        return min(([] if found is None else [found]) + self._reserve.oldest(1), key=_seq, default=None)

    def evicted(self) -> list[UUID]:
        """Presses that were lost for want of memory since the last call."""
        gone, self._evicted = self._evicted, []
        return gone

    def restore(self, rows: Iterable[Spooled]) -> None:
        """What its reader still knows of a file that was begun anew belongs into the new one."""
        missing = [one for one in rows if one.press.id not in self._reserve and not self._has(one.press.id)]
        self._evicted += self._reserve.put(missing)
        if self._fault is None:
            try:
                self._move()
            except DiskFault as fault:
                self._enter(fault)

    def tend(self) -> None:
        """What can be done before the next finger comes. Nothing is written while nobody presses."""
        if self._fault is not None:
            return
        counter = self._disk.counter
        if counter.reserved - counter.last < BLOCK // 2:
            counter.reserve(counter.last + BLOCK // 2)
        with suppress(DiskFault):  # the next press will tell
            self._disk.do(SpoolFile.fold)

    def mend(self) -> None:
        """Try the disk again, and bring to it what is only in memory."""
        if self._fault is None:
            return
        try:
            if self._fault.kind is not FaultKind.DISK_FULL or not self._disk.is_real:
                self._disk.open_again()
            self._unreadable = False
            self._move()
            self._disk.do(lambda file: file.prove(self.last_seq))
        except DiskFault as fault:
            self._enter(fault)
        else:
            log.warning("the disk takes presses again", extra={"action": "spool.mended"})
            self._fault = None
            self.tend()

    def close(self) -> None:
        self.mend()
        self._disk.close()

    def _commit(self, rows: Sequence[Spooled]) -> bool:
        """False: the disk does not take it."""
        try:
            try:
                self._write(rows, self._settled)
            except DiskFault as fault:
                if fault.kind is not FaultKind.DISK_FULL:
                    raise
                self._forget_in_the_file()
                self._squeeze(rows, ())
        except DiskFault as fault:
            self._enter(fault)
            return False
        self._settled.clear()
        return True

    def _write(self, rows: Sequence[Spooled], drop: Collection[UUID], *, again: bool = False) -> None:
        self._disk.do(lambda file: file.write(rows, drop, again=again))

    def _squeeze(self, rows: Sequence[Spooled], drop: Collection[UUID]) -> None:
        """Into a full disk, if there is a way."""
        try:
            self._write(rows, drop, again=True)
        except DiskFault as fault:
            if fault.kind is not FaultKind.DISK_FULL:
                raise
            self._disk.do(lambda file: file.fold(now=True))
            self._write(rows, drop, again=True)

    def _forget_in_the_file(self) -> None:
        """A few at a time: also what is deleted needs room in the log, for a moment."""
        while self._settled:
            some = list(self._settled)[: CHUNKS[0]]
            self._squeeze((), some)
            for one in some:
                del self._settled[one]

    def _move(self) -> None:
        """What is in memory goes to the disk, oldest first. Raises DiskFault when there is no room for one more."""
        self._forget_in_the_file()
        sizes = iter(CHUNKS)
        size = next(sizes)
        while self._reserve:
            rows = self._reserve.oldest(size)
            try:
                self._squeeze(rows, ())
            except DiskFault as fault:
                smaller = next(sizes, None)
                if fault.kind is not FaultKind.DISK_FULL or smaller is None:
                    raise
                size = smaller
                continue
            for one in rows:
                self._reserve.take_out(one.press.id)
                if not self._has(one.press.id):  # another press has its number, of which nobody could know
                    self._disk.counter.gave(self.last_seq + 1)
                    self._reserve.put([replace(one, seq=self.last_seq)])

    def _forget(self, ids: Iterable[UUID]) -> None:
        for one in ids:
            if not self._reserve.take_out(one) and (self._fault is None or self._has(one)):
                self._settled[one] = None

    def _has(self, press: UUID) -> bool:
        """Where nothing can be read, the reader's word must do."""
        return self._look(lambda file: file.has(press)) is not False

    def _look(self, what: Callable[[SpoolFile], T]) -> T | None:
        """None also when the disk cannot be read now."""
        if self._unreadable:
            return None
        try:
            return self._disk.do(what)
        except DiskFault as fault:
            self._unreadable = True
            self._enter(fault)
            return None

    def _enter(self, fault: DiskFault) -> None:
        known, self._fault = self._fault, fault
        if known is None or known.kind is not fault.kind:
            log.error(
                "the disk takes no presses, they are kept in memory: %s",
                fault,
                extra={"action": fault.kind.value},
            )
        self._settled = {one: None for one in self._settled if self._has(one)}


def _seq(one: Spooled) -> int:
    return one.seq
