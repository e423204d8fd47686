"""The whole shop as its own processes, each behind a proxy of its own and in a place that can go bad."""

from __future__ import annotations

from datetime import time
from functools import partial
from random import Random

from sqlmodel import Session, select

from broker_config.broker.run import free_port
from server.db import accounts
from server.db.connect import Database
from server.db.tables import Carrier, Pager, Policy, Shift, Transmitter
from server.db.upgrade import upgrade
from server.db.watch_codes import provide
from simulator.floor.staff_api import HttpStaffApi
from simulator.proxy import Proxies, Proxy
from tests.chaos.cluster import ChaosCluster
from tests.chaos.kinds import CODES
from tests.chaos.knobs import Knobs
from tests.chaos.lines import Line, plug_in
from tests.chaos.plan import GATEWAY, LINES, SERVER, SQLITE, Wanted
from tests.live import brokers
from tests.live.processes import Process
from tests.live.whole_shop import LOGIN, PASSWORD, WholeShop
from tests.live.whole_shop_rows import ZONES

UNITS = {f"b{number}": 5 for number in range(1, 9)}
START_S = 180.0
"""Ten processes at once, on however busy a machine."""
TTL_S = 15
"""So short that a longer trouble makes presses too old to ring."""
SECOND = 100
"""Ids of the second person of a zone, and of that pager, are so much higher."""
COLLEAGUE = "boris"
DEVICES = {SERVER: brokers.SERVER, GATEWAY: brokers.GATEWAY}


class ChaosShop(WholeShop):
    """Eight units of five buttons; two people a zone, of whom `anna` and `boris` can do everything."""

    def __init__(self, wanted: Wanted) -> None:
        self._ways: dict[str, Proxy] = {}
        self._wanted = wanted
        self.lines: dict[str, Line] = {}
        self.cluster: ChaosCluster | None = None
        self.knobs: dict[str, Knobs] = {}
        self.proxies = Proxies()
        try:
            super().__init__(UNITS, ttl_s=TTL_S, keeper=True)
        except BaseException:
            self.proxies.close()
            raise
        self._stack.callback(self.proxies.close)
        self.start_s = START_S
        self.named = {SERVER: self.server, GATEWAY: self.gateway, **self.units}
        for name, process in self.named.items():
            self._into_a_bad_place(name, process)
        new = partial(accounts.NewAccount, password=PASSWORD, role="manager")
        accounts.create(self.db, new(login=COLLEAGUE, name="Boris K.", carrier_id=1 + SECOND))
        self._api = HttpStaffApi(self._url, brokers.STORE, {LOGIN: PASSWORD, COLLEAGUE: PASSWORD})

    def _into_a_bad_place(self, name: str, process: Process) -> None:
        path = self.folder / f"{name}.knobs"
        self.knobs[name] = Knobs(path, fresh=True)
        self._stack.callback(self.knobs[name].close)
        process._command[2:2] = ["tests.chaos.host", str(path)]

    def _server(self, url: str) -> Process:
        """On one port: people need not sign in again after each start."""
        process, port = super()._server(url), free_port()
        config = self.folder / "server.toml"
        config.write_text(config.read_text().replace("\nport = 0\n", f"\nport = {port}\n"))
        self._url = f"http://127.0.0.1:{port}"
        return process

    def way(self, name: str) -> Proxy:
        """Between a part and the broker."""
        return self._ways[DEVICES.get(name, name)]

    def port_for(self, device: str) -> int:
        self._ways[device] = self.proxies.add((self.broker.host, self.broker.port))
        return self._ways[device].port

    def plug_in(self) -> str:
        self.lines = plug_in(self._wanted.transmitters, self.folder, self._wanted.seed)
        for line in self.lines.values():
            self._stack.callback(line.stop)
        return "".join(line.settings() for line in self.lines.values())

    def database(self) -> Database:
        if self._wanted.database == SQLITE:
            return super().database()
        self.cluster = ChaosCluster(Random(f"{self._wanted.seed} database"))
        self._stack.callback(self._stop_cluster)
        self.cluster.start()
        db = Database(self.cluster.url(self.cluster.empty_database()))
        upgrade(db)
        return db

    def staff(self) -> HttpStaffApi:
        """One for all the run, of one thread."""
        return self._api

    def _stop_cluster(self) -> None:
        """A folder that is kept has the database beside it."""
        assert self.cluster is not None
        if self.kept:
            self.cluster.end()
        else:
            self.cluster.stop()

    def furnish(self, session: Session) -> None:
        kinds = self._wanted.transmitters
        first = session.get_one(Transmitter, 1)
        first.driver = kinds[0]
        if len(kinds) > 1:
            session.add(
                Transmitter(
                    id=2, store_id=brokers.STORE, gateway=brokers.GATEWAY, name=LINES[1], driver=kinds[1]
                )
            )
            session.flush()
            first.standby_id = 2
        for zone in range(1, ZONES + 1):
            session.add(
                Carrier(id=zone + SECOND, store_id=brokers.STORE, name=f"Other {zone}", initials=f"O{zone}")
            )
        session.flush()
        for zone in range(1, ZONES + 1):
            second = zone + SECOND
            session.add(
                Pager(
                    id=second,
                    store_id=brokers.STORE,
                    label=f"Pager {second}",
                    carrier_id=second,
                    transmitter_id=1,
                    address=f"{1000 + second}",
                )
            )
            session.add_all(
                Shift(
                    store_id=brokers.STORE,
                    carrier_id=second,
                    zone_id=zone,
                    weekday=day,
                    starts=time(0),
                    ends=time(0),
                )
                for day in range(7)
            )
        session.flush()
        if kinds[0] in CODES:
            for pager in session.exec(select(Pager)):
                pager.format = "code"
            session.flush()
            provide(session, brokers.STORE)
        policy = session.exec(select(Policy)).one()
        policy.repeats, policy.repeat_s, policy.exit_s, policy.attend_s = 1, 40, 60, 45
