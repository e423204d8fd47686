"""An ESPA 4.4.4 paging system in software, with the habits and the faults of real ones; either role.

Written from the protocol description only; it shares no line with the gateway's driver."""

from __future__ import annotations

from simulator.transmitters.espa444_decoder import EndOfAll, Enq, Reply, Telegram, Token
from simulator.transmitters.espa444_habits import EspaFaults, EspaHabits
from simulator.transmitters.espa444_line import EspaLineEnd, Phase

__all__ = ["EspaFaults", "EspaHabits", "EspaPagingSystem"]

EOT, ACK, NAK, ENQ = b"\x04", b"\x06", b"\x15", b"\x05"
NAK_WORDS = {
    "1": "damaged, say that again",
    "2": "busy",
    "3": "not understood",
    "": "no, and nobody knows why",
}


class EspaPagingSystem(EspaLineEnd):
    """A `base.Box`. `knows` says which addresses have a pager; calls for others are not understood."""

    # As control station

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
