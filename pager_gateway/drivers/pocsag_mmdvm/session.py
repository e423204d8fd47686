"""Bringing an MMDVM modem up, and knowing that it lives: everything but the pages.

`dialogue.MmdvmDialogue` builds on it. No I/O: `out` fills with writes and health, `due` says when to call again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from uuid import UUID

from broker_config.messages import ResultError
from pager_gateway.drivers.pocsag_mmdvm import frames, words
from pager_gateway.drivers.pocsag_mmdvm.answers import Accepted, Reader, Refusal, Status, Version, read
from pager_gateway.drivers.pocsag_mmdvm.frames import Kind
from pager_gateway.drivers.pocsag_mmdvm.keying import BLIND_S
from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings
from pager_gateway.errors import LineTrouble, Refused, TransmitterError
from pager_gateway.transmitter import Health, Output, Probed, Reopen, Write

PROBE_S = 6.0
"""Who asks whether it is there is answered by then; starting it takes less."""
TRIES = 3
"""Of each command of the start-up."""
ZEROS_AT = 2
"""So many questions without an answer, then zeros complete whatever frame somebody broke off."""


class State(Enum):
    DOWN = auto()
    OFF = auto()
    BOOT = auto()
    VERSION = auto()
    FREQUENCY = auto()
    CONFIG = auto()
    MODE = auto()
    LIVE = auto()


class MmdvmSession(ABC):
    def __init__(self, settings: MmdvmSettings) -> None:
        self._s = settings
        self._reader = Reader()
        self.state = State.DOWN
        self.protocol = 1
        self.out: list[Output] = []
        self._deadline: float | None = None
        self._tries = 0
        self._polls: deque[tuple[float, int]] = deque()
        """Status questions without an answer yet: when, and how many batches stand before it."""
        self._poll_at = self._heard_at = 0.0
        self._asked_by: float | None = None
        self._ours = False
        """We have the port opened anew: it is away for a moment, and that is nobody's fault."""
        self._page_broken = False
        """A batch may have been broken off: zeros would put it on the air."""
        self._stale = False
        """It may have started anew: set it up before the next page."""
        self._set_up_now = False
        """No status since it was set up."""
        self._error: TransmitterError = LineTrouble("port-lost", "the port is not open yet")
        """Why it is dead, if it is."""
        self._health = Health("unknown")
        self._moves: dict[tuple[State, int], Callable[[float], None]] = {
            (State.FREQUENCY, Kind.FREQUENCY): lambda now: self._step(State.CONFIG, now),
            (State.CONFIG, Kind.CONFIG): lambda now: self._step(State.MODE, now),
            (State.MODE, Kind.MODE): self._live,
        }
        self._timeouts: dict[State, Callable[[float], None]] = {
            State.OFF: self._ask_version,
            State.BOOT: self._ask_version,
            State.VERSION: self._no_version,
            State.FREQUENCY: self._again,
            State.CONFIG: self._again,
            State.MODE: self._again,
        }

    @abstractmethod
    def _status(self, status: Status, now: float) -> None:
        """It lives, and says how it is."""

    @abstractmethod
    def _page_refused(self, kind: int, reason: int, now: float) -> None:
        """NAK while pages can be under way."""

    @abstractmethod
    def _fail_all(self, error: TransmitterError) -> None:
        """No page in hand can be sent; what was written is in doubt."""

    @abstractmethod
    def _written(self) -> int:
        """Batches of the present transmission on the line."""

    # Up to the first status

    def opened(self, now: float) -> None:
        self._ours = False
        self._reader.clear()
        self._to(State.BOOT, now + self._s.boot_wait_s)

    def lost(self, reason: str, now: float) -> None:
        """Whoever waits was told already, if it was us who had the port opened anew."""
        ours = self._ours and self.state is not State.DOWN
        self._ours = ours
        self._to(State.DOWN, None)
        if not ours:
            self._error = LineTrouble("port-lost", reason)
            self._tell("dead", reason)
            self._fail_all(self._error)
            self._answer("port", reason)

    def probe(self, now: float) -> None:
        """Any status is the answer; a modem that is not up yet is brought up for it."""
        self._asked_by = self._asked_by or now + PROBE_S
        if self.state is State.DOWN and not self._ours:
            self._answer("port", self._health.cause or "the port is not open yet")
        elif self.state is State.OFF and not self._ours:
            self._ask_version(now)
        elif self.state is State.LIVE:
            self._poll(now)

    def _ask_version(self, now: float) -> None:
        self._tries = 0
        self._ours = False
        self._reader.clear()
        self._knock(now)

    def _knock(self, now: float) -> None:
        self._tries += 1
        self.out.append(Write(frames.GET_VERSION))
        self._to(State.VERSION, now + self._s.version_every_s)

    def _no_version(self, now: float) -> None:
        if self._tries == ZEROS_AT and not self._page_broken:
            self._tries += 1
            self.out.append(Write(frames.ZEROS))
            self._to(State.VERSION, now + self._s.reply_s)
        elif self._tries < self._s.version_tries:
            self._knock(now)
        else:
            self._page_broken = False
            self._reopen(LineTrouble("no-modem", words.NO_ANSWER), now)
            return
        if self._tries > ZEROS_AT:
            self._dead(LineTrouble("no-modem", words.NO_ANSWER))

    def _version(self, version: Version, now: float) -> None:
        if version.protocol not in (1, 2):
            self._refused("protocol", f"it speaks protocol {version.protocol}, we know 1 and 2", now)
        elif version.pocsag is False:
            self._refused("no-pocsag", words.NO_POCSAG, now)
        else:
            self.protocol = version.protocol
            self._set_up(now)

    def _set_up(self, now: float) -> None:
        self._stale = False
        self._step(State.FREQUENCY, now)

    def _step(self, state: State, now: float) -> None:
        """The frequency before the modes: the chip is loaded with it there. Each waits for its acknowledgement, or a
        page could reach a modem that still has every mode on."""
        self._tries = 0
        self.state = state
        self._again(now)

    def _again(self, now: float) -> None:
        if self._tries >= TRIES:
            self._reopen(LineTrouble("no-reply", f"no answer to {self.state.name}"), now)
            return
        self._tries += 1
        if self.state is State.FREQUENCY:
            command = frames.set_frequency(self._s)
        elif self.state is State.CONFIG:
            command = frames.set_config(self.protocol, self._s)
        else:
            command = frames.IDLE
        self.out.append(Write(command))
        self._to(self.state, now + self._s.reply_s)

    def _live(self, now: float) -> None:
        self._page_broken = False
        self._set_up_now = True
        self._heard_at = now
        self._polls.clear()
        self._to(State.LIVE, None)
        self._poll(now)

    # From then on

    def received(self, data: bytes, now: float) -> None:
        if self.state is State.DOWN:
            return
        for frame in self._reader.feed(data, now):
            answer = read(frame, self.protocol)
            if isinstance(answer, Version) and self.state is State.VERSION:
                self._version(answer, now)
            elif isinstance(answer, Status) and self.state is State.LIVE:
                self._heard(answer, now)
            elif isinstance(answer, Accepted):
                move = self._moves.get((self.state, answer.kind))
                if move is not None:
                    move(now)
            elif isinstance(answer, Refusal):
                self._nak(answer, now)

    def _heard(self, status: Status, now: float) -> None:
        fresh, self._set_up_now = self._set_up_now, False
        other = status.modes is not None and status.modes != frames.POCSAG_ALONE[1]
        self._stale = self._stale or other or now - self._heard_at > BLIND_S
        self._heard_at = now
        if status.space is None:
            self._refused("no-pocsag", words.NO_POCSAG, now)
            return
        if fresh and other:
            self._refused("modes", f"it keeps the modes {status.modes:02X}, POCSAG alone was asked for", now)
            return
        self._tell("ready")
        self._answer()
        self._status(status, now)

    def _nak(self, refusal: Refusal, now: float) -> None:
        if (self.state, refusal.kind) in self._moves:
            self._refused("setup", words.setup(refusal.kind, refusal.reason, self._s), now)
        elif self.state is State.LIVE:
            self._page_refused(refusal.kind, refusal.reason, now)

    def _poll(self, now: float) -> None:
        self._ask(b"", (), now)

    def _ask(self, before: bytes, begins: tuple[UUID, ...], now: float) -> None:
        """For its status, perhaps behind a batch, so that the answer tells that the batch was read. One write: nothing
        may come between the bytes of a frame."""
        self._poll_at = now + self._s.status_every_s
        while self._polls and now - self._polls[0][0] > self._s.silent_s:
            self._polls.popleft()
        self.out.append(Write(before + frames.GET_STATUS, begins))
        self._polls.append((now, self._written()))

    # Trouble

    def _reopen(self, error: TransmitterError, now: float) -> None:
        self._ours = True
        self._to(State.OFF, now + self._s.mend_s)
        self._dead(error)
        self.out.append(Reopen(error.text))

    def _refused(self, code: str, text: str, now: float) -> None:
        """It lives, but not for us; somebody must look at the settings or the firmware."""
        self._to(State.OFF, now + self._s.mend_s)
        self._dead(Refused(code, text))

    def _dead(self, error: TransmitterError) -> None:
        self._error = error
        self._tell("dead", error.text)
        self._answer("refused" if isinstance(error, Refused) else "no_answer", error.text)
        self._fail_all(error)

    def _to(self, state: State, deadline: float | None) -> None:
        self.state = state
        self._deadline = deadline

    def _answer(self, code: str | None = None, text: str = "") -> None:
        """To whoever asked whether it is there: it is (no code), or the cause why not."""
        if self._asked_by is not None:
            self._asked_by = None
            self.out.append(Probed(None if code is None else ResultError(code=code, text=text, retry=True)))

    def _tell(self, state: str, cause: str | None = None) -> None:
        health = Health(state, cause)
        if health != self._health:
            self._health = health
            self.out.append(health)
