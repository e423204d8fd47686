"""One random shop day, compressed: from a seed to what went wrong in it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from server import in_world
from server.in_world import Disk, DutyKind, Snapshot
from server.requests import SetDuty
from simulator.staff import NotLetIn, NotTaken, ServerSilent, Verb
from simulator.world.eyes import Eyes
from simulator.world.hands import Hands
from simulator.world.lines import draw_lines
from simulator.world.oracle import SETTLE_S, Oracle
from simulator.world.schedule import Fault, draw_acts, draw_bursts, draw_faults
from simulator.world.server import NoAnswer
from simulator.world.shop import EXAMPLE, WorldShop
from simulator.world.sometimes import reached
from simulator.world.staff import WorldStaffApi
from simulator.world.stage import WorldStage
from simulator.world.trace import Trace
from simulator.world.trouble import Trouble

CORNER = Path(__file__).with_name("corner.toml")
PAIR = Path(__file__).with_name("pair.toml")
SHOPS = (CORNER, EXAMPLE, PAIR)
"""Seeds take turns."""
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTES = 10.0
BREAKS = 0.15
CLOSED_S = 130.0
"""After the last call is closed every light goes out in this time."""
NOT_MODELLED = (
    "paho, Mosquitto and ptys (chaos), power cuts of a disk, full disks of units and gateways, radio and wrist, "
    "several stores, HTTP and screens, settings over the air, watch and canaries"
)


@dataclass(slots=True)
class Outcome:
    """Of one seed. `misses` empty: everything was as it must be."""

    seed: int
    minutes: float
    lines: Mapping[str, str] = field(default_factory=dict)
    """What stands at the end of each."""
    among: Sequence[str] = ()
    presses: int = 0
    pages: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    schedule: Sequence[Fault] = ()
    misses: list[str] = field(default_factory=list)
    sometimes: Counter[str] = field(default_factory=Counter)
    trace: str = ""
    story: Sequence[str] = ()
    """The last lines of the trace."""

    @property
    def command(self) -> str:
        among = f" --lines {','.join(self.among)}" if self.among else ""
        return f"python -m simulator.world --seed {self.seed} --minutes {self.minutes:g}{among}"


def run(
    seed: int, minutes: float = MINUTES, only: Collection[int] | None = None, among: Sequence[str] = ()
) -> Outcome:
    """`only`: numbers of the faults of this seed's schedule that happen; None: all. `among`: drivers, and kinds, that
    its lines may have; none: any. The same arguments give the same trace."""
    with _silent():
        return _run(seed, minutes, only, among)


def _run(seed: int, minutes: float, only: Collection[int] | None, among: Sequence[str]) -> Outcome:
    shop_file = SHOPS[seed % len(SHOPS)]
    ready = _ready(shop_file)
    ready.snapshot.restore()
    db, disk = ready.snapshot.db, ready.disk
    lines = [one.name for one in in_world.shop_plan(shop_file).lines]
    kinds = draw_lines(Random(f"{seed} lines"), lines, among)  # noqa: S311
    shop = WorldShop(shop_file, seed=seed, start=_begin(seed), db=db, kinds=kinds)
    offers = {name: kind.can_fail for name, kind in kinds.items()}
    faults = draw_faults(shop.stream("trouble"), shop.plan, offers, minutes * 60)
    happen = [one for number, one in enumerate(faults) if only is None or number in only]
    out = Outcome(seed, minutes, {name: str(kind) for name, kind in kinds.items()}, among, schedule=faults)
    trace = Trace()
    for name, kind in kinds.items():
        trace.say(0.0, f"line {name} is {kind}")
    shop.open()
    stage = WorldStage(shop)
    trouble = Trouble(shop, stage, disk, lambda words: trace.say(shop.clock.boot(), words))
    hands = Hands(shop, stage)
    eyes = Eyes(shop, disk, hands, trace)

    def touched(device: str, number: int, at: float) -> None:
        trace.say(at, f"touch {device}.{number}")
        eyes.word_due(device, number, at)
        trouble.touched(device)

    hands.touched = touched
    oracle = Oracle(shop, disk, hands, eyes, trouble)
    shop.staff(shop.stream("staff").random() < 0.8)
    acts = draw_acts(shop.stream("workload"), shop.plan, minutes * 60)
    hands.plan([*acts, *draw_bursts(shop.plan, happen)])
    trouble.plan(happen)
    _plan_break(shop, minutes * 60)
    shop.advance(minutes * 60)
    trouble.heal()
    shop.advance(SETTLE_S)
    out.misses += oracle.settled()
    shop.staff(False)
    out.misses += _close_all(shop)
    shop.advance(CLOSED_S)
    out.misses += oracle.final()
    books = oracle.books()
    for row in (*books.presses, *books.calls, *books.pages):
        trace.say(0.0, repr(row))
    out.presses, out.pages, out.faults = len(books.presses), len(eyes.rang), trouble.counts
    out.sometimes = reached(shop, books, eyes, trouble)
    out.trace, out.story = trace.digest(), tuple(trace.lines)
    shop.close()
    disk.let_go()
    return out


def _plan_break(shop: WorldShop, seconds: float) -> None:
    """In some shops everybody is away for a while: then the light must say so."""
    random = shop.stream("breaks")
    if random.random() >= BREAKS:
        return
    until = shop.clock.now() + timedelta(seconds=seconds + SETTLE_S)
    everybody = in_world.members(shop.db, shop.plan.store).values()  # now: later its disk may be locked

    def leave() -> None:
        for who in everybody:
            if who.carrier is not None:
                with suppress(NoAnswer):
                    shop.server.ask(SetDuty(shop.plan.store, who.account, who.carrier, DutyKind.AWAY, until))

    shop.clock.call_later(random.uniform(0, seconds / 2), leave)


def _close_all(shop: WorldShop) -> list[str]:
    """The manager looks at what is left, and ends it."""
    api = WorldStaffApi(shop.server, shop.db, shop.plan.store)
    misses = []
    with_quiet = [
        call.number for call in in_world.read_books(shop.db, shop.plan.store).calls if not call.closed_at
    ]
    for number in with_quiet:
        try:
            done = api.act("manager", number, Verb.CLOSE, "not_recovered")
        except (ServerSilent, NotLetIn, NotTaken) as error:
            done = False
            misses.append(f"call {number} cannot be closed: {error}")
        if not done:
            misses.append(f"call {number} was not closed when the manager said so")
    return misses


def _begin(seed: int) -> datetime:
    """Any hour of any day of a year."""
    return MONDAY + timedelta(hours=seed * 37 % 8_760)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A database for every run in this shop, one after the other."""

    snapshot: Snapshot
    disk: Disk


@cache
def _ready(shop_file: Path) -> _Ready:
    db = in_world.shop_database(shop_file)
    return _Ready(Snapshot(db), Disk(db))


@contextmanager
def _silent() -> Iterator[None]:
    """A log line reads the clock, and nobody reads the line."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
