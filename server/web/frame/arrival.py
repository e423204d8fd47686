"""How a request reached us: by HTTPS, from this machine, or in clear over the network. The one place that says so.

Whoever is in the same network can read what travels in clear: a password, and the cookie that stands for it. So only
`private` ways may carry a sign-in. Plain ASGI, before everything that asks for scheme or client."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


class Way(StrEnum):
    HTTPS = "https"
    """To our own listener, or to a proxy that we were told to believe."""
    HERE = "here"
    """From a browser or script of this very machine."""
    CLEAR = "clear"

    @property
    def private(self) -> bool:
        return self is not Way.CLEAR


class Arrival:
    """Sets scheme and client to what is known of them. `proxies`: addresses and networks whose word about a request is
    believed. Of everybody else's the same headers say only that it comes from elsewhere."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str] = ()) -> None:
        self._app = app
        self._proxies = [ip_network(one) for one in proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            self._settle(scope, Headers(scope=scope))
        await self._app(scope, receive, send)

    def _settle(self, scope: Scope, headers: Headers) -> None:
        peer = _address(scope["client"][0]) if scope.get("client") else None
        forwarded = any(name in headers for name in FORWARDED)
        if forwarded and self._is_proxy(peer):
            scope["scheme"] = "https" if headers.getlist("x-forwarded-proto") == ["https"] else "http"
            peer = self._behind(headers)
            scope["client"] = None if peer is None else (str(peer), 0)
        if scope["scheme"] == "https":
            way = Way.HTTPS
        elif not forwarded and peer is not None and (peer.is_loopback or peer == _own(scope)):
            way = Way.HERE  # nobody else's packets get through with our own address as their sender
        else:
            way = Way.CLEAR
        scope.setdefault("state", {})["way"] = way

    def _is_proxy(self, peer: IPv4Address | IPv6Address | None) -> bool:
        return peer is not None and any(peer in network for network in self._proxies)

    def _behind(self, headers: Headers) -> IPv4Address | IPv6Address | None:
        """The last one in the list who is no proxy of ours: what stands before it, anybody may have written."""
        hops = ",".join(headers.getlist("x-forwarded-for")).split(",")
        for hop in reversed(hops):
            found = _address(hop.strip())
            if not self._is_proxy(found):
                return found
        return None


def way_of(connection: HTTPConnection) -> Way:
    """In clear, where nobody looked."""
    way = connection.scope.get("state", {}).get("way", Way.CLEAR)
    return way if isinstance(way, Way) else Way.CLEAR


def by_https(connection: HTTPConnection) -> bool:
    """Whether cookies of the answer are Secure."""
    return way_of(connection) is Way.HTTPS


def _own(scope: Scope) -> IPv4Address | IPv6Address | None:
    """Our end of the connection."""
    server = scope.get("server")
    return _address(server[0]) if server else None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
