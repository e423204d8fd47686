"""A world as the floor page shows it: what happens in it becomes events of a floor core on the world's own clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from simulator.clock import VirtualLoop
from simulator.config import SimulateSettings
from simulator.floor.core import FloorCore
from simulator.floor.display import as_shown
from simulator.floor.events import (
    AwayIs,
    ClosedBy,
    Deed,
    Did,
    FloorEvent,
    LetGo,
    LineIs,
    PageArrived,
    PartIs,
    PartState,
    PersonIs,
    Pushed,
    Showed,
    StaffIs,
    UnitIs,
)
from simulator.floor.layout import buttons_of, contact
from simulator.floor.terminal import told_of
from simulator.pager import ReceivedPage
from simulator.staff import Doing
from simulator.stage import Cable, Network, Power, Stage
from simulator.transmitters.base import Seen
from simulator.world.scene import WorldScene

PRESS_S = 0.2
STATES = {
    Power.KILL: PartState.DEAD,
    Power.STOP: PartState.STOPPED,
    Power.START: PartState.RUNNING,
    Power.FREEZE: PartState.FROZEN,
    Power.THAW: PartState.RUNNING,
}
DEEDS = {"undo": Deed.UNDO, "hammer": Deed.HAMMER}


class WorldFloor:
    """`put` gets the items. Make it before the scene is opened: its `dressed` belongs into the scene."""

    def __init__(self, settings: SimulateSettings, put: Callable[[str, Mapping[str, Any]], None]) -> None:
        self._settings = settings
        self._pagers = {one.address: one for one in settings.pagers}
        self._put_item = put
        self._loop: VirtualLoop[FloorEvent] | None = None
        self._scene: WorldScene | None = None

    def dressed(self, stage: Stage) -> Stage:
        return _Watched(stage, self)

    def watch(self, scene: WorldScene) -> None:
        """From now on. The scene is open."""
        shop, settings = scene.shop, self._settings
        self._scene = scene
        core = FloorCore(
            buttons_of(settings),
            tuple(self._pagers),
            tuple(one.name for one in settings.transmitters),
            [person.login for person in settings.people],
            self._put_item,
            _NoHands(),
            shop.clock.epoch() - shop.clock.boot(),
        )
        self._loop = VirtualLoop(core, shop.clock)
        self._loop.start()
        for device, unit in shop.units.items():
            self.happened(UnitIs(device, True, self.now))
            unit.outputs.watchers.append(partial(self._showed, device))
        for part in scene.stage.parts:
            self.happened(PartIs(part, self.now, PartState.RUNNING, False))
        for name, transmitter in shop.transmitters.items():
            transmitter.observe(partial(self._seen, name))
        shop.air.listen(self._arrived)
        shop.told = self._told
        shop.people.closed = self._closed
        self.happened(StaffIs(scene.scenario.scenario.staff, self.now))

    @property
    def now(self) -> float:
        assert self._scene is not None
        return self._scene.shop.clock.boot()

    def happened(self, event: FloorEvent) -> None:
        if self._loop is not None:
            self._loop.put(event)

    def _showed(self, device: str, number: int, shown: str) -> None:
        """Whoever looks at a day in minutes sees no rhythm: a light that says something is lit."""
        self.happened(Showed(contact(device, number), self.now, shown=shown, lit=shown != "idle"))

    def _seen(self, transmitter: str, seen: Seen) -> None:
        self.happened(told_of(transmitter, seen))

    def _arrived(self, page: ReceivedPage) -> None:
        pager = self._pagers.get(page.address)
        if pager is not None:
            text = as_shown(page.text, pager.format, pager.longest)
            self.happened(PageArrived(page.address, text, pager.format.value, page.alert, page.at))

    def _told(self, login: str, doing: Doing, place: str) -> None:
        if login in {one.login for one in self._settings.people}:
            self.happened(PersonIs(login, doing, place, self.now))

    def _closed(self, login: str, place: str, outcome: str) -> None:
        self.happened(ClosedBy(login, place, outcome, self.now))


class _NoHands:
    """Nobody holds a button down in fast motion."""

    def release(self, contact: str) -> None: ...


class _Watched:
    """A stage whose hands are seen on the floor."""

    def __init__(self, stage: Stage, floor: WorldFloor) -> None:
        self._stage, self._floor = stage, floor

    @property
    def parts(self) -> Sequence[str]:
        return self._stage.parts

    def power(self, part: str, verb: Power) -> None:
        self._stage.power(part, verb)
        now = self._floor.now
        self._floor.happened(PartIs(part, now, STATES[verb]))
        self._floor.happened(UnitIs(part, STATES[verb] is PartState.RUNNING, now))

    def network(self, part: str, verb: Network) -> None:
        self._stage.network(part, verb)
        self._floor.happened(PartIs(part, self._floor.now, cut=verb is Network.CUT))

    def cable(self, transmitter: str, verb: Cable) -> None:
        self._stage.cable(transmitter, verb)
        plugged = {Cable.PULL: False, Cable.PLUG: True}.get(verb)
        garbled = {Cable.GARBLE: True, Cable.CLEAN: False}.get(verb)
        self._floor.happened(LineIs(transmitter, self._floor.now, plugged=plugged, garbled=garbled))

    def hand(self, button: str, verb: str, figures: Mapping[str, float | str] | None = None) -> None:
        self._stage.hand(button, verb, figures)
        now = self._floor.now
        if verb in DEEDS:
            self._floor.happened(Did(button, DEEDS[verb], now))
        else:
            self._floor.happened(Pushed(button, now))
            self._floor.happened(LetGo(button, now + PRESS_S))

    def staff(self, on: bool) -> None:
        self._stage.staff(on)
        self._floor.happened(StaffIs(on, self._floor.now))

    def away(self, login: str, away: bool) -> None:
        self._stage.away(login, away)
        self._floor.happened(AwayIs(login, away, self._floor.now))
