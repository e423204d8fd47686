"""What differs between WaveWare encoders in their own mode."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pager_gateway.turns.parts import TurnSettings


class WavewareSettings(TurnSettings):
    """`settings` of a `[[transmitters]]` with driver = "waveware"."""

    baud: Literal[512, 1200, 2400] = 1200
    """On the air."""
    longest: Annotated[int, Field(ge=1, le=240)] = 240
    full_s: Annotated[float, Field(ge=0, le=60)] = 3.0
    """Silence after a page that nearly filled the box's queue: about the air time of two or three pages."""
