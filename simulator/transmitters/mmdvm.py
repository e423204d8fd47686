"""An MMDVM modem in software, hotspot (protocol 1) or board (protocol 2), with the habits and the faults of real ones.

Written from the protocol's description only; it shares no line with the gateway's driver."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from simulator.transmitters import mmdvm_setup as setup
from simulator.transmitters.base import BoxOutput, HangUp, Trouble, Understood
from simulator.transmitters.mmdvm_answers import status, version
from simulator.transmitters.mmdvm_ear import MmdvmEar
from simulator.transmitters.mmdvm_habits import TROUBLES, MmdvmFaults, MmdvmHabits
from simulator.transmitters.mmdvm_radio import MmdvmRadio
from simulator.transmitters.mmdvm_voice import MmdvmVoice
from simulator.transmitters.mmdvm_words import (
    BAD,
    DUPLEX,
    FULL,
    POCSAG_DATA,
    REASONS,
    UNKNOWN,
    VOICE,
    WRONG_MODE,
    meaning,
)

__all__ = ["MmdvmFaults", "MmdvmHabits", "MmdvmModem"]

ACK, NAK = 0x70, 0x7F
BATCH = 68
FORGETS_S = 2.0
"""Protocol 2 forgets half a frame, and its mode, when nobody asked for its status for so long."""


class MmdvmModem:
    """A `base.TroubledBox`. Without `starts_at` it has been on for long."""

    def __init__(
        self,
        habits: MmdvmHabits | None = None,
        faults: MmdvmFaults | None = None,
        *,
        seed: int = 0,
        starts_at: float | None = None,
    ) -> None:
        self.habits = habits or MmdvmHabits()
        self.faults = faults or MmdvmFaults()
        self._ear = MmdvmEar(self.habits.protocol)
        self._voice = MmdvmVoice(self.habits, self.faults, Random(seed))  # noqa: S311
        self.radio = MmdvmRadio(self.habits)
        self._ready_at = -math.inf if starts_at is None else starts_at + self.habits.boot_s
        self._off = self._mute = self._in_bulk = False
        self._watched_at = -math.inf
        self._out: list[BoxOutput] = []
        self._commands: dict[int, Callable[[bytes, float], None]] = {
            0x00: self._version,
            0x01: self._status,
            0x02: self._config,
            0x03: self._set_mode,
            0x04: self._frequency,
            POCSAG_DATA: self._pages,
        }
        self._forget()

    def _forget(self) -> None:
        """As it starts: every mode is enabled, POCSAG not yet on the air."""
        every = setup.ALL_2 if self.habits.protocol == 2 else setup.ALL_1
        self.modes = every if self.habits.pocsag else every - {setup.POCSAG}
        self.mode = 0
        self.configured = False
        self.radio.enabled = False
        self.radio.tx_delay = 0

    # The line

    def received(self, data: bytes, now: float) -> None:
        if not self._powered(now):
            self._out.append(Understood(data, "nobody listens"))
            return
        if now < self._ready_at:
            self._out.append(Understood(data, "it is still starting"))
            return
        self._run(now)
        self._watchdog(now)
        self._in_bulk = self.habits.usb
        for byte in data:
            found = self._ear.hear(byte)
            if self.faults.resets > 0 and (found[0] if found else self._ear.kind) == POCSAG_DATA:
                self.faults.resets -= 1
                self._out.append(Understood(data, "it starts anew in the middle of a batch"))
                self._reset(now)
                return
            if found is not None:
                self._command(*found, now)
        self._in_bulk = False
        self._run(now)

    def hung_up(self, now: float) -> None:
        """A hotspot on a UART does not even notice."""
        self._voice.hush()
        if self.habits.usb:
            self._power_off(now)
            self._ready_at = now + self.habits.boot_s

    def tick(self, now: float) -> None:
        if self._powered(now):
            self._run(now)

    def due(self) -> float | None:
        moments = [self._voice.due(), self.radio.due()]
        return min((moment for moment in moments if moment is not None), default=None)

    def outputs(self) -> list[BoxOutput]:
        out, self._out = self._out, []
        return out

    @property
    def troubles(self) -> frozenset[Trouble]:
        return frozenset(TROUBLES)

    def trouble(self, kind: Trouble, amount: int, now: float) -> None:
        TROUBLES[kind](self.faults, amount)
        self._powered(now)

    # Power

    def _powered(self, now: float) -> bool:
        if self.faults.silent:
            self._power_off(now)
            self._off = True
            return False
        if self._off:
            self._off = False
            self._ready_at = now + self.habits.boot_s
        return True

    def _power_off(self, now: float) -> None:
        self._voice.hush()
        self._ear.forget()
        self._mute = self._in_bulk = False
        self._out.extend(self.radio.power_off(now))
        self._forget()

    def _reset(self, now: float) -> None:
        self._power_off(now)
        self._ready_at = now + self.habits.boot_s
        if self.habits.usb:
            self._out.append(HangUp(self.habits.boot_s / 2))

    def _watchdog(self, now: float) -> None:
        if self.habits.protocol == 2 and now - max(self._watched_at, self._ready_at) > FORGETS_S:
            self._watched_at = now
            self._ear.forget()
            self.mode = 0

    def _run(self, now: float) -> None:
        """USB brings several frames at once: they are all dealt with before the radio gets its turn."""
        if self._in_bulk:
            return
        was = self.radio.on_air
        self.radio.enabled = self.configured and setup.POCSAG in self.modes and not self.faults.no_carrier
        self._out.extend(self.radio.run(now))
        if self.radio.on_air and not was and self.faults.lose_reply > 0:
            self.faults.lose_reply -= 1
            self._mute = True
        elif was and not self.radio.on_air:
            self._mute = False
        self._out.extend(self._voice.ripe(now))

    # Commands

    def _command(self, kind: int, data: bytes, raw: bytes, now: float) -> None:
        command = self._commands.get(kind)
        voice = VOICE.get(kind)
        quiet = (0x80, 0x90, 0x91) if self.habits.protocol == 1 else (0x90, 0x91)
        self._out.append(Understood(raw, meaning(kind, data)))
        if command is not None and not (kind == POCSAG_DATA and not self.habits.pocsag):
            command(data, now)
        elif voice is not None:
            if voice in self.modes and self.mode in (0, voice):
                self.mode = voice
            else:
                self._refuse(kind, WRONG_MODE, now)
        elif kind not in quiet:
            self._refuse(kind, UNKNOWN, now)

    def _version(self, data: bytes, now: float) -> None:
        kind = "a board" if self.habits.protocol == 2 else "a hotspot"
        self._say(0x00, version(self.habits), f"protocol {self.habits.protocol}, {kind}", now)

    def _status(self, data: bytes, now: float) -> None:
        self._watched_at = now
        self._run(now)
        on_air = self.radio.on_air
        room = self.radio.room if setup.POCSAG in self.modes and not self.faults.full else 0
        if not self._mute:
            body = status(self.habits, self.modes, self.mode, on_air, room)
            self._say(0x01, body, f"{'on the air' if on_air else 'silent'}, room for {room} batches", now)

    def _frequency(self, data: bytes, now: float) -> None:
        checked = self.habits.protocol == 1 and self.habits.frequency_checked
        if checked and setup.frequency_refused(data):
            self._refuse(0x04, BAD, now)
        else:
            self._accept(0x04, now)

    def _config(self, data: bytes, now: float) -> None:
        wanted = setup.config(self.habits.protocol, data)
        if wanted is None or setup.out_of_range(wanted):
            self._refuse(0x02, BAD, now)
            return
        self.modes = wanted.modes if self.habits.pocsag else wanted.modes - {setup.POCSAG}
        self.mode = wanted.start
        self.configured = True
        self.radio.tx_delay = wanted.tx_delay
        if self.habits.protocol == 1 and self.habits.one_radio and not wanted.simplex:
            self._refuse(0x02, DUPLEX, now)
        else:
            self._accept(0x02, now)

    def _set_mode(self, data: bytes, now: float) -> None:
        if not data or (data[0] != 0 and data[0] not in self.modes):
            self._refuse(0x03, BAD, now)
        else:
            self.mode = data[0]
            self._accept(0x03, now)

    def _pages(self, data: bytes, now: float) -> None:
        faults = self.faults
        if setup.POCSAG not in self.modes or self.mode not in (0, setup.POCSAG):
            self._refuse(POCSAG_DATA, WRONG_MODE, now)
        elif len(data) != BATCH or faults.refuse > 0:
            faults.refuse = max(0, faults.refuse - 1)
            self._refuse(POCSAG_DATA, BAD, now)
        elif not self.radio.room or faults.full:
            self._refuse(POCSAG_DATA, FULL, now)
        else:
            self.mode = setup.POCSAG
            self._run(now)
            self.radio.take(data)
            self._run(now)

    # Talking

    def _accept(self, kind: int, now: float) -> None:
        self._say(ACK, bytes((kind,)), "done", now)

    def _refuse(self, kind: int, reason: int, now: float) -> None:
        self._say(NAK, bytes((kind, reason)), f"no: {REASONS[reason]} (NAK {reason})", now)

    def _say(self, kind: int, data: bytes, why: str, now: float) -> None:
        self._out.extend(self._voice.say(now, kind, data, why))
