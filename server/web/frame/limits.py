"""How much a request may bring and how long it may take: nobody fills our memory, nobody keeps a form half sent.

A body that says that it is too long is refused before it is read, one that does not say so when it has become too
long. The refusal is raised where the body is read, so it becomes a screen or JSON like every other error.
First line and headers are bounded by the listener (`server/listening.py`)."""

from __future__ import annotations

import asyncio

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_BODY = 256 * 1024
"""The largest form of a large shop is a tenth of it."""
LONGEST_QUERY = 8 * 1024
BODY_S = 20.0
"""A phone at the edge of the network needs seconds; whoever needs longer holds one of our places."""


class Limits:
    def __init__(self, app: ASGIApp, body: int = LONGEST_BODY, seconds: float = BODY_S) -> None:
        self._app = app
        self._body = body
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif len(scope["query_string"]) > LONGEST_QUERY:
            await PlainTextResponse("This address is too long.\n", 414)(scope, receive, send)
        else:
            bounded = Bounded(receive, said(Headers(scope=scope)), self._body, self._seconds)
            await self._app(scope, bounded, send)


class Bounded:
    """The `receive` of one request."""

    def __init__(self, receive: Receive, announced: int, most: int, seconds: float) -> None:
        self._receive = receive
        self._announced = announced
        self._most = most
        self._seconds = seconds
        self._until: float | None = None
        self._came = 0
        self._whole = False

    async def __call__(self) -> Message:
        if (
            self._whole
        ):  # what comes now is that the browser has left: a stream waits for that as long as it likes
            return await self._receive()
        if self._announced > self._most:
            raise HTTPException(413)
        now = asyncio.get_running_loop().time()
        if self._until is None:
            self._until = now + self._seconds
        try:
            message = await asyncio.wait_for(self._receive(), self._until - now)
        except TimeoutError:
            raise HTTPException(408) from None
        self._came += len(message.get("body", b""))
        if self._came > self._most:
            raise HTTPException(413)
        self._whole = not message.get("more_body", False)
        return message


def said(headers: Headers) -> int:
    """How long the body will be by its own word; 0 when it does not say. The listener has refused what is no number."""
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
