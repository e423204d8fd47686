"""What the screens and the API are given: built once in the composition root, read from `app.state.services`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from starlette.requests import HTTPConnection

from server.db.connect import Database
from server.door.address import Address
from server.requests import Desk
from server.web.frame.bell import Bell


@dataclass(frozen=True, slots=True)
class WebSettings:
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    """Names (without port) by which a browser may call; anything else is refused."""
    public_url: str | None = None
    """How people reach us, when that is not what the request says (behind a proxy)."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of proxies: what they say about scheme and client is believed, and nobody else's word."""
    https_port: int | None = None
    """Of our own listener, if there is one."""
    authority_file: Path | None = None
    """The certificate of the store's authority, which signed that listener's."""


class DoorWay(Protocol):
    """What the screens see of the door (`server.door`)."""

    @property
    def addresses(self) -> Mapping[str, Address]: ...

    def wake(self) -> None:
        """Rows about who may come in have changed."""


class _NoDoor:
    addresses: Mapping[str, Address] = {}

    def wake(self) -> None:
        """Nobody is waiting."""


NO_DOOR: DoorWay = _NoDoor()
"""Of a server that lets nobody in by itself."""


@dataclass(frozen=True, slots=True)
class Services:
    db: Database
    desk: Desk
    bell: Bell
    now: Callable[[], datetime]
    """Aware, UTC."""
    stopping: Callable[[], bool]
    """True from the stop signal on: streams end by themselves, so that the server can."""
    settings: WebSettings = field(default_factory=WebSettings)
    door: DoorWay = field(default_factory=lambda: NO_DOOR)


def services_of(connection: HTTPConnection) -> Services:
    """The services of the app that serves this request."""
    services: Services = connection.app.state.services
    return services
