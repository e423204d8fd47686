"""What a visitor does on the page, as acts on the shop's parts. Called from the web server's threads."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from simulator.floor.events import Deed, Did, FloorEvent, LetGo, LineIs, Mood, Pushed, StaffIs
from simulator.floor.layout import FloorButton
from simulator.floor.unit_line import UnitLine, UnitSilent
from simulator.staff import Verb

log = logging.getLogger(__name__)


class Terminal(Protocol):
    """A transmitter that can be made trouble with."""

    def plug(self, plugged: bool) -> None: ...
    def mood(self, mood: Mood) -> None: ...


class Staff(Protocol):
    """The people of the shop."""

    def switch(self, on: bool) -> None: ...

    def ask(self, login: str, verb: Verb) -> None:
        """Raises KeyError when nobody is called so."""


class FloorControls:
    """Implements `app.Controls` and the core's `Hands`."""

    def __init__(
        self,
        buttons: Mapping[str, FloorButton],
        lines: Mapping[str, UnitLine],
        terminals: Mapping[str, Terminal],
        staff: Staff | None,
        sink: Callable[[FloorEvent], None],
        clock: Callable[[], float],
    ) -> None:
        self._buttons = buttons
        self._lines = lines
        self._terminals = terminals
        self._staff = staff
        self._sink = sink
        self._clock = clock

    def hold(self, button: str) -> None:
        one, at = self._buttons[button], self._clock()
        self._lines[one.device].tell("hold", one.input)
        self._sink(Pushed(button, at))

    def lift(self, button: str) -> None:
        one = self._buttons[button]
        self._lines[one.device].tell("release", one.input)
        self._sink(LetGo(button, self._clock()))

    def press(self, button: str, ms: int) -> None:
        one, at = self._buttons[button], self._clock()
        self._lines[one.device].tell("press", one.input, ms=ms)
        self._sink(Pushed(button, at))
        self._sink(LetGo(button, at + ms / 1000))

    def do(self, button: str, deed: Deed) -> None:
        one, at = self._buttons[button], self._clock()
        self._lines[one.device].tell(deed.value, one.input)
        self._sink(Did(button, deed, at))

    def release(self, button: str) -> None:
        """For the core: whoever held it has gone."""
        one = self._buttons[button]
        with contextlib.suppress(UnitSilent, ValueError):
            self._lines[one.device].tell("release", one.input)

    def plug(self, transmitter: str, plugged: bool) -> None:
        self._terminals[transmitter].plug(plugged)
        self._sink(LineIs(transmitter, self._clock(), plugged=plugged))

    def mood(self, transmitter: str, mood: Mood) -> None:
        self._terminals[transmitter].mood(mood)
        self._sink(LineIs(transmitter, self._clock(), mood=mood))

    def staff(self, on: bool) -> None:
        if self._staff is None:
            raise KeyError("staff")
        self._staff.switch(on)
        self._sink(StaffIs(on, self._clock()))

    def ask(self, login: str, verb: Verb) -> None:
        if self._staff is None:
            raise KeyError(login)
        self._staff.ask(login, verb)
