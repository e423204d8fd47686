"""Errors of the button unit.

UnitError         something a person must put right first; the message says what to do
  SpoolError      the spool was asked for what no spool can do
    DiskFault     the disk takes (or gives) nothing now; it is tried again
    Damaged       the spool file is not what was written: it must be replaced
  PinError        a pin cannot be used as the config says
  DataFolderBusy  another process of this unit is running
"""

from __future__ import annotations

from broker_config.messages.device import FaultKind


class UnitError(Exception):
    """The unit cannot work as it is set up; the message says what to do next."""


class SpoolError(UnitError):
    """A mistake of ours, never the disk's: the process must end."""


class DiskFault(SpoolError):
    """`kind` is what the technician is told."""

    def __init__(self, kind: FaultKind, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Damaged(SpoolError):
    """Nothing in the file can be relied on, though most of it may still be readable."""


class PinError(UnitError):
    """A pin of the config is not usable on this machine."""


class DataFolderBusy(UnitError):
    """The service is running, or a self-test is: two processes never share a spool."""
