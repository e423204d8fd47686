"""What differs between boxes with a Scope mode."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pager_gateway.turns.parts import TurnSettings


class ScopeSettings(TurnSettings):
    """`settings` of a `[[transmitters]]` with driver = "scope"."""

    baud: Literal[512, 1200, 2400] = 1200
    """On the air."""
    longest: Annotated[int, Field(ge=1, le=240)] = 240
    busy_words: tuple[str, ...] = ("full", "busy")
    """Words in an error that name a passing reason: the list of errors is not public."""
    question: Annotated[str, Field(max_length=20, pattern=r"^[ -~]*$")] = ""
    """A line that the box answers without putting anything on the air, such as ATI; empty: it cannot be asked. Makers
    document ATI for TAP mode only."""
    tone: bool = True
    """Pages without text are sent as an alphanumeric page of no characters."""
