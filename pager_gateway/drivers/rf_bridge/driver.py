"""Codes for 433 MHz watches through an RF bridge chip: a watch shows the number that it was taught for a code.

There is no receipt from a wrist: the chip's word that it has sent is the best proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from broker_config.capcodes import Trouble, code
from broker_config.messages import PageFormat, PageState, Proof, TransmitterAbilities
from pager_gateway.drivers.rf_bridge import frames
from pager_gateway.drivers.rf_bridge.dialogue import Job, RfBridgeDialogue
from pager_gateway.drivers.rf_bridge.settings import RfBridgeSettings
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Output, Page, SubmitResult

BITS_PER_CHARACTER = 10
DIGITS = 6


class RfBridgeTransmitter:
    """The Transmitter of a bridge whose firmware answers nothing but codes. A page's address is only the name of a
    group of watches, its body the code."""

    batch = 1

    def __init__(self, settings: RfBridgeSettings, baudrate: int = 19200) -> None:
        self._s = settings
        self._dialogue = RfBridgeDialogue(settings, BITS_PER_CHARACTER / baudrate)
        self.abilities = TransmitterAbilities(
            id="rf-bridge",
            driver="rf-bridge",
            state="unknown",
            formats=[PageFormat.CODE],
            charsets=["ascii"],
            longest=DIGITS,
            proof=Proof.ON_AIR,
        )

    @property
    def busy(self) -> bool:
        return bool(self._dialogue.jobs)

    def submit(self, pages: Sequence[Page], now: float) -> None:
        jobs: list[Job] = []
        for page in pages:
            try:
                jobs.append(self.encode(page))
            except Refused as error:
                failed = SubmitResult(page.id, PageState.FAILED, Proof.NONE, error.as_result())
                self._dialogue.out.append(failed)
        if jobs:
            self._dialogue.submit(jobs, now)

    def encode(self, page: Page) -> Job:
        """Raises Refused for what no watch could be taught."""
        if page.format is not PageFormat.CODE:
            raise Refused(
                "format", f"an RF bridge sends codes to watches, no page of format {page.format.value}"
            )
        if not page.body:
            raise Refused(
                "code", "no code for this place and reason: the setup screen of the watches makes it"
            )
        try:
            number = code(page.body)
        except ValueError as error:
            if error.args[0] is Trouble.NO_CODE:
                raise Refused("code", f"no watch can be taught the code {page.body}") from None
            raise Refused("code", f"a code is six hexadecimal digits, not {page.body[:20]!r}") from None
        timing = self._s.timing
        if self._s.send == "a5":
            air_s = frames.air_s(frames.CODE_BITS, timing, frames.A5_FRAMES)
            return Job(page.id, frames.send_code(number, timing), air_s, air_s, page.expires_at)
        bits, times = frames.bits_of(number) + self._s.tail, self._s.frames
        air_s, least_s = (frames.air_s(len(bits), timing, count) for count in (times, times - 1))
        return Job(page.id, frames.send_pulses(bits, timing, times), air_s, least_s, page.expires_at)

    def opened(self, now: float) -> None:
        self._dialogue.opened(now)

    def lost(self, reason: str, now: float) -> None:
        self._dialogue.lost(reason, now)

    def received(self, data: bytes, now: float) -> None:
        self._dialogue.received(data, now)

    def tick(self, now: float) -> None:
        self._dialogue.tick(now)

    def due(self) -> float | None:
        return self._dialogue.deadline

    def outputs(self) -> list[Output]:
        out, self._dialogue.out = self._dialogue.out, []
        return out


class AskedRfBridge(RfBridgeTransmitter):
    """One whose firmware says its version: that question puts nothing on the air."""

    def probe(self, now: float) -> None:
        self._dialogue.probe(now)


def create(settings: Mapping[str, Any], baudrate: int) -> RfBridgeTransmitter:
    """Factory for the registry. Raises pydantic.ValidationError for settings that an RF bridge does not know."""
    known = RfBridgeSettings.model_validate(settings)
    return AskedRfBridge(known, baudrate) if known.version else RfBridgeTransmitter(known, baudrate)
