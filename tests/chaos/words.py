"""Pure: what pages of a shop say, in letters or in codes."""

from __future__ import annotations

from typing import Protocol


class Words(Protocol):
    """What pages of a shop say."""

    def whose(self, address: str, text: str) -> tuple[str, str]:
        """Address, zone and button."""

    def stood_in(self, text: str) -> bool:
        """It may be a stand-in's, by its plan, whatever the server says of the same call later."""

    def says_repeated(self, text: str) -> bool: ...


class Texts:
    """Zone and button, then why."""

    def whose(self, address: str, text: str) -> tuple[str, str]:
        return address, " ".join(text.split()[:2])

    def stood_in(self, text: str) -> bool:
        return text.endswith("CALL")

    def says_repeated(self, text: str) -> bool:
        return text.endswith("REPEATED")


class Codes:
    """Six hexadecimal digits that every watch hears: five of the place, one of the reason."""

    def whose(self, address: str, text: str) -> tuple[str, str]:
        return "", text[:5]

    def stood_in(self, text: str) -> bool:
        return text.endswith("1")

    def says_repeated(self, text: str) -> bool:
        return text.endswith("2")
