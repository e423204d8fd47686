"""Errors of the button unit.

UnitError       something a person must put right first; the message says what to do
  SpoolError    the spool file cannot be opened or written
  PinError      a pin cannot be used as the config says
"""

from __future__ import annotations


class UnitError(Exception):
    """The unit cannot work as it is set up; the message says what to do next."""


class SpoolError(UnitError):
    """The spool cannot keep a press. Nothing may go on the wire without its row."""


class PinError(UnitError):
    """A pin of the config is not usable on this machine."""
