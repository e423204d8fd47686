"""Bringing an MMDVM modem up: who it is, then frequency, settings, mode, in this order.

`session.MmdvmSession` builds on it. No I/O: `out` fills with writes and health, `deadline` says when to call again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum, auto

from pager_gateway.drivers.pocsag_mmdvm import frames, words
from pager_gateway.drivers.pocsag_mmdvm.answers import Refusal, Version
from pager_gateway.drivers.pocsag_mmdvm.frames import Kind
from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings
from pager_gateway.drivers.pocsag_mmdvm.standing import PORT, Standing
from pager_gateway.errors import LineTrouble, Refused, TransmitterError
from pager_gateway.transmitter import Reopen, Write

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


class MmdvmStart(Standing, ABC):
    def __init__(self, settings: MmdvmSettings) -> None:
        super().__init__()
        self._s = settings
        self.state = State.DOWN
        self.protocol = 1
        self.deadline: float | None = None
        self._tries = 0
        self._zeroed = False
        self._ours = False
        """We have the port opened anew: it is away for a moment, and that is nobody's fault."""
        self._page_broken = False
        """A batch may have been broken off: zeros would put it on the air."""
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
    def _forget(self) -> None:
        """Half a frame that was heard belongs to the past."""

    @abstractmethod
    def _live(self, now: float) -> None:
        """It took everything."""

    @abstractmethod
    def _fail_all(self, error: TransmitterError) -> None:
        """No page in hand can be sent; what was written is in doubt."""

    # The port

    def opened(self, now: float) -> None:
        self._ours = False
        self._forget()
        self._to(State.BOOT, now + self._s.boot_wait_s)

    def lost(self, reason: str, now: float) -> None:
        """Whoever waits was told already, if it was us who had the port opened anew."""
        ours = self._ours and self.state is not State.DOWN
        self._ours = ours
        self._to(State.DOWN, None)
        if not ours:
            self._dead(LineTrouble(PORT, reason))

    # Who is there?

    def _ask_version(self, now: float) -> None:
        self._tries = 0
        self._ours = self._zeroed = False
        self._forget()
        self._knock(now)

    def _knock(self, now: float) -> None:
        self._tries += 1
        self.out.append(Write(frames.GET_VERSION))
        self._to(State.VERSION, now + self._s.version_every_s)

    def _no_version(self, now: float) -> None:
        """After a whole round in vain zeros may go out in any case: a board that does not start anew with its port
        hears nothing else, and our questions would complete its frame as well."""
        if self._tries >= self._s.version_tries:
            self._page_broken = False
            self._reopen(LineTrouble("no-modem", words.NO_ANSWER), now)
            return
        if self._tries >= ZEROS_AT:
            self._dead(LineTrouble("no-modem", words.NO_ANSWER))
        if self._tries == ZEROS_AT and not self._page_broken and not self._zeroed:
            self._zeroed = True
            self.out.append(Write(frames.ZEROS))
            self._to(State.VERSION, now + self._s.reply_s)
        else:
            self._knock(now)

    def _version(self, version: Version, now: float) -> None:
        if version.protocol not in (1, 2):
            self._refused("protocol", f"it speaks protocol {version.protocol}, we know 1 and 2", now)
        elif version.pocsag is False:
            self._refused("no-pocsag", words.NO_POCSAG, now)
        else:
            self.protocol = version.protocol
            self._step(State.FREQUENCY, now)

    # Frequency, settings, mode

    def _step(self, state: State, now: float) -> None:
        """The frequency before the modes: the chip is loaded with it there. Each waits for its acknowledgement, or a
        page could reach a modem that still has every mode on."""
        self._tries = 0
        self.state = state
        self._again(now)

    def _again(self, now: float) -> None:
        if self._tries >= TRIES:
            self._reopen(LineTrouble("no-reply", f"it does not answer to step {self.state.name}"), now)
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

    def _accepted(self, kind: int, now: float) -> None:
        move = self._moves.get((self.state, kind))
        if move is not None:
            move(now)

    def _step_refused(self, refusal: Refusal, now: float) -> None:
        if (self.state, refusal.kind) in self._moves:
            self._refused("setup", words.setup(refusal.kind, refusal.reason, self._s), now)

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
        self._is_dead(error)
        self._fail_all(error)

    def _to(self, state: State, deadline: float | None) -> None:
        self.state = state
        self.deadline = deadline
