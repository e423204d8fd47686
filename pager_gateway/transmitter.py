"""What every driver of a transmitter looks like from above: bytes and moments in, bytes and results out.

A driver is sans-I/O: it owns no port, thread or clock. A generator of results that blocks in `submit` would need a
thread of its own per transmitter and a real clock; this shape lets the same statements run in the sender's
thread of a real process and, with a whole shop around them, in one thread on a virtual clock. It also leaves room
for what serial paging needs: several pages in one batch, results one by one as they become known, and a result
that still improves long after the channel is free again (a call acknowledged at the wrist)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable
from uuid import UUID

from broker_config.messages import PageFormat, PageState, Proof, ResultError, TransmitterAbilities


@dataclass(frozen=True, slots=True)
class Page:
    """One text for one address on one transmitter."""

    id: UUID
    address: str
    body: str
    format: PageFormat = PageFormat.TEXT
    charset: str = "ascii"
    alert: int = 1
    priority: int = 2
    expires_at: float = float("inf")
    """Boot-time seconds; a driver looks again right before the first byte of this page."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes for the line, in order. `begins` names the pages whose first byte is the first byte of this."""

    data: bytes
    begins: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """What is known of one page. The first final state gives the channel free for it; later ones may only
    bring better proof. `UNKNOWN` means that the peer may have taken it and did not say so."""

    page: UUID
    state: PageState
    proof: Proof = Proof.NONE
    error: ResultError | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """Close the port and open it again: what stands behind it may be a dead TCP connection or a hung adapter."""

    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """`ready`: it answered; `dead`: it does not, `cause` says it in words; `unknown`: not asked yet.

    A dead one gets no page. So its driver must ask on its own until it answers; one that cannot ask says `unknown`
    after a while, and as the port opens, so that the next page tells."""

    state: str
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Probed:
    """The answer to `probe`. `error` None: the transmitter spoke with us since it was asked; else `no_answer`,
    `refused` or `port`, and the cause in words."""

    error: ResultError | None = None


@dataclass(frozen=True, slots=True)
class AirTime:
    """The carrier is up from now on for about this long. A driver says it once per transmission, as it begins, or part
    by part of one that grows; one that cannot know it says nothing, and the gateway reckons."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A 24-bit code that somebody else's button sent: six hexadecimal digits, and its time unit in microseconds."""

    code: str
    te_us: int


Output: TypeAlias = Write | SubmitResult | Reopen | Health | Probed | AirTime | Heard


class Transmitter(Protocol):
    """A dialogue with one base station. After any call, take `outputs()` and look at `due()`.

    Every page that was submitted gets exactly one first final result, in bounded time, whatever the peer does."""

    @property
    def abilities(self) -> TransmitterAbilities:
        """Formats, lengths, packing, what it can prove. `id`, `state` and `cause` are filled in by the gateway."""

    @property
    def batch(self) -> int:
        """How many pages it can put on the air together, or in one go; of one that is `Joining`: have in hand."""

    @property
    def busy(self) -> bool:
        """Pages are in hand; the next batch must wait, unless it is `Joining`."""

    def submit(self, pages: Sequence[Page], now: float) -> None:
        """Take a batch. Only when not `busy`, unless it is `Joining`; the port may be closed, then the pages fail."""

    def opened(self, now: float) -> None:
        """The port is open (again)."""

    def lost(self, reason: str, now: float) -> None:
        """The port is gone; what was written may or may not have arrived."""

    def received(self, data: bytes, now: float) -> None:
        """Bytes from the line, cut anywhere."""

    def tick(self, now: float) -> None:
        """A moment named by `due` has come."""

    def due(self) -> float | None:
        """When to be called next if nothing happens."""

    def outputs(self) -> list[Output]:
        """What to do, in order; each is handed out once."""


@runtime_checkable
class Probing(Protocol):
    """A transmitter that can be asked whether it is there without disturbing anybody."""

    def probe(self, now: float) -> None:
        """Ask now, by a fresh exchange that puts nothing on the air; the reply to a page that is under way will do.
        One `Probed` follows, at once if the port is closed; several calls may share one."""


@runtime_checkable
class Cancelling(Protocol):
    """A transmitter that can still take back a page that it was given."""

    def cancel(self, page: UUID, now: float) -> None:
        """Whatever can be done. A page whose first byte has not left ends as CANCELLED; one that the transmitter took
        is asked back, and its result stays: nobody says whether the radio was faster. Unknown pages: nothing."""


@runtime_checkable
class Joining(Protocol):
    """A transmitter that takes further pages into the transmission that is under way. `submit` may come at any time, as
    long as no more than `batch` pages are in hand; the urgent go before all that have not begun."""

    @property
    def joins(self) -> bool: ...


@runtime_checkable
class Leaving(Protocol):
    """A transmitter that likes to be told when the process ends."""

    def leave(self, now: float) -> None:
        """Say goodbye on the line."""
