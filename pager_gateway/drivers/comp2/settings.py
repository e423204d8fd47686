"""What differs between boxes that take COMP2."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pager_gateway.drivers.comp2.frames import MESSAGE
from pager_gateway.turns.parts import TurnSettings


class Comp2Settings(TurnSettings):
    """`settings` of a `[[transmitters]]` with driver = "comp2"."""

    verbose: bool = False
    """The box says what became of a page. Without, nothing proves anything, and a full buffer loses pages unseen."""
    taken_words: tuple[str, ...] = ("okay", "accepted", "queued")
    """Of a verbose box: what the line of a page that was taken contains. Not public, so look at yours."""
    gap_s: Annotated[float, Field(ge=0, le=60)] = 1.0
    """After every page: about its air time, since a box that is not verbose cannot say that it is full."""
    resync: bool = True
    """Begin each page with 7F 7F 7F, so that half a page before it is forgotten."""
    beeps: bool = True
    """Put A-D behind an ID that has no letter of its own, by the page's alert."""
    longest: Annotated[int, Field(ge=1, le=240)] = min(240, MESSAGE)
