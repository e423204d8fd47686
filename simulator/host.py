"""Everything simulated of one shop in one process: the one place of the simulator that knows every part."""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from broker_config.ending import Ending
from broker_config.errors import SetupError
from broker_config.logs import configure
from broker_config.loop import Loop
from broker_config.machine import boot_clock
from simulator.config import PagerSettings, SimulateSettings
from simulator.floor.app import make_app
from simulator.floor.bench import Bench
from simulator.floor.bench_screen import BenchScreen
from simulator.floor.boxes import Boxes
from simulator.floor.controls import FloorControls
from simulator.floor.core import FloorCore
from simulator.floor.display import as_shown
from simulator.floor.events import ClosedBy, FloorEvent, PageArrived, PersonIs
from simulator.floor.feed import Feed
from simulator.floor.guard import own_hosts
from simulator.floor.layout import boxed_buttons, buttons_of
from simulator.floor.plays import FloorPlays
from simulator.floor.screen import Screen
from simulator.floor.serve import FloorServer, listen, say_ready
from simulator.floor.staff import FloorStaff, make_people
from simulator.floor.stage import FloorStage
from simulator.floor.switches import add_switches
from simulator.floor.terminal import BoxOnFloor
from simulator.floor.theatre import make_scenes
from simulator.floor.unit_child import UnitChild
from simulator.floor.unit_line import UnitLine
from simulator.floor.words import catalogue
from simulator.pager import Air, ReceivedPage
from simulator.people import Felt, PeopleEvent
from simulator.staff import Doing, StaffApi
from simulator.timer import RealTimer

log = logging.getLogger(__name__)

DEAD = 70
LATE_S = 30.0
"""One part ends after the other, and each may take its time."""
MOST_SEEDS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Owner:
    """A core's loop and the thread that runs it."""

    loop: Loop[FloorEvent] | Loop[PeopleEvent]
    thread: threading.Thread

    def close(self) -> None:
        self.loop.stop()
        if self.thread.is_alive():
            self.thread.join(5.0)


class SimulatedShop:
    """`open`, then the parts run until `close`. `died` is called from any thread when a part cannot go on.

    `file`: where the settings came from; fast motion reads it too.
    `unit_module` and `api` are for tests; the shop itself always runs the real button unit and the real API."""

    def __init__(
        self,
        settings: SimulateSettings,
        died: Callable[[BaseException], None],
        *,
        file: Path | None = None,
        unit_module: str = "simulator.button_host",
        api: StaffApi | None = None,
    ) -> None:
        self._settings = settings
        self._died = died
        self._clock = boot_clock
        self.feed = Feed()
        boxed = boxed_buttons(settings, catalogue(settings.language))
        in_shop = buttons_of(settings)
        self._buttons = {button.key: button for button in (*in_shop, *boxed)}
        self._pagers = {one.address: one for one in settings.pagers}
        self.air = Air(self._pagers, known_only=True)
        self.air.listen(self._on_air)
        self.terminals = {
            one.name: BoxOnFloor(
                one.name,
                one.where,
                self.air,
                settings.seed + index,
                self._happened,
                self._clock,
                driver=one.driver,
                baudrate=one.baudrate,
                settings=one.settings,
            )
            for index, one in enumerate(settings.transmitters)
        }
        self._lines = {
            unit.device: UnitLine(unit.device, unit.control, self._happened, self._clock)
            for unit in settings.units
        }
        for box in settings.boxes:
            if box.kind == "button":
                self._lines[box.name] = UnitLine(box.name, box.control, self._happened, self._clock)
        self.boxes = Boxes(settings.boxes, self.air, settings.seed, self._happened, self._clock)
        self.units = {
            unit.device: UnitChild(
                unit.device,
                unit_module,
                [str(unit.config), "--control", str(unit.control)],
                lambda code: None,
            )
            for unit in settings.units
        }
        self._people: Loop[PeopleEvent] | None = make_people(
            settings, api, self._person_is, self._closed_by, self._clock
        )
        staff = None
        if self._people is not None:
            staff = FloorStaff(frozenset(one.login for one in settings.people), self._people.put)
        controls = FloorControls(
            self._buttons,
            self._lines,
            self.terminals,
            staff,
            self._happened,
            self._clock,
        )
        self._timer = RealTimer()
        self._stage = FloorStage(settings, controls, self.units, self._lines, self._happened, self._clock)
        plays = FloorPlays(
            self._stage,
            in_shop,
            [person.login for person in settings.people],
            self._timer.later,
            self._happened,
            self._clock,
            lambda: random.randrange(MOST_SEEDS),  # noqa: S311
        )
        wall_at_zero = time.time() - self._clock()
        self.scenes = make_scenes(settings, file, self._stage, self.feed, self._clock, wall_at_zero)
        core = FloorCore(
            tuple(self._buttons.values()),
            tuple(self._pagers),
            tuple(self.terminals),
            [person.login for person in settings.people],
            self.feed.put,
            controls,
            wall_at_zero,
            [box.name for box in settings.boxes],
        )
        self._floor: Loop[FloorEvent] = Loop(core, self._clock)
        self.bench = Bench(RealTimer(), self._clock, wall_at_zero)
        listener = listen(settings.host, settings.floor_port)
        app = make_app(
            Screen(settings),
            self.feed,
            controls,
            own_hosts(listener.getsockname()[1]),
            lambda made: add_switches(made, self._stage, plays),
            self.scenes,
            self.boxes,
            (self.bench, BenchScreen(settings).render),
        )
        self.server = FloorServer(app, listener, died)
        self._owners = [self._owner("floor core", self._floor)]
        if self._people is not None:
            self._owners.append(self._owner("people", self._people))

    @property
    def address(self) -> str:
        return self.server.address

    def open(self) -> None:
        """Serial lines first, since a gateway may be waiting for them; units last, they take longest."""
        for owner in self._owners:
            owner.thread.start()
        for terminal in self.terminals.values():
            terminal.open()
        self.server.open()
        for unit in self.units.values():
            unit.open()
        self.boxes.open()
        for line in self._lines.values():
            line.open()
        self._timer.open()
        self.bench.open()
        self._stage.open()
        if self._settings.ready_file is not None:
            say_ready(self._settings.ready_file, self.address)

    def close(self) -> None:
        """Streams end at once, units say farewell side by side, no process and no link stays behind."""
        self.feed.close()
        self.bench.close()
        self.scenes.close()
        self._stage.close()
        self._timer.close()
        for unit in self.units.values():
            unit.ask_to_end()
        self.boxes.ask_to_end()
        self.server.close()
        for line in self._lines.values():
            line.close()
        for unit in self.units.values():
            unit.close()
        self.boxes.close()
        for terminal in self.terminals.values():
            terminal.close()
        for owner in self._owners:
            owner.close()
        if self._settings.ready_file is not None:
            self._settings.ready_file.unlink(missing_ok=True)

    def _happened(self, event: FloorEvent) -> None:
        self.scenes.happened(event)
        try:
            self._floor.put(event)
        except queue.Full:
            self._died(RuntimeError("the floor does not read its events any more"))

    def _on_air(self, page: ReceivedPage) -> None:
        """In the transmitter's thread: a page leaves the antenna."""
        pager = self._pagers.get(page.address)
        if pager is None:
            return
        self._happened(_arrived(pager, page))
        if self._people is not None:
            self._people.put(Felt(page.address, page.text))

    def _person_is(self, login: str, doing: Doing, place: str) -> None:
        self._happened(PersonIs(login, doing, place, self._clock()))

    def _closed_by(self, login: str, place: str, outcome: str) -> None:
        self._happened(ClosedBy(login, place, outcome, self._clock()))

    def _owner(self, name: str, loop: Loop[FloorEvent] | Loop[PeopleEvent]) -> _Owner:
        def own() -> None:
            try:
                loop.run()
            except BaseException as error:
                log.exception("%s died", name, extra={"action": "simulate.dead"})
                self._died(error)

        return _Owner(loop, threading.Thread(target=own, name=name, daemon=True))


def run(settings: SimulateSettings, file: Path | None = None) -> int:
    """Until SIGTERM or Ctrl-C. Returns the exit code."""
    configure()
    ends: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    Ending(lambda _: ends.put(None), late_s=LATE_S).open()
    shop = SimulatedShop(settings, ends.put, file=file)
    try:
        try:
            shop.open()
        except OSError as error:
            raise SetupError(f"a serial line or the ready file could not be made: {error}") from error
        log.info("floor page: %s", shop.address, extra={"action": "simulate.ready"})
        cause = ends.get()
    finally:
        shop.close()
    if cause is not None:
        log.critical("the simulated shop ends: %s", cause, extra={"action": "simulate.dead"})
        return DEAD
    return 0


def _arrived(pager: PagerSettings, page: ReceivedPage) -> PageArrived:
    text = as_shown(page.text, pager.format, pager.longest)
    return PageArrived(page.address, text, pager.format.value, page.alert, page.at)
