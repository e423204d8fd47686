"""A scenario in a world of its own: the shop from its file, in virtual time, with its ending at the end."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from broker_config.errors import SetupError
from broker_config.messages import PressKind
from server import in_world
from simulator.clock import VirtualLoop
from simulator.config import Colour
from simulator.floor.layout import contact
from simulator.pager import ReceivedPage
from simulator.scenarios.cast import Cast, Casting
from simulator.scenarios.checks import Verdict
from simulator.scenarios.ending import (
    Books,
    Call,
    Ending,
    FaultSeen,
    Light,
    Look,
    PageSent,
    Press,
    Ring,
    spots_of,
)
from simulator.scenarios.format import Scenario
from simulator.scenarios.player import Ended, Player, Seen, Told
from simulator.stage import Stage
from simulator.world.outside import Outside
from simulator.world.pace import Pace
from simulator.world.shop import WorldShop
from simulator.world.stage import WorldStage

MONDAY = date(2026, 3, 2)
WARM_UP_S = 120.0
"""The shop was open before the curtain rises: parts have found each other, the path was looked at."""

CALM = Pace(look_s=600.0, telling_s=600.0, probe_s=120.0, walk_s=120.0)
"""Of a shop in which nothing breaks."""


class WorldScene:
    """`open`, `advance` until `over`, `close`. `told` hears what the player does. `seed` None: the file's own.

    `dressed` may put something around the stage, to see what hands do."""

    def __init__(
        self,
        scenario: Scenario,
        shop_file: Path,
        *,
        seed: int | None = None,
        told: Callable[[Told], None] = lambda told: None,
        dressed: Callable[[Stage], Stage] = lambda stage: stage,
    ) -> None:
        self.scenario = scenario
        self.seed = scenario.scenario.seed if seed is None else seed
        self.zone = ZoneInfo(str(tomllib.loads(shop_file.read_text("utf-8"))["store"]["timezone"]))
        self._begin = start_of(scenario, self.zone)
        with tempfile.TemporaryDirectory(prefix="scene") as folder:
            whole = with_last_resort(shop_file, scenario, Path(folder))
            self.shop = WorldShop(
                whole,
                seed=self.seed,
                start=self._begin - timedelta(seconds=WARM_UP_S),
                watch=scenario.scenario.watch,
                pace=Pace() if scenario.scenario.watch else CALM,
            )
        self.stage = WorldStage(self.shop)
        self.cast = cast_of(self.shop)
        if problems := Casting(self.cast, self.seed).problems(scenario.whole):
            self.shop.close()
            raise SetupError("\n".join(f"{scenario.id}: {one}" for one in problems))
        self._dressed, self._told = dressed, told
        self.ending: Ending | None = None
        self.verdicts: Sequence[Verdict] = ()
        self.player: Player | None = None
        self._loop: VirtualLoop[Seen] | None = None

    def open(self) -> None:
        shop = self.shop
        shop.server.post = Outside(shop.clock, shop.server, self.scenario.scenario.internet).put
        shop.open()
        shop.advance(max(0.0, self._begin.timestamp() - shop.clock.epoch()))
        self.player = player = Player(
            self.scenario.whole,
            self.seed,
            self.cast,
            self._dressed(self.stage),
            self,
            shop.clock.boot(),
            self._told,
            self._done,
        )
        self._loop = VirtualLoop(player, shop.clock)
        for device, unit in shop.units.items():
            unit.outputs.watchers.append(partial(self._lit, device))
        shop.air.listen(self._rang)
        self._loop.start()

    @property
    def over(self) -> bool:
        return self.player is not None and self.player.over

    @property
    def passed(self) -> bool:
        return bool(self.verdicts) and all(one.ok for one in self.verdicts)

    def advance(self, seconds: float) -> None:
        self.shop.advance(seconds)

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.put(Ended())
            self.shop.advance(0)

    def close(self) -> None:
        self.shop.close()

    # Eyes of the player

    def look(self) -> None:
        """A shop whose server is dead says nothing of itself."""
        if self.shop.server.answers:
            covered, causes = in_world.readiness_of(self.shop.db, self.shop.plan.store, self.shop.clock.now())
            self._see(Look(self.shop.clock.boot(), covered, causes))

    def read(self, since: float) -> None:
        self._see(books_of(self.shop))

    def _see(self, seen: Seen) -> None:
        assert self._loop is not None
        self._loop.put(seen)

    def _lit(self, device: str, number: int, shown: str) -> None:
        self._see(Light(contact(device, number), shown, self.shop.clock.boot()))

    def _rang(self, page: ReceivedPage) -> None:
        self._see(Ring(page.address, page.text, page.at))

    def _done(self, ending: Ending | None, verdicts: Sequence[Verdict]) -> None:
        self.ending, self.verdicts = ending, verdicts


def start_of(scenario: Scenario, zone: ZoneInfo) -> datetime:
    weekday, second = scenario.scenario.starts
    day = datetime.combine(MONDAY + timedelta(days=weekday), time(), zone)
    return (day + timedelta(seconds=second)).astimezone(UTC)


def with_last_resort(shop_file: Path, scenario: Scenario, folder: Path) -> Path:
    """The shop's file, and the slow channels that the scenario gives it."""
    if not scenario.scenario.last_resort:
        return shop_file
    rows = [
        f'[[last_resort]]\nkind = "{one.kind}"\nto = "{one.to}"\n' for one in scenario.scenario.last_resort
    ]
    whole = folder / "shop.toml"
    whole.write_text("\n".join([shop_file.read_text("utf-8"), *rows]), "utf-8")
    return whole


def cast_of(shop: WorldShop) -> Cast:
    plan = shop.plan
    return Cast(
        spots_of(
            (contact(unit.device, one.n), one.label, one.zone, cast(Colour, one.colour))
            for unit in plan.units
            for one in unit.inputs
        ),
        plan.gateways,
        tuple(line.name for line in plan.lines),
        {one.login: one.name for one in plan.people},
        {one.address: one.holder or one.label for one in plan.pagers},
    )


def books_of(shop: WorldShop) -> Books:
    """What is in the database, with moments of the boot clock."""
    zero = shop.clock.epoch() - shop.clock.boot()

    def boot(moment: datetime) -> float:
        return moment.timestamp() - zero

    books = in_world.read_books(shop.db, shop.plan.store)
    numbers = {one.id: one.number for one in books.calls}
    pages: dict[UUID, list[PageSent]] = {one: [] for one in numbers}
    for page in books.pages:
        pages[page.incident].append(PageSent(page.body, boot(page.created_at), page.state))
    letters = in_world.read_letters(shop.db, shop.plan.store)
    return Books(
        tuple(
            Press(
                contact(one.device, one.input),
                boot(one.pressed_at),
                one.state,
                one.purpose,
                numbers.get(one.incident) if one.incident is not None else None,
            )
            for one in books.presses
            if one.kind == PressKind.PRESS
        ),
        tuple(
            Call(one.number, one.state, one.outcome, tuple(pages[one.id]), letters.get(one.id, ()))
            for one in books.calls
        ),
        tuple(
            FaultSeen(one.device, one.kind, boot(one.since))
            for one in in_world.read_faults(shop.db, shop.plan.store)
        ),
    )
