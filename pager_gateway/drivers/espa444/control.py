"""We are the control station: the line is ours while nobody is master, and we poll to see whether anybody lives."""

from __future__ import annotations

from collections.abc import Callable

from pager_gateway.drivers.espa444 import frames
from pager_gateway.drivers.espa444.calls import SILENT, Errand, Item
from pager_gateway.drivers.espa444.dialogue import EspaDialogue, Heard
from pager_gateway.drivers.espa444.settings import EspaSettings
from pager_gateway.drivers.espa444.station import State

MOST_QUIET_S = 10.0
"""A line that babbles never gets quiet."""


class ControlStation(EspaDialogue):
    def __init__(self, settings: EspaSettings, character_s: float) -> None:
        super().__init__(settings, character_s)
        self._poll_at: float | None = None
        self._quiet_until: float | None = None
        """Until then nothing is said, and whatever comes is late: that drains the line where a poll cannot."""
        self._quiet_since = 0.0
        self._stale = False
        """Polls had no answer: the next one that comes may be theirs."""
        self._drains_by_poll = settings.supervise == "poll" and settings.receiver != "acks-everything"
        self._moves.update(
            {
                (State.POLLING, Heard.EOT): self._nothing_to_tell,
                (State.POLLING, Heard.OWN): self._something_to_tell,
                (State.POLLING, Heard.ACK): self._yes_to_a_poll,
                (State.POLLING, Heard.NAK): self._late_nak,
            }
        )
        self._timeouts[State.POLLING] = self._no_answer

    def _start(self, now: float) -> None:
        """What is still under way from before we came is late, too."""
        self._poll_at = now
        self._stale = False
        self._quiet_until = None
        self._unsure = self._drains_by_poll

    def received(self, data: bytes, now: float) -> None:
        if data and self._quiet_until is not None:
            self._quiet_until = min(now + self._s.quiet_s, self._quiet_since + MOST_QUIET_S)
        super().received(data, now)

    def _question(self, now: float) -> None:
        self._poll_at = now

    def _look(self, now: float) -> None:
        while self.state is State.IDLE:
            moment, duty = self._duty()
            if moment is None or moment > now:
                return
            duty(now)

    def _idle_until(self) -> float | None:
        return self._duty()[0]

    def _duty(self) -> tuple[float | None, Callable[[float], None]]:
        """What to do next on an idle line, and when. Questions about health may be late, but not for ever."""
        if self._unsure:
            if self._quiet_until is not None:
                return max(self._free_at, self._quiet_until), self._has_been_quiet
            hurry = self.calls or self._errands or self._poll_at is None
            return max(self._free_at, 0.0 if hurry else self._poll_at or 0.0), self._poll
        wish: list[tuple[float, Callable[[float], None]]] = []
        if self._errands or self.calls:
            wish.append((max(self._free_at, self._rest_until), self._call))
        if self._poll_at is not None:
            overdue_s = self._s.poll_s if wish and not self._asked else 0.0
            wish.insert(0, (max(self._free_at, self._poll_at + overdue_s), self._supervise))
        one = self._register.next_ask()
        if one is not None and one.ask_at is not None:
            wish.append((max(self._free_at, one.ask_at), self._ask))
        return min(wish, key=lambda pair: pair[0]) if wish else (None, self._supervise)

    def _regained(self, now: float) -> bool:
        """The last word on the line is EOT, and its pause is over; else it is said now."""
        if self._clear:
            return True
        self._end(now)
        self._clear = True
        return self._free_at <= now

    def _supervise(self, now: float) -> None:
        if self._s.supervise == "poll":
            self._poll(now)
        elif self._regained(now):
            self._item = None
            self._poll_ourselves(now)

    def _poll(self, now: float) -> None:
        if self._regained(now):
            self._say(frames.enquiry(self._s.peer), now)
            self._to(State.POLLING, self._reply_by(self._s.poll_reply_s))

    def _call(self, now: float) -> None:
        if self._next_item(now) is not None and self._regained(now):
            self._poll_ourselves(now)

    def _poll_ourselves(self, now: float) -> None:
        """Nobody answers that, so the select may follow at once."""
        self._say(frames.enquiry(self._s.own), now)
        if self._s.select_gap_s > 0:
            self._to(State.SELF_POLL, self._written_until + self._s.select_gap_s)
        else:
            self._select_slave(now)

    def _alive(self, now: float | None = None) -> None:
        """Any answer will do in place of a poll, but where statuses are waited for."""
        super()._alive(now)
        if self._s.supervise != "poll" or self._s.status == "never":
            self._next_poll()

    def _next_poll(self) -> None:
        self._poll_at = None if self._s.supervise == "off" else self._heard_at + self._s.poll_s

    def _take(self, item: Item, now: float) -> None:
        super()._take(item, now)
        if isinstance(item, Errand) and item.polls:
            self._poll_at = now

    # Answers to a poll

    def _nothing_to_tell(self, now: float) -> None:
        self._they_end(now)
        self._alive(now)
        self._next_poll()
        self._answered(now)

    def _yes_to_a_poll(self, now: float) -> None:
        """A late reply to something else; or of a system that takes each poll for a select."""
        if self._unanswered is not None or self._s.receiver != "acks-everything":
            self._late_ack(now)
            return
        self._end(now)
        self._alive(now)
        self._next_poll()
        self._drained()

    def _something_to_tell(self, now: float) -> None:
        """A late reply would have come before this; but its statuses may settle what is in doubt."""
        self._selected(now)

    def _they_end(self, now: float) -> None:
        receiving = self.state is State.RECEIVE
        super()._they_end(now)
        if receiving:
            self._answered(now)
            self._poll_at = now

    def _answered(self, now: float) -> None:
        """Answers come in order, so nothing is on its way any more; unless this was the answer to an earlier poll."""
        if self._stale:
            self._be_quiet(now)
        else:
            self._drained()

    def _no_answer(self, now: float) -> None:
        self._stale = self._unsure = True
        self._end(now)
        self._miss(now)

    def _doubt_line(self, now: float, item: Item | None) -> None:
        super()._doubt_line(now, item)
        if not self._drains_by_poll:
            self._be_quiet(now)

    def _be_quiet(self, now: float) -> None:
        self._unsure = True
        self._quiet_since = now
        self._quiet_until = now + self._s.quiet_s

    def _drained(self) -> None:
        super()._drained()
        self._stale = False
        self._quiet_until = None

    def _has_been_quiet(self, now: float) -> None:
        """Without polls, a page that was tried often enough is the proof that nobody is there."""
        if (
            not self._drains_by_poll
            and self._misses
            and self._item is not None
            and self._is_spent(self._item)
        ):
            self._unsure, self._quiet_until = False, None
            self._dead(SILENT)
        else:
            self._drained()

    def _miss(self, now: float) -> None:
        self._misses += 1
        again_s = self._s.poll_s if self._s.supervise != "off" else self._s.mend_s
        if self._misses >= self._s.misses:
            self._dead(SILENT)
            self._poll_at = now + again_s
        else:
            self._poll_at = now
