"""Errors of the pager gateway.

GatewayError
├── ConfigError          the file or the machine must be put right by a person first; exit code 2
├── LedgerError          the ledger on disk cannot be used
└── TransmitterError     one page, one transmitter: `code` for machines, text for people, `retry` says
    │                    whether another try with the same transmitter could help
    ├── Refused          the transmitter or its driver will not take this page
    └── LineTrouble      nobody answers, the port is gone, the line is noisy
"""

from __future__ import annotations

from broker_config.messages import ResultError


class GatewayError(Exception):
    """Anything this package raises on purpose."""


class ConfigError(GatewayError):
    """The message names the place and what to do."""


class LedgerError(GatewayError):
    """The message names the file and what to do."""


class TransmitterError(GatewayError):
    """Carried in results rather than raised: `as_result` is its form on the wire."""

    def __init__(self, code: str, text: str, *, retry: bool) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.retry = retry

    def as_result(self) -> ResultError:
        return ResultError(code=self.code[:32], text=self.text[:500], retry=self.retry)


class Refused(TransmitterError):
    """By default another try is useless: the same page will be refused again."""

    def __init__(self, code: str, text: str, *, retry: bool = False) -> None:
        super().__init__(code, text, retry=retry)


class LineTrouble(TransmitterError):
    """By default another try may help: lines come back."""

    def __init__(self, code: str, text: str, *, retry: bool = True) -> None:
        super().__init__(code, text, retry=retry)
