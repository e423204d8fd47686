"""One page as the SNPP dialogue sees it, and what the server's numbers about it mean."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from broker_config.messages import PageState, Proof
from pager_gateway.drivers.snpp.frames import Reply
from pager_gateway.errors import Refused, TransmitterError
from pager_gateway.transmitter import SubmitResult

CODES = {
    421: "the server closes the session",
    500: "the server does not know the command: check level",
    503: "the server missed a part of the page",
    550: "the server refuses: unknown pager, or no right",
    552: "too many pages in one session",
    554: "the server cannot send now",
}
PASSING = frozenset({421, 552, 554})
"""Refusals that a later try may not meet again."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command, and what it takes to go on. `optional`: a server that does not know it goes on all the same."""

    data: bytes
    good: frozenset[int] = frozenset({250})
    optional: bool = False
    sends: bool = False
    """From here on the page may be out."""


@dataclass(slots=True)
class Job:
    key: UUID
    steps: tuple[Step, ...]
    expires_at: float
    at: int = 0
    tries: int = 0
    begun: bool = False
    doubt: bool = False

    @property
    def step(self) -> Step:
        return self.steps[self.at]

    def result(
        self, state: PageState, proof: Proof = Proof.NONE, error: TransmitterError | None = None
    ) -> SubmitResult:
        """A page in doubt never ends as if it had certainly not been sent."""
        if self.doubt and state in (PageState.FAILED, PageState.EXPIRED):
            state = PageState.UNKNOWN
        return SubmitResult(self.key, state, proof, None if error is None else error.as_result())


def refusal(reply: Reply) -> Refused:
    said = f" ({reply.code} {reply.text})".rstrip()
    return Refused(f"snpp-{reply.code}", CODES.get(reply.code, "refused") + said, retry=reply.code in PASSING)
