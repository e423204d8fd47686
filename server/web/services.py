"""What the screens and the API are given: built once in the composition root, read from `app.state.services`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import HTTPConnection

from server.db.connect import Database
from server.requests import Desk
from server.web.frame.bell import Bell


@dataclass(frozen=True, slots=True)
class WebSettings:
    secure: bool = False
    """The browser reaches us over HTTPS: cookies get Secure and the `__Host-` prefix."""
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    """Names (without port) by which a browser may call; anything else is refused."""
    public_url: str | None = None
    """How people reach us, when that is not what the request says (behind a proxy)."""


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


def services_of(connection: HTTPConnection) -> Services:
    """The services of the app that serves this request."""
    services: Services = connection.app.state.services
    return services
