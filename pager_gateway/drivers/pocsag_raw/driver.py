"""Pages for a box that puts bytes on the air as they are and says nothing: several in one transmission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from broker_config.charsets import NAMES
from broker_config.messages import PageState, Proof, TransmitterAbilities
from pager_gateway.drivers.pocsag_raw.dialogue import Job, RawDialogue
from pager_gateway.drivers.pocsag_raw.settings import RawSettings
from pager_gateway.errors import ConfigError, Refused
from pager_gateway.pocsag.page import FORMATS, call
from pager_gateway.transmitter import Output, Page, SubmitResult

BITS_PER_CHARACTER = 10


class RawTransmitter:
    """The Transmitter of a raw POCSAG box. It cannot be asked whether it is there: nothing that it would answer exists.
    So it is no `Probing`, its health is that of the port, and no page is ever proven."""

    def __init__(self, settings: RawSettings) -> None:
        self._s = settings
        self._dialogue = RawDialogue(settings)
        self.abilities = TransmitterAbilities(
            id="pocsag-raw",
            driver="pocsag-raw",
            state="unknown",
            formats=list(FORMATS),
            charsets=list(NAMES),
            longest=settings.longest,
            alerts=settings.functions.alerts,
            packing=True,
            proof=Proof.NONE,
        )
        self.batch = settings.batch

    @property
    def busy(self) -> bool:
        return self._dialogue.busy

    def submit(self, pages: Sequence[Page], now: float) -> None:
        jobs: list[Job] = []
        for page in pages:
            try:
                jobs.append(Job(page.id, call(page, self._s), page.expires_at))
            except Refused as error:
                failed = SubmitResult(page.id, PageState.FAILED, Proof.NONE, error.as_result())
                self._dialogue.out.append(failed)
        self._dialogue.submit(jobs, now)

    def opened(self, now: float) -> None:
        self._dialogue.opened()

    def lost(self, reason: str, now: float) -> None:
        self._dialogue.lost(reason, now)

    def received(self, data: bytes, now: float) -> None:
        """Whatever it is, it is no answer."""

    def tick(self, now: float) -> None:
        self._dialogue.tick(now)

    def due(self) -> float | None:
        return self._dialogue.due()

    def outputs(self) -> list[Output]:
        out, self._dialogue.out = self._dialogue.out, []
        return out


def create(settings: Mapping[str, Any], baudrate: int) -> RawTransmitter:
    """Factory for the registry. Raises pydantic.ValidationError for settings that it does not know, ConfigError for a
    line that cannot keep up with the radio."""
    found = RawSettings.model_validate(settings)
    if baudrate / BITS_PER_CHARACTER <= found.baud / 8:
        raise ConfigError(
            f"a line of {baudrate} baud is too slow for a radio of {found.baud} baud: the known boxes want 38400"
        )
    return RawTransmitter(found)
