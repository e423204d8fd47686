"""What a visitor can do to a transmitter and its line, in the shop and on the bench."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field

from simulator.transmitters.base import Trouble


class LineHands(Protocol):
    """KeyError: there is no such transmitter here, or its kind cannot have such trouble."""

    def plug(self, transmitter: str, plugged: bool) -> None: ...
    def garble(self, transmitter: str, garbled: bool) -> None: ...
    def slow(self, transmitter: str, slow: bool) -> None: ...
    def trouble(self, transmitter: str, kind: Trouble, amount: int) -> None: ...


class LineBody(BaseModel):
    """What is said of a line and its box. An amount is a count, of `slow` milliseconds; 0 ends the trouble."""

    model_config = ConfigDict(extra="forbid", strict=True)

    plugged: bool | None = None
    garbled: bool | None = None
    slow: bool | None = None
    trouble: Annotated[Trouble | None, Field(strict=False)] = None
    amount: Annotated[int, Field(ge=0, le=10_000)] = 1


def handle_line(hands: LineHands, transmitter: str, body: LineBody) -> None:
    if all(one is None for one in (body.plugged, body.garbled, body.slow, body.trouble)):
        raise HTTPException(422, "say plugged, garbled, slow or trouble")
    if body.plugged is not None:
        hands.plug(transmitter, body.plugged)
    if body.garbled is not None:
        hands.garble(transmitter, body.garbled)
    if body.slow is not None:
        hands.slow(transmitter, body.slow)
    if body.trouble is not None:
        hands.trouble(transmitter, body.trouble, body.amount)
