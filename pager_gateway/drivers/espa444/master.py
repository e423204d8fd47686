"""Being master: selecting the other station, sending blocks, and what becomes of them.

ESPA numbers nothing, so a late ACK would be taken for the reply to the next select or block. Hence after each reply
that did not come nothing is sent again before the line is known to be drained: by the answer to a poll, which no ACK
can be mistaken for, or by silence. An ACK that comes until then belongs to the block that waited for it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from broker_config.messages import PageState
from pager_gateway.drivers.espa444 import frames
from pager_gateway.drivers.espa444.calls import (
    BUSY,
    DAMAGED,
    FULL,
    INVALID,
    NO_REPLY,
    NO_SELECT,
    Call,
    Item,
    invalid,
    reset,
    words,
)
from pager_gateway.drivers.espa444.settings import EspaSettings
from pager_gateway.drivers.espa444.station import EspaStation, State
from pager_gateway.errors import LineTrouble, TransmitterError
from pager_gateway.transmitter import Reopen

REOPEN_EVERY = 9
"""Questions without an answer in a row after which the port is opened anew."""


class EspaMaster(EspaStation, ABC):
    """`_found` is what was heard last."""

    def __init__(self, settings: EspaSettings, character_s: float) -> None:
        super().__init__(settings, character_s)
        self._served = 0
        """Blocks of this selection."""
        self._rest_until = 0.0
        self._unsure = False
        """A reply did not come: it may still be on its way."""
        self._found: frames.Found = frames.Sign.EOT

    @abstractmethod
    def _miss(self, now: float) -> None:
        """A question had no answer."""

    # Selecting

    def _next_item(self, now: float) -> Item | None:
        """Errands first: a reset is of no use when its page is on the air."""
        while self.calls:
            call = self.calls[0]
            if call.cancelled:
                self._end_cancelled(call)
            elif call.expires_at <= now:
                self._finish(call, PageState.EXPIRED)
            else:
                break
        self._item = self._errands[0] if self._errands else self.calls[0] if self.calls else None
        return self._item

    def _select_slave(self, now: float) -> None:
        self._served = 0
        self._say(frames.enquiry(self._s.peer), now)
        self._to(State.CALL, self._reply_by(self._s.select_s))

    def _slave_is_ready(self, now: float) -> None:
        self._alive(now)
        if self._next_item(now) is None:
            self._end(now)
        else:
            self._send(now)

    def _slave_is_not_ready(self, now: float) -> None:
        self._alive(now)
        self._is_busy(now)

    def _select_cut_short(self, now: float) -> None:
        """EOT in place of ACK; or an earlier question's answer, and the ACK is still to come."""
        self._alive(now)
        self._end(now)
        self._doubt_line(now, None)
        self._count_select(now)

    def _nobody_is_ready(self, now: float) -> None:
        self._end(now)
        self._doubt_line(now, None)
        if self._item is not None:
            self._item.selects += 1
        self._miss(now)

    def _count_select(self, now: float) -> None:
        if self._item is not None:
            self._item.selects += 1
            self._give_up(self._item)

    # Blocks

    def _send(self, now: float) -> None:
        item = self._item
        assert item is not None
        self._clear = False
        fresh = isinstance(item, Call) and not item.begun
        self._write(item.block, now, item if isinstance(item, Call) and fresh else None)
        if isinstance(item, Call):
            item.begun = True
        self._to(State.SEND, self._reply_by(self._s.block_s))

    def _taken(self, now: float) -> None:
        item = self._item
        if item is not None:
            self._served += 1
            self._take(item, now)
        self._more(now)

    def _take(self, item: Item, now: float) -> None:
        self._accept(item, now)
        self._alive(now)
        if isinstance(item, Call) and item.cancelled:
            self._reset(item)

    def _more(self, now: float) -> None:
        """The other station listens: the next block, or a moment for one more, or the end."""
        if self._served >= self._s.served_at_once:
            self._end(now)
        elif self._next_item(now) is not None and self._rest_until <= now:
            self._send(now)
        elif self.state is State.LINGER:
            pass
        elif self._s.linger_s > 0:
            self._to(State.LINGER, now + self._s.linger_s)
        else:
            self._end(now)

    def _not_taken(self, now: float) -> None:
        item, prefix = self._item, self._prefix()
        self._alive(now)
        if item is None:
            self._end(now)
        elif prefix == BUSY:
            self._is_busy(now)
        elif prefix == INVALID:
            self._end(now)
            self._refused(item)
        else:
            item.attempts += 1
            at_once = self._s.receiver != "fixed-sequence" and not (isinstance(item, Call) and item.cancelled)
            if item.attempts < self._s.attempts and at_once:
                self._send(now)
            else:
                self._end(now)
                self._give_up(item, DAMAGED)

    def _refused(self, item: Item) -> None:
        error = invalid(item) if isinstance(item, Call) else None
        self._finish(item, PageState.FAILED, error)
        if isinstance(item, Call):
            self._complain(f"refuses capcode {words(item)}")

    def _is_busy(self, now: float) -> None:
        """Back off; after that somebody else may want this page."""
        self._end(now)
        self._rest_until = now + self._s.busy_s
        item = self._item
        if item is None:
            return
        item.busy += 1
        if item.busy > self._s.busy_tries:
            self._finish(item, PageState.FAILED, FULL)
        self._complain("busy: its queue is full?")

    def _no_reply(self, now: float) -> None:
        item = self._item
        self._end(now)
        self._doubt_line(now, item)
        self._count_attempt(item)
        self._miss(now)

    def _block_cut_short(self, now: float) -> None:
        """EOT in place of ACK: it may have been taken."""
        item = self._item
        self._alive(now)
        self._end(now)
        self._doubt_line(now, item)
        self._count_attempt(item)

    def _count_attempt(self, item: Item | None) -> None:
        if item is not None:
            item.attempts += 1
        if isinstance(item, Call):
            item.doubt = True

    def _give_up(self, item: Item, error: TransmitterError | None = None) -> None:
        """If it was tried often enough."""
        if self._is_spent(item):
            why = error or (NO_REPLY if item.attempts >= self._s.attempts else NO_SELECT)
            waited = item in self.calls
            self._finish(item, PageState.FAILED, why)
            if waited:
                self._remark = why.text
                if self._health.state == "ready":
                    self._tell("ready", self._remark)

    def _is_spent(self, item: Item) -> bool:
        return item.attempts >= self._s.attempts or item.selects >= self._s.select_tries

    # After a reply that did not come

    def _doubt_line(self, now: float, item: Item | None) -> None:
        self._unsure = True
        self._unanswered = item

    def _drained(self) -> None:
        """No late reply can come any more: whatever was tried often enough is over."""
        self._unsure = False
        self._unanswered = None
        if self._item is not None:
            self._give_up(self._item)

    def _late_ack(self, now: float) -> None:
        item, self._unanswered = self._unanswered, None
        if item is not None:
            self._take(item, now)

    def _late_nak(self, now: float) -> None:
        item, self._unanswered = self._unanswered, None
        if item is None:
            return
        if isinstance(item, Call):
            item.doubt = item.attempts > 1
        if self._prefix() == INVALID:
            self._refused(item)

    def _dead(self, cause: str) -> None:
        self._tell("dead", cause)
        self._answer("no_answer", cause)
        self._fail_all(LineTrouble("no-answer", cause))
        if self._misses % REOPEN_EVERY == 0:
            self.out.append(Reopen(cause))

    # Cancelled pages

    def _end_cancelled(self, call: Call) -> None:
        if call.doubt:
            self._reset(call)
        self._finish(call, PageState.CANCELLED)

    def _reset(self, call: Call) -> None:
        """A reset is for an address: not if it would take a second page for the same pager with it."""
        beside = self._register.shares_address(call) or any(
            one is not call and one.begun and one.address == call.address for one in self.calls
        )
        if self._s.can_reset and (self._s.reset_with_message or not beside):
            self._errands.append(reset(call, self._s))

    # Odds and ends

    def _prefix(self) -> str:
        return self._found.prefix if isinstance(self._found, frames.Nak) else ""
