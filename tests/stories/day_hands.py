"""Hands, sleeves and fridges at one unit through a day. Every act is clear-cut, and books what it must come to: nothing
here asks the product's own rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias

from simulator.button import SimulatedUnit
from simulator.clock import FakeClock
from simulator.contacts import PROFILES
from tests.account import Fate, Meant
from tests.shop import KEY

BUTTONS = (1, 2)
PUSH_S = 0.2
HELD_S = 3.5
BLOWS, BLOWS_EVERY_S = 10, 0.3
SIEGE, SIEGE_EVERY_S = 20, 0.8
"""A child for 16 s: a press when it begins, and one more by the first blow after 10 s, which is the 14th."""
PULSES, PULSES_EVERY_S = 200, 0.2
STUCK_S = 90.0

Later: TypeAlias = Callable[[float, Callable[[], None]], None]


class Hands:
    """Whoever stands before one unit. `later` calls after some seconds; `cut` takes it off the network for some."""

    def __init__(
        self,
        unit: SimulatedUnit,
        clock: FakeClock,
        later: Later,
        cut: Callable[[float], None],
        random: Random,
    ) -> None:
        self.unit, self.random = unit, random
        self._cut = cut
        self._clock, self._later = clock, later
        self.meant: list[Meant] = []
        self.fates: Counter[Fate] = Counter()
        self.counts: Counter[tuple[int, str]] = Counter()
        """(input, what): what the unit must have counted since its process started."""
        self.refused: Counter[str] = Counter()
        """What it did count, in all its processes."""
        self.complaints: list[str] = []
        self.reboots: list[datetime] = []
        self.times: list[tuple[datetime, bool, bool]] = []
        """Since when its wall clock was vouched for, and whether it was right."""
        self.dead = False
        self.mortal = True
        """Not while its disk takes nothing: what is only in memory would be lost."""

    # what hands do

    def act(self) -> None:
        """One of all that can happen. At a dead unit somebody pushes all the same."""
        if self.dead:
            self.unit.button(self._any()).press(PUSH_S)
            self.fates[Fate.UNSEEN] += 1
            return
        verbs = {
            self.press: 30,
            self.bouncing_press: 8,
            self.long_press: 3,
            self.brush: 6,
            self.spikes: 4,
            self.hammer: 5,
            self.siege: 2,
            self.stick: 2,
            self.chatter: 2,
            self.undo: 6,
            self.undo_of_two: 4,
            self.arrive: 4,
            self.quiet: 2,
            self.drill: 4,
            self.die: 3,
            self.die_after_a_press: 5,
            self.die_in_a_press: 3,
            self.die_while_stuck: 2,
            self.reboot_unheard: 4,
        }
        deadly = (
            *(self.die, self.die_after_a_press, self.die_in_a_press, self.die_while_stuck),
            self.reboot_unheard,
        )
        verb = self.random.choices(list(verbs), list(verbs.values()))[0]
        (self.press if verb in deadly and not self.mortal else verb)()

    def press(self) -> None:
        self._pressed(number := self._any())
        self.unit.button(number).press(PUSH_S)

    def bouncing_press(self) -> None:
        self._pressed(number := self._any())
        self.unit.button(number).press(0.4, self.random.choice(sorted(PROFILES)))

    def long_press(self) -> None:
        """However long: the first push takes nothing back."""
        self._pressed(number := self._any())
        self.unit.button(number).press(self.random.uniform(5.0, 50.0))

    def brush(self) -> None:
        self._refused(number := self._any(), Fate.SHORT)
        self.unit.button(number).brush(0.03)

    def spikes(self) -> None:
        """Twenty of them in 0.2 s, one noise."""
        self._refused(number := self._any(), Fate.SHORT)
        self.unit.button(number).spike(20)

    def hammer(self) -> tuple[str, int]:
        """One press, and nine that it hides. What can be a fault returns it."""
        number = self._any()
        self._pressed(number)
        self._refused(number, Fate.LOCKOUT, BLOWS - 1)
        return self._blows(number, BLOWS, BLOWS_EVERY_S)

    def siege(self) -> None:
        number = self._any()
        self._pressed(number)
        self._pressed(number, after=13 * SIEGE_EVERY_S)
        self._refused(number, Fate.LOCKOUT, SIEGE - 2)
        self._blows(number, SIEGE, SIEGE_EVERY_S)

    def stick(self) -> None:
        """For 90 s, whatever else is done to it."""
        finger = self.unit.button(self.stick_for_good()[1])
        self._later(10, lambda: finger.press(PUSH_S))
        self._later(STUCK_S, finger.release)

    def stick_for_good(self) -> tuple[str, int]:
        self._pressed(number := self._any())
        self.unit.button(number).stick()
        return self._expect("stuck", number, 75)

    def chatter(self) -> tuple[str, int]:
        number = self._any()
        self._refused(number, Fate.SHORT, PULSES)
        train = [(n * PULSES_EVERY_S, True) for n in range(PULSES)]
        train += [(at + 0.002, False) for at, _ in train]
        self.unit.button(number).play(sorted(train))
        return self._expect("chatter", number, PULSES * PULSES_EVERY_S + 1)

    def undo(self) -> None:
        """The second push comes within the lock-out: it is nothing but an undo."""
        number = self._any()
        self._pressed(number, undone=True)
        self._mean(number, 1.2 + 3.0, kind="undo")
        self.fates[Fate.GESTURE] += 1
        self.unit.button(number).press(PUSH_S)
        self._later(1.2, lambda: self.unit.button(number).press(HELD_S))

    def undo_of_two(self) -> None:
        """The second push comes after the lock-out: it was a press too."""
        number = self._any()
        self._pressed(number, undone=True)
        self._pressed(number, after=4.0, undone=True)
        for _ in range(2):
            self._mean(number, 4.0 + 3.0, kind="undo")
        self.unit.button(number).press(PUSH_S)
        self._later(4.0, lambda: self.unit.button(number).press(HELD_S))

    def arrive(self) -> None:
        self._used_key("arrive", PUSH_S)

    def quiet(self) -> None:
        self._used_key("quiet", HELD_S)

    def drill(self) -> None:
        number = self._any()
        self.counts[KEY + number, "pushes"] += 1
        self.fates[Fate.GESTURE] += 1
        self._pressed(number, after=1.0, purpose="drill", via_input=KEY + number)
        self.unit.button(KEY + number).press(2.0)
        self._later(1.0, lambda: self.unit.button(number).press(PUSH_S))

    # what becomes of the unit

    def die(self, down_s: float | None = None, *, reboot: bool | None = None) -> None:
        """As by kill -9, or of a power cut; its process does not tell what it counted, so it is asked before."""
        self.check()
        self.counts.clear()
        self.unit.kill()
        self.dead = True
        some_time = self.random.choice((self.random.uniform(1, 60), self.random.uniform(60, 1_200)))
        some_way = self.random.random() < 0.5 if reboot is None else reboot
        self._later(some_time if down_s is None else down_s, lambda: self.rise(reboot=some_way))

    def rise(self, *, reboot: bool = False) -> None:
        if self.dead:
            self.unit.restart(reboot=reboot)
            self.dead = False
            if reboot:
                self.reboots.append(self._clock.now())

    def die_after_a_press(self) -> None:
        """It is on the disk by then, wherever else."""
        self.press()
        self._later(PUSH_S, self.die)

    def die_in_a_press(self) -> None:
        """Half of the time that a push takes to count."""
        self.unit.button(self._any()).press(PUSH_S)
        self.fates[Fate.UNSEEN] += 1
        self._later(0.03, self.die)

    def die_while_stuck(self) -> None:
        """The contact is closed when it comes back, and nobody pushed it."""
        self._pressed(number := self._any())
        self.unit.button(number).stick()
        self._later(20, lambda: self.die(5.0))
        self._later(60, self.unit.button(number).release)

    def reboot_unheard(self) -> None:
        """Nobody hears of the press before the unit has lost count of its age."""
        self._pressed(number := self._any(), after=1.0)
        self._cut(90)
        self._later(1.0, lambda: self.unit.button(number).press(PUSH_S))
        self._later(2.0, lambda: self.die(40.0, reboot=True))

    def lose_time(self) -> None:
        """Nobody vouches for its wall clock any more, which may show any year; or somebody does again, or wrongly."""
        self.unit.synced = self.random.random() < 0.6
        years = self.random.choice((0, 0, 0, -30, -3, 2, 12))
        self.unit.wrong_by = timedelta(days=365.25 * years)
        self.times.append((self._clock.now(), self.unit.synced, years == 0))

    # the books

    def check(self) -> None:
        """The unit's own figures, held against what was done to it since it started."""
        now = self.unit.boot_clock()
        have: Counter[tuple[int, str]] = Counter()
        for one in self.unit.bridge.hands.health(now):
            have[one.input, "pushes"] += one.pushes
            for reason, count in one.refused.items():
                have[one.input, reason] += count
                self.refused[reason] += count
        self._complain_unless(have == self.counts, f"it counted {+have}, and {+self.counts} was done")

    def faults(self) -> set[tuple[str, int | None]]:
        """What the unit says now of its contacts."""
        found = self.unit.bridge.faults(self.unit.boot_clock())
        return {(one.kind, one.input) for one in found if one.input is not None}

    def _expect(self, kind: str, number: int, after: float) -> tuple[str, int]:
        """By then the unit says what is wrong, and nothing else."""
        self._later(after, lambda: self._look(kind, number))
        return kind, number

    def _look(self, kind: str, number: int) -> None:
        self._complain_unless(
            self.faults() == {(kind, number)}, f"{self.faults()} instead of {kind} at {number}"
        )

    def _complain_unless(self, right: bool, words: str) -> None:
        if not right:
            self.complaints.append(f"{self.unit.device}, {self._clock.now():%H:%M:%S}: {words}")

    def _blows(self, number: int, blows: int, every_s: float) -> tuple[str, int]:
        finger = self.unit.button(number)
        for blow in range(blows):
            self._later(blow * every_s, lambda: finger.press(0.12))
        return self._expect("flood", number, blows * every_s + 1)

    def _any(self) -> int:
        return self.random.choice(BUTTONS)

    def _pressed(
        self,
        number: int,
        after: float = 0.0,
        *,
        undone: bool = False,
        purpose: str = "call",
        via_input: int | None = None,
    ) -> None:
        self.counts[number, "pushes"] += 1
        self.fates[Fate.UNDONE if undone else Fate.STORED] += 1
        self._mean(number, after, purpose=purpose, via_input=via_input, undone=undone)

    def _used_key(self, kind: str, seconds: float) -> None:
        number = self._any()
        self.counts[KEY + number, "pushes"] += 1
        self.fates[Fate.STORED] += 1
        self._mean(number, 0.0, kind=kind, via_input=KEY + number)
        self.unit.button(KEY + number).press(seconds)

    def _mean(
        self,
        number: int,
        after: float,
        *,
        kind: str = "press",
        purpose: str = "call",
        via_input: int | None = None,
        undone: bool = False,
    ) -> None:
        at = self._clock.now() + timedelta(seconds=after)
        self.meant.append(Meant(self.unit.device, number, at, kind, purpose, via_input, undone))

    def _refused(self, number: int, fate: Fate, count: int = 1) -> None:
        self.counts[number, fate.value] += count
        self.fates[fate] += count
