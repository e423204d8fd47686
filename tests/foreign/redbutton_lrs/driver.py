"""Pages into LRS lines: `PAGE,pager,system,message`. What the box answers is not public, so it proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from broker_config.charsets import NAMES
from broker_config.messages import PageFormat, Proof, TransmitterAbilities
from pager_gateway import septets
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Page
from pager_gateway.turns.parts import TurnSettings
from pager_gateway.turns.transmitter import TurnTransmitter

LONGEST = 200
ENDS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n"}


class LrsSettings(TurnSettings):
    """`settings` of a `[[transmitters]]` with driver = "lrs"."""

    system: Annotated[int, Field(ge=0, le=13)] = 0
    end: Literal["cr", "lf", "crlf"] = "crlf"
    gap_s: Annotated[float, Field(ge=0, le=60)] = 0.5
    """After every page: the box has no word for "full"."""


class LrsTransmitter(TurnTransmitter):
    def __init__(self, settings: LrsSettings, baudrate: int) -> None:
        abilities = TransmitterAbilities(
            id="lrs",
            driver="lrs",
            state="unknown",
            formats=[PageFormat.TEXT, PageFormat.NUMERIC],
            charsets=list(NAMES),
            longest=LONGEST,
            proof=Proof.NONE,
        )
        super().__init__(settings, abilities, baudrate)
        self._lrs = settings
        self.flush = ENDS[settings.end]

    def encode(self, page: Page) -> bytes:
        if page.format not in self.abilities.formats:
            raise Refused("format", f"LRS lines carry no page of format {page.format.value}")
        if not (page.address.isascii() and page.address.isdecimal()):
            raise Refused("capcode", f"refuses pager {page.address}: digits only")
        text = septets.encode(page.body, page.charset, line_break=b"\\n")
        if len(text) > LONGEST:
            raise Refused("too-long", f"{len(text)} characters, at most {LONGEST}")
        return f"PAGE,{page.address},{self._lrs.system},".encode("ascii") + text + ENDS[self._lrs.end]


def create(settings: Mapping[str, Any], baudrate: int) -> LrsTransmitter:
    """What the entry point names. Raises pydantic.ValidationError for settings that this driver does not know."""
    return LrsTransmitter(LrsSettings.model_validate(settings), baudrate)
