"""The floor's actions of trouble: power and network of every part, who is away, little plays. Shapes: `trouble`."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from simulator.floor.events import Play
from simulator.stage import Network, Power, Stage


class PartSilent(Exception):
    """Whoever runs the part does not answer: the shop is starting, or it ends."""


class Plays(Protocol):
    def start(self, play: Play, seed: int | None) -> None: ...

    def end(self, play: Play) -> None:
        """Nothing happens when it is not played."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PowerBody(_Body):
    verb: Annotated[Power, Field(strict=False)]


class NetworkBody(_Body):
    verb: Annotated[Network, Field(strict=False)]


class AwayBody(_Body):
    away: bool


class PlayBody(_Body):
    on: bool = True
    seed: Annotated[int | None, Field(ge=0, lt=2**31)] = None


def add_switches(app: FastAPI, stage: Stage, plays: Plays) -> None:
    @app.exception_handler(PartSilent)
    def silent(_: Request, error: Exception) -> Response:
        return Response("Whoever runs this part does not answer.", 503, media_type="text/plain")

    @app.post("/parts/{part}/power", status_code=204)
    def power(part: str, body: PowerBody) -> None:
        stage.power(part, body.verb)

    @app.post("/parts/{part}/network", status_code=204)
    def network(part: str, body: NetworkBody) -> None:
        stage.network(part, body.verb)

    @app.post("/people/{login}/away", status_code=204)
    def away(login: str, body: AwayBody) -> None:
        stage.away(login, body.away)

    @app.post("/events/{play}", status_code=204)
    def event(play: Play, body: PlayBody) -> None:
        if body.on:
            plays.start(play, body.seed)
        else:
            plays.end(play)
