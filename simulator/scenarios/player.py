"""Plays a timeline on a stage: hands, customers, trouble, and at the end the judgement.

It is a `broker_config.loop.Core`: no thread, clock or I/O of its own, so a virtual clock can drive it as well as the
real one. The stage's verbs are called from `handle`, in the owner's thread."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Protocol, TypeAlias

from simulator.scenarios.cast import Cast, Casting
from simulator.scenarios.checks import Verdict, judge
from simulator.scenarios.ending import Books, Ending, Light, Look, Push, Ring, Spot, Trouble
from simulator.scenarios.format import Customers, Do, Step, Timeline, offset
from simulator.stage import Cable, Network, NoSuchThing, Power, Stage

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""While there is trouble the shop is asked so often what it says of itself; after a minute of it more seldom."""
SELDOM_S = 60.0
TAKES_BACK_S = 1.5
"""A customer who made a mistake needs so long to see it."""
READ_S = 30.0
"""The books must be read in this time after the end, or there is no judgement."""
SATISFIED = ("idle", "coming", "undone")


@dataclass(frozen=True, slots=True)
class Ended:
    """Somebody wants it to end now: trouble is put right, nothing is judged."""


@dataclass(frozen=True, slots=True)
class Unread:
    """The books cannot be read."""

    why: str


Seen: TypeAlias = Light | Ring | Look | Books | Unread | Ended
"""Moments in what is seen are boot-time seconds, as the loop's clock gives them; those in books and looks too."""


class Eyes(Protocol):
    """Neither waits for the answer, which comes to the player as an event."""

    def look(self) -> None:
        """At what the shop says of its readiness: a Look comes, or nothing when it does not answer."""

    def read(self, since: float) -> None:
        """Books or Unread comes."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that the player did, for those who watch. `what`: a word; `about`: whom or what."""

    what: str
    about: str
    at: float


class Player:
    """`done` is called once, with the ending and a verdict for each expectation; None: it was ended before."""

    def __init__(
        self,
        timeline: Timeline,
        seed: int,
        cast: Cast,
        stage: Stage,
        eyes: Eyes,
        now: float,
        told: Callable[[Told], None] = lambda told: None,
        done: Callable[[Ending | None, Sequence[Verdict]], None] = lambda ending, verdicts: None,
    ) -> None:
        self._timeline, self._stage, self._eyes = timeline, stage, eyes
        self._told, self._done = told, done
        self._begin = now
        self._end = now + timeline.lasts
        self._casting = Casting(cast, seed)
        self._ttl_s = cast.ttl_s
        self._agenda: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = 0
        self._pushes: list[Push] = []
        self._lights: list[Light] = []
        self._rings: list[Ring] = []
        self._looks: list[Look] = []
        self._troubles: list[Trouble] = []
        self._shown: dict[str, str] = {}
        self._broken: dict[tuple[str, str], Callable[[], None]] = {}
        """What is out of order now, and how it is put right."""
        self.over = False
        self._plan(seed)

    @property
    def progress(self) -> float:
        return min(1.0, max(0.0, (self._now - self._begin) / self._timeline.lasts))

    def handle(self, events: Sequence[Seen], now: float) -> None:
        self._now = now
        for event in events:
            if not self.over:
                self._see(event)
        while not self.over and self._agenda and self._agenda[0][0] <= now:
            _, _, call = heapq.heappop(self._agenda)
            call(now)

    def due(self) -> float | None:
        return None if self.over or not self._agenda else self._agenda[0][0]

    # What is planned

    def _plan(self, seed: int) -> None:
        self._now = self._begin
        timeline = self._timeline
        self._at(self._begin, lambda now: self._stage.staff(timeline.staff))
        for step in timeline.steps:
            begin = self._begin + offset(step.at, step.after, timeline.begins)
            again = 1 if step.do is Do.HAMMER else step.count or 1
            for number in range(again):
                self._at(begin + number * (step.every or 0.0), partial(self._step, step))
        for number, stream in enumerate(timeline.customers):
            self._stream(stream, Random(f"{seed} customers {number}"))  # noqa: S311
        self._at(self._end, self._read)

    def _stream(self, stream: Customers, random: Random) -> None:
        begin = self._begin + offset(stream.start, None, self._timeline.begins)
        last = self._end - self._timeline.settles
        if stream.until is not None:
            last = min(last, self._begin + offset(stream.until, None, self._timeline.begins))
        chosen = self._casting.chooser(stream, random)
        at = begin + random.expovariate(stream.per_hour / 3600)
        while at < last:
            takes_back = random.random() < stream.takes_back
            patience = None if stream.patience is None else random.uniform(*stream.patience)
            self._at(at, partial(self._come, chosen(), takes_back, patience))
            at += random.expovariate(stream.per_hour / 3600)

    def _at(self, moment: float, call: Callable[[float], None]) -> None:
        self._order += 1
        heapq.heappush(self._agenda, (moment, self._order, call))

    # Hands

    def _come(self, spot: Spot, takes_back: bool, patience: float | None, now: float) -> None:
        """A customer. Only a red button is pressed again or taken back."""
        calls = spot.colour == "red"
        self._push(spot, now, undone=calls and takes_back)
        if calls and patience is not None and not takes_back:
            self._at(now + patience, partial(self._lose_patience, spot))

    def _lose_patience(self, spot: Spot, now: float) -> None:
        if self._shown.get(spot.key, "idle") not in SATISFIED and now < self._end - self._timeline.settles:
            self._push(spot, now)

    def _push(self, spot: Spot, now: float, *, undone: bool = False) -> None:
        self._pushes.append(Push(spot, now - self._begin, undone=undone))
        self._tell("press", spot.label, now)
        self._stage.hand(spot.key, "press")
        if undone:
            self._at(now + TAKES_BACK_S, partial(self._take_back, spot))

    def _take_back(self, spot: Spot, now: float) -> None:
        self._tell("undo", spot.label, now)
        self._stage.hand(spot.key, "undo")

    # Steps

    def _step(self, step: Step, now: float) -> None:
        try:
            self._do(step, now)
        except NoSuchThing as error:
            log.warning("a step was left out: %s", error, extra={"action": "scenario.step"})

    def _do(self, step: Step, now: float) -> None:
        match step.do:
            case Do.PRESS | Do.UNDO:
                self._push(self._casting.button(step), now, undone=step.do is Do.UNDO)
            case Do.HAMMER:
                self._hammer(self._casting.button(step), step, now)
            case Do.POWER:
                self._power(self._casting.part(step.part or "") or "", Power(step.verb or ""), now)
            case Do.NETWORK:
                self._network(self._casting.part(step.part or "") or "", Network(step.verb or ""), now)
            case Do.CABLE:
                for transmitter in self._casting.cables(step.transmitter):
                    self._cable(transmitter, Cable(step.verb or ""), now)
            case Do.STAFF:
                self._tell("staff_on" if step.on else "staff_off", "", now)
                self._stage.staff(bool(step.on))
            case Do.AWAY:
                for login in self._casting.who(step.who or ""):
                    self._away(login, bool(step.on), now)

    def _hammer(self, spot: Spot, step: Step, now: float) -> None:
        self._pushes.append(Push(spot, now - self._begin, hammered=True))
        self._tell("hammer", spot.label, now)
        figures: dict[str, float | str] = {}
        if step.count is not None:
            figures["count"] = step.count
        if step.every is not None:
            figures["every_ms"] = step.every * 1000
        self._stage.hand(spot.key, "hammer", figures)

    def _power(self, part: str, verb: Power, now: float) -> None:
        self._stage.power(part, verb)
        self._tell(verb.value, part, now)
        back = Power.THAW if verb is Power.FREEZE else Power.START
        self._mark(
            part, "power", verb in (Power.START, Power.THAW), partial(self._stage.power, part, back), now
        )

    def _network(self, part: str, verb: Network, now: float) -> None:
        self._stage.network(part, verb)
        self._tell(verb.value, part, now)
        mend = partial(self._stage.network, part, Network.MEND)
        self._mark(part, "network", verb is Network.MEND, mend, now)

    def _cable(self, transmitter: str, verb: Cable, now: float) -> None:
        self._stage.cable(transmitter, verb)
        self._tell(verb.value, transmitter, now)
        good = Cable.PLUG if verb in (Cable.PULL, Cable.PLUG) else Cable.CLEAN
        mend = partial(self._stage.cable, transmitter, good)
        self._mark(f"cable {transmitter}", good.value, verb is good, mend, now)

    def _away(self, login: str, away: bool, now: float) -> None:
        self._stage.away(login, away)
        self._tell("away" if away else "back", login, now)
        if away:
            self._broken["away", login] = partial(self._stage.away, login, False)
        else:
            self._broken.pop(("away", login), None)

    def _mark(self, what: str, kind: str, good: bool, mend: Callable[[], None], now: float) -> None:
        """Trouble begins, or is over."""
        at = now - self._begin
        key = (kind, what)
        if not good and key not in self._broken:
            if not self._in_trouble():
                self._at(now + LOOK_EVERY_S, self._look)
            self._broken[key] = mend
            self._troubles.append(Trouble(what, at))
        elif good and key in self._broken:
            self._broken.pop(key)
            for index, one in enumerate(self._troubles):
                if one.what == what and one.ends is None:
                    self._troubles[index] = replace(one, ends=at)

    def _in_trouble(self) -> bool:
        return any(one.ends is None for one in self._troubles)

    def _look(self, now: float) -> None:
        self._eyes.look()
        if self._in_trouble():
            since = self._begin + min(one.begins for one in self._troubles if one.ends is None)
            self._at(now + (LOOK_EVERY_S if now < since + SELDOM_S else SELDOM_S), self._look)

    # What is seen

    def _see(self, event: Seen) -> None:
        match event:
            case Light():
                self._shown[event.button] = event.shown
                self._lights.append(replace(event, at=event.at - self._begin))
            case Ring():
                self._rings.append(replace(event, at=event.at - self._begin))
            case Look():
                self._looks.append(replace(event, at=event.at - self._begin))
            case Books():
                self._judge(event)
            case Unread():
                log.warning("the books cannot be read: %s", event.why, extra={"action": "scenario.books"})
                self._finish(None, ())
            case Ended():
                self._finish(None, ())

    def _read(self, now: float) -> None:
        self._eyes.look()
        self._at(now + READ_S, lambda now: self._finish(None, ()))
        self._eyes.read(self._begin)

    def _judge(self, books: Books) -> None:
        ending = Ending(
            tuple(self._pushes),
            tuple(self._lights),
            tuple(self._rings),
            tuple(self._troubles),
            tuple(self._looks),
            _since(books, self._begin),
            self._ttl_s,
        )
        self._finish(ending, [judge(one, ending) for one in self._timeline.expect])

    def _finish(self, ending: Ending | None, verdicts: Sequence[Verdict]) -> None:
        """Whatever is still out of order is put right: the shop is left as it was found."""
        self.over = True
        self._agenda.clear()
        for mend in self._broken.values():
            try:
                mend()
            except NoSuchThing:
                log.warning("something could not be put right", exc_info=True)
        self._broken.clear()
        self._done(ending, verdicts)

    def _tell(self, what: str, about: str, now: float) -> None:
        self._told(Told(what, about, now))


def _since(books: Books, begin: float) -> Books:
    return Books(
        tuple(replace(one, at=one.at - begin) for one in books.presses),
        tuple(
            replace(one, pages=tuple(replace(page, at=page.at - begin) for page in one.pages))
            for one in books.calls
        ),
        tuple(replace(one, since=one.since - begin) for one in books.faults),
    )
