"""What drivers that put one frame after the other on the line share: settings, a box's words, a page on its way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from broker_config.messages import PageState, Proof
from pager_gateway.errors import TransmitterError
from pager_gateway.transmitter import SubmitResult


class TurnSettings(BaseModel):
    """What all such drivers let a technician choose."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reply_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    """Longest wait for the box's word on a page, counted from its last character."""
    repeats: Annotated[int, Field(ge=0, le=5)] = 1
    """How often a page is said again when no reply came or the box found it damaged. A lost reply can double a page."""
    rest_s: Annotated[float, Field(ge=0, le=60)] = 5.0
    """Silence after a reply that did not come; longer than the box ever thinks about a page."""
    gap_s: Annotated[float, Field(ge=0, le=60)] = 0.0
    """Silence after every page, for boxes with a small buffer and no word for "full"."""
    mend_s: Annotated[float, Field(gt=0, le=3_600)] = 30.0
    """After so long a box that was dead is given another chance by a page, or asked again if it can be."""
    ask_s: Annotated[float, Field(gt=0, le=8)] = 2.0
    """Longest wait for the answer to a question."""
    supervise_s: Annotated[float, Field(ge=0, le=86_400)] = 3.0
    """Ask when nothing was heard for so long; 0: never. Only for a box that has a question."""


class Verdict(Enum):
    """What a box says about the page that it got last."""

    TAKEN = auto()
    REFUSED = auto()
    BUSY = auto()
    SPOILT = auto()
    """Damaged on the way: the same again may do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that the box said. `verdict` None: not about a page, but it is alive."""

    verdict: Verdict | None
    code: str = ""
    text: str = ""
    doubt: bool = False
    """Something went on the air, and it may not be this page."""
    rest_s: float = 0.0
    """The box needs so long before the next page."""


@dataclass(slots=True)
class Turn:
    """A page on its way."""

    page: UUID
    data: bytes
    expires_at: float
    begun: bool = False
    doubt: bool = False
    said: int = 0

    def result(self, state: PageState, proof: Proof, error: TransmitterError | None) -> SubmitResult:
        """A page in doubt never ends as if it had certainly not been sent."""
        if self.doubt and state in (PageState.FAILED, PageState.EXPIRED):
            state = PageState.UNKNOWN
        return SubmitResult(self.page, state, proof, None if error is None else error.as_result())
