"""The bench's screen, its stream, and what a visitor does there.

    POST /bench/{driver}        {}                                            switch it on
    POST /bench/{driver}/page   {"text": "DAIRY 2", "format": "text", "pagers": 3}
    POST /bench/{driver}/line   as /transmitters/{transmitter}

All: 204; 404 no such kind, or it cannot do that; 409 too many pages wait; 422 no pager has these letters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Protocol

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field

from broker_config.messages.page import PageFormat
from simulator.floor.bench import BenchFull
from simulator.floor.feed import Feed
from simulator.floor.line_hands import LineBody, LineHands, handle_line


class BenchHands(LineHands, Protocol):
    feed: Feed

    def choose(self, driver: str) -> None: ...
    def send(self, driver: str, text: str, kind: PageFormat, pagers: int) -> None: ...


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PageBody(_Body):
    text: Annotated[str, Field(max_length=80)] = ""
    format: Annotated[PageFormat, Field(strict=False)] = PageFormat.TEXT
    pagers: Annotated[int, Field(ge=1, le=3)] = 1


def add_bench(
    app: FastAPI,
    bench: BenchHands,
    page: Callable[[Request, str | None], HTMLResponse],
    stream: Callable[[Feed], AsyncIterator[ServerSentEvent]],
) -> None:
    @app.get("/transmitters", response_class=HTMLResponse)
    def screen(request: Request, lang: Annotated[str | None, Query(max_length=8)] = None) -> HTMLResponse:
        return page(request, lang)

    @app.get("/transmitters/live", response_class=EventSourceResponse)
    async def live() -> AsyncIterator[ServerSentEvent]:
        async for event in stream(bench.feed):
            yield event

    @app.exception_handler(BenchFull)
    def full(_: Request, error: Exception) -> Response:
        return Response("Too many pages wait here already.", 409, media_type="text/plain")

    @app.post("/bench/{driver}", status_code=204)
    def choose(driver: str, body: _Body) -> None:
        bench.choose(driver)

    @app.post("/bench/{driver}/page", status_code=204)
    def send(driver: str, body: PageBody) -> None:
        try:
            bench.send(driver, body.text, body.format, body.pagers)
        except ValueError:
            raise HTTPException(422, "No pager has these letters together.") from None

    @app.post("/bench/{driver}/line", status_code=204)
    def line(driver: str, body: LineBody) -> None:
        handle_line(bench, driver, body)
