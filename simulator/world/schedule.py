"""What will happen in a run, drawn from its seed beforehand: what hands do, and what fails. Plain lists, so that a run
can be repeated with a part of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from server.in_world import Shop
from simulator.stage import BROKER, SERVER
from simulator.transmitters.base import Trouble
from simulator.world.lines import GARBLED, PULLED, PULLED_ON_AIR


@dataclass(frozen=True, slots=True)
class Act:
    """Of a hand at a button."""

    at: float
    button: str
    verb: str


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` of trouble with `part`, from `at` on for `lasts_s` seconds. `size` is what the kind makes of it, 0..1."""

    at: float
    kind: str
    part: str
    lasts_s: float
    size: float
    second: bool = False
    """It comes while the one before it is just over."""

    def __str__(self) -> str:
        again = ", while another was just over" if self.second else ""
        return f"{self.at:8.3f} s: {self.kind} of {self.part} for {self.lasts_s:.3f} s{again}"


ANY = "any"
SERVERS = (
    "kill",
    "stop",
    "freeze",
    "cut",
    "slow",
    "reset",
    "session_lost",
    "dies_before_commit",
    "dies_after_commit",
    "dies_speaking",
    "commit_fails",
    "answer_lost",
    "locked",
)
BROKERS = ("kill", "stop", "freeze")
GATEWAYS = ("kill", "stop", "freeze", "cut", "slow", "reset", "dies_on_air")
UNITS = (
    "kill",
    "stop",
    "freeze",
    "cut",
    "slow",
    "reset",
    "reboot",
    "dies_pressed",
    "clock_wrong",
    "clock_unsure",
)
LINES = (PULLED, PULLED_ON_AIR, GARBLED, *(one.value for one in Trouble))
"""Each line has those that its kind of box can have."""
BAD_LINES = frozenset(f"line {kind}" for kind in LINES)
STRIKING = frozenset({PULLED_ON_AIR, Trouble.REFUSE, Trouble.CHECKSUM, Trouble.LOSE_REPLY, Trouble.RESET})
"""They wait for something to strike, so they last."""
STRIKING_S = (20.0, 110.0)
OTHERS = ("second",)
OFTEN = (" kill", " stop", f" {PULLED_ON_AIR}")
GONE_WEIGHT = 3
"""What is gone takes all with it that was not written down: the usual trouble."""
SPANS = ((0.02, 3.0), (3.0, 25.0), (25.0, 110.0), (110.0, 200.0))
"""A hiccup, a restart, a nuisance; and longer than a press lives."""


def kinds() -> list[str]:
    """Every kind of fault there is, by the name that the report counts it under."""
    parts = {"server": SERVERS, "broker": BROKERS, "gateway": GATEWAYS, "unit": UNITS, "line": LINES}
    return [f"{part} {kind}" for part, found in parts.items() for kind in found] + list(OTHERS)


def draw_faults(
    random: Random, plan: Shop, offers: Mapping[str, Collection[str]], seconds: float
) -> list[Fault]:
    """A swarm: each seed has some kinds of trouble, and rates of its own. `offers`: what each line can have."""
    places: list[tuple[str, Sequence[str]]] = [
        *((f"server {kind}", (SERVER,)) for kind in SERVERS),
        *((f"broker {kind}", (BROKER,)) for kind in BROKERS),
        *((f"gateway {kind}", plan.gateways) for kind in GATEWAYS),
        *((f"unit {kind}", [one.device for one in plan.units]) for kind in UNITS),
        *((f"line {kind}", [name for name, can in offers.items() if kind in can]) for kind in LINES),
    ]
    places = [(kind, parts) for kind, parts in places if parts]
    most = random.choice((0.15, 0.4, 0.8))
    chosen = [one for one in places if random.random() < most] or [random.choice(places)]
    rate = seconds / 600 * random.choice((3, 8, 20))
    lines = random.choice((1, 1, 4))  # some shops have bad lines rather than anything else
    weights = [
        (GONE_WEIGHT if kind.endswith(OFTEN) else 1) * (lines if kind in BAD_LINES else 1)
        for kind, _ in chosen
    ]
    seconds_too = random.random() < 0.5
    found: list[Fault] = []
    at = 0.0
    while (at := at + random.expovariate(rate / seconds)) < seconds:
        found.append(_fault(random, chosen, weights, at))
        if seconds_too and random.random() < 0.5:
            over = at + found[-1].lasts_s + random.choice((0.0, random.uniform(0, 0.3), random.uniform(0, 6)))
            if over < seconds:
                found.append(_fault(random, chosen, weights, over, second=True))
    return sorted(found, key=lambda one: one.at)


def _fault(
    random: Random,
    places: Sequence[tuple[str, Sequence[str]]],
    weights: Sequence[int],
    at: float,
    *,
    second: bool = False,
) -> Fault:
    kind, parts = random.choices(places, weights)[0]
    lasts = random.choices(SPANS, (3, 3, 2, 3))[0]
    lasts_s = random.uniform(*lasts)
    if kind.startswith("line ") and kind.split(" ")[1] in STRIKING:
        lasts_s = random.uniform(*STRIKING_S)
    return Fault(at, kind, random.choice(list(parts)), lasts_s, random.random(), second)


VERBS: Mapping[str, float] = {
    "press": 10.0,
    "undo": 1.5,
    "hammer": 0.7,
    "brush": 0.5,
    "long": 0.5,
    "arrive": 1.0,
    "quiet": 0.4,
    "drill": 0.4,
}
"""What hands do, and how often. `undo` is a press that is taken back, `long` one that is held."""


def draw_acts(random: Random, plan: Shop, seconds: float) -> list[Act]:
    """Customers and staff at the buttons; each seed has its own crowd."""
    weights = {verb: often * random.choice((0.0, 1.0, 1.0, 3.0)) for verb, often in VERBS.items()}
    weights["press"] = weights["press"] or VERBS["press"]
    reds = [f"{unit.device}.{one.n}" for unit in plan.units for one in unit.inputs if one.colour == "red"]
    faces = [f"{unit.device}.{one.n}" for unit in plan.units for one in unit.inputs if one.colour != "red"]
    favourite = random.choice(reds)
    fond = random.choice((0.0, 0.2, 0.6))
    rate = random.choice((2.0, 4.0, 10.0)) / 60
    found = []
    at = 1.0
    while (at := at + random.expovariate(rate)) < seconds:
        verb = random.choices(list(weights), list(weights.values()))[0]
        happy = bool(faces) and verb == "press" and random.random() < 0.15
        button = (
            random.choice(faces) if happy else favourite if random.random() < fond else random.choice(reds)
        )
        found.append(Act(at, button, verb))
        if random.random() < 0.05:  # a burst: somebody drops a bottle, everybody presses
            found += [
                Act(at + random.uniform(0, 1), one, "press") for one in random.sample(reds, len(reds) // 2)
            ]
    return sorted(found, key=lambda one: (one.at, one.button))


def draw_bursts(plan: Shop, faults: Iterable[Fault]) -> list[Act]:
    """Everybody presses when a cable is about to go: it goes in the middle of that. A part of the fault, so that it is
    left out with it."""
    reds = [f"{unit.device}.{one.n}" for unit in plan.units for one in unit.inputs if one.colour == "red"]
    found = []
    for fault in faults:
        if fault.kind == f"line {PULLED_ON_AIR}":
            random = Random(f"{fault} {fault.size}")  # noqa: S311
            pressed = random.sample(reds, random.randint(2, len(reds)))
            found += [Act(fault.at + random.uniform(0, 1), one, "press") for one in pressed]
    return found
