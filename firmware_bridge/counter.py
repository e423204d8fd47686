"""The counter's own small file: which numbers may have been given, whatever becomes of the spool beside it.

Two lines of 32 bytes. `reserved` is synced and only written every 256 presses: no number above it was ever given.
`last` is written over in place after each press and not synced: the kernel brings it to the disk when it likes, so a
kill keeps it exact and a power cut leaves an older one."""

from __future__ import annotations

import logging
import os
import zlib
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

BLOCK = 256
_LINE = 32


class Counter:
    """Without a path it counts in memory alone. A file that cannot be written or read is not needed to go on."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self.reserved = 0
        self.last = 0
        """The highest number that was given: by this process, or by an earlier one as far as is known."""
        if path is not None:
            self._read(path)

    @property
    def highest(self) -> int:
        """No press that this device ever made has a higher number, as far as this file knows."""
        return max(self.reserved, self.last)

    def reserve(self, upto: int) -> None:
        """Put on the disk that numbers up to `upto`, and the rest of their block, may be given from now on."""
        if upto <= self.reserved:
            return
        reserved = (upto // BLOCK + 1) * BLOCK
        if self._path is not None:
            draft = self._path.with_name(f"{self._path.name}.new")
            try:
                self._write(draft, reserved)
                draft.replace(self._path)
                sync_folder(self._path.parent)
                self._open()
            except OSError as error:
                log.warning("the counter's file cannot be written: %s", error, extra={"action": "counter"})
                with suppress(OSError):
                    draft.unlink()
        self.reserved = reserved

    def gave(self, seq: int) -> None:
        if seq <= self.last:
            return
        self.last = seq
        if self._file is not None:
            try:
                os.pwrite(self._file, _line(seq), _LINE)
            except OSError:
                self.close()

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self, path: Path) -> None:
        try:
            raw = path.read_bytes()
        except OSError:
            return
        self.reserved, self.last = _number(raw[:_LINE]), _number(raw[_LINE : 2 * _LINE])
        self._open()

    def _open(self) -> None:
        self.close()
        assert self._path is not None
        try:
            self._file = os.open(self._path, os.O_WRONLY)
        except OSError:
            self._file = None

    def _write(self, path: Path, reserved: int) -> None:
        with path.open("wb") as file:
            file.write(_line(reserved) + _line(self.last))
            file.flush()
            os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """A new name is on the disk when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _line(number: int) -> bytes:
    digits = b"%020d" % number
    return b"%b %08x  \n" % (digits, zlib.crc32(digits))


def _number(line: bytes) -> int:
    """0 for a line that is not whole."""
    digits = line[:20]
    return int(digits) if line and line == _line_of(digits) else 0


def _line_of(digits: bytes) -> bytes:
    return _line(int(digits)) if digits.isdigit() else b""
