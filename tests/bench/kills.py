"""Goal 3: server, gateway and broker are killed under load, again and again, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlmodel import func, select

from broker_config.broker.run import Broker
from server.db.connect import Database
from server.db.tables import PressRow
from tests.bench import system
from tests.bench.clock import now
from tests.bench.results import Figure, most, none
from tests.bench.way import Way

RATE, PRESSES = 500.0, 500
ROUNDS = 10
RINGS_S = 20.0


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    rounds, presses = (1, 50) if quick else (ROUNDS, PRESSES)
    broker = system.make_broker(folder)
    broker.start()
    try:
        pipeline = system.product(folder, Way.to(broker))
        db = Database(f"sqlite:///{folder / 'server.sqlite'}")
        try:
            pipeline.burst(50, 50.0)
            found: list[Figure] = []
            for victim in ("server", "gateway", "broker"):
                found += _trial(pipeline, broker, db, victim, rounds, presses)
            return found
        finally:
            db.close()
            pipeline.stop()
    finally:
        broker.stop()


def _trial(
    pipeline: system.Pipeline, broker: Broker, db: Database, victim: str, rounds: int, presses: int
) -> Iterator[Figure]:
    lost, silent, drained = 0, 0, 0.0
    terminal = pipeline.terminal
    marked, doubled = terminal.marked, terminal.doubled
    for number in range(rounds):
        share = (number + 1) / (rounds + 1)  # at another moment of the burst each time
        missing, unheard, took = _round(pipeline, broker, db, victim, presses, share)
        lost, silent, drained = lost + missing, silent + unheard, max(drained, took)
    again = f"{terminal.marked - marked} rang twice, marked as a repeat"
    what = f"kill -9 of the {victim} at {RATE:.0f}/s, {rounds} rounds"
    yield none("3", f"{what}: lost", lost, f"of {rounds * presses}; {again}")
    yield none("3", f"{what}: rang twice, unmarked", terminal.doubled - doubled)
    yield none("3", f"{what}: rang nobody", silent)
    if victim == "broker":
        yield most("3", f"{what}: drained, the slowest", drained, 3.0, "s")


def _round(
    pipeline: system.Pipeline, broker: Broker, db: Database, victim: str, presses: int, share: float
) -> tuple[int, int, float]:
    """Presses without a row, presses that rang nobody, and seconds until everything was settled."""
    before = _stored(db)
    seen = pipeline.terminal.seen
    seen.clear()
    with ThreadPoolExecutor(1) as pool:
        burst = pool.submit(pipeline.sender.ask, do="burst", first=0, count=presses, rate=RATE)
        end = now() + presses / RATE
        system.wait_until(lambda: now() >= end - (1 - share) * presses / RATE, 10.0)
        if victim == "broker":
            broker.kill()
            broker.start()
        else:
            pipeline.kill(victim)
            pipeline.begin(victim)
        back = now()
        accepted = burst.result()["accepted"]
        took = now() - max(back, accepted[-1][1])
    system.wait_until(lambda: len(seen) >= presses, RINGS_S, must=False)
    missing = presses - (_stored(db) - before)
    unheard = presses - len(seen)
    pipeline.sender.ask(do="undo")
    return missing, unheard, took


def _stored(db: Database) -> int:
    with db.reading() as session:
        return session.exec(select(func.count()).select_from(PressRow).where(PressRow.kind == "press")).one()
