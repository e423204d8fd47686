"""What a visitor does on the page, as acts on the shop's parts. Called from the web server's threads."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from simulator.contacts import PROFILES
from simulator.floor.events import AwayIs, Deed, Did, FloorEvent, LetGo, LineIs, Pushed, StaffIs
from simulator.floor.layout import FloorButton
from simulator.floor.unit_line import UnitLine, UnitSilent
from simulator.staff import Verb
from simulator.transmitters.base import Trouble
from simulator.verbs import VERBS

log = logging.getLogger(__name__)

PRESS_MS = 200
WITH_KEY = (Deed.ARRIVE, Deed.QUIET, Deed.DRILL)


class Terminal(Protocol):
    """A transmitter that can be made trouble with."""

    def plug(self, plugged: bool) -> None: ...
    def garble(self, garbled: bool) -> None: ...
    def slow(self, slow: bool) -> None: ...
    def trouble(self, kind: Trouble, amount: int) -> None:
        """It tells by itself what it is in. Raises KeyError for what this kind of box cannot have."""


class Staff(Protocol):
    """The people of the shop."""

    def switch(self, on: bool) -> None: ...

    def ask(self, login: str, verb: Verb) -> None:
        """Raises KeyError when nobody is called so."""

    def away(self, login: str, away: bool) -> None:
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
        keys = {one.staff_key: one for one in buttons.values() if one.staff_key is not None}
        self._contacts = {
            **{name: (one.device, one.input) for name, one in buttons.items()},
            **{name: (one.device, int(name.removeprefix(f"{one.device}."))) for name, one in keys.items()},
        }
        self._lines = lines
        self._terminals = terminals
        self._staff = staff
        self._sink = sink
        self._clock = clock

    def hold(self, contact: str) -> None:
        at = self._clock()
        self._tell(contact, "hold")
        self._sink(Pushed(contact, at))

    def lift(self, contact: str) -> None:
        self._tell(contact, "lift")
        self._sink(LetGo(contact, self._clock()))

    def press(self, contact: str, ms: int, **figures: Any) -> None:
        at = self._clock()
        self._tell(contact, "press", ms=ms, **figures)
        self._sink(Pushed(contact, at))
        self._sink(LetGo(contact, at + ms / 1000))

    def hand(self, button: str, verb: str, figures: Mapping[str, float | str]) -> None:
        """Any verb of `simulator.verbs` with its figures. KeyError: there is no such button or verb."""
        if button not in self._buttons or verb not in VERBS:
            raise KeyError(f"{button}: {verb}")
        match verb:
            case "press":
                others = {name: value for name, value in figures.items() if name != "ms"}
                self.press(button, int(figures.get("ms", PRESS_MS)), **others)
            case "hold":
                self.hold(button)
            case "lift":
                self.lift(button)
            case "fit":
                self.fit(button, str(figures.get("switch")))
            case "bounce":
                self._bounce(button, figures)
            case _:
                self.do(button, Deed(verb), **figures)

    def _bounce(self, button: str, figures: Mapping[str, Any]) -> None:
        at = self._clock()
        self._tell(button, "bounce", **figures)
        self._sink(Pushed(button, at))
        self._sink(LetGo(button, at + float(figures.get("ms", PRESS_MS)) / 1000))

    def do(self, button: str, deed: Deed, **figures: Any) -> None:
        one, at = self._buttons[button], self._clock()
        if deed in WITH_KEY and one.staff_key is None:
            raise KeyError(f"{button} has no staff key")
        self._tell(button, deed.value, **figures)
        self._sink(Did(button, deed, at))

    def fit(self, button: str, switch: str) -> None:
        if button not in self._buttons or switch not in PROFILES:
            raise KeyError(switch)
        self._tell(button, "fit", switch=switch)

    def release(self, contact: str) -> None:
        """For the core: whoever held it has gone."""
        with contextlib.suppress(UnitSilent, ValueError):
            self._tell(contact, "lift")

    def _tell(self, contact: str, do: str, **more: Any) -> None:
        device, number = self._contacts[contact]
        self._lines[device].tell(do, number, **more)

    def plug(self, transmitter: str, plugged: bool) -> None:
        self._terminals[transmitter].plug(plugged)
        self._sink(LineIs(transmitter, self._clock(), plugged=plugged))

    def garble(self, transmitter: str, garbled: bool) -> None:
        self._terminals[transmitter].garble(garbled)
        self._sink(LineIs(transmitter, self._clock(), garbled=garbled))

    def slow(self, transmitter: str, slow: bool) -> None:
        self._terminals[transmitter].slow(slow)
        self._sink(LineIs(transmitter, self._clock(), slow=slow))

    def trouble(self, transmitter: str, kind: Trouble, amount: int) -> None:
        self._terminals[transmitter].trouble(kind, amount)

    def staff(self, on: bool) -> None:
        if self._staff is None:
            raise KeyError("staff")
        self._staff.switch(on)
        self._sink(StaffIs(on, self._clock()))

    def ask(self, login: str, verb: Verb) -> None:
        if self._staff is None:
            raise KeyError(login)
        self._staff.ask(login, verb)

    def away(self, login: str, away: bool) -> None:
        if self._staff is None:
            raise KeyError(login)
        self._staff.away(login, away)
        self._sink(AwayIs(login, away, self._clock()))
