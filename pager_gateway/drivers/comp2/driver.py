"""Pages into COMP2 frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from broker_config import capcodes
from broker_config.messages import PageFormat, Proof, TransmitterAbilities
from pager_gateway import septets
from pager_gateway.drivers.comp2 import frames
from pager_gateway.drivers.comp2.settings import Comp2Settings
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Page
from pager_gateway.turns.parts import Answer
from pager_gateway.turns.transmitter import TurnTransmitter

REPLACE = {"ß": "ss", "~": "-"}
"""Their place in the seven bits ends a field here."""


class Comp2Transmitter(TurnTransmitter):
    """An encoder in COMP2 mode. It cannot be asked anything."""

    def __init__(self, settings: Comp2Settings, baudrate: int) -> None:
        charsets = sorted({*septets.names_without({frames.TILDE}), "de"})
        abilities = TransmitterAbilities(
            id="comp2",
            driver="comp2",
            state="unknown",
            formats=[PageFormat.TEXT, PageFormat.NUMERIC, PageFormat.TONE],
            charsets=charsets,
            longest=settings.longest,
            alerts=len(frames.BEEPS) if settings.beeps else 1,
            packing=False,
            proof=Proof.ACCEPTED if settings.verbose else Proof.NONE,
        )
        super().__init__(settings, abilities, baudrate)
        self._comp2 = settings
        self._replies = frames.Comp2Replies(settings.taken_words)

    def encode(self, page: Page) -> bytes:
        if page.format not in self.abilities.formats:
            raise Refused("format", f"COMP2 carries no page of format {page.format.value}")
        if page.charset not in self.abilities.charsets:
            raise Refused("charset", f"COMP2 has no place for some letters of {page.charset}")
        if capcodes.trouble("comp2", page.address) is not None:
            raise Refused("capcode", f"refuses capcode {page.address}: ten digits, and perhaps a letter A-D")
        text = b""
        if page.format is not PageFormat.TONE:
            text = septets.encode(page.body, page.charset, replace=REPLACE)
        frame = frames.page(self._address(page), text, resync=self._comp2.resync)
        if len(text) > self._comp2.longest or len(frame) > frames.WHOLE:
            raise Refused("too-long", f"{len(text)} characters, at most {self._comp2.longest}")
        return frame

    def _address(self, page: Page) -> str:
        address = page.address.upper()
        if self._comp2.beeps and address.isdecimal():
            address += frames.BEEPS[min(page.alert, len(frames.BEEPS)) - 1]
        return address

    def hear(self, data: bytes) -> Iterable[Answer]:
        return self._replies.feed(data) if self._comp2.verbose else ()

    def forget(self) -> None:
        self._replies.clear()


def create(settings: Mapping[str, Any], baudrate: int) -> Comp2Transmitter:
    """Factory for the registry. Raises pydantic.ValidationError for settings that this driver does not know."""
    return Comp2Transmitter(Comp2Settings.model_validate(settings), baudrate)
