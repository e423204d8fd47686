"""Wrist watches for 433 MHz call buttons, as waiters wear them, and the buttons of other makers.

A watch shows no text: whatever code it was taught stands for a number and a key, and that is what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from simulator.pager import Air, ReceivedPage


class Key(StrEnum):
    """The icon beside the number."""

    CALL = "call"
    BILL = "bill"
    ORDER = "order"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Shown:
    number: int
    key: Key
    at: float


class Watch:
    """It listens as long as the air is there. `places`: so many codes it can remember."""

    def __init__(self, air: Air, *, places: int = 999) -> None:
        self._air = air
        self._places = places
        self._taught: dict[str, tuple[int, Key]] = {}
        self._learns: tuple[int, Key] | None = None
        self.inbox: list[Shown] = []
        """What nobody has looked at yet."""
        self.history: list[Shown] = []
        air.listen(self._hear)

    def learn(self, number: int, key: Key = Key.CALL) -> None:
        """Put it into learning mode: the next code that it hears will show this."""
        if not 0 <= number <= 999:
            raise ValueError("a watch shows three digits")
        self._learns = (number, key)

    @property
    def learning(self) -> bool:
        return self._learns is not None

    def forget_all(self) -> None:
        self._taught.clear()

    def expects(self, number: int, key: Key = Key.CALL) -> Shown:
        """Take the oldest call out of the inbox. Raises AssertionError."""
        if not self.inbox:
            raise AssertionError(f"watch: nothing came; expected {number} {key}")
        shown = self.inbox.pop(0)
        if (shown.number, shown.key) != (number, key):
            raise AssertionError(f"watch: expected {number} {key}, got {shown.number} {shown.key}")
        return shown

    def expects_nothing(self) -> None:
        """Raises AssertionError when something is in the inbox."""
        if self.inbox:
            raise AssertionError(f"watch: nobody expected {self.inbox}")

    def _hear(self, page: ReceivedPage) -> None:
        """What it shows or learns is looked at here, so the air need not ask for it again."""
        if self._learns is not None and (page.address in self._taught or len(self._taught) < self._places):
            self._taught[page.address], self._learns = self._learns, None
        elif page.address in self._taught:
            shown = Shown(*self._taught[page.address], page.at)
            self.inbox.append(shown)
            self.history.append(shown)
        else:
            return
        inbox = self._air.pager(page.address).inbox
        inbox[:] = [one for one in inbox if one is not page]


class Receiver(Protocol):
    """An RF bridge on its line: what is done to it happens in its own thread."""

    def do(self, control: Callable[[], None]) -> None: ...


class Hearing(Protocol):
    def hear(self, code: str, te_us: int, now: float) -> None: ...


class ForeignButton:
    """A call button of another maker. Watches and bridges within reach hear it."""

    def __init__(
        self,
        code: str,
        air: Air,
        clock: Callable[[], float],
        bridges: Iterable[tuple[Receiver, Hearing]] = (),
        *,
        te_us: int = 320,
    ) -> None:
        self.code = code
        self.te_us = te_us
        self._air = air
        self._clock = clock
        self._bridges = list(bridges)

    def push(self) -> None:
        now = self._clock()
        for line, box in self._bridges:
            line.do(lambda box=box: box.hear(self.code, self.te_us, self._clock()))  # type: ignore[misc]
        self._air.transmit(self.code, "", 1, now)
