"""The whole shop as its own processes: broker, server, gateway, button units, and a TAP terminal on a pty."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree
from typing import Self

from sqlmodel import Session, col, func, select

from broker_config import machine
from broker_config.broker.run import Broker
from broker_config.channels import Role
from broker_config.link import Tls
from broker_config.messages import PageState
from broker_config.rights import User
from server.db import accounts
from server.db.connect import Database
from server.db.tables import (
    Device,
    Incident,
    Page,
    PressRow,
    Refused,
)
from simulator.floor.staff_api import HttpStaffApi
from simulator.pager import Air
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.tap import TapHabits, TapTerminal
from tests.databases import upgraded
from tests.identities import broker_identity, device_identity
from tests.live.brokers import GATEWAY, SERVER, STORE, users
from tests.live.live_unit import Unit
from tests.live.processes import Process, wait_until
from tests.live.whole_shop_rows import OTHER_GATEWAY, OTHER_SERVER, ZONES, address_of, fill

LOGIN, PASSWORD = "anna", "four-words-for-anna"


class WholeShop:
    """All of it speaks TLS, and is known by certificates.

    Devices `units` (name -> inputs) run as processes, `silent` ones (name -> inputs) are known to the server only.
    Each zone has one person with one pager; the policy has one step, so an incident that nobody touches is
    one page. Everything lives in a folder of its own."""

    def __init__(
        self,
        units: dict[str, int],
        *,
        silent: dict[str, int] | None = None,
        ttl_s: int = 120,
        reply_s: float = 0,
        keeper: bool = False,
        hosts: Mapping[str, str] | None = None,
    ) -> None:
        """`keeper`: the gateway stands in while the server is silent. `hosts`: units that run another module than the
        simulator's own."""
        self._keeper, self._hosts = keeper, hosts or {}
        self.folder = Path(tempfile.mkdtemp(prefix="rb-shop-"))
        self.start_s = 60.0
        self.kept = False
        """The folder stays when everything is over."""
        self._stack = ExitStack()
        self._stack.callback(self._clean_up)
        try:
            self._build(units, silent or {}, ttl_s, reply_s)
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _build(self, units: dict[str, int], silent: dict[str, int], ttl_s: int, reply_s: float) -> None:
        folder = self.folder
        self._identities = folder / "identities"
        for name in (SERVER, GATEWAY, *units):
            device_identity(self._identities / name, f"{STORE}.{name}")
        broker_identity(folder / "broker")
        self.broker = Broker(folder / "broker", everybody().values(), tls=True, password_port=0)
        self.broker.start()
        self._stack.callback(self.broker.stop)
        self.db = self.database()
        self._stack.callback(self.db.close)
        with self.db.transaction() as session:
            fill(session, units | silent, ttl_s)
            self.furnish(session)
        accounts.create(
            self.db,
            accounts.NewAccount(login=LOGIN, name="Anna T.", password=PASSWORD, store_id=STORE, carrier_id=1),
        )
        self.air = Air(address_of(zone) for zone in range(1, ZONES + 1))
        self._reply_s = reply_s
        self.server = self._server(self.db.url.render_as_string(hide_password=False))
        self.gateway = self._gateway(self.plug_in())
        self.units = {
            name: Unit(
                folder,
                folder / f"{name}.s",
                store=STORE,
                device=name,
                port=self.port_for(name),
                inputs=inputs,
                ttl_s=ttl_s,
                host=self._hosts.get(name, "simulator.button_host"),
                proof=self.proof(name),
            )
            for name, inputs in units.items()
        }

    def furnish(self, session: Session) -> None:
        """More of a shop than its four zones."""

    def database(self) -> Database:
        """A new one with all tables."""
        db = Database(f"sqlite:///{self.folder / 'server.sqlite'}")
        upgraded(db)
        return db

    def plug_in(self) -> str:
        """Transmitters, each on its line; gives what the gateway's file says of them."""
        terminal = TapTerminal(TapHabits(t4_s=None, reply_s=self._reply_s))
        transmitter = PtyTransmitter(self.folder / "t1", terminal, self.air, machine.boot_clock)
        transmitter.start()
        self._stack.callback(transmitter.stop)
        return (
            f'[[transmitters]]\nname = "t1"\nport = "{transmitter.path}"\n'
            "[transmitters.settings]\nstay = true\n"
        )

    def port_for(self, device: str) -> int:
        """Where this one finds the broker."""
        return self.broker.port

    def proof(self, device: str) -> str:
        """The line in its file by which the broker knows it."""
        return f'identity = "{self._identities / device}"'

    @property
    def by_password(self) -> tuple[int, Tls]:
        """Port, and whom to believe there, for somebody who has a device's password."""
        assert self.broker.password_port is not None
        return self.broker.password_port, Tls(self.broker.paths.identity.authority)

    def _clean_up(self) -> None:
        if not self.kept:
            rmtree(self.folder, ignore_errors=True)

    def _server(self, url: str) -> Process:
        config, ready = self.folder / "server.toml", self.folder / "server.url"
        config.write_text(
            f'database = "{url}"\nport = 0\nready_file = "{ready}"\n'
            "watch = false\n"  # every press is counted here: canaries would be some more
            f'[[stores]]\nid = "{STORE}"\n'
            f'device = "{SERVER}"\nbroker_port = {self.port_for(SERVER)}\n'
            f"{self.proof(SERVER)}\n"
        )
        return Process("server", ["server", str(config)], ready, self.folder / "server.log")

    def _gateway(self, transmitters: str) -> Process:
        config, ready = self.folder / "gateway.toml", self.folder / "gateway.ready"
        config.write_text(
            f'store = "{STORE}"\ndevice = "{GATEWAY}"\nport = {self.port_for(GATEWAY)}\n'
            f'{self.proof(GATEWAY)}\ndata = "{self.folder / "gateway"}"\n'
            f'ready_file = "{ready}"\nkeeper = {str(self._keeper).lower()}\n' + transmitters
        )
        return Process("gateway", ["pager_gateway", str(config)], ready, self.folder / "gateway.log")

    @property
    def processes(self) -> tuple[Process, ...]:
        return (self.server, self.gateway, *self.units.values())

    def start(self) -> None:
        for process in self.processes:
            self._stack.callback(process.kill)
            process.begin()
        for process in self.processes:
            wait_until(process.is_ready, f"{process.name} is ready", self.start_s)
        wait_until(lambda: set(self.online()) >= set(self.units), "every unit is online", self.start_s)

    def close(self) -> None:
        self._stack.close()

    # what people do, by the HTTP API only

    def staff(self) -> HttpStaffApi:
        """A new sign-in: the server may have started again, on another port."""
        return HttpStaffApi(self.server.ready.read_text().strip(), STORE, {LOGIN: PASSWORD})

    # what is written down

    def online(self) -> dict[str, str]:
        """Devices that the server knows to be there -> their run. A unit that is there watches its contacts."""
        with self.db.reading() as session:
            rows = session.exec(select(Device).where(Device.state == "online"))
            return {row.device: row.run or "" for row in rows}

    def presses(self) -> list[PressRow]:
        with self.db.reading() as session:
            return list(session.exec(select(PressRow).order_by(PressRow.device, col(PressRow.seq))))

    def count_presses(self) -> int:
        with self.db.reading() as session:
            return session.exec(select(func.count()).select_from(PressRow)).one()

    def incidents(self) -> list[Incident]:
        with self.db.reading() as session:
            return list(session.exec(select(Incident).order_by(col(Incident.number))))

    def pages(self) -> list[Page]:
        with self.db.reading() as session:
            return list(session.exec(select(Page).order_by(col(Page.created_at))))

    def refused(self) -> list[Refused]:
        with self.db.reading() as session:
            return list(session.exec(select(Refused)))

    def open_pages(self) -> int:
        final = [state.value for state in PageState if state.is_final]
        with self.db.reading() as session:
            return session.exec(select(func.count()).where(col(Page.state).not_in(final))).one()

    # what the wearers felt

    def felt(self) -> Counter[tuple[str, str]]:
        """(address, text) -> how often it was on the air."""
        return Counter((page.address, page.text) for pager in self.air.pagers() for page in pager.history)

    def troubles(self) -> list[str]:
        return [f"{process.name}: {line}" for process in self.processes for line in process.troubles()]


def everybody() -> dict[str, User]:
    """Device -> its user at the broker."""
    more = {OTHER_SERVER: Role.SERVER, OTHER_GATEWAY: Role.GATEWAY}
    return users() | {name: User(STORE, name, role, f"password of {name}") for name, role in more.items()}
