"""Errors of the contract package.

ContractError    bytes from the wire that are not what the channel table promises
SetupError       the broker or a file of ours is not as it must be; the text says what to do
  IdentityError  a key, request or certificate is not what it must be
"""

from __future__ import annotations


class ContractError(Exception):
    """A packet that the contract does not allow.

    `reason` is one word for counting (see `REASONS`); `detail` is for a human and never holds more of the
    packet than field names, so it may be logged.
    """

    REASONS = frozenset(
        {
            "topic",
            "oversize",
            "encoding",
            "json",
            "version",
            "fields",
            "retained",
            "foreign",
            "kind",
            "expiry",
        }
    )

    def __init__(self, reason: str, detail: str) -> None:
        if reason not in self.REASONS:
            raise ValueError(f"unknown reason {reason!r}")
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class SetupError(Exception):
    """Something on this machine must be put right by a person first; the message says what to do."""


class IdentityError(SetupError):
    """A key, a request or a certificate that cannot be used; the message says why, and holds nothing of it."""
