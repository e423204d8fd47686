"""Little plays on the floor: a prank, a rush hour, an empty shift. Seeded, and made of ordinary hands and people."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from simulator.floor.events import FloorEvent, Play, PlayIs
from simulator.floor.layout import FloorButton
from simulator.floor.unit_line import UnitSilent

log = logging.getLogger(__name__)

RUSH_S = 120.0
EMPTY_S = 120.0
BETWEEN_CUSTOMERS_S = 4.0
"""On average, all over the shop."""
MOST_PRESSES = 4
"""Buttons that a child reaches before somebody catches it are at most six; so often it pushes each of them."""
RED, OTHER = 3, 1
"""In a rush a red button is pressed so many times as often as another one."""


@dataclass(frozen=True, slots=True)
class Press:
    """A finger on a button for so many milliseconds."""

    after_s: float
    button: str
    ms: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody takes the pager off, or puts it on again."""

    after_s: float
    login: str
    away: bool


@dataclass(frozen=True, slots=True)
class Script:
    lasts_s: float
    acts: tuple[Press | Leave, ...]


def script(play: Play, seed: int, buttons: Sequence[FloorButton], people: Sequence[str]) -> Script:
    """Pure: the same seed gives the same play in the same shop."""
    random = Random(f"{play.value} {seed}")  # noqa: S311
    match play:
        case Play.PRANK:
            return _prank(random, [one.key for one in buttons])
        case Play.RUSH:
            return Script(RUSH_S, tuple(_rush(random, buttons)))
        case Play.EMPTY_SHIFT:
            return Script(EMPTY_S, tuple(Leave(0.0, login, True) for login in people))


def _prank(random: Random, keys: Sequence[str]) -> Script:
    """Along the wall from one button to the next, a few quick pushes on each."""
    if not keys:
        return Script(0.0, ())
    first = random.randrange(len(keys))
    acts, at = [], 0.0
    for step in range(min(len(keys), random.randint(3, 6))):
        for _ in range(random.randint(1, MOST_PRESSES)):
            ms = random.randint(60, 250)
            acts.append(Press(at, keys[(first + step) % len(keys)], ms))
            at += ms / 1000 + random.uniform(0.1, 0.5)
        at += random.uniform(1.0, 2.5)
    return Script(at, tuple(acts))


def _rush(random: Random, buttons: Sequence[FloorButton]) -> Iterator[Press]:
    keys = [one.key for one in buttons]
    weights = [RED if one.colour == "red" else OTHER for one in buttons]
    at = random.expovariate(1 / BETWEEN_CUSTOMERS_S)
    while keys and at < RUSH_S:
        yield Press(at, random.choices(keys, weights)[0], random.randint(120, 600))
        at += random.expovariate(1 / BETWEEN_CUSTOMERS_S)


class Hands(Protocol):
    """`simulator.stage.Stage` has more."""

    def hand(self, button: str, verb: str, figures: Mapping[str, float | str] | None = None) -> None: ...
    def away(self, login: str, away: bool) -> None: ...


class FloorPlays:
    """Implements `switches.Plays`. `later` calls from one thread (`simulator.timer`); a play that is started again
    begins anew."""

    def __init__(
        self,
        hands: Hands,
        buttons: Sequence[FloorButton],
        people: Sequence[str],
        later: Callable[[float, Callable[[], None]], object],
        sink: Callable[[FloorEvent], None],
        clock: Callable[[], float],
        new_seed: Callable[[], int],
    ) -> None:
        self._hands = hands
        self._buttons = buttons
        self._people = people
        self._later = later
        self._sink = sink
        self._clock = clock
        self._new_seed = new_seed
        self._lock = threading.Lock()
        self._turns: dict[Play, int] = dict.fromkeys(Play, 0)
        self._left: set[str] = set()
        """Whom an empty shift took off the floor."""

    def start(self, play: Play, seed: int | None) -> None:
        self.end(play)
        seed = self._new_seed() if seed is None else seed
        log.info("%s with seed %d", play.value, seed, extra={"action": "floor.play"})
        found = script(play, seed, self._buttons, self._people)
        with self._lock:
            self._turns[play] += 1
            turn = self._turns[play]
        at = self._clock()
        self._sink(PlayIs(play, at, at + found.lasts_s))
        for act in found.acts:
            self._later(act.after_s, lambda act=act: self._act(play, turn, act))  # type: ignore[misc]
        self._later(found.lasts_s, lambda: self._over(play, turn))

    def end(self, play: Play) -> None:
        self._over(play, self._turns[play])

    def _act(self, play: Play, turn: int, act: Press | Leave) -> None:
        if self._turns[play] != turn:
            return
        try:
            if isinstance(act, Press):
                self._hands.hand(act.button, "press", {"ms": act.ms})
            else:
                self._hands.away(act.login, act.away)
                self._left.add(act.login)
        except (KeyError, ValueError, UnitSilent) as error:
            log.info("in vain: %s", error, extra={"action": "floor.play"})

    def _over(self, play: Play, turn: int) -> None:
        with self._lock:
            if turn == 0 or self._turns[play] != turn:
                return
            self._turns[play] += 1
        if play is Play.EMPTY_SHIFT:
            while self._left:
                self._hands.away(self._left.pop(), False)
        self._sink(PlayIs(play, self._clock(), None))
