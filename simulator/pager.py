"""Wrist pagers with an inbox each, and the air between transmitters and them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceivedPage:
    """What the wearer felt and can read. `at`: boot-time seconds."""

    address: str
    text: str
    alert: int
    at: float


class Pager:
    """One pager. Every page must be expected by somebody: leftovers are a finding."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.inbox: list[ReceivedPage] = []
        """What nobody has looked at yet."""
        self.history: list[ReceivedPage] = []

    def vibrate(self, page: ReceivedPage) -> None:
        self.inbox.append(page)
        self.history.append(page)

    def expects(self, text: str) -> ReceivedPage:
        """Take the oldest page out of the inbox; its text must contain `text`. Raises AssertionError."""
        if not self.inbox:
            raise AssertionError(f"pager {self.address}: nothing came; expected {text!r}")
        page = self.inbox.pop(0)
        if text not in page.text:
            raise AssertionError(f"pager {self.address}: expected {text!r}, got {page.text!r}")
        return page

    def expects_nothing(self) -> None:
        """Raises AssertionError when something is in the inbox."""
        if self.inbox:
            found = ", ".join(repr(page.text) for page in self.inbox)
            raise AssertionError(f"pager {self.address}: nobody expected {found}")


class Air:
    """All pagers within reach. With `known_only`, an address without a pager can be refused by a transmitter."""

    def __init__(self, addresses: Iterable[str] = (), *, known_only: bool = False) -> None:
        self._pagers = {address: Pager(address) for address in addresses}
        self._known_only = known_only
        self._listeners: list[Callable[[ReceivedPage], None]] = []

    def pager(self, address: str) -> Pager:
        return self._pagers.setdefault(address, Pager(address))

    def pagers(self) -> list[Pager]:
        return list(self._pagers.values())

    def knows(self, address: str) -> bool:
        return not self._known_only or address in self._pagers

    def listen(self, listener: Callable[[ReceivedPage], None]) -> None:
        """Called for each page on the air, in the transmitter's thread."""
        self._listeners.append(listener)

    def transmit(self, address: str, text: str, alert: int, at: float) -> None:
        page = ReceivedPage(address, text, alert, at)
        self.pager(address).vibrate(page)
        for listener in self._listeners:
            listener(page)

    def assert_empty(self) -> None:
        """For the end of a story: raises AssertionError for any page nobody expected."""
        for pager in self._pagers.values():
            pager.expects_nothing()
