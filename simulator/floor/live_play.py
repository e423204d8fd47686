"""A scenario in the running shop: the player in a thread of its own, on the floor's stage, in real time."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from broker_config.loop import Loop
from simulator.floor.events import FloorEvent, PageArrived, Showed, StaffIs
from simulator.floor.forgiving import Forgiving
from simulator.scenarios.cast import Cast, Casting
from simulator.scenarios.checks import Verdict
from simulator.scenarios.ending import Books, Ending, Light, Look, Ring
from simulator.scenarios.format import Scenario
from simulator.scenarios.item import Showing, State, Where, expected
from simulator.scenarios.player import Ended, Player, Seen, Unread
from simulator.staff import NotLetIn, ServerSilent
from simulator.stage import Stage

log = logging.getLogger(__name__)

SHOW_S = 0.25
END_S = 5.0
CALM_S = 120.0
"""Staff finish the calls of a scenario before they stop acting by themselves again; so long at most."""
ASK_S = 2.0


class Reader(Protocol):
    """What the shop says of itself. From several threads."""

    def look(self) -> Look | None: ...

    def read(self, since: float) -> Books:
        """Raises ServerSilent and NotLetIn."""

    def is_calm(self) -> bool:
        """Whether every call is closed."""


class LivePlay:
    """One playing of one scenario. `put` gets its item; `acting`: whether staff acted by themselves before.

    Raises ValueError with every reason why it cannot be played in this shop."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int | None,
        cast: Cast,
        stage: Stage,
        reader: Reader,
        clock: Callable[[], float],
        wall_at_zero: float,
        put: Callable[[Mapping[str, Any]], None],
        acting: bool,
    ) -> None:
        timeline = scenario.short
        if timeline is None:
            raise KeyError(f"{scenario.id} has no short version for the running shop")
        self.id = scenario.id
        self._seed = scenario.scenario.seed if seed is None else seed
        if problems := Casting(cast, self._seed).problems(timeline):
            raise ValueError("; ".join(problems))
        self._timeline, self._stage, self._reader = timeline, Forgiving(stage), reader
        self._clock, self._zero, self._put, self._acting = clock, wall_at_zero, put, acting
        self._state = State.PLAYING
        self._verdicts: Sequence[Verdict] | None = None
        self._next = 0.0
        self._shown: dict[str, str] = {}
        self._player = Player(timeline, self._seed, cast, self._stage, self, clock(), done=self._done)
        self._loop: Loop[Seen] = Loop(self, clock)
        self._left, self._played = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="scenario", daemon=True)

    @property
    def over(self) -> bool:
        return self._player.over or not self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Trouble is put right. Returns when it is over."""
        self._see(Ended())
        self._played.wait(END_S)

    def forget(self) -> None:
        """Whether staff act is somebody else's wish now."""
        self._left.set()

    def leave(self) -> None:
        """Another one begins, or the shop closes: staff stay as they are."""
        self._left.set()
        self._thread.join(END_S)

    def happened(self, event: FloorEvent) -> None:
        """From any thread: what is seen on the floor."""
        match event:
            case Showed() if self._shown.get(event.contact) != event.shown:  # a blink is no news
                self._shown[event.contact] = event.shown
                self._see(Light(event.contact, event.shown, event.at))
            case PageArrived():
                self._see(Ring(event.address, event.text, event.at))
            case _:
                pass

    # A core around the player, that shows how far it is

    def handle(self, events: Sequence[Seen], now: float) -> None:
        self._player.handle(events, now)
        if self._player.over:
            self._loop.stop()
        if now >= self._next or self._player.over:
            self._next = now + SHOW_S
            self._show(now)

    def due(self) -> float | None:
        due = self._player.due()
        return self._next if due is None else min(due, self._next)

    # Eyes of the player: in threads of their own, since a dead server answers late or never

    def look(self) -> None:
        self._aside(self._look)

    def read(self, since: float) -> None:
        self._aside(lambda: self._read(since))

    def _look(self) -> None:
        found = self._reader.look()
        if found is not None:
            self._see(found)

    def _read(self, since: float) -> None:
        try:
            self._see(self._reader.read(since))
        except (ServerSilent, NotLetIn) as error:
            self._see(Unread(str(error)))

    def _aside(self, call: Callable[[], None]) -> None:
        threading.Thread(target=call, name="scenario looks", daemon=True).start()

    def _see(self, seen: Seen) -> None:
        try:
            self._loop.put(seen)
        except queue.Full:
            log.error("a scenario does not read its events any more", extra={"action": "scenario.full"})

    def _run(self) -> None:
        try:
            self._loop.run()
        except Exception:
            log.exception("a scenario died", extra={"action": "scenario.dead"})
            self._state = State.BROKEN
            self._show(self._clock())
        self._played.set()
        if not self._acting and self._calmed_down():
            self._stage.staff(False)

    def _calmed_down(self) -> bool:
        """False: nobody waits for it any more."""
        until = self._clock() + CALM_S
        while self._clock() < until and not self._reader.is_calm():
            if self._left.wait(ASK_S):
                return False
        return not self._left.is_set()

    def _done(self, ending: Ending | None, verdicts: Sequence[Verdict]) -> None:
        if ending is None:
            self._state = State.STOPPED
            return
        self._verdicts = verdicts
        self._state = State.PASSED if all(one.ok for one in verdicts) else State.FAILED

    def _show(self, now: float) -> None:
        at = round((self._zero + now) * 1000)
        expectations = expected(self._timeline, self._verdicts)
        showing = Showing(
            self.id,
            Where.LIVE,
            self._state,
            at,
            progress=self._player.progress,
            expectations=expectations,
        )
        self._put(showing.item())


def acts(event: FloorEvent, before: bool) -> bool:
    """Whether staff act by themselves after this."""
    return event.on if isinstance(event, StaffIs) else before
