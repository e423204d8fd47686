"""What `up` must know of a shop, and nothing more: who is connected, and what is to be simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Input:
    n: int
    colour: str
    label: str
    zone: str


@dataclass(frozen=True)
class Unit:
    """A button unit: one Pi, or one simulated process."""

    device: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class Line:
    """A transmitter and the gateway whose serial line it hangs on."""

    gateway: str
    name: str
    driver: str
    port: str | None = None
    """Device path or pyserial URL of the real box; None: known only when it is simulated."""
    baudrate: int | None = None
    """None: the usual one of its kind."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of its driver."""


@dataclass(frozen=True)
class Pager:
    transmitter: str
    address: str
    label: str
    holder: str | None = None
    initials: str = ""
    format: str = "text"
    longest: int = 40


@dataclass(frozen=True)
class Person:
    """Somebody who signs in; on the floor with a pager, who has one."""

    login: str
    name: str
    role: str = "staff"
    """Of the account, as in `rules.rights`."""
    pager: str | None = None
    zones: tuple[str, ...] = ()
    """Of all shifts; empty: anywhere."""


@dataclass(frozen=True)
class Shop:
    store: str
    name: str
    server: str = "srv"
    """The server's own name at the broker."""
    language: str = "en"
    units: tuple[Unit, ...] = ()
    lines: tuple[Line, ...] = ()
    pagers: tuple[Pager, ...] = ()
    people: tuple[Person, ...] = ()
    keeper: str | None = None
    """The gateway that stands in while the server is silent."""

    @property
    def gateways(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.gateway for line in self.lines))
