"""An RF bridge chip for 433 MHz in software: puts codes on the air, says so afterwards, and reports what it hears.

Written from the published description of the chip; it shares no line with the gateway's driver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from simulator.faults import garbage
from simulator.transmitters.base import Airs, BoxOutput, OnAir, Say, Trouble, Understood
from simulator.transmitters.rf_ear import AskedVersion, Dropped, RfEar, Transmit, code_of, seconds

SENT = b"\xaa\xa0\x55"
BETWEEN_S = 0.1
"""So long it waits for the next byte of a command, then it hears anew."""


@dataclass(slots=True)
class RfBridgeHabits:
    """How this chip behaves when it is well."""

    version: int | None = 3
    """What it says when it is asked; None: this firmware does not know the question."""
    sends_repeats: bool = False
    """It takes the number of repeats in a B0 for the number of frames: another firmware counts that way."""
    frames_heard: int = 3
    """So many equal frames a watch wants before it believes them."""


@dataclass(slots=True)
class RfBridgeFaults:
    """Switches of trouble. Counts go down as they strike."""

    silent: bool = False
    garbage: bool = False
    busy: bool = False
    """It learns a code of its own, and takes no command meanwhile."""
    slow_s: float = 0.0
    drop: int = 0
    """Frames that it finds damaged: it drops them without a word."""
    lose_reply: int = 0
    reset: int = 0


def _set(name: str, scale: float | None = None) -> Callable[[RfBridgeFaults, int], None]:
    return lambda faults, amount: setattr(faults, name, amount if scale is None else amount * scale)


TROUBLES: dict[Trouble, Callable[[RfBridgeFaults, int], None]] = {
    Trouble.SILENT: lambda faults, amount: setattr(faults, "silent", amount > 0),
    Trouble.GARBAGE: lambda faults, amount: setattr(faults, "garbage", amount > 0),
    Trouble.BUSY: lambda faults, amount: setattr(faults, "busy", amount > 0),
    Trouble.SLOW: _set("slow_s", 0.001),
    Trouble.CHECKSUM: _set("drop"),
    Trouble.LOSE_REPLY: _set("lose_reply"),
    Trouble.RESET: _set("reset"),
}
"""How this kind makes the trouble that all kinds share. It cannot refuse: it has no word for that."""


class RfBridge:
    """A `base.TroubledBox`."""

    def __init__(
        self,
        habits: RfBridgeHabits | None = None,
        faults: RfBridgeFaults | None = None,
        *,
        seed: int = 0,
    ) -> None:
        self.habits = habits or RfBridgeHabits()
        self.faults = faults or RfBridgeFaults()
        self._random = Random(seed)  # noqa: S311
        self._ear = RfEar()
        self._heard_at = 0.0
        self._code: str | None = None
        self._airs: Airs | None = None
        self._later: list[tuple[float, Say]] = []
        self._out: list[BoxOutput] = []

    # The line

    def received(self, data: bytes, now: float) -> None:
        self.tick(now)
        faults = self.faults
        if faults.silent:
            return self._understood(data, "nobody listens")
        if faults.reset > 0:
            faults.reset -= 1
            self._start_anew()
            return self._understood(data, "it started anew in the middle of this")
        if faults.busy:
            return self._understood(data, "it learns a code of its own: not heard")
        if self._airs is not None:
            self._ear.forget()
            return self._understood(data, "it transmits: not heard")
        if self._ear.amid and now - self._heard_at > BETWEEN_S:
            self._ear.forget()
        self._heard_at = now
        for command in self._ear.hear(data):
            if isinstance(command, Transmit):
                self._transmit(command, now)
            elif isinstance(command, AskedVersion):
                self._tell_version(command.raw, now)
            elif isinstance(command, Dropped):
                self._understood(command.raw, f"dropped: {command.why}")
            else:
                self._understood(command.raw, "the report was taken")
        return None

    def hung_up(self, now: float) -> None:
        """It has power of its own, and goes on transmitting."""
        self._later.clear()
        self._ear.forget()

    def tick(self, now: float) -> None:
        if self.faults.silent:
            self._start_anew()
        if self._airs is not None and now >= self._airs.until:
            self._end_of_air(self._airs)
        while self._later and self._later[0][0] <= now:
            self._out.append(self._later.pop(0)[1])

    def due(self) -> float | None:
        moments = [] if self._airs is None else [self._airs.until]
        return min([*moments, *(moment for moment, _ in self._later[:1])], default=None)

    def outputs(self) -> list[BoxOutput]:
        out, self._out = self._out, []
        return out

    @property
    def troubles(self) -> frozenset[Trouble]:
        return frozenset(TROUBLES)

    def trouble(self, kind: Trouble, amount: int, now: float) -> None:
        TROUBLES[kind](self.faults, amount)

    # The air

    def hear(self, code: str, te_us: int, now: float) -> None:
        """Somebody pushed a button within reach. While it transmits it is deaf."""
        if self.faults.silent or self._airs is not None:
            return
        times = (31 * te_us, te_us, 3 * te_us)
        data = b"".join(bytes((us // 256 % 256, us % 256)) for us in times) + bytes.fromhex(code)
        self._say(b"\xaa\xa4" + data + b"\x55", f"heard {code}, TE {te_us} us", now)

    def _transmit(self, command: Transmit, now: float) -> None:
        if self.faults.drop > 0:
            self.faults.drop -= 1
            return self._understood(command.raw, "dropped: damaged on the way")
        code = code_of(command.pulses)
        times = command.times - (self.habits.sends_repeats and command.raw[1] == 0xB0)
        lasts = seconds(command.pulses) * times
        shown = code or "no code that a watch could read"
        self._understood(command.raw, f"send {shown}, {times} times, {lasts * 1000:.0f} ms")
        self._code = code if times >= self.habits.frames_heard else None
        self._airs = Airs(code or "?", now, now + lasts, 0)
        self._out.append(self._airs)
        return None

    def _end_of_air(self, was: Airs) -> None:
        if self._code is not None:
            self._out.append(OnAir(self._code, "", 1))
        self._quiet(was)
        if self.faults.lose_reply > 0:
            self.faults.lose_reply -= 1
        else:
            self._say(SENT, "sent", was.until)

    def _tell_version(self, raw: bytes, now: float) -> None:
        self._understood(raw, "which version are you?")
        if self.habits.version is not None:
            self._say(bytes((0xAA, self.habits.version, 0x55)), f"version {self.habits.version}", now)

    def _start_anew(self) -> None:
        """Power or firmware was gone: what was on the air is broken off, and nothing is remembered."""
        self._later.clear()
        self._ear.forget()
        if self._airs is not None:
            self._quiet(self._airs)

    def _quiet(self, was: Airs) -> None:
        self._airs = None
        self._code = None
        self._out.append(Airs(None, was.since, was.until, 0))

    # Talking

    def _say(self, data: bytes, why: str, now: float) -> None:
        if self.faults.garbage and self._random.random() < 0.5:
            data = garbage(self._random, 3) + data
        said = Say(data, why)
        if self.faults.slow_s <= 0 and not self._later:
            self._out.append(said)
        else:
            last = self._later[-1][0] if self._later else now
            self._later.append((max(last, now + self.faults.slow_s), said))

    def _understood(self, data: bytes, why: str) -> None:
        self._out.append(Understood(data, why))
