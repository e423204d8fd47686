"""What a paging system says later about the calls that it took: which page it means, and what that proves."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from broker_config.messages import PageState, Proof
from pager_gateway.drivers.espa444.calls import ADDRESS, MESSAGE, Call, words
from pager_gateway.drivers.espa444.frames import Block
from pager_gateway.errors import Refused
from pager_gateway.transmitter import SubmitResult

CALL_STATUS, SYSTEM_STATUS = "7", "8"
FAILURE = b"1"
MOST = 64
CUT = 12
"""A message that comes back shorter than it went still tells which one it was."""
REMEMBER_S = 900.0
"""So long a call that was taken is waited for; a slow finger at a pager included."""


class Said(IntEnum):
    """In the order of a call's life; the last three end it."""

    QUEUED = 1
    PAGED = 2
    ANSWERED = 3
    ABSENT = 4
    TERMINATED = 5
    FAULT = 6


_SAID = {
    b"2": Said.QUEUED,
    b"3": Said.PAGED,
    b"4": Said.ABSENT,
    b"5": Said.TERMINATED,
    b"6": Said.ANSWERED,
    b"8": Said.FAULT,
    b"71": Said.PAGED,
    b"72": Said.ABSENT,
}
_WORSE = {
    Said.ABSENT: "is absent",
    Said.TERMINATED: "was not reached: call terminated",
    Said.FAULT: "was not reached: fault",
}


def meaning(data: bytes | None) -> Said | None:
    """A longer value subdivides its first digit; `01` and `1` are different values. None: it says nothing of use."""
    if not data:
        return None
    return _SAID.get(data, _SAID.get(data[:1]))


def is_about(call: Call, block: Block) -> bool:
    """By address and, if there is one, message; systems that cut a long one are understood."""
    said, sent = (block.record(MESSAGE) or b"").strip(), call.message.strip()
    if block.record(ADDRESS) != call.address:
        return False
    return not said or said == sent or (len(said) >= CUT and sent.startswith(said))


def trouble(call: Call, said: Said) -> Refused:
    return Refused(f"espa-{said.name.lower()}", f"pager {words(call)} {_WORSE[said]}, says the paging system")


@dataclass(slots=True)
class Taken:
    """A call that the system took, or may have taken."""

    call: Call
    since: float
    said: Said | None = None
    ask_at: float | None = None
    asks: int = 0


class Register:
    """The calls of the last minutes, oldest first."""

    def __init__(self) -> None:
        self._taken: deque[Taken] = deque(maxlen=MOST)

    def add(self, call: Call, now: float, ask_at: float | None) -> None:
        while self._taken and self._taken[0].since + REMEMBER_S < now:
            self._taken.popleft()
        self._taken.append(Taken(call, now, None, ask_at))

    def hear(self, block: Block, said: Said) -> SubmitResult | None:
        """The result for the page that is meant: the oldest one that has not heard this yet."""
        for one in self._taken:
            if is_about(one.call, block) and (one.said is None or one.said < said):
                before, one.said = one.said, said
                if said >= Said.PAGED:
                    one.ask_at = None
                if said >= Said.ANSWERED:
                    self._taken.remove(one)
                ended_well = before is Said.PAGED and said is Said.TERMINATED
                return None if ended_well else _result(one.call, said)
        return None

    def waiting(self, page: UUID) -> Call | None:
        """A page that may still be in the system's queue."""
        return next((one.call for one in self._open() if one.call.key == page), None)

    def shares_address(self, call: Call) -> bool:
        """Another call for the same pager may be in that queue, too."""
        return any(one.call is not call and one.call.address == call.address for one in self._open())

    def next_ask(self) -> Taken | None:
        asking = [one for one in self._taken if one.ask_at is not None]
        return min(asking, key=lambda one: one.ask_at or 0.0, default=None)

    def _open(self) -> list[Taken]:
        return [one for one in self._taken if one.said is None or one.said < Said.PAGED]


def _result(call: Call, said: Said) -> SubmitResult | None:
    if said is Said.QUEUED:
        return None
    if said is Said.PAGED:
        return SubmitResult(call.key, PageState.TRANSMITTED, Proof.ON_AIR)
    if said is Said.ANSWERED:
        return SubmitResult(call.key, PageState.CONFIRMED, Proof.PAGER)
    return SubmitResult(call.key, PageState.FAILED, Proof.NONE, trouble(call, said).as_result())
