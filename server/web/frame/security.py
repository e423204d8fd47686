"""Headers of every answer: what a browser may load, and who may frame us (nobody). And the very last resort.

Plain ASGI: it touches the first message only, so streams pass through unhindered."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.web.frame.guard import hostname

POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect", "manifest")),
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
DENIED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb", "serial")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in DENIED),
}
ONLY_HTTPS = "max-age=31536000"
"""A year, for this name alone: other machines below it are not ours, and no store's name is in a browser's list."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Without it: the rule counts for every port of a name, and would close this machine's own plain door with it."""


class SecurityHeaders:
    """Stands before everything else, so that refusals and errors carry the headers too. What nobody caught becomes an
    answer without a word about the inside, and goes on to the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if scope["scheme"] == "https" and _name(scope) not in LOOPBACK:
                    headers.setdefault("Strict-Transport-Security", ONLY_HTTPS)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            if not started:
                sorry = PlainTextResponse("Something went wrong. It is in the log of the server.\n", 500)
                await sorry(scope, receive, with_headers)
            raise


def _name(scope: Scope) -> str | None:
    return hostname(Headers(scope=scope).get("host", ""))
