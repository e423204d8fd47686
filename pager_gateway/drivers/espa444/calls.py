"""What the dialogue has to send: calls, which are pages, and errands about calls; and what refusals of them mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from broker_config.messages import PageState, Proof
from pager_gateway.drivers.espa444 import frames
from pager_gateway.drivers.espa444.settings import EspaSettings
from pager_gateway.errors import LineTrouble, Refused, TransmitterError
from pager_gateway.transmitter import SubmitResult

ADDRESS, MESSAGE, BEEP, TYPE, TIMES, PRIORITY = "1", "2", "3", "4", "5", "6"
RESET = b"1"
REPEAT, BUSY, INVALID = "1", "2", "3"
"""Prefixes of NAK; none at all means the first."""

SILENT = "no answer: cable, power, speed, parity?"

NOBODY = UUID(int=0)


@dataclass(slots=True, eq=False)
class Item:
    """One block, and what has happened to it."""

    block: bytes
    attempts: int = 0
    """Times that it was sent in vain."""
    selects: int = 0
    """Times that nobody was ready for it."""
    busy: int = 0


@dataclass(slots=True, eq=False)
class Errand(Item):
    """A block that is no page: a reset, or a question. Nobody waits for it."""

    what: str = ""
    polls: bool = False
    """The answer comes by a poll."""


@dataclass(slots=True, eq=False)
class Call(Item):
    """A page."""

    key: UUID = NOBODY
    records: tuple[tuple[str, bytes], ...] = ()
    expires_at: float = float("inf")
    begun: bool = False
    doubt: bool = False
    """It was sent and no reply came: the system may have taken it."""
    cancelled: bool = False

    @property
    def address(self) -> bytes:
        return dict(self.records)[ADDRESS]

    @property
    def message(self) -> bytes:
        return dict(self.records).get(MESSAGE, b"")

    def result(self, state: PageState, error: TransmitterError | None = None) -> SubmitResult:
        """A page in doubt never ends as if it had certainly not been sent."""
        if self.doubt and state in (PageState.FAILED, PageState.EXPIRED, PageState.CANCELLED):
            state, error = PageState.UNKNOWN, NO_REPLY
        proof = Proof.ACCEPTED if state is PageState.TRANSMITTED else Proof.NONE
        return SubmitResult(self.key, state, proof, None if error is None else error.as_result())


NO_REPLY = LineTrouble("no-reply", "no reply to the page: it may or may not be on the air", retry=False)
"""Not tried again on the same system: each try could ring the pager once more."""
NO_SELECT = LineTrouble("no-select", "it answers polls, but no select: addresses, mode of the paging system?")
DAMAGED = Refused("nak", "refused as damaged again and again: is the line noisy? bits, parity?", retry=True)
FULL = Refused("busy", "the paging system is busy: its queue is full?", retry=True)


def block(header: str, records: frames.Records, settings: EspaSettings) -> bytes:
    return frames.seal(header, records, bits=settings.bits, extra_rs=settings.extra_rs, cr=settings.cr_after)


def reset(call: Call, settings: EspaSettings) -> Errand:
    """Takes back every call for this address, or this one if the message is named."""
    named = [ADDRESS, MESSAGE] if settings.reset_with_message else [ADDRESS]
    records: Sequence[tuple[str, bytes]] = [one for one in call.records if one[0] in named]
    return Errand(block(frames.CALL, [*records, (TYPE, RESET)], settings), what=f"reset of {words(call)}")


def question(call: Call, settings: EspaSettings) -> Errand:
    """The same records as in the call, under another header."""
    return Errand(
        block(frames.REQUEST, call.records, settings), what=f"question about {words(call)}", polls=True
    )


def invalid(call: Call) -> Refused:
    return Refused(
        "refused", f"refuses capcode {words(call)}: unknown there, or a record that it does not understand"
    )


def words(call: Call) -> str:
    return call.address.decode("latin-1")
