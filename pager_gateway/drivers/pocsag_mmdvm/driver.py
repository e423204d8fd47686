"""Pages into codewords for an MMDVM modem, and the modem as a Transmitter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from broker_config import charsets
from broker_config.messages import PageState, Proof, TransmitterAbilities
from pager_gateway.drivers.pocsag_mmdvm.dialogue import MmdvmDialogue
from pager_gateway.drivers.pocsag_mmdvm.keying import Job
from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings
from pager_gateway.errors import Refused
from pager_gateway.pocsag.page import FORMATS, call
from pager_gateway.transmitter import Output, Page, SubmitResult


class MmdvmTransmitter:
    """The Transmitter of an MMDVM modem, hotspot or board."""

    joins = True
    """Pages go into the transmission that is under way."""

    def __init__(self, settings: MmdvmSettings) -> None:
        self._s = settings
        self._dialogue = MmdvmDialogue(settings)
        self.abilities = TransmitterAbilities(
            id="pocsag-mmdvm",
            driver="pocsag-mmdvm",
            state="unknown",
            formats=list(FORMATS),
            charsets=list(charsets.NAMES),
            longest=settings.longest,
            alerts=settings.functions.alerts,
            packing=True,
            proof=Proof.ON_AIR,
        )
        self.batch = settings.batch

    @property
    def busy(self) -> bool:
        return self._dialogue.busy

    def submit(self, pages: Sequence[Page], now: float) -> None:
        """The urgent first: they get the earliest slots."""
        jobs: list[Job] = []
        for page in pages:
            try:
                jobs.append(Job(page.id, call(page, self._s), page.expires_at, page.priority))
            except Refused as error:
                failed = SubmitResult(page.id, PageState.FAILED, Proof.NONE, error.as_result())
                self._dialogue.out.append(failed)
        if jobs:
            self._dialogue.submit(jobs, now)

    def opened(self, now: float) -> None:
        self._dialogue.opened(now)

    def lost(self, reason: str, now: float) -> None:
        self._dialogue.lost(reason, now)

    def received(self, data: bytes, now: float) -> None:
        self._dialogue.received(data, now)

    def tick(self, now: float) -> None:
        self._dialogue.tick(now)

    def due(self) -> float | None:
        return self._dialogue.due()

    def outputs(self) -> list[Output]:
        out, self._dialogue.out = self._dialogue.out, []
        return out

    def probe(self, now: float) -> None:
        self._dialogue.probe(now)


def create(settings: Mapping[str, Any], baudrate: int) -> MmdvmTransmitter:
    """Factory for the registry; the speed of the port does not matter. Raises pydantic.ValidationError."""
    return MmdvmTransmitter(MmdvmSettings.model_validate(settings))
