"""A button unit that is to be claimed: its lights say how far that is, and a press says which unit it is."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import broker_config
from broker_config import machine, notify
from broker_config.config import FileSettings, check
from broker_config.ending import Ending
from broker_config.enrol.at_start import OwnFile, start_again
from broker_config.enrol.claim import Asker, Claim, Device, Heard, View
from broker_config.enrol.core import Stage
from broker_config.enrol.talk import Talk
from broker_config.enrol.told import Told
from broker_config.enrol.unclaimed import Joins, Unclaimed
from broker_config.enrolment import Join
from broker_config.loop import Loop
from broker_config.messages import PressKind
from broker_config.messages.base import Word
from broker_config.notify import Notifier
from firmware_bridge import settings
from firmware_bridge.buttons import ContactSet, GpioInput, PinFactory, pin_factory
from firmware_bridge.config import InputPins
from firmware_bridge.debounce import Edge
from firmware_bridge.hands import Hands
from firmware_bridge.light import Pattern, Shown, pattern_for
from firmware_bridge.lock import FolderLock
from firmware_bridge.outputs import GpioOutputs

Event: TypeAlias = Edge | Heard

SHOWN_S = 3.0
"""How long the light is steady before the unit begins its work."""
LOUD = 5

ALL: Mapping[Stage, Shown] = {
    Stage.NO_JOIN: Shown.IDLE,
    Stage.REACHING: Shown.SORRY,
    Stage.ASKING: Shown.SORRY,
    Stage.PRESS: Shown.IDENTIFY,
    Stage.GRANTED: Shown.COMING,
    Stage.FAILED: Shown.NOBODY,
}
"""What every light of the unit says."""
PUSHED: Mapping[Stage, Shown] = {Stage.TELLING: Shown.SENDING, Stage.CONFIRM: Shown.RECEIVED}
"""What the light of the button says that was pressed; the others are dark then."""
SOUNDLESS = frozenset({Shown.IDLE, Shown.SORRY, Shown.IDENTIFY})
"""They last for minutes."""


class UnclaimedSettings(FileSettings):
    """What a unit must know of itself before anybody has claimed it. The rest of its file is not looked at yet."""

    model_config = {**FileSettings.model_config, "extra": "ignore"}

    data: Path
    lights: Word = "std"
    pin_factory: str = "lgpio"
    inputs: tuple[InputPins, ...]


class ClaimLamps:
    """What each light says at each moment of it."""

    def __init__(self, buttons: Collection[int], show: Callable[[int, Pattern], None], lights: str) -> None:
        self._buttons = buttons
        self._show = show
        self._lights = lights
        self._pushed: int | None = None
        self._shown: dict[int, Shown] = {}

    def pushed(self, number: int) -> None:
        self._pushed = number

    def show(self, view: View, now: float) -> None:
        for number in self._buttons:
            shown = self._of(number, view)
            if self._shown.get(number) is not shown:
                self._shown[number] = shown
                volume = 0 if shown in SOUNDLESS else LOUD
                self._show(number, pattern_for(shown, now, self._lights, volume))

    def _of(self, number: int, view: View) -> Shown:
        if view.trouble is not None and view.stage is not Stage.FAILED:
            return Shown.SORRY
        if view.stage in PUSHED:
            return PUSHED[view.stage] if number == self._pushed else Shown.IDLE
        return ALL[view.stage]


class UnitClaim:
    """The core: `Unclaimed` with contacts and lights. `end` is called when there is nothing more to wait for."""

    def __init__(
        self,
        unclaimed: Unclaimed,
        hands: Hands,
        lamps: ClaimLamps,
        end: Callable[[], None],
        tick: Callable[[View], None] = lambda view: None,
        *,
        once: bool = False,
    ) -> None:
        """`once`: a join string that came to nothing is the end, too."""
        self._unclaimed = unclaimed
        self._hands = hands
        self._lamps = lamps
        self._end = end
        self._tick = tick
        self._once = once
        self._ends_at: float | None = None

    def handle(self, events: Sequence[Event], now: float) -> None:
        for intent in self._hands.take([event for event in events if isinstance(event, Edge)], now):
            if intent.kind is PressKind.PRESS and self._unclaimed.view.stage is Stage.PRESS:
                self._lamps.pushed(intent.input)
                self._unclaimed.push(intent.input, now)
        self._unclaimed.handle([event for event in events if not isinstance(event, Edge)], now)
        self._lamps.show(self._unclaimed.view, now)
        self._tick(self._unclaimed.view)
        over = self._unclaimed.grant is not None or (
            self._once and self._unclaimed.view.stage is Stage.FAILED
        )
        if self._ends_at is None and over:
            self._ends_at = now + SHOWN_S
        if self._ends_at is not None and now >= self._ends_at:
            self._end()

    def due(self) -> float | None:
        moments = [self._hands.due(), self._unclaimed.due(), self._ends_at]
        return min(moment for moment in moments if moment is not None)


class ClaimingUnit:
    """The shell: real pins, a real network. `run` until it is claimed, or until `stop`. Raises UnitError and SetupError
    at its making."""

    def __init__(
        self,
        file: OwnFile,
        joins: Joins,
        say: Callable[[View], None],
        factory: PinFactory | None = None,
        notifier: Notifier | None = None,
        *,
        once: bool = False,
    ) -> None:
        own = load_unclaimed(file)
        clock = machine.boot_clock
        self._file = file
        self.inputs = own.inputs
        self._notifier = notify.from_environment() if notifier is None else notifier
        self._lock = FolderLock(own.data)
        self._factory = pin_factory(own.pin_factory) if factory is None else factory
        keys = settings.keys_of(own.inputs)
        self._buttons = tuple(one.n for one in own.inputs if one.n not in keys)
        self._contacts = ContactSet([GpioInput(one, self._factory, clock) for one in own.inputs])
        self.outputs = GpioOutputs(own.inputs, self._factory, clock, lambda error: self.stop())
        self.hands = Hands(
            {one.n: settings.rules_of(one) for one in own.inputs}, keys, self._contacts.closed, clock()
        )
        self._unclaimed = Unclaimed(joins, self._begin, say, clock())
        lamps = ClaimLamps(self._buttons, self.outputs.show, own.lights)
        self._loop: Loop[Event] = Loop(
            UnitClaim(self._unclaimed, self.hands, lamps, self.stop, self._alive, once=once), clock
        )
        self._asker: Asker | None = None

    @property
    def is_claimed(self) -> bool:
        """Whether it has its identity now."""
        return self._unclaimed.grant is not None

    def run(self) -> int:
        """Exit code 0: it was claimed, or told to end."""
        self.outputs.open()
        self._contacts.open(self._loop.put)
        self._notifier.ready()
        try:
            self._loop.run()
        finally:
            self._contacts.close()
            self.outputs.close()
            self._factory.close()
            self._lock.close()
            if self._asker is not None:
                self._asker.close()
        return 0

    def stop(self) -> None:
        self._loop.stop()

    def _begin(self, join: Join, now: float) -> Claim:
        if self._asker is not None:
            self._asker.close()
        self._asker = asker = Asker(Talk(join.host, join.port), self._loop.put)
        device = Device("b", self._file.identity, self._file.take, self._buttons, broker_config.__version__)
        claim = Claim(join, device, now=now, jitter=random.random, ask=asker.ask)
        asker.open()
        return claim

    def _alive(self, view: View) -> None:
        self._notifier.alive()
        self._notifier.status(view.line)


def load_unclaimed(file: OwnFile) -> UnclaimedSettings:
    """Raises SetupError."""
    return check(UnclaimedSettings, file.path, file.text())


def claim(file: OwnFile, joins: Joins) -> int:
    """The service of a unit that is to be claimed. Does not return once it is: then it starts again as what it has
    become. Returns the exit code when it was told to end. Raises UnitError, SetupError."""
    unit = ClaimingUnit(file, joins, Told(file.data))
    Ending(lambda _: unit.stop()).open()
    code = unit.run()
    if unit.is_claimed:
        start_again()
    return code
