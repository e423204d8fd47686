"""A TAP 1.8 paging terminal in software, with the habits and the faults of real ones.

Written from the protocol description only; it shares no line with the gateway's driver."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from random import Random

from simulator.transmitters.antenna import Antenna
from simulator.transmitters.base import BoxOutput, HangUp, OnAir, Trouble, Understood
from simulator.transmitters.tap_decoder import Assembly, Block, TapEar, Typed
from simulator.transmitters.tap_habits import TROUBLES, TapFaults, TapHabits
from simulator.transmitters.tap_voice import ACK, DISCONNECT, GO, NAK, RS, TapVoice

__all__ = ["TapFaults", "TapHabits", "TapTerminal"]

BETWEEN_S = 1.5
"""So long a real terminal waits for the next character of a block, then it hears anew: one whose end was lost on a bad
line would swallow every logon after it."""


class Phase(Enum):
    IDLE = auto()
    LOGON = auto()
    READY = auto()


class TapTerminal:
    """A `base.Box`. `knows` says which addresses have a pager; unknown ones get 511."""

    def __init__(
        self,
        habits: TapHabits | None = None,
        faults: TapFaults | None = None,
        *,
        knows: Callable[[str], bool] = lambda address: True,
        seed: int = 0,
    ) -> None:
        self.habits = habits or TapHabits()
        self.faults = faults or TapFaults()
        self._knows = knows
        self._voice = TapVoice(self.habits, self.faults, Random(seed))  # noqa: S311
        self._ear = TapEar()
        self._heard_at = 0.0
        self._assembly = Assembly()
        self._antenna = Antenna()
        self.phase = Phase.IDLE
        self._deadline: float | None = None
        self._prompts = self._pages = self._naks = 0
        self._since = 0.0
        """When this session began."""
        self._out: list[BoxOutput] = []

    # The line

    def received(self, data: bytes, now: float) -> None:
        if self.faults.silent:
            self._out.append(Understood(data, "nobody listens"))
            return
        if self._ear.in_block and now - self._heard_at > BETWEEN_S:
            self._ear.forget()
        self._heard_at = now
        for heard in self._ear.hear(data):
            if isinstance(heard, Typed):
                self._typed(heard.text, now)
            else:
                self._block(heard, now)
        if self._ear.in_block and self.faults.hang_up_in_block > 0:
            self.faults.hang_up_in_block -= 1
            self._out.append(HangUp(1.0))

    def hung_up(self, now: float) -> None:
        self._voice.hush()
        self._leave()

    def tick(self, now: float) -> None:
        if self.faults.silent:
            self._voice.hush()
            self._leave()
            self._out.extend(self._antenna.power_off())
            return
        self._out.extend(self._antenna.tick(now))
        self._out.extend(self._voice.ripe(now))
        if self._deadline is None or now < self._deadline:
            return
        if self.phase is Phase.LOGON and self._prompts < self.habits.n3:
            self._prompt(now)
        elif self.phase is not Phase.IDLE:
            self._say(now, b"501 Timeout\r", DISCONNECT, "waited too long: goodbye")
            self._leave()
        else:
            self._deadline = None

    def due(self) -> float | None:
        moments = [self._deadline, self._voice.due(), self._antenna.due()]
        return min((moment for moment in moments if moment is not None), default=None)

    def outputs(self) -> list[BoxOutput]:
        out, self._out = self._out, []
        return out

    @property
    def troubles(self) -> frozenset[Trouble]:
        return frozenset(TROUBLES)

    def trouble(self, kind: Trouble, amount: int, now: float) -> None:
        TROUBLES[kind](self.faults, amount)

    # Logging on and off

    def _typed(self, text: bytes, now: float) -> None:
        if self.habits.product and text == b"ATI":
            self._understood(text, "who are you?")
            self._say(now, self.habits.product.encode("ascii") + b"\r", b"", "its name")
        elif text == b"\x04":
            self._understood(text, "goodbye")
            self._goodbye(now)
        elif self.phase is Phase.READY:
            if text:
                self._understood(text, "not a block")
                self._say(now, b"502 Unexpected characters\r", NAK, "a block was expected")
                self._wait(now)
        elif not text.strip():
            self._understood(text, "is anybody there?")
            self._prompts = 0
            self._prompt(now)
        elif b"\x1b" in text and self.phase is Phase.LOGON:
            self._log_on(text[text.rindex(b"\x1b") + 1 :], now)
        elif self.phase is Phase.LOGON:
            self._understood(text, "somebody types by hand")
            self._say(now, b"507 No manual service here\r", DISCONNECT, "automatic service only")
            self._leave()
        else:
            self._understood(text, "noise")

    def _prompt(self, now: float) -> None:
        self.phase = Phase.LOGON
        self._prompts += 1
        self._deadline = now + self.habits.t5_s
        self._say(now, b"", self.habits.prompt, "who are you?", self.faults.late_prompt_s)

    def _log_on(self, line: bytes, now: float) -> None:
        self._understood(b"\x1b" + line[:3], "logon")
        faults, habits = self.faults, self.habits
        if faults.nak_logon > 0:
            faults.nak_logon -= 1
            self._say(now, b"", NAK, "say your logon again")
            self._deadline = now + habits.t5_s
        elif faults.deny_logon is not None:
            self._deny(faults.deny_logon, now)
        elif line[:3].upper().decode("ascii", "replace") not in habits.services:
            self._deny(508 if len(line) >= 3 else 507, now)
        elif habits.check_password and line[3:].decode("ascii", "replace") != habits.password:
            self._deny(509, now)
        else:
            self._pages = self._naks = 0
            self._since = now
            self.phase = Phase.READY
            go = GO if habits.go_ahead and faults.no_go_ahead <= 0 else b""
            faults.no_go_ahead = max(0, faults.no_go_ahead - 1)
            if faults.merged_go_ahead:
                self._say(now, habits.banner, b"\x06" + go, "logged on, go ahead")
            else:
                self._say(now, habits.banner, ACK, "logged on")
                if go:
                    self._say(now, b"", go, "go ahead")
            self._wait(now)

    def _deny(self, code: int, now: float) -> None:
        self._say(now, f"{code} Logon refused\r".encode(), DISCONNECT, f"logon refused ({code})")
        self._leave()

    def _goodbye(self, now: float) -> None:
        if self.phase is Phase.IDLE:
            return
        if self.faults.take_back > 0:
            self.faults.take_back -= 1
            self._say(now, b"511 Subscriber removed\r", RS, "the last page was refused after all")
        self._say(now, self.habits.farewell, DISCONNECT, "goodbye")
        self._leave()

    def _leave(self) -> None:
        self.phase = Phase.IDLE
        self._deadline = None
        self._ear.forget()
        self._assembly.drop()

    def _wait(self, now: float) -> None:
        t4 = self.habits.t4_s
        self._deadline = None if t4 is None else now + t4

    # Blocks

    def _block(self, block: Block, now: float) -> None:
        faults = self.faults
        if faults.hang_up_in_block > 0:
            faults.hang_up_in_block -= 1
            self._out.append(HangUp(1.0))
            return
        if faults.eat_block > 0:
            faults.eat_block -= 1
            self._understood(block.raw, "lost on the way")
            return
        if faults.forget_session > 0:
            faults.forget_session -= 1
            self._leave()
        if self.phase is not Phase.READY and not self.habits.implied_login:
            self._understood(block.raw, "a block before any logon")
            self._say(now, b"502 Not logged on\r", NAK, "not logged on")
            return
        if block.trouble is not None or faults.nak_block > 0:
            faults.nak_block = max(0, faults.nak_block - 1)
            self._understood(block.raw, "a broken block")
            self._complain(block.trouble or 514, now)
            return
        if faults.throw_out:
            code = faults.throw_out.pop(0)
            self._say(now, f"{code} Session over\r".encode(), DISCONNECT, f"thrown out ({code})")
            self._leave()
            return
        self._wait(now)
        try:
            fields = self._assembly.add(block)
        except ValueError:
            self._refuse(515, now)
            return
        if fields is None:
            self._understood(block.raw, "part of a page")
            self._say(now, b"", ACK, "more, please")
        else:
            self._page(block, fields, now)

    def _complain(self, code: int, now: float) -> None:
        self._naks += 1
        if self._naks > self.habits.most_naks:
            self._say(now, b"503 Too many errors\r", DISCONNECT, "too many broken blocks")
            self._leave()
            return
        self._say(now, f"{code} Checksum error\r".encode(), NAK, f"say that again ({code})")
        self._wait(now)

    def _page(self, block: Block, fields: list[bytes], now: float) -> None:
        address, alert = self._address(fields[0].decode("ascii"))
        text = "\n".join(field.decode("ascii") for field in fields[1:])
        self._understood(block.raw, f"page for {address}: {text}")
        if self.faults.refuse:
            self._refuse(self.faults.refuse.pop(0), now)
        elif not address:
            self._refuse(510, now)
        elif not self._knows(address):
            self._refuse(511, now)
        elif set(text) & set(self.habits.forbidden):
            self._refuse(515, now)
        elif self._too_long(text) and self.habits.rejects_long:
            self._refuse(517, now)
        elif self.habits.most_pages is not None and self._pages >= self.habits.most_pages:
            self._say(now, b"112 Enough pages for a session\r", DISCONNECT, "enough pages (112)")
            self._leave()
        elif self.habits.longest_session_s is not None and now - self._since > self.habits.longest_session_s:
            self._say(now, b"113 Enough time for a session\r", DISCONNECT, "enough time (113)")
            self._leave()
        else:
            self._pages += 1
            self._naks = 0
            note = 214 if self._too_long(text) else self.faults.note
            shown = text[: self.habits.most_text]
            self._out.extend(self._antenna.take(OnAir(address, shown, alert), self.habits.baud, now))
            self._accept(note, now)

    def _too_long(self, text: str) -> bool:
        return self.habits.most_text is not None and len(text) > self.habits.most_text

    def _accept(self, code: int, now: float) -> None:
        faults = self.faults
        if faults.lose_reply > 0:
            faults.lose_reply -= 1
            return
        if faults.xoff_s > 0:
            self._say(now, b"", b"\x13", "stop")
            self._say(now, b"", b"\x11", "go on", faults.xoff_s)
        if faults.wait_first > 0:
            faults.wait_first -= 1
            self._say(now, b"111 Please wait\r", b"", "it takes longer")
        limit = f"{self.habits.most_text} " if code == 214 else ""
        note = f"{code} {limit}Page accepted\r".encode()
        if faults.hold_ack_s > 0:
            self._say(now, note, b"", "page taken, but wait")
            self._say(now, b"", ACK, "accepted", faults.hold_ack_s)
        else:
            self._say(now, note, ACK, "accepted", faults.delay_reply_s)

    def _refuse(self, code: int, now: float) -> None:
        limit = f"{self.habits.most_text} " if code == 517 else ""
        self._say(now, f"{code} {limit}Page refused\r".encode(), RS, f"refused ({code})")

    def _address(self, field: str) -> tuple[str, int]:
        digits = self.habits.alert_digits
        if digits and field and field[-1] in digits:
            return field[:-1], digits.index(field[-1]) + 1
        return field, 1

    # Talking

    def _understood(self, data: bytes, why: str) -> None:
        self._out.append(Understood(data, why))

    def _say(self, now: float, words: bytes, control: bytes, why: str, after_s: float = 0.0) -> None:
        self._out.extend(self._voice.say(now, words, control, why, after_s))
