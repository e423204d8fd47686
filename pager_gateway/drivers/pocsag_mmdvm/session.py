"""Knowing that an MMDVM modem lives, and how it is: a question every quarter of a second, for ever.

`dialogue.MmdvmDialogue` builds on it. No I/O: `out` fills with writes and health."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from uuid import UUID

from pager_gateway.drivers.pocsag_mmdvm import frames, words
from pager_gateway.drivers.pocsag_mmdvm.answers import Accepted, Reader, Refusal, Status, Version, read
from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings
from pager_gateway.drivers.pocsag_mmdvm.starting import MmdvmStart, State
from pager_gateway.transmitter import Write

BLIND_S = 1.0
"""Without a status for so long a modem may have started anew."""
STOOD_STILL_S = 0.5
PROBE_S = 6.0
"""Who asks whether it is there is answered by then; starting it takes less."""


class MmdvmSession(MmdvmStart):
    def __init__(self, settings: MmdvmSettings) -> None:
        super().__init__(settings)
        self._reader = Reader()
        self._polls: deque[tuple[float, int]] = deque()
        """Status questions without an answer yet: when, and the number of the last batch before it. An answer that got
        lost leaves its question here: then answers count for older questions than theirs, never for newer ones."""
        self._marked_at: float | None = None
        """When it was asked who it is, to tell answers that are late from those that got lost."""
        self.serial = 0
        """Batches that were ever written."""
        self._poll_at = self._heard_at = self._waits_since = 0.0
        self._stale = False
        """It may have started anew: set it up before the next page."""
        self._unseen = False
        """No status since it was set up."""

    @abstractmethod
    def _status(self, status: Status, now: float, *, blind: bool) -> None:
        """It lives, and says how it is. `blind`: it may have started anew since it was heard last."""

    @abstractmethod
    def _page_refused(self, kind: int, reason: int, now: float) -> None:
        """NAK while pages can be under way."""

    def probe(self, now: float) -> None:
        """Any status is the answer; a modem that is not up yet is brought up for it."""
        self._ask_until(now + PROBE_S)
        if self.state is State.DOWN and not self._ours:
            self._answer(self.trouble)
        elif self.state is State.OFF and not self._ours:
            self._ask_version(now)
        elif self.state is State.LIVE:
            self._poll(now)

    def _set_up(self, now: float) -> None:
        self._step(State.FREQUENCY, now)

    def _live(self, now: float) -> None:
        self._page_broken = False
        self._stale = False
        self._unseen = True
        self._heard_at = self._waits_since = now
        self._polls.clear()
        self._marked_at = None
        self._to(State.LIVE, None)
        self._poll(now)

    def received(self, data: bytes, now: float) -> None:
        if self.state is State.DOWN:
            return
        for frame in self._reader.feed(data, now):
            answer = read(frame, self.protocol)
            if isinstance(answer, Version) and self.state is State.VERSION:
                self._version(answer, now)
            elif isinstance(answer, Version):
                self._in_step()
            elif isinstance(answer, Status) and self.state is State.LIVE:
                self._heard(answer, now)
            elif isinstance(answer, Accepted):
                self._accepted(answer.kind, now)
            elif isinstance(answer, Refusal) and self.state is State.LIVE:
                self._page_refused(answer.kind, answer.reason, now)
            elif isinstance(answer, Refusal):
                self._step_refused(answer, now)

    def _heard(self, status: Status, now: float) -> None:
        fresh, self._unseen = self._unseen, False
        other = status.modes is not None and status.modes != frames.POCSAG_ALONE[1]
        blind = other or now - self._heard_at > BLIND_S
        self._stale = self._stale or blind
        self._heard_at = self._waits_since = now
        if status.space is None:
            self._refused("no-pocsag", words.NO_POCSAG, now)
            return
        if fresh and other:
            self._refused("modes", f"it keeps the modes {status.modes:02X}, POCSAG alone was asked for", now)
            return
        self._is_well()
        self._status(status, now, blind=blind)

    def _silent_by(self) -> float:
        return self._waits_since + self._s.silent_s

    def _excuse(self, now: float) -> None:
        """It was not asked for a while since this machine stood still: its silence counts from now on."""
        if now - self._poll_at > STOOD_STILL_S:
            self._waits_since = now

    def _poll(self, now: float) -> None:
        self._ask(b"", (), now)

    def _mark(self, now: float) -> None:
        """An answer is missing: what is answered behind this says whether it is late or lost. One at a time."""
        if self._marked_at is None or now - self._marked_at > self._s.silent_s:
            self._marked_at = now
            self.out.append(Write(frames.GET_VERSION))

    def _in_step(self) -> None:
        """Answers come in the order of the questions: those from before the mark will not come any more."""
        asked, self._marked_at = self._marked_at, None
        while asked is not None and self._polls and self._polls[0][0] < asked:
            self._polls.popleft()

    def _ask(self, before: bytes, begins: tuple[UUID, ...], now: float) -> None:
        """For its status, perhaps behind a batch, so that the answer tells that the batch was read. One write: nothing
        may come between the bytes of a frame."""
        self._poll_at = now + self._s.status_every_s
        while self._polls and now - self._polls[0][0] > self._s.silent_s:
            self._polls.popleft()
        self.out.append(Write(before + frames.GET_STATUS, begins))
        self._polls.append((now, self.serial))

    def _forget(self) -> None:
        self._reader.clear()
