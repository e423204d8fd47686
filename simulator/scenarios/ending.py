"""What is known when a scenario is over: what hands did, what was seen and felt, and what the shop itself wrote down.

All moments are seconds since its beginning. Nothing in here says where it was played."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.config import Colour

FINGER_S = 2.0
"""The shop's time of a press may be so far from the finger's: bounces, gestures, whole milliseconds of the wire."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A button and where it stands."""

    key: str
    label: str
    zone: str
    colour: Colour = "red"
    neighbours: frozenset[str] = frozenset()
    """Labels of the others in its zone."""

    @property
    def device(self) -> str:
        return self.key.partition(".")[0]

    def labelled_in(self, text: str) -> bool:
        return plain(self.label) in plain(text)

    def named_in(self, text: str) -> bool:
        """Whether a pager's text may mean it: by its label, or, where that was cut off, by the zone's first letters."""
        folded = plain(text)
        return self.labelled_in(text) or (
            plain(self.zone)[:6] in folded and not any(plain(one) in folded for one in self.neighbours)
        )


def spots_of(rows: Iterable[tuple[str, str, str, Colour]]) -> tuple[Spot, ...]:
    """Key, label, zone, colour."""
    all_of = list(rows)
    return tuple(
        Spot(
            key,
            label,
            zone,
            colour,
            frozenset(other for one, other, where, _ in all_of if where == zone and one != key),
        )
        for key, label, zone, colour in all_of
    )


@dataclass(frozen=True, slots=True)
class Push:
    """By a hand of the scenario."""

    spot: Spot
    at: float
    hammered: bool = False
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Light:
    button: str
    shown: str
    at: float


@dataclass(frozen=True, slots=True)
class Ring:
    """A wrist that vibrated."""

    address: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """`what`: the part, or `cable t1`. `ends` None: never."""

    what: str
    begins: float
    ends: float | None = None

    def covers(self, at: float) -> bool:
        return self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class Press:
    """As the shop wrote it down."""

    button: str
    at: float
    state: str
    purpose: str = "call"
    call: int | None = None


@dataclass(frozen=True, slots=True)
class PageSent:
    body: str
    at: float
    state: str


@dataclass(frozen=True, slots=True)
class Call:
    """An incident. `letters`: states of what was sent out of the shop."""

    number: int
    state: str
    outcome: str | None
    pages: tuple[PageSent, ...] = ()
    letters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FaultSeen:
    device: str
    kind: str
    since: float


@dataclass(frozen=True, slots=True)
class Look:
    """What the shop said of its own readiness at one moment."""

    at: float
    covered: bool
    causes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Books:
    """What the shop itself wrote down since the beginning."""

    presses: tuple[Press, ...] = ()
    calls: tuple[Call, ...] = ()
    faults: tuple[FaultSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    pushes: tuple[Push, ...] = ()
    lights: tuple[Light, ...] = ()
    rings: tuple[Ring, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    looks: tuple[Look, ...] = ()
    books: Books = field(default_factory=Books)
    ttl_s: float = 120.0

    @property
    def calls(self) -> Mapping[int, Call]:
        return {one.number: one for one in self.books.calls}

    def of_push(self) -> dict[int, Press]:
        """Index of a push -> the press that it became. Each press belongs to one push."""
        left = sorted((one for one in self.books.presses if one.purpose == "call"), key=lambda one: one.at)
        found: dict[int, Press] = {}
        for index, push in enumerate(self.pushes):
            near = [one for one in left if one.button == push.spot.key and abs(one.at - push.at) <= FINGER_S]
            if near:
                found[index] = best = min(near, key=lambda one: abs(one.at - push.at))
                left.remove(best)
        return found

    def calling(self) -> list[tuple[int, Push]]:
        """Pushes that should have called somebody: red ones, that were meant."""
        return [
            (index, push)
            for index, push in enumerate(self.pushes)
            if push.spot.colour == "red" and not push.hammered and not push.undone
        ]

    def first_ring(self, push: Push, press: Press | None) -> float | None:
        """When a wrist first rang for the call that this push opened or joined; None: none did."""
        since = push.at
        if press is not None and press.call is not None:
            since = min(one.at for one in self.books.presses if one.call == press.call) - FINGER_S
        bodies: Iterable[str] = ()
        if press is not None and press.call is not None and press.call in self.calls:
            bodies = {page.body for page in self.calls[press.call].pages if page.body}
        rang = (
            ring.at
            for ring in self.rings
            if ring.at >= since and (ring.text in bodies or push.spot.named_in(ring.text))
        )
        return min(rang, default=None)


_TWINS = str.maketrans("äöõüšž", "aoousz")


def plain(text: str) -> str:
    return " ".join(text.casefold().translate(_TWINS).split())
