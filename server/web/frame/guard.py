"""Refuses what another site makes a browser say, and names that are not ours (DNS rebinding). Plain ASGI.

Browsers tell where a request comes from: Sec-Fetch-Site on trustworthy addresses, Origin on plain HTTP in a
LAN. A cookie is sent along without asking anybody, so these two are what counts; no token in forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """`hosts`: names (without port) by which people reach us. `public_url`: our address behind a proxy."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str], public_url: str | None = None) -> None:
        self._app = app
        self._public = _origin(public_url) if public_url else None
        self._hosts = {host.lower() for host in hosts}
        if self._public is not None:
            self._hosts.add(urlsplit(self._public).hostname or "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal: PlainTextResponse | None = None
        if not self._our_name(headers):
            refusal = PlainTextResponse(
                "This address is not one of ours. Add its name to allowed_hosts of the server.\n", 421
            )
        elif scope["type"] == "websocket" or not self._allowed(scope, headers):
            refusal = PlainTextResponse("Refused: this request was made by another site.\n", 403)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refusal(scope, receive, send)

    def _our_name(self, headers: Headers) -> bool:
        names = headers.getlist("host")
        return len(names) == 1 and hostname(names[0]) in self._hosts

    def _allowed(self, scope: Scope, headers: Headers) -> bool:
        if scope["method"] in SAFE or carries_token(headers):
            return True
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site == "same-origin"
        if origin is not None:
            ours = {_origin(f"{scope['scheme']}://{headers['host']}")}
            if self._public is not None and self._public.startswith(scope["scheme"] + ":"):
                ours.add(self._public)  # of the same way only: in clear nobody proves to be the private site
            return _origin(origin) in ours
        # No browser: those always name an origin here. Nothing but a cookie could lend it somebody's rights.
        return "cookie" not in headers


def carries_token(headers: Headers) -> bool:
    """Whether a script speaks for itself: no page of another site can add this header unasked."""
    return headers.get("authorization", "").lower().startswith("bearer ")


def hostname(host: str) -> str | None:
    """The name in a Host header, in small letters, without port and brackets; None when it is none."""
    found = HOST.fullmatch(host.lower())
    return found["name"].strip("[]") if found else None


def _origin(url: str) -> str | None:
    """Scheme, name and port in one spelling; None for `null` and for nonsense."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}"
