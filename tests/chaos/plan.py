"""Pure: which trouble comes when, and which button is pushed when: all of it from a seed and three figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

Place = tuple[str, int]

BROKER, SERVER, GATEWAY, DATABASE = "broker", "server", "gateway", "database"
LINES = ("t1", "t2")
"""Transmitters, the preferred one first."""
SQLITE, POSTGRESQL = "sqlite", "postgresql"
HEAD_S, TAIL_S = 3.0, 3.0
"""Nothing fails in these first and last seconds."""
APART_S = 0.3
"""Between two troubles of one kind of thing."""
AIMED_S = 0.15
"""A push that is to meet a kill begins so long before it, at most: it counts after 60 ms."""
AGAIN = 0.3
"""So many kills strike once more while the victim is just coming back."""
BURST = 24
"""Pushes that fill a small disk while nobody takes any away."""
UNDONE, BRUSHED, RUSHED = 0.02, 0.02, 0.25
KILLS = (BROKER, SERVER, SERVER, GATEWAY, GATEWAY, "unit", "unit", "unit", "unit")
"""Who is killed, how often among nine."""
LEAST_KINDS = 5
CAUGHT, CAUGHT_S = 0.4, 2.0
"""So many kills find their victim at a slow commit, on a disk that has been slow for so long."""


class Kind(StrEnum):
    KILL = "kill -9"
    FREEZE = "freeze"
    CUT = "cut"
    HALF = "half cut"
    DELAY = "delay"
    DROP = "drop"
    PULL = "cable out"
    GARBLE = "garbled line"
    SILENT = "silent transmitter"
    SLOW = "slow transmitter"
    REFUSE = "refusing transmitter"
    LOSE_REPLY = "reply lost"
    BABBLE = "babbling transmitter"
    DAMAGED = "damaged frames"
    RESET = "reset in mid-frame"
    BUSY = "full buffer"
    FULL = "full disk"
    FULL_SERVER = "full database"
    SLOW_DISK = "slow disk"
    CLOCK = "wrong clock"
    STOPPED = "stopped database"
    BACKEND = "kill -9 in the database"
    DOWN = "database down"


@dataclass(frozen=True, slots=True)
class Habit:
    """How a kind of trouble behaves. `lane`: two of one lane and one part never strike together."""

    lane: str
    parts: str
    per_minute: float
    lasts: tuple[tuple[float, float], ...]
    """One of these spans is drawn, then a moment in it."""
    much: tuple[float, ...] = (0.0,)


SHORT, LONG, BEYOND = (0.1, 1.5), (1.5, 9.0), (16.0, 22.0)
"""The last of these is longer than a press may ring."""
KILLED = Habit("process", "", 0.0, (SHORT, SHORT, LONG, LONG, BEYOND))
HABITS: Mapping[Kind, Habit] = {
    Kind.FREEZE: Habit("process", "any", 1.6, (SHORT, LONG, LONG, BEYOND)),
    Kind.CUT: Habit("network", "client", 1.6, (SHORT, LONG, LONG, BEYOND)),
    Kind.HALF: Habit("network", "client", 0.6, (LONG,)),
    Kind.DELAY: Habit("network", "client", 1.0, (LONG, BEYOND), (0.05, 0.3, 0.9)),
    Kind.DROP: Habit("network", "client", 2.0, ((0.0, 0.0),)),
    Kind.PULL: Habit("line", "line", 0.8, (SHORT, LONG)),
    Kind.GARBLE: Habit("line", "line", 0.6, (LONG,)),
    Kind.SILENT: Habit("line", "line", 0.6, (LONG,)),
    Kind.SLOW: Habit("line", "line", 0.6, (LONG,), (0.2, 1.0)),
    Kind.REFUSE: Habit("line", "line", 0.8, ((0.0, 0.0),), (1, 2, 3)),
    Kind.LOSE_REPLY: Habit("line", "line", 0.8, ((0.0, 0.0),), (1,)),
    Kind.BABBLE: Habit("line", "line", 0.6, (LONG,)),
    Kind.DAMAGED: Habit("line", "line", 0.8, ((0.0, 0.0),), (1, 2, 5)),
    Kind.RESET: Habit("line", "line", 0.8, ((0.0, 0.0),), (1,)),
    Kind.BUSY: Habit("line", "line", 0.5, (SHORT, LONG)),
    Kind.FULL: Habit("disk", "unit", 0.5, ((15.0, 25.0),)),
    Kind.FULL_SERVER: Habit("disk", SERVER, 0.4, (LONG,)),
    Kind.SLOW_DISK: Habit("slow disk", "clocked", 0.6, (LONG,), (0.01, 0.03, 0.1)),
    Kind.CLOCK: Habit(
        "clock", "clocked", 1.2, (LONG, BEYOND), (-31_536_000, -3_600, -40, 40, 3_600, 31_536_000)
    ),
    Kind.STOPPED: Habit(DATABASE, DATABASE, 0.8, (SHORT, LONG, LONG, BEYOND)),
    Kind.BACKEND: Habit(DATABASE, DATABASE, 0.8, ((0.0, 0.0),)),
    Kind.DOWN: Habit(DATABASE, DATABASE, 0.6, (SHORT, LONG, BEYOND)),
}
OF_A_FILE = frozenset({Kind.FULL_SERVER, Kind.SLOW_DISK})
"""Troubles that a server can have whose database is a file of its own."""
OF_A_SERVER = frozenset({Kind.STOPPED, Kind.BACKEND, Kind.DOWN})
"""Those of a database that is a server. Such a shop has them for certain."""
ON_THE_LINE = frozenset(kind for kind, habit in HABITS.items() if habit.parts == "line")


@dataclass(frozen=True, slots=True)
class Trouble:
    """`part`: what it happens to. `much`: seconds, or how many, as the kind wants it."""

    at: float
    kind: Kind
    part: str
    lasts: float
    much: float = 0.0

    @property
    def ends(self) -> float:
        return self.at + self.lasts

    def __str__(self) -> str:
        lasts = f" for {self.lasts:.1f} s" if self.lasts else ""
        much = f" ({self.much:g})" if self.much else ""
        return f"{self.at:7.2f} s  {self.kind.value} {self.part}{lasts}{much}"


@dataclass(frozen=True, slots=True)
class Touch:
    """One thing that a hand does: `press`, `undo` (press, and take it back) or `brush` (a sleeve: no press)."""

    at: float
    place: Place
    verb: str = "press"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is asked for."""

    seed: int
    minutes: float
    kills: int
    presses: int
    transmitters: tuple[str, ...] = ("tap",)
    """Kinds, the preferred one first."""
    database: str = SQLITE

    @property
    def seconds(self) -> float:
        return 60 * self.minutes

    @property
    def command(self) -> str:
        """Repeats it."""
        return (
            f"make chaos CHAOS_SEED={self.seed} CHAOS_MINUTES={self.minutes:g} "
            f"CHAOS_KILLS={self.kills} CHAOS_PRESSES={self.presses} "
            f"CHAOS_TRANSMITTERS={','.join(self.transmitters)} CHAOS_DATABASE={self.database}"
        )


@dataclass(frozen=True, slots=True)
class Plan:
    wanted: Wanted
    troubles: tuple[Trouble, ...]
    touches: tuple[Touch, ...]

    def counts(self) -> Counter[Kind]:
        return Counter(one.kind for one in self.troubles)


@dataclass
class _Lanes:
    """Who is in trouble when."""

    taken: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def free(self, lane: str, part: str, at: float, ends: float) -> bool:
        return all(ends + APART_S < a or b + APART_S < at for a, b in self.taken[lane, part])

    def take(self, lane: str, part: str, at: float, ends: float) -> None:
        self.taken[lane, part].append((at, ends))


def draw(wanted: Wanted, units: Mapping[str, int], lines: Mapping[str, Collection[Kind]]) -> Plan:
    """The same for the same figures, whatever happens later. `lines`: transmitter -> the troubles that its kind can
    have."""
    lanes = _Lanes()
    kills = _kills(wanted, sorted(units), lanes)
    others = _others(wanted, sorted(units), lines, lanes)
    troubles = tuple(sorted(kills + others, key=lambda one: one.at))
    return Plan(wanted, troubles, _touches(wanted, units, troubles))


def _kills(wanted: Wanted, units: Sequence[str], lanes: _Lanes) -> list[Trouble]:
    random = Random(f"{wanted.seed} kills")
    victims = [KILLS[n % len(KILLS)] for n in range(wanted.kills)]
    random.shuffle(victims)
    found: list[Trouble] = []
    while victims:
        part = victims.pop()
        name = random.choice(units) if part == "unit" else part
        one = _placed(random, wanted, lanes, Kind.KILL, KILLED, name)
        if one is None:
            raise ValueError("so many kills do not fit into so few minutes")
        found.append(one)
        if (
            part != BROKER
            and random.random() < CAUGHT
            and (part != SERVER or wanted.database == SQLITE)
            and lanes.free("slow disk", name, one.at - CAUGHT_S, one.at)
        ):
            lanes.take("slow disk", name, one.at - CAUGHT_S, one.at)
            slow = random.choice(HABITS[Kind.SLOW_DISK].much)
            found.append(Trouble(one.at - CAUGHT_S, Kind.SLOW_DISK, name, CAUGHT_S + SHORT[0], slow))
        if part in victims and random.random() < AGAIN:
            at, lasts = one.ends + random.uniform(0.05, 2.0), random.uniform(*SHORT)
            if at + lasts < wanted.seconds - TAIL_S and lanes.free("process", name, at + APART_S, at + lasts):
                victims.remove(part)
                lanes.take("process", name, at, at + lasts)
                found.append(Trouble(at, Kind.KILL, name, lasts))
    return found


def _others(
    wanted: Wanted, units: Sequence[str], lines: Mapping[str, Collection[Kind]], lanes: _Lanes
) -> list[Trouble]:
    """Each run turns on some kinds, each with a rate of its own."""
    random = Random(f"{wanted.seed} others")
    parts = {kind: _parts(kind, wanted, units, lines) for kind in HABITS}
    kinds = [kind for kind in HABITS if parts[kind]]
    on = [kind for kind in kinds if kind in OF_A_SERVER or random.random() < 0.65]
    on += random.sample([kind for kind in kinds if kind not in on], max(0, LEAST_KINDS - len(on)))
    found = []
    for kind in on:
        habit = HABITS[kind]
        expected = habit.per_minute * wanted.minutes * random.uniform(0.5, 1.5)
        for _ in range(max(1, round(expected))):
            one = _placed(random, wanted, lanes, kind, habit, random.choice(parts[kind]))
            found += [] if one is None else [one]
    return found


def _parts(
    kind: Kind, wanted: Wanted, units: Sequence[str], lines: Mapping[str, Collection[Kind]]
) -> list[str]:
    """To whom it can happen; empty: to nobody in this shop."""
    if kind in OF_A_SERVER:
        return [DATABASE] if wanted.database == POSTGRESQL else []
    if kind in ON_THE_LINE:
        return [name for name, can in sorted(lines.items()) if kind in can]
    server = [] if kind in OF_A_FILE and wanted.database != SQLITE else [SERVER]
    return {
        "any": [BROKER, SERVER, GATEWAY, *units],
        "client": [SERVER, GATEWAY, *units],
        "clocked": [*server, GATEWAY, *units],
        "unit": list(units),
        SERVER: server,
    }[HABITS[kind].parts]


def _placed(
    random: Random, wanted: Wanted, lanes: _Lanes, kind: Kind, habit: Habit, part: str
) -> Trouble | None:
    for _ in range(200):
        lasts = random.uniform(*random.choice(habit.lasts))
        latest = wanted.seconds - TAIL_S - lasts
        if latest <= HEAD_S:
            continue
        at = random.uniform(HEAD_S, latest)
        if lanes.free(habit.lane, part, at, at + lasts):
            lanes.take(habit.lane, part, at, at + lasts)
            return Trouble(at, kind, part, lasts, random.choice(habit.much))
    return None


def _touches(wanted: Wanted, units: Mapping[str, int], troubles: Iterable[Trouble]) -> tuple[Touch, ...]:
    random = Random(f"{wanted.seed} hands")
    places = [(unit, number) for unit, inputs in sorted(units.items()) for number in range(1, inputs + 1)]

    def at_unit(unit: str) -> Place:
        return unit, random.randint(1, units[unit])

    found: list[Touch] = []
    for one in troubles:
        if one.kind is Kind.KILL:
            for _ in range(random.choice((1, 2))):
                place = at_unit(one.part) if one.part in units else random.choice(places)
                found.append(Touch(one.at - random.uniform(0.0, AIMED_S), place))
        elif one.kind is Kind.FULL:
            ends = one.at + 0.7 * one.lasts
            found += [Touch(random.uniform(one.at, ends), at_unit(one.part)) for _ in range(BURST)]
    random.shuffle(found)
    del found[wanted.presses :]
    end = wanted.seconds - 1.0
    while len(found) < wanted.presses:
        left = wanted.presses - len(found)
        if random.random() < RUSHED / 8:  # eight at once
            at = random.uniform(1.0, end - 1.0)
            some = random.sample(places, min(8, left, len(places)))
            found += [Touch(at + random.uniform(0.0, 0.5), place) for place in some]
        else:
            verb = "undo" if random.random() < UNDONE else "press"
            found.append(Touch(random.uniform(0.5, end), random.choice(places), verb))
    sleeves = round(BRUSHED * wanted.presses)
    found += [Touch(random.uniform(0.5, end), random.choice(places), "brush") for _ in range(sleeves)]
    return tuple(sorted(found, key=lambda one: (one.at, one.place)))
