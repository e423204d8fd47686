"""Ids that the server makes: UUIDv7, so that rows lie in the order of their making, and the shared page ids."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid5

Entropy = Callable[[int], bytes]


def uuid7(unix_ms: int, entropy: Entropy) -> UUID:
    """RFC 9562 section 5.7: 48 bits of milliseconds, then random bits."""
    value = (unix_ms & (1 << 48) - 1) << 80 | int.from_bytes(entropy(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def first_page_id(press: UUID, pager: int) -> UUID:
    """Id of a page in the first round of the first step: the stand-in comes to the same one (contract section 1)."""
    return uuid5(press, slot(pager))


def slot(pager: int) -> str:
    """Names this pager's order in the fallback plan."""
    return f"p{pager}"
