"""A whole shop from its file, in one thread on a virtual clock: server, gateways, units, pagers, people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from broker_config.channels import Role
from broker_config.rights import User
from firmware_bridge.debounce import Rules
from server import in_world
from server.in_world import Database, Shop
from simulator.broker import MemoryBroker
from simulator.button import SimulatedUnit
from simulator.clock import FakeClock, VirtualLoop
from simulator.gateway import MEMORY, SimulatedGateway
from simulator.habits import Die, Habits, drawn_habits
from simulator.pager import Air, ReceivedPage
from simulator.people import QUICK, Felt, Found, People, PeopleEvent, Switched, Tempo, anything
from simulator.staff import Doing, StaffApi
from simulator.transmitters.base import Seen, TroubledBox
from simulator.transmitters.virtual import VirtualTransmitter
from simulator.world.lines import PLAIN, Antenna, LineKind, Rang
from simulator.world.pace import AS_IN_LIFE, Pace
from simulator.world.server import WorldServer
from simulator.world.staff import WorldStaffApi

EXAMPLE = Path(in_world.__file__).parents[1] / "examples" / "shop.toml"
PASSWORD = "pw"
"""Of every device: nobody but us is at this broker."""


class WorldShop:
    """`db` None: a new one in memory; a given one has the shop and its people already. `folder`: where units and
    gateways keep their files; None: in memory. `habits`: how each member of staff tends to act. `kinds`: of the lines,
    by their names; the others are plain TAP."""

    def __init__(
        self,
        shop_file: Path = EXAMPLE,
        *,
        seed: int = 1,
        start: datetime,
        db: Database | None = None,
        watch: bool = False,
        folder: Path | None = None,
        pace: Pace = AS_IN_LIFE,
        habits: Callable[[Die], Habits] = drawn_habits,
        tempo: Tempo = QUICK,
        found: Found = anything,
        staff_api: Callable[[WorldServer, Database, str], StaffApi] = WorldStaffApi,
        kinds: Mapping[str, LineKind] | None = None,
    ) -> None:
        self.plan: Shop = in_world.shop_plan(shop_file)
        self.seed, self.pace, self._folder = seed, pace, folder
        self.clock = FakeClock(start)
        self._owns_db = db is None
        self.db = in_world.shop_database(shop_file) if db is None else db
        self.broker = MemoryBroker(self.clock, _users(self.plan), jitter=self.stream("network").random)
        self.air = Air(pager.address for pager in self.plan.pagers)
        self.server = WorldServer(
            self.clock,
            self.db,
            self.broker,
            store=self.plan.store,
            device=self.plan.server,
            password=PASSWORD,
            watch=watch,
            seed=self.stream("server").getrandbits(64),
            rhythm=pace.rhythm(),
        )
        self.kinds = {line.name: (kinds or {}).get(line.name, PLAIN) for line in self.plan.lines}
        self.boxes: dict[str, TroubledBox] = {}
        self.transmitters: dict[str, VirtualTransmitter] = {}
        self.on_air: list[Callable[[Rang], None]] = []
        """Called with every page that any antenna has said to its end, before its wearer feels it."""
        for name, kind in self.kinds.items():
            self.boxes[name] = box = kind.box(self.air.knows, self.stream(f"box {name}").getrandbits(32))
            antenna = Antenna(self.air, [one.address for one in self.plan.pagers], name, self._aired)
            line = VirtualTransmitter(self.clock, box, antenna, baudrate=kind.baudrate)
            line.observe(partial(_watch, antenna))
            self.transmitters[name] = line
        self.gateways = {name: self._gateway(name) for name in self.plan.gateways}
        self.units: dict[str, SimulatedUnit] = {}
        self.doing: dict[str, Doing] = {}
        self.told: Callable[[str, Doing, str], None] = lambda login, doing, place: None
        """Called with whoever becomes busy with something else."""
        self.away: set[str] = set()
        """Logins of people who have taken their pagers off."""
        self.people = People(
            {one.pager: one.login for one in self.plan.people if one.pager is not None},
            staff_api(self.server, self.db, self.plan.store),
            lambda login: self.stream(f"people {login}").random,
            self._told,
            habits,
            tempo,
            found,
        )
        self._minds: VirtualLoop[PeopleEvent] = VirtualLoop(self.people, self.clock)
        self.air.listen(self._felt)

    def stream(self, purpose: str) -> Random:
        """Randomness of its own for each purpose, so that a change in one does not reshuffle the others."""
        return Random(f"{self.seed} {purpose}")  # noqa: S311

    def open(self) -> None:
        """Everything is switched on, and had two seconds to find each other."""
        self.server.start()
        for gateway in self.gateways.values():
            gateway.start()
        for number, unit in enumerate(self.plan.units):
            self.units[unit.device] = self._unit(number)
        self.advance(2)

    def close(self) -> None:
        for unit in self.units.values():
            unit.stop()
        for gateway in self.gateways.values():
            gateway.stop()
        self.server.stop()
        if self._owns_db:
            self.db.close()

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def staff(self, on: bool) -> None:
        """Whether people act by themselves. At first they do not."""
        self._minds.put(Switched(on))

    def _aired(self, rang: Rang) -> None:
        for listener in self.on_air:
            listener(rang)

    def _felt(self, page: ReceivedPage) -> None:
        wearer = next((one for one in self.plan.people if one.pager == page.address), None)
        if wearer is not None and wearer.login not in self.away:
            self._minds.put(Felt(page.address, page.text))

    def _told(self, login: str, doing: Doing, where: str) -> None:
        self.doing[login] = doing
        self.told(login, doing, where)

    def _gateway(self, name: str) -> SimulatedGateway:
        return SimulatedGateway(
            self.clock,
            self.broker.link,
            {line.name: self.transmitters[line.name] for line in self.plan.lines if line.gateway == name},
            MEMORY if self._folder is None else self._folder / f"{name}.sqlite",
            store=self.plan.store,
            device=name,
            password=PASSWORD,
            keeper=name == self.plan.keeper,
            telling_s=self.pace.telling_s,
            seed=self.seed,
            drivers={name: self._settings(kind) for name, kind in self.kinds.items()},
        )

    def _settings(self, kind: LineKind) -> dict[str, Any]:
        own = {"supervise_s": self.pace.supervise_s} if kind.driver == "tap" else {}
        return {"driver": kind.driver, **own, **kind.settings}

    def _unit(self, number: int) -> SimulatedUnit:
        unit = self.plan.units[number]
        keys = in_world.staff_keys(unit.inputs)
        spool = MEMORY
        if self._folder is not None:
            (self._folder / unit.device).mkdir(parents=True, exist_ok=True)
            spool = str(self._folder / unit.device / "spool.sqlite")
        return SimulatedUnit(
            self.clock,
            self.broker.link,
            self.plan.store,
            unit.device,
            dict.fromkeys((*(one.n for one in unit.inputs), *keys), Rules(poll_s=self.pace.poll_s)),
            spool,
            seed=self.stream(f"unit {number}").getrandbits(32),
            password=PASSWORD,
            keys=keys,
            look_s=self.pace.look_s,
            telling_s=self.pace.telling_s,
        )


def _watch(antenna: Antenna, seen: Seen) -> None:
    if seen.airs is not None:
        antenna.up_since = None if seen.airs.address is None else seen.airs.since


def _users(plan: Shop) -> list[User]:
    roles = {unit.device: Role.BUTTON for unit in plan.units}
    roles |= {name: Role.KEEPER if name == plan.keeper else Role.GATEWAY for name in plan.gateways}
    roles[plan.server] = Role.SERVER
    return [User(plan.store, device, role, PASSWORD) for device, role in roles.items()]
