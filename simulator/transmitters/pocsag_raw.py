"""A box that puts bytes on the air as they come and never says a word: the UniPager RFM69 stick, and its like.

Written from the published description only. The radio is slower than the line: what has come waits in the box."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.transmitters.base import Airs, BoxOutput, HangUp, OnAir, Trouble, Understood
from simulator.transmitters.pocsag_receiver import PagerHabits, PocsagReceiver, Received

NOBODY = "?"
"""The carrier is up and calls nobody, as far as is known."""
RESET_AFTER = 576 + 272
"""Bits: the middle of the first batch."""
BACK_AFTER_S = 1.0


@dataclass(slots=True)
class RawHabits:
    """How this box and the pagers in its reach behave when they are well."""

    baud: int = 1200
    end: int | None = 0x17
    """The byte that ends a transmission: it stands in the place of a word, and nothing follows. None: there is none."""
    inverted: bool = False
    """Its radio takes a zero for a one."""
    own_power: bool = False
    """It goes on when the cable is pulled. A stick has its power from there."""
    pagers: PagerHabits = field(default_factory=PagerHabits)


@dataclass(slots=True)
class RawFaults:
    silent: bool = False
    slow_s: float = 0.0
    """The carrier comes up so much later than it should."""
    resets: int = 0
    """So many transmissions break off in the middle of their first batch: the stick starts anew."""


def _set_slow(faults: RawFaults, amount: int) -> None:
    faults.slow_s = amount / 1000


TROUBLES: dict[Trouble, Callable[[RawFaults, int], None]] = {
    Trouble.SILENT: lambda faults, amount: setattr(faults, "silent", amount > 0),
    Trouble.SLOW: _set_slow,
    Trouble.RESET: lambda faults, amount: setattr(faults, "resets", amount),
}
"""It has no words, so it can neither refuse, nor babble, nor lose a reply."""


@dataclass(slots=True)
class _Carrier:
    """A transmission that is on the air. `sent`: bytes that the radio was given."""

    since: float
    sent: int = 0
    resets_at: float | None = None
    until: float = 0.0


class RawBox:
    """A `base.TroubledBox`."""

    def __init__(self, habits: RawHabits | None = None, faults: RawFaults | None = None) -> None:
        self.habits = habits or RawHabits()
        self.faults = faults or RawFaults()
        self.receiver = PocsagReceiver()
        self._carrier: _Carrier | None = None
        self._last = b""
        """The end byte, perhaps: if more comes, it was the first of a word."""
        self._heard: list[tuple[float, int, Received]] = []
        """Pages by the moment of their last bit."""
        self._order = 0
        self._shown: Airs | None = None
        self._out: list[BoxOutput] = []

    def received(self, data: bytes, now: float) -> None:
        if self.faults.silent:
            self._out.append(Understood(data, "nobody listens"))
            return
        self._out.append(Understood(data, _meaning(data, self.habits.end)))
        self._air_until(now)
        carrier = self._carrier or self._key_up(now)
        data, self._last = self._last + data, b""
        if (
            self.habits.end is not None
            and (carrier.sent + len(data)) % 4 == 1
            and data[-1] == self.habits.end
        ):
            data, self._last = data[:-1], data[-1:]
        self._send(carrier, data)
        self._air_until(now)
        self._show()

    def hung_up(self, now: float) -> None:
        if not self.habits.own_power:
            self._air_until(now)
            self._power_off(now)

    def tick(self, now: float) -> None:
        if self.faults.silent:
            self._power_off(now)
        else:
            self._air_until(now)
            self._show()

    def due(self) -> float | None:
        carrier = self._carrier
        if carrier is None:
            return None
        moments = [carrier.until, carrier.resets_at, self._heard[0][0] if self._heard else None]
        return min(moment for moment in moments if moment is not None)

    def outputs(self) -> list[BoxOutput]:
        out, self._out = self._out, []
        return out

    @property
    def troubles(self) -> frozenset[Trouble]:
        return frozenset(TROUBLES)

    def trouble(self, kind: Trouble, amount: int, now: float) -> None:
        TROUBLES[kind](self.faults, amount)
        if self.faults.silent:
            self._power_off(now)
        elif kind is Trouble.RESET and amount > 0 and self._carrier is not None:
            self.faults.resets -= 1
            self._carrier.resets_at = now

    # The radio

    def _key_up(self, now: float) -> _Carrier:
        self._carrier = _Carrier(now + self.faults.slow_s)
        self._carrier.until = self._carrier.since
        if self.faults.resets > 0:
            self.faults.resets -= 1
            self._carrier.resets_at = self._carrier.since + RESET_AFTER / self.habits.baud
        return self._carrier

    def _send(self, carrier: _Carrier, data: bytes) -> None:
        """The receiver hears at once what will be on the air in its time."""
        begun = self.receiver.bits - 8 * carrier.sent
        heard = self.receiver.hear(bytes(byte ^ 0xFF for byte in data) if self.habits.inverted else data)
        carrier.sent += len(data)
        carrier.until = carrier.since + 8 * carrier.sent / self.habits.baud
        for page in heard:
            moment = carrier.since + (page.last_bit - begun) / self.habits.baud
            self._order += 1
            heapq.heappush(self._heard, (moment, self._order, page))

    def _air_until(self, now: float) -> None:
        """Everything of the radio whose moment has come."""
        carrier = self._carrier
        if carrier is None:
            return
        resets = carrier.resets_at is not None and carrier.resets_at <= now
        moment = now if carrier.resets_at is None else min(now, carrier.resets_at)
        while self._heard and self._heard[0][0] <= moment:
            page = heapq.heappop(self._heard)[2]
            self._out.append(OnAir(page.address, self.habits.pagers.shows(page), page.alert))
        if resets:
            self._power_off(now)
            self._out.append(HangUp(BACK_AFTER_S))
        elif carrier.until <= now:
            self._key_down(carrier.until)

    def _key_down(self, moment: float) -> None:
        carrier, self._carrier = self._carrier, None
        self.receiver.silence()
        self._last = b""
        if carrier is not None and self._shown is not None:
            self._out.append(Airs(None, carrier.since, moment, 0))
        self._shown = None

    def _power_off(self, now: float) -> None:
        """Whatever was not on the air is lost."""
        self._heard.clear()
        self._key_down(now)

    def _show(self) -> None:
        """What the antenna is at, when that has changed."""
        carrier = self._carrier
        if carrier is None:
            return
        address = self._heard[0][2].address if self._heard else NOBODY
        shown = Airs(address, carrier.since, carrier.until, max(0, len(self._heard) - 1))
        if shown != self._shown:
            self._shown = shown
            self._out.append(shown)


def _meaning(data: bytes, end: int | None) -> str:
    """What a portion of a transmission is, as far as it can be told by itself."""
    rest = data.lstrip(b"\xaa\x55")
    if end is not None and data == bytes((end,)):
        return "end of the transmission"
    if not rest:
        return "preamble"
    return "preamble and codewords" if len(data) - len(rest) >= 8 else "codewords"
