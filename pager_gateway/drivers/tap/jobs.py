"""One page as the TAP dialogue sees it, and what the terminal's words about it mean."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from broker_config.messages import PageState, Proof, ResultError
from pager_gateway.errors import LineTrouble, Refused, TransmitterError
from pager_gateway.transmitter import SubmitResult

CODES = {
    112: "most pages of a session reached",
    113: "longest session reached",
    501: "the terminal waited too long for us",
    502: "the terminal was not logged on",
    503: "too many checksum errors: is the line noisy?",
    504: "this pager takes no message, only a tone",
    505: "this pager takes no letters",
    506: "too many refused pages",
    507: "the terminal did not understand the logon",
    508: "the terminal does not offer this service: check service and kind",
    509: "the terminal refuses the password",
    510: "the capcode has illegal characters or length",
    511: "the terminal knows no such pager: check the capcode",
    512: "cannot deliver now",
    513: "message too long",
    514: "checksum error: is the line noisy?",
    515: "format error",
    516: "quota used up for now",
    517: "message too long",
}
_PASSING = frozenset({512, 516})
"""Refusals that a later try may not meet again."""


@dataclass(slots=True)
class Job:
    """A page's blocks, and what has happened to them."""

    key: UUID
    blocks: tuple[bytes, ...]
    expires_at: float = float("inf")
    next_block: int = 0
    repeats: int = 0
    begun: bool = False
    doubt: bool = False
    """A block went out and no reply to it came, or a part is out: the terminal may have taken the page."""
    whole_each: bool = False
    """Every block is a page by itself: one that was taken is never said again."""

    def again(self) -> None:
        """From the beginning, as a new session needs it."""
        if not self.whole_each:
            self.next_block = 0

    def result(self, state: PageState, error: TransmitterError | None = None) -> SubmitResult:
        """A page in doubt never ends as if it had certainly not been sent."""
        if self.doubt and state in (PageState.FAILED, PageState.EXPIRED):
            state = PageState.UNKNOWN
        proof = Proof.ACCEPTED if state is PageState.TRANSMITTED else Proof.NONE
        return SubmitResult(self.key, state, proof, None if error is None else error.as_result())


def words(code: int | None, otherwise: str) -> str:
    if code is None:
        return otherwise
    return f"{CODES.get(code, otherwise)} ({code})"


def refusal(code: int | None) -> Refused:
    """RS to a block: do not try this page again, but for the two codes that name a passing reason."""
    name = "refused" if code is None else f"tap-{code}"
    return Refused(name, words(code, "refused without a reason"), retry=code in _PASSING)


def late_refusal(key: UUID, code: int | None) -> SubmitResult:
    """RS after the goodbye: something already accepted turned out to be unacceptable."""
    return SubmitResult(key, PageState.FAILED, Proof.NONE, _wire(refusal(code)))


def gone(reason: str) -> LineTrouble:
    return LineTrouble("port-lost", reason)


def no_reply() -> LineTrouble:
    """Not tried again on the same box: each try could ring the pager once more."""
    return LineTrouble("no-reply", "no reply to the page: it may or may not be on the air", retry=False)


def _wire(error: TransmitterError) -> ResultError:
    return error.as_result()
