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
    510: "it has illegal characters or length",
    511: "the terminal knows no such pager",
    512: "cannot deliver now",
    513: "message too long",
    514: "checksum error: is the line noisy?",
    515: "format error",
    516: "quota used up for now",
    517: "message too long",
}
_PASSING = frozenset({512, 516})
"""Refusals that a later try may not meet again."""
_OF_THE_CAPCODE = frozenset({"tap-504", "tap-505", "tap-510", "tap-511"})


@dataclass(slots=True)
class Job:
    """A page's blocks, and what has happened to them."""

    key: UUID
    blocks: tuple[bytes, ...]
    expires_at: float = float("inf")
    address: str = ""
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
        if error is not None and error.code in _OF_THE_CAPCODE:
            error = Refused(error.code, f"refuses capcode {self.address}: {error}", retry=error.retry)
        return SubmitResult(self.key, state, proof, None if error is None else error.as_result())


def words(code: int | None, otherwise: str) -> str:
    if code is None:
        return otherwise
    return f"{CODES.get(code, otherwise)} ({code})"


def refusal(code: int | None, limit: int | None = None) -> Refused:
    """RS to a block: do not try this page again, but for the two codes that name a passing reason. `limit`: the longest
    text, which the terminal says with 517."""
    if code == 517 and limit is not None:
        return Refused("tap-517", f"message too long: at most {limit} characters (517)")
    name = "refused" if code is None else f"tap-{code}"
    return Refused(name, words(code, "refused without a reason"), retry=code in _PASSING)


def cut(code: int | None, limit: int | None) -> Refused | None:
    """An ACK that says that only the beginning went out: the page counts, and somebody should shorten its text."""
    if code not in (212, 214):
        return None
    most = "" if limit is None else f": at most {limit} characters"
    return Refused(f"tap-{code}", f"sent, but the terminal cut it short{most} ({code})")


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
