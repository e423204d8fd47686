"""An ESPA 4.4.4 paging system in software, with the habits and the faults of real ones; either role.

Written from the protocol description only; it shares no line with the gateway's driver."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from random import Random

from simulator.transmitters.base import BoxOutput, HangUp, Say, Trouble, Understood
from simulator.transmitters.espa444_clerk import EspaClerk
from simulator.transmitters.espa444_decoder import EndOfAll, Enq, EspaEar, Reply, Telegram, Token
from simulator.transmitters.espa444_habits import TROUBLES, EspaFaults, EspaHabits
from simulator.transmitters.espa444_queue import EspaQueue
from simulator.transmitters.espa444_voice import EspaVoice

__all__ = ["EspaFaults", "EspaHabits", "EspaPagingSystem"]

EOT, ACK, NAK, ENQ = b"\x04", b"\x06", b"\x15", b"\x05"
STRANGER_S = 2.7
NAK_WORDS = {
    "1": "damaged, say that again",
    "2": "busy",
    "3": "not understood",
    "": "no, and nobody knows why",
}


class Phase(Enum):
    IDLE = auto()
    SELECTABLE = auto()
    PASSIVE = auto()
    SLAVE = auto()
    WAIT_SELECT = auto()
    WAIT_ACK = auto()
    POLLED = auto()
    """As control station: the gateway was asked whether it has something."""


class EspaPagingSystem:
    """A `base.Box`. `knows` says which addresses have a pager; calls for others are not understood."""

    def __init__(
        self,
        habits: EspaHabits | None = None,
        faults: EspaFaults | None = None,
        *,
        knows: Callable[[str], bool] = lambda address: True,
        seed: int = 0,
    ) -> None:
        self.habits = habits or EspaHabits()
        self.faults = faults or EspaFaults()
        self.calls = EspaQueue(self.habits, self.faults)
        self.phase = Phase.IDLE
        self._clerk = EspaClerk(self.habits, self.faults, self.calls, knows)
        self._voice = EspaVoice(self.habits, self.faults, Random(seed))  # noqa: S311
        self._ear = EspaEar(self.habits.bits)
        self._heard_at = 0.0
        self._deaf_until = 0.0
        self._deadline: float | None = None
        self._poll_at: float | None = None
        self._stranger_at = 0.0
        self._attempts = 0
        self._out: list[BoxOutput] = []

    # The line

    def received(self, data: bytes, now: float) -> None:
        if self.faults.silent:
            self._out.append(Understood(data, "nobody listens"))
            return
        if self.habits.echo:
            self._out.append(Say(data, "the line's echo"))
        if now < self._deaf_until:
            self._out.append(Understood(data, "thrown away behind an EOT"))
            return
        self._look_at_gap(now)
        self._heard_at = now
        for token in self._ear.hear(data):
            self._token(token, now)
        if self._ear.in_telegram and self.faults.hang_up_in_block > 0:
            self._start_anew()

    def connected(self, now: float) -> None:
        """A control station polls whoever comes."""
        self.tick(now)

    def hung_up(self, now: float) -> None:
        self._voice.hush()
        self._ear.forget()
        self._rest()

    def tick(self, now: float) -> None:
        if self.faults.silent:
            self._voice.hush()
            self._ear.forget()
            self._rest()
            self._out.extend(self.calls.power_off())
            if self._polls and now >= self._next_poll(now):
                self._poll_at = now + (self.habits.polls_every_s or 0.0)
            return
        self._out.extend(self.calls.tick(now))
        spoken = self._voice.ripe(now)
        self._out.extend(spoken)
        if spoken and self._deadline is not None:
            self._deadline = max(self._deadline, now + self.habits.patience_s)
        self._look_at_gap(now)
        if self._voice.due() is None:
            self._own_moments(now)
        if self.faults.stranger and now >= self._stranger_at + STRANGER_S:
            self._stranger_at = now
            self._out.append(Say(b"2\x05\x04", "somebody else polls here"))

    def _own_moments(self, now: float) -> None:
        """What it does by itself, once it has said all that it had to say."""
        if self._deadline is not None and now >= self._deadline:
            self._say(now, EOT, "waited too long: the end")
            self._rest()
        if self._polls and self.phase is Phase.IDLE and now >= self._next_poll(now):
            self._poll(now)

    def due(self) -> float | None:
        moments = [self.calls.due()]
        quiet = self._voice.due() is None
        moments.append(self._deadline if quiet else self._voice.due())
        if self._ear.in_telegram:
            moments.append(self._heard_at + self.habits.gap_s)
        if self.faults.stranger and not self.faults.silent:
            moments.append(self._stranger_at + STRANGER_S)
        if self._polls and self.phase is Phase.IDLE and quiet:
            moments.append(self._poll_at if self._poll_at is not None else self._heard_at)
        return min((moment for moment in moments if moment is not None), default=None)

    def outputs(self) -> list[BoxOutput]:
        out, self._out = self._out, []
        return out

    @property
    def troubles(self) -> frozenset[Trouble]:
        return frozenset(TROUBLES)

    def trouble(self, kind: Trouble, amount: int, now: float) -> None:
        TROUBLES[kind](self.faults, amount)

    # As control station

    @property
    def _polls(self) -> bool:
        return self.habits.polls_every_s is not None

    def _next_poll(self, now: float) -> float:
        if self._poll_at is None:
            self._poll_at = now
        return self._poll_at

    def _poll(self, now: float) -> None:
        self._poll_at = now + (self.habits.polls_every_s or 0.0)
        if self._clerk.has_status:
            self._say(now, self._own + ENQ, "it polls itself")
            self._select(now)
        else:
            self._say(now, self._gateway + ENQ, "anything to send?")
            self._wait(Phase.POLLED, now + self.habits.patience_s)

    # What was heard

    def _token(self, token: Token, now: float) -> None:
        if isinstance(token, EndOfAll):
            self._understood(EOT, "the end")
            if self.habits.knows_only == "fixed":
                self._fixed_end(now)
            else:
                self._rest()
        elif isinstance(token, Enq):
            self._enquiry(token, now)
        elif isinstance(token, Reply):
            self._reply(token, now)
        else:
            self._heard_telegram(token, now)

    def _enquiry(self, token: Enq, now: float) -> None:
        ours = token.address == self.habits.own
        data = token.address.encode("latin-1") + ENQ
        if ours and (self.phase in (Phase.POLLED, Phase.SELECTABLE) or self._takes_polls_for_selects):
            self._ready(data, now)
        elif self.phase is Phase.IDLE and not ours and not self._polls:
            self._understood(data, "somebody is master now")
            self.phase = Phase.SELECTABLE
        elif self.habits.knows_only == "fixed":
            self._understood(data, "not the sequence it knows")
            self._fixed_end(now)
        elif self.phase is Phase.IDLE and ours and not self._polls:
            self._polled(data, now)
        elif self.phase is Phase.SELECTABLE:
            self._understood(data, "somebody else is selected")
            self.phase = Phase.PASSIVE

    @property
    def _takes_polls_for_selects(self) -> bool:
        return self.phase is Phase.IDLE and self.habits.knows_only == "acks"

    def _ready(self, data: bytes, now: float) -> None:
        faults = self.faults
        self._understood(data, "it is selected")
        if faults.ignore_select > 0:
            faults.ignore_select -= 1
        elif faults.nak_select:
            prefix = faults.nak_select.pop(0)
            self._say(now, prefix.encode() + NAK, f"not ready: {NAK_WORDS[prefix]}")
        else:
            self._say(now, ACK, "ready")
            self._wait(Phase.SLAVE, now + self.habits.silence_s if self._polls else None)

    def _polled(self, data: bytes, now: float) -> None:
        self._understood(data, "it is polled")
        if self._clerk.has_status:
            self._select(now)
        else:
            self._say(now, EOT, "nothing to tell")
            self._rest()

    def _fixed_end(self, now: float) -> None:
        self._say(now, EOT, "from the start, please")
        self._rest()
        self._deaf_until = now + self.habits.flush_s

    # Statuses for the gateway

    def _select(self, now: float) -> None:
        self._say(now, self._gateway + ENQ, "it has something to tell")
        self._attempts = 0
        self._wait(Phase.WAIT_SELECT, now + self.habits.patience_s)
        if self.faults.freeze_status > 0:
            self.faults.freeze_status -= 1
            self._wait(Phase.PASSIVE, None)

    def _reply(self, token: Reply, now: float) -> None:
        if self.phase is Phase.WAIT_SELECT and token.ack:
            self._understood(ACK, "the gateway listens")
            self._tell(now)
        elif self.phase is Phase.WAIT_ACK and token.ack:
            self._understood(ACK, "the gateway knows")
            self._tell(now)
        elif self.phase in (Phase.WAIT_SELECT, Phase.WAIT_ACK):
            self._understood(token.prefix.encode() + NAK, "the gateway did not understand")
            self._attempts += 1
            if self.phase is Phase.WAIT_ACK and self._attempts < self.habits.attempts:
                self._say(now, self._clerk.status()[0], "once more")
                self._wait(Phase.WAIT_ACK, now + self.habits.patience_s)
            else:
                self._say(now, EOT, "it gives up")
                self._rest()
        elif self.habits.knows_only == "fixed":
            self._fixed_end(now)

    def _tell(self, now: float) -> None:
        if not self._clerk.next_status():
            self._say(now, EOT, "that is all")
            self._rest()
            return
        self._attempts = 0
        self._say(now, *self._clerk.status())
        self._wait(Phase.WAIT_ACK, now + self.habits.patience_s)

    # Telegrams of the gateway

    def _heard_telegram(self, telegram: Telegram, now: float) -> None:
        faults = self.faults
        if self.phase is not Phase.SLAVE:
            self._understood(telegram.raw, "a telegram that nobody asked for")
            if self.habits.knows_only == "fixed":
                self._fixed_end(now)
            return
        if self._polls:
            self._deadline = now + self.habits.silence_s
        if faults.hang_up_in_block > 0:
            self._start_anew()
        elif faults.eat_block > 0:
            faults.eat_block -= 1
            self._understood(telegram.raw, "lost on the way")
        else:
            refusal = self._clerk.judge(telegram, now)
            self._out.extend(self._clerk.out)
            self._clerk.out.clear()
            self._answer(refusal, now)

    def _answer(self, refusal: str | None, now: float) -> None:
        faults = self.faults
        after_s = faults.late_ack_s.pop(0) if faults.late_ack_s else 0.0
        if refusal is not None:
            self._say(now, refusal.encode() + NAK, NAK_WORDS[refusal], after_s)
        elif faults.lose_reply > 0:
            faults.lose_reply -= 1
        elif faults.eot_for_ack > 0:
            faults.eot_for_ack -= 1
            self._say(now, EOT, "the end, in place of a yes")
            self._rest()
        else:
            self._say(now, ACK, "taken", after_s)
        if self.habits.knows_only == "fixed":
            self._fixed_end(now)

    # Odds and ends

    @property
    def _own(self) -> bytes:
        return self.habits.own.encode()

    @property
    def _gateway(self) -> bytes:
        return self.habits.gateway.encode()

    def _look_at_gap(self, now: float) -> None:
        if self._ear.in_telegram and now >= self._heard_at + self.habits.gap_s:
            self._ear.forget()
            if self.phase is Phase.SLAVE:
                self._say(now, b"1" + NAK, "a telegram without an end")

    def _start_anew(self) -> None:
        self.faults.hang_up_in_block -= 1
        self._ear.forget()
        self._rest()
        self._out.append(HangUp(1.0))

    def _rest(self) -> None:
        self.phase = Phase.IDLE
        self._deadline = None

    def _wait(self, phase: Phase, deadline: float | None) -> None:
        self.phase = phase
        self._deadline = deadline

    def _understood(self, data: bytes, why: str) -> None:
        self._out.append(Understood(data, why))

    def _say(self, now: float, data: bytes, why: str, after_s: float = 0.0) -> None:
        self._out.extend(self._voice.say(now, data, why, after_s))
