"""What a device of a store is told about where to find what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where a device of a store finds what: broker and server are on one machine."""

    server: str
    """This server's own name."""
    host: str
    https_port: int
    broker_port: int
    authority: str
    """Its certificate, in PEM."""
