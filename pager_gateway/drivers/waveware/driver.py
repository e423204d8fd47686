"""Pages into the native frames of WaveWare encoders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from broker_config import capcodes
from broker_config.charsets import NAMES
from broker_config.messages import PageFormat, Proof, TransmitterAbilities
from pager_gateway import septets
from pager_gateway.drivers.waveware import frames
from pager_gateway.drivers.waveware.settings import WavewareSettings
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Page
from pager_gateway.turns.parts import Answer
from pager_gateway.turns.transmitter import AskingTransmitter

KINDS = {PageFormat.TEXT: "A", PageFormat.NUMERIC: "N"}
BEEPS = 4


class WavewareTransmitter(AskingTransmitter):
    """It is asked for its status while idle. Only pages without text have beeps to choose from."""

    question = frames.STATUS

    def __init__(self, settings: WavewareSettings, baudrate: int) -> None:
        abilities = TransmitterAbilities(
            id="waveware",
            driver="waveware",
            state="unknown",
            formats=[*KINDS, PageFormat.TONE],
            charsets=list(NAMES),
            longest=settings.longest,
            alerts=BEEPS,
            packing=False,
            proof=Proof.ACCEPTED,
        )
        super().__init__(settings, abilities, baudrate)
        self._waveware = settings
        self._replies = frames.WavewareReplies()

    def encode(self, page: Page) -> bytes:
        trouble = capcodes.trouble("waveware", page.address)
        if trouble is not None:
            raise Refused("capcode", f"refuses capcode {page.address}: {trouble.value.replace('_', ' ')}")
        if page.format is PageFormat.TONE:
            return frames.tone(min(page.alert, BEEPS), self._waveware.baud, page.address)
        if page.format not in KINDS:
            raise Refused("format", f"WaveWare frames carry no page of format {page.format.value}")
        body = septets.encode(page.body, page.charset)
        if len(body) > self._waveware.longest:
            raise Refused("too-long", f"{len(body)} characters, at most {self._waveware.longest}")
        return frames.text(KINDS[page.format], self._waveware.baud, page.address, body)

    def hear(self, data: bytes) -> Iterable[Answer]:
        for byte in data:
            yield from self._replies.feed(bytes((byte,)), self.current, self._waveware.full_s)

    def forget(self) -> None:
        self._replies.clear()


def create(settings: Mapping[str, Any], baudrate: int) -> WavewareTransmitter:
    """Factory for the registry. Raises pydantic.ValidationError for settings that this driver does not know."""
    return WavewareTransmitter(WavewareSettings.model_validate(settings), baudrate)
