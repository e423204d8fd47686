"""A month of business in a shop's database, or ten years, or a chain of stores: see `simulator.world.past`.

    python -m simulator.history SERVER.toml SHOP.toml SIMULATE.toml DAYS

is what `redbutton up --simulate` runs as a child before the server opens the database for the first time. It is made
in a copy, which takes the database's place when it is whole; the simulated units count on from where it ends."""

from __future__ import annotations

import re
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import SQLAlchemyError

from broker_config.config import load
from broker_config.errors import SetupError
from firmware_bridge import salvage
from firmware_bridge.__main__ import spool_path
from firmware_bridge.config import ButtonUnitSettings
from server import in_world
from server.in_world import Database
from simulator.config import SimulateSettings
from simulator.world import past

Say = Callable[[str], None]
DAY = timedelta(days=1)
LINES = 10
"""Words on the way, however long it is."""


@dataclass(frozen=True, slots=True)
class Order:
    """`simulate`: the file of the simulated shop, whose units go on from here. `stores`: that many, made after the
    pattern of the shop file; the others get names and ids of their own. `until` None: now."""

    config: Path
    shop_file: Path
    simulate: Path | None = None
    days: int = 30
    stores: int = 1
    seed: int | None = None
    until: datetime | None = None


def make(order: Order, say: Say) -> None:
    """Raises SetupError with what a person should do."""
    url = in_world.database_of(order.config)
    simulated = None if order.simulate is None else load(SimulateSettings, order.simulate)
    _refuse_what_would_be_spoiled(url, simulated)
    seed = order.seed if order.seed is not None else simulated.seed if simulated is not None else 1
    began = time.monotonic()
    path = sqlite_file(url)
    if path is None:
        counters = _make(order, in_world.hurried(url), seed, say)
    else:
        draft = path.with_name(f"{path.name}.making")
        _copy(path, draft)
        try:
            counters = _make(order, in_world.hurried(f"sqlite:///{draft}"), seed, say)
            if simulated is not None:
                _go_on(simulated, counters)
            draft.replace(path)
        finally:
            _remove(draft)
    with closing(Database(url)) as db:
        made = in_world.made(db)
    took = time.monotonic() - began
    say(
        f"{made.presses} presses, {made.incidents} calls in {order.days} day{'s' * (order.days > 1)}"
        + (f" of {order.stores} stores" if order.stores > 1 else "")
        + f"; made in {took:.1f} s, {order.days * order.stores / took:.1f} days a second"
    )


def sqlite_file(url: str) -> Path | None:
    """None: another kind of database."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _refuse_what_would_be_spoiled(url: str, simulated: SimulateSettings | None) -> None:
    with closing(Database(url)) as db:
        there = in_world.made(db).presses
    if there:
        raise SetupError(
            f"the database has {there} presses already, and a past is only made before the first one: "
            "start with a fresh data folder (redbutton up --simulate --data NEW)"
        )
    for unit in simulated.units if simulated is not None else ():
        spool = Path(spool_path(load(ButtonUnitSettings, unit.config).data))
        if spool.exists():
            raise SetupError(f"the unit {unit.device} has pressed already: {spool} is there")


def _make(order: Order, db: Database, seed: int, say: Say) -> Mapping[str, int]:
    """Returns the counters of the first store's units."""
    until = (order.until or datetime.now(UTC)).astimezone(UTC)
    counters: list[Mapping[str, int]] = []
    with TemporaryDirectory(prefix="rb-") as folder:
        try:
            for number in range(order.stores):
                file = order.shop_file if number == 0 else _another(order.shop_file, Path(folder), number + 1)
                if number:
                    in_world.add_shop(db, file)
                wish = past.Wish(file, until - order.days * DAY, until, seed + number)
                counters.append(past.make(wish, db, _now_and_then(order, number, say)))
        finally:
            in_world.settle(db)
    return counters[0]


def _now_and_then(order: Order, number: int, say: Say) -> Callable[[date], None]:
    if order.stores > 1:
        total = order.stores * order.days
        before = number * order.days
    else:
        total, before = order.days, 0
    done = 0

    def said(day: date) -> None:
        nonlocal done
        done += 1
        if (before + done) * LINES // total > (before + done - 1) * LINES // total:
            say(f"{day:%Y-%m-%d}" + (f", store {number + 1} of {order.stores}" if order.stores > 1 else ""))

    return said


def _another(pattern: Path, folder: Path, number: int) -> Path:
    """The same shop under another id and name."""
    text = pattern.read_text(encoding="utf-8")
    for key in ("id", "name"):
        text = re.sub(
            rf'(?ms)(^\[store\].*?^{key} *= *"[^"\n]*)',
            lambda found, key=key: f"{found[1]}{'-' if key == 'id' else ' '}{number}",  # type: ignore[misc]
            text,
            count=1,
        )
    path = folder / f"{number}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _copy(source: Path, target: Path) -> None:
    _remove(target)
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
    target.chmod(0o600)


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)


def _go_on(simulated: SimulateSettings, counters: Mapping[str, int]) -> None:
    """A unit whose numbers began anew would look as if it had lost its presses."""
    for unit in simulated.units:
        spool = Path(spool_path(load(ButtonUnitSettings, unit.config).data))
        spool.parent.mkdir(parents=True, exist_ok=True)
        salvage.begin_anew(spool, (), counters.get(unit.device, 0))


def main(arguments: list[str]) -> int:
    if len(arguments) != 4 or not arguments[3].isdecimal():
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    config, shop_file, simulate = (Path(one) for one in arguments[:3])
    return run(Order(config, shop_file, simulate, int(arguments[3])))


def run(order: Order) -> int:
    """Exit code: 2 when a person must change something first, 1 when the database failed."""
    try:
        make(order, _say)
    except SetupError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except SQLAlchemyError as error:
        print(f"the database failed: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _say(words: str) -> None:
    with suppress(OSError, ValueError):
        print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
