"""What a simulated paging system makes of a telegram, and what it has to tell the gateway."""

from __future__ import annotations

from collections.abc import Callable

from simulator.transmitters.base import BoxOutput, Understood
from simulator.transmitters.espa444_decoder import Telegram, compose
from simulator.transmitters.espa444_habits import EspaFaults, EspaHabits
from simulator.transmitters.espa444_queue import EspaQueue

DAMAGED, BUSY, INVALID = "1", "2", "3"
MOST_ADDRESS, MOST_TEXT = 16, 128


class EspaClerk:
    """Reads telegrams for the queue, and writes statuses from it."""

    def __init__(
        self, habits: EspaHabits, faults: EspaFaults, calls: EspaQueue, knows: Callable[[str], bool]
    ) -> None:
        self._habits = habits
        self._faults = faults
        self._calls = calls
        self._knows = knows
        self._status: list[tuple[str, bytes]] = []
        """The one that is being told."""
        self.out: list[BoxOutput] = []

    def judge(self, telegram: Telegram, now: float) -> str | None:
        """Take it (None), or the prefix of the refusal."""
        if self._faults.nak_block:
            self._understood(telegram, "a telegram")
            return self._faults.nak_block.pop(0)
        if not telegram.sound:
            self._understood(telegram, "a damaged telegram")
            return DAMAGED
        header, records = telegram.header, telegram.records
        says_yes = self._habits.knows_only == "acks"
        reset = header == "1" and records.get("4") == b"1"
        if header == "1" and not reset:
            return self._call(telegram, now)
        if says_yes:
            self._understood(telegram, "something it does not know, and says yes to")
            return None
        if reset and "1" in records:
            self._understood(telegram, f"take back {self._calls.reset(records)} calls")
            return None
        if header == "3" and self._habits.status == "request" and self._calls.asked(records):
            self._understood(telegram, "what became of that call?")
            return None
        self._understood(telegram, f"a telegram with header {header}")
        return INVALID

    @property
    def has_status(self) -> bool:
        return bool(self._calls.statuses) or self._faults.failure > 0

    def next_status(self) -> bool:
        """Go to the next one; False: there is none."""
        if self._faults.failure > 0:
            self._faults.failure -= 1
            self._status = [("8", b"1")]
        elif self._calls.statuses:
            self._status = self._calls.statuses.popleft()
        else:
            return False
        return True

    def status(self) -> tuple[bytes, str]:
        """The present one, and what it means."""
        spoilt = self._faults.spoil_status > 0
        self._faults.spoil_status = max(0, self._faults.spoil_status - 1)
        sealed = compose(self._status, extra_rs=self._habits.extra_rs, spoilt=spoilt)
        words = ", ".join(f"{name}={data.decode('latin-1')}" for name, data in self._status)
        return sealed + b"\r" * self._habits.cr_after, f"status: {words}"

    def _call(self, telegram: Telegram, now: float) -> str | None:
        records = telegram.records
        address = records.get("1", b"").decode("latin-1")
        text = records.get("2", b"").decode("latin-1")
        self._understood(telegram, f"call for {address}: {text}")
        if self._faults.busy or self._calls.full:
            return BUSY
        bad = not address or len(address) > MOST_ADDRESS or len(text) > MOST_TEXT or not self._knows(address)
        if bad or (self._habits.knows_only == "fixed" and "2" not in records):
            return INVALID
        self.out.extend(self._calls.take(records, now))
        return None

    def _understood(self, telegram: Telegram, why: str) -> None:
        self.out.append(Understood(telegram.raw, why))
