"""What both roles have in common: what comes from outside, and a table of moves (state, what was heard) -> method; what
is not in it is dropped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Enum, auto
from uuid import UUID

from pager_gateway.drivers.espa444 import frames
from pager_gateway.drivers.espa444.calls import Call
from pager_gateway.drivers.espa444.master import EspaMaster
from pager_gateway.drivers.espa444.settings import EspaSettings
from pager_gateway.drivers.espa444.station import State
from pager_gateway.errors import LineTrouble


class Heard(Enum):
    ACK = auto()
    NAK = auto()
    EOT = auto()
    OWN = auto()
    """An enquiry for our address: a poll, or a select."""
    OTHER = auto()
    BLOCK = auto()


class EspaDialogue(EspaMaster, ABC):
    """Calls and bytes in; `out` fills."""

    def __init__(self, settings: EspaSettings, character_s: float) -> None:
        super().__init__(settings, character_s)
        self._moves: dict[tuple[State, Heard], Callable[[float], None]] = {
            (State.IDLE, Heard.ACK): self._late_ack,
            (State.IDLE, Heard.NAK): self._late_nak,
            (State.IDLE, Heard.EOT): self._line_is_free,
            (State.RECEIVE, Heard.OWN): self._selected,
            (State.RECEIVE, Heard.BLOCK): self._receive,
            (State.RECEIVE, Heard.EOT): self._they_end,
            (State.CALL, Heard.ACK): self._slave_is_ready,
            (State.CALL, Heard.NAK): self._slave_is_not_ready,
            (State.CALL, Heard.EOT): self._select_cut_short,
            (State.SEND, Heard.ACK): self._taken,
            (State.SEND, Heard.NAK): self._not_taken,
            (State.SEND, Heard.EOT): self._block_cut_short,
            (State.LINGER, Heard.EOT): self._they_end,
        }
        self._timeouts: dict[State, Callable[[float], None]] = {
            State.RECEIVE: self._master_fell_silent,
            State.SELF_POLL: self._select_slave,
            State.CALL: self._nobody_is_ready,
            State.SEND: self._no_reply,
            State.LINGER: self._end,
        }

    # What happens from outside

    def submit(self, calls: Sequence[Call], now: float) -> None:
        self.calls.extend(calls)
        if self.state is State.DOWN:
            self._fail_all(LineTrouble("port-lost", "the port is closed"))
        elif self.state is State.LINGER:
            self._more(now)
        self._look(now)

    def opened(self, now: float) -> None:
        self._ear.forget()
        if self._echo is not None:
            self._echo.forget()
        self._written_until = self._heard_at = self._free_at = now
        self._misses = 0
        self._clear = self._unsure = False
        self._to(State.IDLE, None)
        self._start(now)
        self._look(now)

    def lost(self, reason: str, now: float) -> None:
        if self.state is State.SEND and isinstance(self._item, Call):
            self._item.doubt = True
        self._to(State.DOWN, None)
        self._tell("dead", reason)
        self._answer("port", reason)
        self._fail_all(LineTrouble("port-lost", reason))

    def probe(self, now: float) -> None:
        self._asked = True
        if self.state is State.DOWN:
            self._answer("port", self._health.cause or "the port is not open yet")
        else:
            self._question(now)
            self._look(now)

    def leave(self, now: float) -> None:
        if self.state in (State.LINGER, State.CALL, State.SEND):
            self._end(now)

    def received(self, data: bytes, now: float) -> None:
        if self._echo is not None:
            data = self._echo.strip(data, now)
        if self._ear.in_block and now >= self._heard_at + self._s.character_gap_s:
            self._block_torn(now)
        if data:
            self._heard_at = now
        for found in self._ear.feed(data):
            self._found = found
            move = self._moves.get((self.state, self._kind(found)))
            if move is not None:
                move(now)
        self._look(now)

    def tick(self, now: float) -> None:
        if self._ear.in_block and now >= self._heard_at + self._s.character_gap_s:
            self._block_torn(now)
        if self._timer is not None and now >= self._timer:
            self._timer = None
            timeout = self._timeouts.get(self.state)
            if timeout is not None:
                timeout(now)
        self._look(now)

    def due(self) -> float | None:
        moments = [self._timer]
        if self._ear.in_block:
            moments.append(self._heard_at + self._s.character_gap_s)
        if self.state is State.IDLE:
            moments.append(self._idle_until())
        return min((moment for moment in moments if moment is not None), default=None)

    def cancel(self, page: UUID, now: float) -> None:
        """A page in hand ends, or is reset when it was taken after all; one in the system's queue is reset there."""
        call = next((one for one in self.calls if one.key == page), None)
        if call is not None:
            call.cancelled = True
            if call is not self._item or self.state not in (State.CALL, State.SEND):
                self._end_cancelled(call)
        else:
            taken = self._register.waiting(page)
            if taken is not None:
                self._reset(taken)
        if self.state is State.LINGER:
            self._more(now)
        self._look(now)

    # The role's part

    @abstractmethod
    def _start(self, now: float) -> None:
        """The port is open."""

    @abstractmethod
    def _look(self, now: float) -> None:
        """Do what is due while the line is idle."""

    @abstractmethod
    def _idle_until(self) -> float | None:
        """When `_look` has something to do, if nothing happens."""

    @abstractmethod
    def _question(self, now: float) -> None:
        """Somebody asks whether the other one is there."""

    # The other one is master

    def _receive(self, now: float) -> None:
        assert isinstance(self._found, frames.Block)
        self._block(self._found, now)

    def _block_torn(self, now: float) -> None:
        """Its end did not come in time."""
        self._ear.forget()
        if self.state is State.RECEIVE:
            self._say(frames.nak("1"), now)

    def _they_end(self, now: float) -> None:
        self._line_is_free(now)
        self._to(State.IDLE, None)

    def _master_fell_silent(self, now: float) -> None:
        self._end(now)
        self._misses = max(self._misses, self._s.misses - 1)
        self._miss(now)

    def _kind(self, found: frames.Found) -> Heard:
        if isinstance(found, frames.Enquiry):
            return Heard.OWN if found.address == self._s.own else Heard.OTHER
        if isinstance(found, frames.Block):
            return Heard.BLOCK
        if isinstance(found, frames.Nak):
            return Heard.NAK
        return Heard.ACK if found is frames.Sign.ACK else Heard.EOT
