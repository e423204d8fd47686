"""Goals 2 and 6: the highest rate that is held, for a minute, with nothing lost; and ten thousand connected buttons.

Each press is of an input that was not pressed before, so that it opens its own incident, and those stay open: nothing
but the load itself is on the machine. The inputs are of no zone; whoever is here is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlmodel import func, select

from server.db.connect import Database
from server.db.tables import PressRow
from tests.bench import system
from tests.bench.clock import ms, percentile
from tests.bench.results import Figure, least, most, none
from tests.bench.terminal import INPUTS
from tests.bench.way import Way

STEPS = (125.0, 250.0, 375.0, 500.0, 625.0, 750.0, 1000.0, 1250.0, 1500.0, 2000.0, 2500.0)
PROBE_S, HELD_S = 3.0, 60.0
HELD_P99_S = 0.1
ARRIVES_S = 15.0
DRAINS_S = 120.0
"""What is not stored by then is lost, on the slowest machine."""
CROWD = 5_000
CONNECTED, FEW = 10_000, 10
TRIPS, TRIPS_RATE = 160, 20.0


@dataclass(slots=True)
class Load:
    """`made` presses so far, each of its own input."""

    pipeline: system.Pipeline
    db: Database
    units: int
    made: int = 0

    def press(self, rate: float, seconds: float) -> tuple[int, list[float]]:
        """How many, and seconds to the first serial byte of each that arrived."""
        count = min(round(rate * seconds), self.units * INPUTS - self.made)
        seen = self.pipeline.terminal.seen
        seen.clear()
        accepted = self.pipeline.sender.ask(
            do="burst", first=self.made, count=count, rate=rate, **{"from": 0, "units": self.units}
        )["accepted"]
        self.made += count
        system.wait_until(lambda: len(seen) >= count, ARRIVES_S, must=False)
        return count, [seen[number] - at for number, at in accepted if number in seen]

    def stored(self) -> int:
        with self.db.reading() as session:
            return session.exec(select(func.count()).select_from(PressRow)).one()


def held(folder: Path, *, quick: bool) -> list[Figure]:
    crowd = 100 if quick else CROWD
    with _product(folder, crowd) as load:
        load.pipeline.sender.ask(do="connect", count=crowd)
        load.press(50.0, 1.0)  # warm
        best = 0.0
        for rate in STEPS[:2] if quick else STEPS:
            count, took = load.press(rate, 1.0 if quick else PROBE_S)
            if len(took) < count or percentile(took, 0.99) > HELD_P99_S:
                break
            best = rate
        seconds = 2.0 if quick else HELD_S
        found = [least("2", f"highest rate for {PROBE_S:.0f} s with p99 under 100 ms", best, 1_000, "/s")]
        for rate in sorted({500.0, best} - {0.0}):
            before = load.stored()
            count, took = load.press(rate, seconds)
            system.wait_until(lambda: load.stored() - before >= count, DRAINS_S, must=False)  # noqa: B023
            found += _of_a_minute(rate, seconds, count, took, load.stored() - before)
        return found


def _of_a_minute(rate: float, seconds: float, count: int, took: list[float], stored: int) -> Iterator[Figure]:
    what = f"{rate:.0f}/s for {seconds:.0f} s"
    p99 = ms(percentile(took, 0.99)) if took else float("inf")
    p50 = f"p50 {ms(percentile(took, 0.5)):.1f} ms" if took else ""
    yield most("2", f"{what}, durable and routed", p99, 100, "ms p99", p50)
    yield none("2", f"{what}: lost", count - stored, f"of {count}")
    yield Figure(
        "2", f"{what}: not at the transmitter in time", count - len(took), "", "0", len(took) == count
    )


def connected(folder: Path, *, quick: bool) -> list[Figure]:
    """The same press with few connected, with many, and with few again; of other units each time."""
    many, presses = (200, 20) if quick else (CONNECTED, TRIPS)
    with _product(folder, many) as load:
        sender = load.pipeline.sender

        def round_trip(start: int) -> float:
            asked = {"do": "burst", "first": 0, "count": presses, "rate": TRIPS_RATE, "units": FEW}
            trips: list[float] = sender.ask(**asked, **{"from": start})["trips"]
            return median(trips)

        sender.ask(do="connect", count=4 * FEW)
        round_trip(0)  # warm
        before = round_trip(FEW)
        count = sender.ask(do="connect", count=many)["connected"]
        with_many = round_trip(2 * FEW)
        sender.ask(do="disconnect", keep=4 * FEW)
        after = round_trip(3 * FEW)
        few = (before + after) / 2
        words = f"{ms(with_many):.2f} ms; with {4 * FEW} {ms(before):.2f} before and {ms(after):.2f} after"
        return [most("6", f"round trip with {count} connected buttons", with_many / few, 1.2, "x", words)]


class _product:  # noqa: N801 (a context manager reads as a function)
    """A broker, a product with a crowd, and its database."""

    def __init__(self, folder: Path, crowd: int) -> None:
        self._folder, self._crowd = folder, crowd
        self._broker = system.make_broker(folder, crowd, tls=False)

    def __enter__(self) -> Load:
        self._broker.start()
        try:
            self._pipeline = system.product(self._folder, Way.to(self._broker), crowd=self._crowd)
        except BaseException:
            self._broker.stop()
            raise
        self._db = Database(f"sqlite:///{self._folder / 'server.sqlite'}")
        return Load(self._pipeline, self._db, self._crowd)

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._pipeline.stop()
        self._broker.stop()
