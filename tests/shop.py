"""A whole shop in one thread: the production cores of button, server and gateway on a virtual clock.

    shop.button("b1", 1).press()
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")

Every page must be expected by somebody; `done` fails on leftovers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import update
from sqlmodel import Session, SQLModel, select

from broker_config.channels import Role
from broker_config.presence import link_setup
from broker_config.rights import User
from firmware_bridge.light import Shown
from server.app import build_core, into
from server.channels_out.letter import Letter
from server.clock import SteadyClock
from server.db.connect import Database
from server.db.tables import Incident, Page, PressRow, Store
from server.engine.core import ServerCore
from server.engine.events import Ask, Event
from server.requests import (
    Acknowledge,
    Answer,
    Arrive,
    Close,
    Ending,
    NeedHelp,
    PassOn,
    Request,
    SetDuty,
    ShopChanged,
)
from server.rules.facts import DutyKind
from server.rules.incidents import Outcome
from simulator.broker import MemoryBroker
from simulator.broker_link import MemoryLink
from simulator.button import SimulatedUnit
from simulator.clock import FakeClock, VirtualLoop
from simulator.finger import Finger
from simulator.gateway import SimulatedGateway
from simulator.pager import Air, Pager
from simulator.transmitters.tap import TapTerminal
from simulator.transmitters.virtual import VirtualTransmitter
from tests import small_shop
from tests.small_shop import ADDRESS, STORE


class Server:
    """The server's process: core and link. The database outlives it."""

    def __init__(self, clock: FakeClock, db: Database, broker: MemoryBroker, *, watch: bool = False) -> None:
        self._clock, self._db, self._broker = clock, db, broker
        self.watch = watch
        """Whether it looks if everything works; stories about something else are told without canaries."""
        self._random = Random(7)
        self._runs = 0
        self.rings: list[int] = []
        self.letters: list[Letter] = []
        self._loop: VirtualLoop[Event] | None = None
        self._link: MemoryLink | None = None
        self._core: ServerCore | None = None

    def start(self) -> None:
        self._runs += 1
        run = f"{self._runs:08x}"
        self._link = self._broker.link(
            link_setup(User(STORE, "srv", Role.SERVER, "pw"), run=run, boot="beef", sw="story")
        )
        self._core = build_core(
            db=self._db,
            links={STORE: self._link},
            own={STORE: "srv"},
            run=run,
            clock=SteadyClock(self._clock.boot, self._clock.now),
            entropy=self._random.randbytes,
            ring=lambda _, journal: self.rings.append(journal),
            post=self.letters.append,
            watch=self.watch,
        )
        self._loop = VirtualLoop(self._core, self._clock)
        self._loop.start()
        self._link.open(into(self._put, STORE))

    def _put(self, event: Event) -> None:
        if self._loop is not None:
            self._loop.put(event)

    def kill(self) -> None:
        """As kill -9: the broker notices by the silence of the socket."""
        if self._loop is not None and self._link is not None and self._core is not None:
            self._loop.stop()
            self._link.vanish()
            self._core.close()
        self._loop = self._link = self._core = None

    def restart(self) -> None:
        self.kill()
        self.start()

    def freeze(self) -> None:
        """As SIGSTOP: its sockets stay open and nobody reads from them."""
        assert self._loop is not None
        self._loop.stop()
        self.cut()

    def thaw(self) -> None:
        """It finds its tick late: it reconnects, and passes on nothing that waited in its socket."""
        assert self._core is not None
        assert self._link is not None
        self.mend()
        self._clock.advance(0)
        self._loop = VirtualLoop(self._core, self._clock)
        self._loop.start()
        self._link.reconnect("stood still")

    def cut(self) -> None:
        """The network swallows all that it says and hears, and tells nobody."""
        assert self._link is not None
        self._broker.cut(self._link.setup.client_id)

    def mend(self) -> None:
        assert self._link is not None
        self._broker.mend(self._link.setup.client_id)

    def ask(self, request: Request) -> Answer | None:
        found: list[Answer | None] = []
        assert self._loop is not None, "the server is not running"
        self._loop.put(Ask(request, found.append))
        self._clock.advance(0)
        return found[0]


class Shop:
    """`units` button units with `inputs` buttons each, one gateway with one TAP transmitter, small_shop's people."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        *,
        units: int = 2,
        inputs: int = 2,
        watch: bool = False,
        keeper: bool = True,
    ) -> None:
        """`keeper`: the gateway stands in while the server is silent."""
        self.clock = FakeClock()
        self.db = db
        with db.transaction() as session:
            small_shop.fill(session, units=units, inputs=inputs)
        devices = {f"b{number}": Role.BUTTON for number in range(1, units + 1)}
        roles = {**devices, "g1": Role.KEEPER, "srv": Role.SERVER}
        self.broker = MemoryBroker(
            self.clock, [User(STORE, name, role, "pw") for name, role in roles.items()]
        )
        self.air = Air(ADDRESS.values())
        self.terminal = TapTerminal()
        self.transmitter = VirtualTransmitter(self.clock, self.terminal, self.air)
        self.server = Server(self.clock, db, self.broker, watch=watch)
        self.gateway = SimulatedGateway(
            self.clock,
            self.broker.link,
            {"t1": self.transmitter},
            folder / "ledger.sqlite",
            store=STORE,
            device="g1",
            password="pw",
            keeper=keeper,
        )
        self.server.start()
        self.gateway.start()
        self.units = {
            name: SimulatedUnit(
                self.clock,
                self.broker.link,
                STORE,
                name,
                tuple(range(1, inputs + 1)),
                str(folder / f"{name}.sqlite"),
                seed=number,
                password="pw",
            )
            for number, name in enumerate(devices)
        }
        self.clock.advance(2)

    def button(self, unit: str = "b1", number: int = 1) -> Finger:
        return self.units[unit].button(number)

    def light(self, unit: str = "b1", number: int = 1) -> Shown:
        return self.units[unit].light(number)

    def pager(self, address: str) -> Pager:
        return self.air.pager(address)

    # people, by the requests that the routes build
    def acknowledge(self, who: int, number: int = 1) -> Answer | None:
        return self.server.ask(Acknowledge(self.incident(number).id, who))

    def arrive(self, who: int, number: int = 1) -> Answer | None:
        return self.server.ask(Arrive(self.incident(number).id, who))

    def close(self, who: int, number: int = 1, outcome: Outcome = Outcome.RECOVERED) -> Answer | None:
        return self.server.ask(Close(self.incident(number).id, who, Ending(outcome)))

    def pass_on(self, who: int, number: int = 1, to: int | None = None) -> Answer | None:
        return self.server.ask(PassOn(self.incident(number).id, who, to))

    def need_help(self, who: int, number: int = 1) -> Answer | None:
        return self.server.ask(NeedHelp(self.incident(number).id, who))

    def duty(self, carrier: int, kind: DutyKind | None, minutes: float = 60) -> Answer | None:
        until = self.clock.now() + timedelta(minutes=minutes) if kind is not None else None
        return self.server.ask(SetDuty(STORE, carrier, carrier, kind, until))

    def edit(self, table: type[SQLModel], key: int | str, **columns: object) -> None:
        """One row, changed as on a setup screen."""
        with self.db.transaction() as session:
            row = session.get_one(table, key)
            for name, value in columns.items():
                setattr(row, name, value)
        self.change()

    def remove(self, table: type[SQLModel], **columns: object) -> None:
        with self.db.transaction() as session:
            for row in session.exec(select(table).filter_by(**columns)):
                session.delete(row)
        self.change()

    def change(self, *rows: SQLModel) -> None:
        """As a manager does on the setup screens: rows are added or changed, and the engine is told."""
        with self.db.transaction() as session:
            for row in rows:
                session.merge(row)
            session.execute(update(Store).values(revision=Store.revision + 1))
        self.server.ask(ShopChanged(STORE, None, "story"))

    # what is written down
    def incident(self, number: int = 1) -> Incident:
        with self.db.reading() as session:
            return session.exec(select(Incident).where(Incident.number == number)).one()

    def incidents(self) -> list[Incident]:
        with self.db.reading() as session:
            return sorted(session.exec(select(Incident)), key=lambda one: one.number)

    def presses(self) -> list[PressRow]:
        with self.db.reading() as session:
            return sorted(session.exec(select(PressRow)), key=lambda one: (one.device, one.seq))

    def pages(self) -> list[Page]:
        with self.db.reading() as session:
            return _by_creation(session)

    def done(self) -> None:
        """The end of a story: nobody's wrist holds a page that nobody expected."""
        self.server.kill()
        self.air.assert_empty()


def _by_creation(session: Session) -> list[Page]:
    return sorted(session.exec(select(Page)), key=lambda one: (one.created_at, one.pager_id))
