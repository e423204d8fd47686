"""Ten thousand devices that tell of themselves every minute: what that costs the engine, and how long a press waits.

One engine in virtual time on a real SQLite file. A step is what stands between two presses: a group of telemetry, or
one step of the walk that writes down what changed."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import event

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import Telemetry
from broker_config.messages.device import InputHealth
from server.db.connect import Database
from server.db.tables import Device
from server.db.upgrade import upgrade
from tests import small_shop
from tests.bench.clock import ms, percentile
from tests.bench.results import Figure
from tests.engine_box import EngineBox
from tests.small_shop import STORE

DEVICES = 10_000
GROUP = 32
MINUTES = 2


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    devices, minutes = (500, 1) if quick else (DEVICES, MINUTES)
    db = Database(f"sqlite:///{folder / 'server.db'}")
    upgrade(db)
    with db.transaction() as session:
        small_shop.fill(session)
        session.add_all(
            Device(store_id=STORE, device=f"n{number}", kind="b", state="online") for number in range(devices)
        )
    box = EngineBox(db)
    try:
        busy, groups, walks, statements = told(box, devices, minutes)
    finally:
        box.close()
        db.close()
    waits = ", ".join(
        f"{what} p99 {ms(percentile(took, 0.99)):.1f} ms"
        for what, took in ((f"group of {GROUP}", groups), ("step of time", walks))
    )
    share = 100 * busy / (60 * minutes)
    what = f"engine with {devices} devices that tell of themselves every minute: of a core"
    return [Figure("", what, share, "%", detail=f"{statements} statements; {waits}")]


def told(box: EngineBox, devices: int, minutes: int) -> tuple[float, list[float], list[float], int]:
    """CPU seconds in all, seconds of each group and of each stretch of time between groups, statements."""
    groups: list[float] = []
    walks: list[float] = []
    statements = 0

    def note(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(box.db.write_engine, "before_cursor_execute", note)
    began = time.process_time()
    pause = 60 * GROUP / devices
    for minute in range(minutes):
        for first in range(0, devices, GROUP):
            for number in range(first, min(first + GROUP, devices)):
                said = Telemetry(
                    run="aaaa",
                    boot="bbbb",
                    up_s=60 * minute,
                    sw="1.0",
                    temp_c=41.5,
                    seq=1,
                    inputs=[InputHealth(input=1), InputHealth(input=2)],
                )
                box.deliver(publication(channels.TELEMETRY, STORE, "b", f"n{number}", said))
            groups.append(_timed(box, 0))
            walks.append(_timed(box, pause))
    event.remove(box.db.write_engine, "before_cursor_execute", note)
    return time.process_time() - began, groups, walks, statements


def _timed(box: EngineBox, seconds: float) -> float:
    began = time.perf_counter()
    box.time.advance(seconds)
    return time.perf_counter() - began
