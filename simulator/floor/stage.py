"""The running shop under somebody's hands: `simulator.stage.Stage` over real processes, sockets and lines."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence

from simulator.config import SimulateSettings
from simulator.control import ControlLine
from simulator.floor.controls import FloorControls
from simulator.floor.events import FloorEvent, PartIs, PartState
from simulator.floor.switches import PartSilent
from simulator.floor.unit_child import UnitChild
from simulator.floor.unit_line import UnitLine
from simulator.stage import BROKER, SERVER, Cable, Network, NoSuchThing, Power

LOOK_S = 0.25


class FloorStage:
    """Power: the supervisor's socket, and the simulator's own unit children. Network: the proxies' socket.

    `watch` tells the floor what became of every part, whoever did it. Without those sockets (a floor that nobody's
    `up` started) only what the simulator itself runs can be handled."""

    def __init__(
        self,
        settings: SimulateSettings,
        controls: FloorControls,
        units: Mapping[str, UnitChild],
        lines: Mapping[str, UnitLine],
        sink: Callable[[FloorEvent], None],
        clock: Callable[[], float],
    ) -> None:
        gateways = dict.fromkeys(one.gateway for one in settings.transmitters)
        self._controls = controls
        self._units = units
        self._lines = lines
        self._sink = sink
        self._clock = clock
        self._up = None if settings.up is None else ControlLine(settings.up)
        self._network = None if settings.network is None else ControlLine(settings.network)
        above = () if self._up is None else (BROKER, SERVER, *gateways)
        self.parts: Sequence[str] = (*above, *units)
        self._ways = frozenset(() if self._network is None else (SERVER, *gateways, *units))
        self._told: dict[str, tuple[PartState | None, bool | None]] = {}
        self._look = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._watch, name="parts", daemon=True)

    def power(self, part: str, verb: Power) -> None:
        if part in self._units:
            self._units[part].switch(verb)
        elif part in self.parts and self._up is not None:
            _ask(self._up, do=verb.value, part=part)
        else:
            raise NoSuchThing(part)
        self._look.set()

    def network(self, part: str, verb: Network) -> None:
        if part not in self._ways or self._network is None:
            raise NoSuchThing(part)
        _ask(self._network, do=verb.value, way=part)
        self._look.set()

    def cable(self, transmitter: str, verb: Cable) -> None:
        try:
            if verb in (Cable.PULL, Cable.PLUG):
                self._controls.plug(transmitter, verb is Cable.PLUG)
            else:
                self._controls.garble(transmitter, verb is Cable.GARBLE)
        except KeyError:
            raise NoSuchThing(transmitter) from None

    def hand(self, button: str, verb: str, figures: Mapping[str, float | str] | None = None) -> None:
        try:
            self._controls.hand(button, verb, figures or {})
        except KeyError:
            raise NoSuchThing(f"{button}: {verb}") from None

    def staff(self, on: bool) -> None:
        with contextlib.suppress(KeyError):  # a shop without people has nobody to switch
            self._controls.staff(on)

    def away(self, login: str, away: bool) -> None:
        try:
            self._controls.away(login, away)
        except KeyError:
            raise NoSuchThing(login) from None

    # Watching

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopping = True
        self._look.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _watch(self) -> None:
        while not self._stopping:
            self._look.wait(LOOK_S)
            self._look.clear()
            self.look()

    def look(self) -> None:
        """Tell what is new of every part. Who does not answer is left as it was."""
        states = {**self._above(), **{name: self._unit(name) for name in self._units}}
        cut = self._cut()
        at = self._clock()
        for part in self.parts:
            before = self._told.get(part, (None, None))
            found = states.get(part, before[0]), cut.get(part, before[1])
            if found != before:
                self._told[part] = found
                self._sink(PartIs(part, at, *found))

    def _above(self) -> dict[str, PartState]:
        if self._up is None:
            return {}
        try:
            parts = self._up.ask(do="state")["parts"]
        except (OSError, ValueError, KeyError):
            return {}
        return {name: PartState(one["state"]) for name, one in parts.items() if name in self.parts}

    def _unit(self, name: str) -> PartState:
        state = self._units[name].state
        if state is PartState.RUNNING and not self._lines[name].is_watching:
            return PartState.STARTING
        return state

    def _cut(self) -> dict[str, bool]:
        if self._network is None:
            return {}
        try:
            ways = self._network.ask(do="state")["ways"]
        except (OSError, ValueError, KeyError):
            return {}
        return {name: bool(one["cut"]) for name, one in ways.items()}


def _ask(line: ControlLine, **request: str) -> None:
    try:
        line.ask(**request)
    except (OSError, ValueError) as error:
        raise PartSilent(str(error)) from error
