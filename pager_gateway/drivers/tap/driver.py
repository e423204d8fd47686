"""Pages into TAP blocks: what the terminal takes as an id, which characters, how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from broker_config.messages import PageFormat, PageState, Proof, TransmitterAbilities
from pager_gateway import septets
from pager_gateway.drivers.tap import frames, parting
from pager_gateway.drivers.tap.dialogue import TapDialogue
from pager_gateway.drivers.tap.jobs import Job
from pager_gateway.drivers.tap.session import State
from pager_gateway.drivers.tap.settings import TapSettings
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Output, Page, SubmitResult

BITS_PER_CHARACTER = 10
FORMATS = [PageFormat.TEXT, PageFormat.NUMERIC, PageFormat.TONE]


class TapTransmitter:
    """The Transmitter of a TAP paging terminal."""

    def __init__(self, settings: TapSettings, baudrate: int = 9600) -> None:
        self._s = settings
        self._dialogue = TapDialogue(settings, BITS_PER_CHARACTER / baudrate)
        self.abilities = TransmitterAbilities(
            id="tap",
            driver="tap",
            state="unknown",
            formats=FORMATS,
            charsets=septets.names_without({ord(sign) for sign in settings.replace if sign.isascii()}),
            longest=settings.longest,
            alerts=max(1, len(settings.alert_suffix)),
            packing=False,
            proof=Proof.ACCEPTED,
        )
        self.batch = settings.batch

    @property
    def busy(self) -> bool:
        return bool(self._dialogue.jobs)

    @property
    def warm(self) -> bool:
        """Logged on and silent: the next page's block leaves at once."""
        return self._dialogue.state is State.READY

    def submit(self, pages: Sequence[Page], now: float) -> None:
        jobs: list[Job] = []
        for page in pages:
            try:
                blocks = tuple(self.encode(page))
                jobs.append(
                    Job(page.id, blocks, page.expires_at, page.address, whole_each=not self._s.multi_block)
                )
            except Refused as error:
                failed = SubmitResult(page.id, PageState.FAILED, Proof.NONE, error.as_result())
                self._dialogue.out.append(failed)
        if jobs:
            self._dialogue.submit(jobs, now)

    def encode(self, page: Page) -> list[bytes]:
        """The blocks of one page. Raises Refused for what this terminal cannot carry."""
        if page.format not in self.abilities.formats:
            raise Refused("format", f"TAP carries no page of format {page.format.value}")
        if page.charset not in self.abilities.charsets:
            raise Refused("charset", f"this box has no place for some letters of {page.charset}")
        address = self._address(page)
        text = b"" if page.format is PageFormat.TONE else self._text(page)
        limits = [self._s.longest]
        if self._s.longest_with_id is not None:
            limits.append(self._s.longest_with_id - len(address))
        parts = [text]
        if self._s.split and not self._s.multi_block:
            parts = parting.split(text, min(limits), lambda part: self._fits(address, part))
        for part in parts:
            if len(part) > min(limits):
                raise Refused("too-long", f"{len(part)} characters, at most {min(limits)}")
            if not self._s.multi_block and not self._fits(address, part):
                raise Refused("too-long", f"does not fit one block of {frames.INFORMATION} characters")
        return [block for part in parts for block in frames.blocks(self._fields(address, part))]

    def _fields(self, address: bytes, text: bytes) -> list[bytes]:
        return [address, *(text.split(b"\n") if self._s.line_break == "field" else [text])]

    def _fits(self, address: bytes, text: bytes) -> bool:
        return frames.size(self._fields(address, text)) <= frames.INFORMATION

    def _address(self, page: Page) -> bytes:
        suffix = self._s.alert_suffix
        text = page.address + (suffix[min(page.alert, len(suffix)) - 1] if suffix else "")
        return text.encode("ascii", "replace")

    def _text(self, page: Page) -> bytes:
        line_break = b" " if self._s.line_break == "blank" else b"\n"
        return septets.encode(page.body, page.charset, replace=self._s.replace, line_break=line_break)

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

    def probe(self, now: float) -> None:
        self._dialogue.probe(now)

    def leave(self, now: float) -> None:
        self._dialogue.leave(now)


def create(settings: Mapping[str, Any], baudrate: int) -> TapTransmitter:
    """Factory for the registry. Raises pydantic.ValidationError for settings that TAP does not know."""
    return TapTransmitter(TapSettings.model_validate(settings), baudrate)
