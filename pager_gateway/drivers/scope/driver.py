"""Pages into Scope lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from broker_config import capcodes
from broker_config.charsets import NAMES
from broker_config.messages import PageFormat, Proof, TransmitterAbilities
from pager_gateway import septets
from pager_gateway.drivers.scope import frames
from pager_gateway.drivers.scope.settings import ScopeSettings
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Page
from pager_gateway.turns.parts import Answer
from pager_gateway.turns.transmitter import AskingTransmitter, TurnTransmitter


class ScopeTransmitter(TurnTransmitter):
    """An encoder in Scope mode: it queues a page and says so."""

    flush = frames.CR

    def __init__(self, settings: ScopeSettings, baudrate: int) -> None:
        formats = [PageFormat.TEXT, PageFormat.NUMERIC] + [PageFormat.TONE] * settings.tone
        abilities = TransmitterAbilities(
            id="scope",
            driver="scope",
            state="unknown",
            formats=formats,
            charsets=list(NAMES),
            longest=settings.longest,
            alerts=len(frames.BEEPS),
            packing=False,
            proof=Proof.ACCEPTED,
        )
        super().__init__(settings, abilities, baudrate)
        self._scope = settings
        self._replies = frames.ScopeReplies(settings.busy_words)

    def encode(self, page: Page) -> bytes:
        if page.format not in self.abilities.formats:
            raise Refused("format", f"Scope mode carries no page of format {page.format.value}")
        trouble = capcodes.trouble("scope", page.address)
        if trouble is not None:
            raise Refused("capcode", f"refuses capcode {page.address}: up to {frames.DIGITS} digits")
        text = b"" if page.format is PageFormat.TONE else septets.encode(page.body, page.charset)
        if len(text) > self._scope.longest:
            raise Refused("too-long", f"{len(text)} characters, at most {self._scope.longest}")
        numeric = page.format is PageFormat.NUMERIC
        return frames.page(
            numeric=numeric, baud=self._scope.baud, capcode=page.address, alert=min(page.alert, 4), text=text
        )

    def hear(self, data: bytes) -> Iterable[Answer]:
        return self._replies.feed(data)

    def forget(self) -> None:
        self._replies.clear()


class AskingScopeTransmitter(AskingTransmitter, ScopeTransmitter):
    """One whose box has a question."""

    def __init__(self, settings: ScopeSettings, baudrate: int) -> None:
        super().__init__(settings, baudrate)
        self.question = settings.question.encode("ascii") + frames.CR


def create(settings: Mapping[str, Any], baudrate: int) -> ScopeTransmitter:
    """Factory for the registry. Raises pydantic.ValidationError for settings that this driver does not know."""
    found = ScopeSettings.model_validate(settings)
    return (AskingScopeTransmitter if found.question else ScopeTransmitter)(found, baudrate)
