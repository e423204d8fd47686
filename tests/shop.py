"""A whole shop in one thread: the production cores of button, server and gateway on a virtual clock.

    shop.button("b1", 1).press()
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")

Every page must be expected by somebody; `done` fails on leftovers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update
from sqlmodel import Session, SQLModel, select

from broker_config.channels import Role
from broker_config.rights import User
from firmware_bridge.light import Shown
from server.db.connect import Database
from server.db.tables import Incident, Page, PressRow, Store
from server.requests import (
    Acknowledge,
    Answer,
    Arrive,
    Close,
    Ending,
    NeedHelp,
    PassOn,
    SetDuty,
    ShopChanged,
)
from server.rules.facts import DutyKind
from server.rules.incidents import Outcome
from simulator.broker import MemoryBroker
from simulator.button import SimulatedUnit
from simulator.clock import FakeClock
from simulator.finger import Finger
from simulator.gateway import SimulatedGateway
from simulator.pager import Air, Pager
from simulator.transmitters.base import Box
from simulator.transmitters.tap import TapTerminal
from simulator.transmitters.virtual import VirtualTransmitter
from simulator.world.server import WorldServer
from tests import small_shop
from tests.small_shop import ADDRESS, STORE

KEY = 8
"""The staff key of button n is input 8 + n of its unit."""


class Shop:
    """`units` button units with `inputs` buttons each and a staff key for each button; one gateway with one TAP
    transmitter; small_shop's people."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        *,
        units: int = 2,
        inputs: int = 2,
        watch: bool = False,
        keeper: bool = True,
        ears: Sequence[str] = (),
        box: Box | None = None,
        driver: str = "tap",
    ) -> None:
        """`keeper`: the gateway stands in while the server is silent. `ears`: whoever else may listen to the broker.
        `box`: what stands there instead of the TAP terminal, with the gateway's driver for it."""
        self.clock = FakeClock()
        self.db = db
        with db.transaction() as session:
            small_shop.fill(session, units=units, inputs=inputs)
        devices = {f"b{number}": Role.BUTTON for number in range(1, units + 1)}
        roles = {**devices, "g1": Role.KEEPER, "srv": Role.SERVER, **dict.fromkeys(ears, Role.SERVER)}
        self.broker = MemoryBroker(
            self.clock, [User(STORE, name, role, "pw") for name, role in roles.items()]
        )
        self.air = Air(ADDRESS.values())
        self.terminal = TapTerminal()
        self.transmitter = VirtualTransmitter(self.clock, box or self.terminal, self.air)
        self.server = WorldServer(self.clock, db, self.broker, store=STORE, password="pw", watch=watch)
        self.gateway = SimulatedGateway(
            self.clock,
            self.broker.link,
            {"t1": self.transmitter},
            folder / "ledger.sqlite",
            store=STORE,
            device="g1",
            password="pw",
            keeper=keeper,
            drivers={"t1": {"driver": driver}},
        )
        self.server.start()
        self.gateway.start()
        for name in devices:
            (folder / name).mkdir(exist_ok=True)  # a unit keeps more in its folder than its spool
        keys = {KEY + number: number for number in range(1, inputs + 1)}
        self.units = {
            name: SimulatedUnit(
                self.clock,
                self.broker.link,
                STORE,
                name,
                (*range(1, inputs + 1), *keys),
                str(folder / name / "spool.sqlite"),
                seed=number,
                password="pw",
                keys=keys,
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
    def acknowledge(self, who: int, number: int = 1) -> Answer:
        return self.server.ask(Acknowledge(self.incident(number).id, who))

    def arrive(self, who: int, number: int = 1) -> Answer:
        return self.server.ask(Arrive(self.incident(number).id, who))

    def close(self, who: int, number: int = 1, outcome: Outcome = Outcome.RECOVERED) -> Answer:
        return self.server.ask(Close(self.incident(number).id, who, Ending(outcome)))

    def pass_on(self, who: int, number: int = 1, to: int | None = None) -> Answer:
        return self.server.ask(PassOn(self.incident(number).id, who, to))

    def need_help(self, who: int, number: int = 1) -> Answer:
        return self.server.ask(NeedHelp(self.incident(number).id, who))

    def duty(self, carrier: int, kind: DutyKind | None, minutes: float = 60) -> Answer:
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
