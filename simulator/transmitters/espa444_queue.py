"""The calls that a simulated paging system took: its queue, its radio, and what it will say about them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from simulator.transmitters.antenna import Antenna
from simulator.transmitters.base import Airs, BoxOutput, OnAir
from simulator.transmitters.espa444_habits import EspaFaults, EspaHabits

QUEUED, PAGED, TERMINATED, ANSWERED = "2", "3", "5", "6"
BEEPS = "1234"
MOST_TIMES = 9


@dataclass(slots=True, eq=False)
class HeldCall:
    """`left`: transmissions still to make. `status`: what would be said of it now."""

    records: dict[str, bytes]
    left: int = 1
    status: str = QUEUED

    @property
    def on_air(self) -> OnAir:
        beep = self.records.get("3", b"1").decode("latin-1")
        alert = int(beep) if beep in tuple(BEEPS) else 1
        text = self.records.get("2", b"").decode("latin-1")
        shown = "" if text.isspace() else text
        return OnAir(self.records["1"].decode("latin-1"), shown, alert)


class EspaQueue:
    """One call on the air at a time, oldest first."""

    def __init__(self, habits: EspaHabits, faults: EspaFaults) -> None:
        self._habits = habits
        self._faults = faults
        self._antenna = Antenna()
        self._waiting: deque[HeldCall] = deque()
        self._airing: HeldCall | None = None
        self._history: deque[HeldCall] = deque(maxlen=100)
        self.statuses: deque[list[tuple[str, bytes]]] = deque()

    @property
    def full(self) -> bool:
        most = self._habits.most_waiting
        return most is not None and len(self._waiting) >= most

    def take(self, records: dict[str, bytes], now: float) -> list[BoxOutput]:
        times = records.get("5", b"1").decode("latin-1")
        left = min(MOST_TIMES, max(1, int(times))) if times.isdecimal() and self._habits.repeats else 1
        call = HeldCall(dict(records), left)
        self._waiting.append(call)
        self._history.append(call)
        if self._habits.tells_queued:
            self._tell(call)
        return self.tick(now)

    def reset(self, records: dict[str, bytes]) -> int:
        """Take calls for this address out of the queue; with a message only those. The one on the air goes on."""
        found = [
            call
            for call in self._waiting
            if call.records["1"] == records["1"]
            and records.get("2", call.records.get("2")) == call.records.get("2")
        ]
        for call in found:
            self._waiting.remove(call)
            self._become(call, TERMINATED)
        return len(found)

    def asked(self, records: dict[str, bytes]) -> bool:
        """A status request names the same records as the call did."""
        call = next((one for one in reversed(self._history) if one.records == records), None)
        if call is not None:
            self.statuses.append(self._words(call))
        return call is not None

    def tick(self, now: float) -> list[BoxOutput]:
        out: list[BoxOutput] = []
        while True:
            out.extend(self._radio(self._antenna.tick(now)))
            if self._antenna.due() is not None or not (self._airing or self._waiting):
                return out
            out.extend(self._radio(self._next(now)))

    def due(self) -> float | None:
        return self._antenna.due()

    def power_off(self) -> list[BoxOutput]:
        self._waiting.clear()
        self._history.clear()
        self.statuses.clear()
        self._airing = None
        return self._antenna.power_off()

    def _next(self, now: float) -> list[BoxOutput]:
        if self._airing is None:
            call = self._waiting.popleft()
            if self._faults.fates:
                fate = self._faults.fates.pop(0)
                if fate != PAGED:
                    self._become(call, fate)
                    return []
            self._airing = call
        return self._antenna.take(self._airing.on_air, self._habits.baud, now)

    def _radio(self, outputs: list[BoxOutput]) -> list[BoxOutput]:
        found: list[BoxOutput] = []
        for one in outputs:
            if isinstance(one, OnAir) and self._airing is not None:
                self._aired(self._airing)
            found.append(replace(one, waiting=len(self._waiting)) if isinstance(one, Airs) else one)
        return found

    def _aired(self, call: HeldCall) -> None:
        call.left -= 1
        if call.left > 0:
            return
        self._airing = None
        self._become(call, PAGED)
        if self._habits.answers:
            self._become(call, ANSWERED)

    def _become(self, call: HeldCall, status: str) -> None:
        call.status = status
        self._tell(call)

    def _tell(self, call: HeldCall) -> None:
        if self._habits.status == "automatic":
            self.statuses.append(self._words(call))

    def _words(self, call: HeldCall) -> list[tuple[str, bytes]]:
        names = ("1", "2") if self._habits.status_message else ("1",)
        said = [(name, call.records[name]) for name in names if name in call.records]
        return [*said, ("7", call.status.encode("ascii"))]
