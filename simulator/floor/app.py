"""The floor's web application: one screen, one live stream, and what a visitor can do. It keeps no state."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Annotated, Literal, Protocol

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field

from simulator.floor.events import Deed, Mood
from simulator.floor.feed import Feed
from simulator.floor.guard import App, Guard
from simulator.floor.screen import Screen
from simulator.floor.unit_line import UnitSilent
from simulator.floor.words import choose
from simulator.staff import Verb

LANGUAGE_COOKIE = "floor_language"
YEAR_S = 31_536_000


class Controls(Protocol):
    """What a visitor can do. KeyError: there is no such thing in this shop; UnitSilent: try again."""

    def hold(self, button: str) -> None: ...
    def lift(self, button: str) -> None: ...
    def press(self, button: str, ms: int) -> None: ...
    def do(self, button: str, deed: Deed) -> None: ...
    def plug(self, transmitter: str, plugged: bool) -> None: ...
    def mood(self, transmitter: str, mood: Mood) -> None: ...
    def staff(self, on: bool) -> None: ...
    def ask(self, login: str, verb: Verb) -> None: ...


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PressBody(_Body):
    ms: Annotated[int, Field(ge=1, le=10_000)] = 200


class DeedBody(_Body):
    deed: Annotated[Deed, Field(strict=False)]


class AskBody(_Body):
    verb: Literal["pass", "help"]


class LineBody(_Body):
    plugged: bool | None = None
    mood: Annotated[Mood | None, Field(strict=False)] = None


class StaffBody(_Body):
    on: bool


def make_app(screen: Screen, feed: Feed, controls: Controls, hosts: frozenset[str]) -> App:
    """`hosts`: the Host headers that are ours, with their port."""
    app = FastAPI(title="Red Button floor", docs_url=None, redoc_url=None, openapi_url=None)
    _screens(app, screen, feed)
    _actions(app, controls)
    static = files("simulator.floor").joinpath("static")
    app.mount("/static", StaticFiles(directory=str(static)), name="static")
    return Guard(app, hosts)


def _screens(app: FastAPI, screen: Screen, feed: Feed) -> None:
    @app.get("/", response_class=HTMLResponse)
    def floor(request: Request, lang: Annotated[str | None, Query(max_length=8)] = None) -> HTMLResponse:
        language = choose(
            lang,
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language", ""),
            screen.default_language,
        )
        answer = HTMLResponse(screen.render(language), headers={"cache-control": "no-store"})
        if lang == language:
            answer.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, httponly=True, samesite="lax")
        return answer

    @app.get("/live", response_class=EventSourceResponse)
    async def live() -> AsyncIterator[ServerSentEvent]:
        first = True
        async for items in feed.read():
            yield ServerSentEvent(data=items, event="all" if first else "some", retry=1000)
            first = False


def _actions(app: FastAPI, controls: Controls) -> None:
    @app.exception_handler(KeyError)
    def unknown(_: Request, error: Exception) -> Response:
        return Response("There is no such thing in this shop.", 404, media_type="text/plain")

    @app.exception_handler(UnitSilent)
    def silent(_: Request, error: Exception) -> Response:
        return Response("The button unit does not answer.", 503, media_type="text/plain")

    @app.post("/buttons/{button}/down", status_code=204)
    def down(button: str) -> None:
        controls.hold(button)

    @app.post("/buttons/{button}/up", status_code=204)
    def up(button: str) -> None:
        controls.lift(button)

    @app.post("/buttons/{button}/press", status_code=204)
    def press(button: str, body: PressBody) -> None:
        controls.press(button, body.ms)

    @app.post("/buttons/{button}/do", status_code=204)
    def do(button: str, body: DeedBody) -> None:
        controls.do(button, body.deed)

    @app.post("/transmitters/{transmitter}", status_code=204)
    def line(transmitter: str, body: LineBody) -> None:
        if body.plugged is None and body.mood is None:
            raise HTTPException(422, "say plugged or mood")
        if body.plugged is not None:
            controls.plug(transmitter, body.plugged)
        if body.mood is not None:
            controls.mood(transmitter, body.mood)

    @app.post("/staff", status_code=204)
    def staff(body: StaffBody) -> None:
        controls.staff(body.on)

    @app.post("/people/{login}", status_code=204)
    def ask(login: str, body: AskBody) -> None:
        controls.ask(login, Verb(body.verb))
