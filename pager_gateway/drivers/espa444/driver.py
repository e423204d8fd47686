"""Pages into ESPA calls: address, message, beep, priority; and the dialogue of the role that is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from broker_config.charsets import CHARSETS, NAMES, to_septets
from broker_config.messages import PageFormat, PageState, Proof, TransmitterAbilities
from pager_gateway.drivers.espa444 import frames
from pager_gateway.drivers.espa444.calls import ADDRESS, BEEP, MESSAGE, PRIORITY, TIMES, TYPE, Call, block
from pager_gateway.drivers.espa444.control import ControlStation
from pager_gateway.drivers.espa444.polled import PolledStation
from pager_gateway.drivers.espa444.settings import EspaSettings
from pager_gateway.drivers.espa444.station import State
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Output, Page, SubmitResult

BITS_PER_CHARACTER = 11
FORMATS = [PageFormat.TEXT, PageFormat.NUMERIC, PageFormat.TONE]
LATIN1 = ("ascii", "de", "se")
"""The sets whose letters ISO 8859-1 has."""


class EspaTransmitter:
    """The Transmitter of an ESPA 4.4.4 paging system."""

    def __init__(self, settings: EspaSettings, baudrate: int = 9600) -> None:
        self._s = settings
        station = ControlStation if settings.role == "control" else PolledStation
        self._dialogue = station(settings, BITS_PER_CHARACTER / baudrate)
        self.abilities = TransmitterAbilities(
            id="espa444",
            driver="espa444",
            state="unknown",
            formats=FORMATS,
            charsets=list(LATIN1 if settings.text == "latin1" else NAMES),
            longest=settings.longest,
            alerts=len(settings.beep) if BEEP in settings.records else 1,
            packing=False,
            proof=self._proof(),
        )
        self.batch = settings.batch

    @property
    def busy(self) -> bool:
        return bool(self._dialogue.calls)

    @property
    def warm(self) -> bool:
        """Idle, or still selected: the next page's block leaves after one select at most."""
        return self._dialogue.state in (State.IDLE, State.LINGER)

    def submit(self, pages: Sequence[Page], now: float) -> None:
        calls: list[Call] = []
        for page in pages:
            try:
                calls.append(self.encode(page))
            except Refused as error:
                failed = SubmitResult(page.id, PageState.FAILED, Proof.NONE, error.as_result())
                self._dialogue.out.append(failed)
        if calls:
            self._dialogue.submit(calls, now)

    def encode(self, page: Page) -> Call:
        """The block of one page. Raises Refused for what a paging system cannot carry."""
        if page.format not in self.abilities.formats:
            raise Refused("format", f"ESPA carries no page of format {page.format.value}")
        records = [(ADDRESS, self._address(page.address))]
        message = self._text(
            self._s.tone_text if page.format is PageFormat.TONE else page.body.rstrip(), page.charset
        )
        if len(message) > self._s.longest:
            raise Refused("too-long", f"{len(message)} characters, at most {self._s.longest}")
        if message:
            records.append((MESSAGE, message))
        beep, priorities = self._s.beep, self._s.priorities
        for name, data in (
            (BEEP, beep[min(page.alert, len(beep)) - 1]),
            (TYPE, self._s.call_type),
            (TIMES, self._s.transmissions),
            (PRIORITY, priorities[min(page.priority, len(priorities)) - 1]),
        ):
            if name in self._s.records:
                records.append((name, data.encode("ascii")))
        sealed = block(frames.CALL, records, self._s)
        return Call(sealed, key=page.id, records=tuple(records), expires_at=page.expires_at)

    def _address(self, address: str) -> bytes:
        if not address.isascii() or not address.isprintable() or not address.strip():
            raise Refused("address", f"an ESPA call address has no {address!r}")
        if len(address) > self._s.longest_address:
            raise Refused("address", f"capcode {address}: at most {self._s.longest_address} characters")
        return address.encode("ascii")

    def _text(self, body: str, charset: str) -> bytes:
        """Control characters would end a record: line ends become blanks, others go."""
        text = body.replace("\r\n", " ").replace("\r", " ").replace("\n", " ")
        text = "".join(sign for sign in text if sign >= " " and sign != "\x7f")
        if self._s.text == "latin1":
            return bytes(
                byte if not 0x80 <= byte < 0xA0 else 0x3F for byte in text.encode("latin-1", "replace")
            )
        if charset not in CHARSETS:
            if not text.isascii():
                raise Refused("charset", f"the driver knows no characters of set {charset}")
            charset = "ascii"
        return to_septets(text, charset)

    def _proof(self) -> Proof:
        if self._s.status == "never":
            return Proof.ACCEPTED
        return Proof.PAGER if self._s.answers else Proof.ON_AIR

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

    def cancel(self, page: UUID, now: float) -> None:
        self._dialogue.cancel(page, now)

    def leave(self, now: float) -> None:
        self._dialogue.leave(now)


def create(settings: Mapping[str, Any], baudrate: int) -> EspaTransmitter:
    """Factory for the registry. Raises pydantic.ValidationError for settings that the driver does not know."""
    return EspaTransmitter(EspaSettings.model_validate(settings), baudrate)
