"""Pages into SNPP commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from broker_config.charsets import NAMES
from broker_config.messages import PageFormat, PageState, Proof, TransmitterAbilities
from pager_gateway import septets
from pager_gateway.drivers.snpp import frames
from pager_gateway.drivers.snpp.dialogue import SnppDialogue
from pager_gateway.drivers.snpp.jobs import Job, Step
from pager_gateway.drivers.snpp.settings import SnppSettings
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Output, Page, SubmitResult

MORE = frozenset({354})


class SnppTransmitter:
    """A paging server by TCP. Its 250 says that it took the page, not that anybody felt it."""

    def __init__(self, settings: SnppSettings) -> None:
        self._s = settings
        self._dialogue = SnppDialogue(settings)
        self.abilities = TransmitterAbilities(
            id="snpp",
            driver="snpp",
            state="unknown",
            formats=[PageFormat.TEXT, PageFormat.NUMERIC],
            charsets=list(NAMES),
            longest=settings.longest,
            alerts=1,
            packing=False,
            proof=Proof.ACCEPTED,
        )
        self.batch = 1

    @property
    def busy(self) -> bool:
        return bool(self._dialogue.jobs)

    def submit(self, pages: Sequence[Page], now: float) -> None:
        jobs: list[Job] = []
        for page in pages:
            try:
                jobs.append(Job(page.id, tuple(self.encode(page)), page.expires_at))
            except Refused as error:
                failed = SubmitResult(page.id, PageState.FAILED, Proof.NONE, error.as_result())
                self._dialogue.out.append(failed)
        if jobs:
            self._dialogue.submit(jobs, now)

    def encode(self, page: Page) -> list[Step]:
        """The commands of one page. Raises Refused for what SNPP cannot carry."""
        if page.format not in self.abilities.formats:
            raise Refused("format", f"SNPP carries no page of format {page.format.value}")
        if not page.address.isascii() or not page.address.isprintable() or not page.address.strip():
            raise Refused("capcode", f"refuses pager id {page.address!r}: letters and digits of ASCII")
        several = self._s.level == 2 and "\n" in page.body.rstrip()
        text = septets.encode(page.body, page.charset, line_break=b"\n" if several else b" ")
        if not text or len(text) > self._s.longest:
            raise Refused("too-long" if text else "empty", f"{len(text)} characters, 1 to {self._s.longest}")
        steps = [Step(frames.pager(page.address))]
        if self._s.level == 2:
            steps.insert(0, Step(frames.level(self._s.levels[page.priority - 1]), optional=True))
        if several:
            steps += [Step(frames.DATA, MORE), Step(frames.lines(text))]
        else:
            steps.append(Step(frames.message(text)))
        return [*steps, Step(frames.SEND, sends=True)]

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


def create(settings: Mapping[str, Any], baudrate: int) -> SnppTransmitter:
    """Factory for the registry. Raises pydantic.ValidationError for settings that SNPP does not know."""
    return SnppTransmitter(SnppSettings.model_validate(settings))
