"""The floor's web application: one screen, one live stream, and what a visitor can do. It keeps no state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Protocol

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field

from simulator.config import Language
from simulator.floor.bench_routes import BenchHands, add_bench
from simulator.floor.events import Deed
from simulator.floor.feed import Feed
from simulator.floor.guard import App, Guard
from simulator.floor.line_hands import LineBody, LineHands, handle_line
from simulator.floor.screen import Screen
from simulator.floor.unit_line import UnitSilent
from simulator.floor.words import choose
from simulator.scenarios.item import Where
from simulator.staff import Verb

LANGUAGE_COOKIE = "floor_language"
YEAR_S = 31_536_000
FONTS = Path(__file__).parents[2] / "server" / "web" / "static" / "vendor" / "inter"
"""Those of the board, since one wheel holds both; without them the page takes a font of the machine."""


class Controls(LineHands, Protocol):
    """What a visitor can do. KeyError: there is no such thing in this shop; UnitSilent: try again."""

    def hold(self, contact: str) -> None: ...
    def lift(self, contact: str) -> None: ...
    def press(self, contact: str, ms: int) -> None: ...
    def do(self, button: str, deed: Deed) -> None: ...
    def fit(self, button: str, switch: str) -> None: ...
    def staff(self, on: bool) -> None: ...
    def ask(self, login: str, verb: Verb) -> None: ...


class Busy(Exception):
    """Another scenario is played there."""


class Scenes(Protocol):
    """Scenarios, played in the live shop or in fast motion. KeyError: there is none of that name there."""

    @property
    def motion(self) -> Feed:
        """What happens in the shop in fast motion."""

    def play(self, scenario: str, where: Where, speed: float | None, seed: int | None) -> None:
        """`speed` 0: as fast as it goes; None: the scenario's own. Raises Busy."""

    def stop(self, scenario: str, where: Where) -> None:
        """Nothing happens when it is not played."""


class Boxes(Protocol):
    """Devices that can be unpacked. KeyError: there is no such box; ValueError: this is no join string."""

    def unpack(self, name: str) -> None: ...
    def hand(self, name: str, text: str) -> None: ...
    def pack(self, name: str) -> None: ...


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PressBody(_Body):
    ms: Annotated[int, Field(ge=1, le=10_000)] = 200


class DeedBody(_Body):
    deed: Annotated[Deed, Field(strict=False)]


class SwitchBody(_Body):
    switch: Annotated[str, Field(max_length=40)]


class AskBody(_Body):
    verb: Literal["pass", "help"]


class StaffBody(_Body):
    on: bool


class JoinBody(_Body):
    text: Annotated[str, Field(max_length=1_000)]


class SceneBody(_Body):
    action: Literal["play", "stop"]
    where: Annotated[Where, Field(strict=False)] = Where.MOTION
    speed: Annotated[float | None, Field(ge=0.0, le=3_600.0, strict=False)] = None
    seed: Annotated[int | None, Field(ge=0, lt=2**31)] = None


def make_app(
    screen: Screen,
    feed: Feed,
    controls: Controls,
    hosts: frozenset[str],
    switches: Callable[[FastAPI], None] = lambda app: None,
    scenes: Scenes | None = None,
    boxes: Boxes | None = None,
    bench: tuple[BenchHands, Callable[[Language], str]] | None = None,
) -> App:
    """`hosts`: the Host headers that are ours, with their port. `switches` adds the actions of trouble; `bench`:
    who acts there, and how its screen looks."""
    app = FastAPI(title="Red Button floor", docs_url=None, redoc_url=None, openapi_url=None)
    _screens(app, screen, feed)
    _actions(app, controls)
    switches(app)
    if scenes is not None:
        _scenes(app, screen, scenes)
    if boxes is not None:
        _boxes(app, boxes)
    if bench is not None:
        hands, render = bench
        add_bench(
            app, hands, lambda request, lang: _page(screen.default_language, request, lang, render), _stream
        )
    if FONTS.is_dir():
        app.mount("/inter", StaticFiles(directory=str(FONTS)), name="fonts")
    static = files("simulator.floor").joinpath("static")
    app.mount("/static", StaticFiles(directory=str(static)), name="static")
    return Guard(app, hosts)


def _screens(app: FastAPI, screen: Screen, feed: Feed) -> None:
    @app.get("/", response_class=HTMLResponse)
    def floor(request: Request, lang: Annotated[str | None, Query(max_length=8)] = None) -> HTMLResponse:
        return _page(screen.default_language, request, lang, screen.render)

    @app.get("/live", response_class=EventSourceResponse)
    async def live() -> AsyncIterator[ServerSentEvent]:
        async for event in _stream(feed):
            yield event


def _page(
    default: Language, request: Request, lang: str | None, render: Callable[[Language], str]
) -> HTMLResponse:
    language = choose(
        lang,
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language", ""),
        default,
    )
    answer = HTMLResponse(render(language), headers={"cache-control": "no-store"})
    if lang == language:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, httponly=True, samesite="lax")
    return answer


async def _stream(feed: Feed) -> AsyncIterator[ServerSentEvent]:
    first = True
    async for items in feed.read():
        yield ServerSentEvent(data=items, event="all" if first else "some", retry=1000)
        first = False


def _scenes(app: FastAPI, screen: Screen, scenes: Scenes) -> None:
    @app.get("/motion", response_class=HTMLResponse)
    def motion(request: Request, lang: Annotated[str | None, Query(max_length=8)] = None) -> HTMLResponse:
        return _page(
            screen.default_language, request, lang, lambda language: screen.render(language, Where.MOTION)
        )

    @app.get("/motion/live", response_class=EventSourceResponse)
    async def motion_live() -> AsyncIterator[ServerSentEvent]:
        async for event in _stream(scenes.motion):
            yield event

    @app.exception_handler(Busy)
    def busy(_: Request, error: Exception) -> Response:
        return Response("Another scenario is played there.", 409, media_type="text/plain")

    @app.post("/scenarios/{scenario}", status_code=204)
    def scene(scenario: str, body: SceneBody) -> None:
        if body.action == "play":
            scenes.play(scenario, body.where, body.speed, body.seed)
        else:
            scenes.stop(scenario, body.where)


def _boxes(app: FastAPI, boxes: Boxes) -> None:
    @app.post("/boxes/{box}/unpack", status_code=204)
    def unpack(box: str) -> None:
        boxes.unpack(box)

    @app.post("/boxes/{box}/join", status_code=204)
    def join(box: str, body: JoinBody) -> None:
        try:
            boxes.hand(box, body.text)
        except ValueError:
            raise HTTPException(422, "This is no join string.") from None

    @app.post("/boxes/{box}/pack", status_code=204)
    def pack(box: str) -> None:
        boxes.pack(box)


def _actions(app: FastAPI, controls: Controls) -> None:
    @app.exception_handler(KeyError)
    def unknown(_: Request, error: Exception) -> Response:
        return Response("There is no such thing in this shop.", 404, media_type="text/plain")

    @app.exception_handler(UnitSilent)
    def silent(_: Request, error: Exception) -> Response:
        return Response("The button unit does not answer.", 503, media_type="text/plain")

    @app.post("/contacts/{contact}/down", status_code=204)
    def down(contact: str) -> None:
        controls.hold(contact)

    @app.post("/contacts/{contact}/up", status_code=204)
    def up(contact: str) -> None:
        controls.lift(contact)

    @app.post("/contacts/{contact}/press", status_code=204)
    def press(contact: str, body: PressBody) -> None:
        controls.press(contact, body.ms)

    @app.post("/buttons/{button}/switch", status_code=204)
    def fit(button: str, body: SwitchBody) -> None:
        controls.fit(button, body.switch)

    @app.post("/buttons/{button}/do", status_code=204)
    def do(button: str, body: DeedBody) -> None:
        controls.do(button, body.deed)

    @app.post("/transmitters/{transmitter}", status_code=204)
    def line(transmitter: str, body: LineBody) -> None:
        handle_line(controls, transmitter, body)

    @app.post("/staff", status_code=204)
    def staff(body: StaffBody) -> None:
        controls.staff(body.on)

    @app.post("/people/{login}", status_code=204)
    def ask(login: str, body: AskBody) -> None:
        controls.ask(login, Verb(body.verb))
