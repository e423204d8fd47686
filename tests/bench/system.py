"""The processes of a run: broker, product or reference, and the sender, each a child that ends with the bench."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time as day_time
from pathlib import Path
from typing import Any

from sqlmodel import func, select

from broker_config.broker.run import Broker
from broker_config.channels import Role
from broker_config.rights import User
from server.db.connect import Database
from server.db.tables import (
    Button,
    Carrier,
    Device,
    Pager,
    Policy,
    PolicyStep,
    PressRow,
    Shift,
    Store,
    Transmitter,
    Zone,
)
from server.db.upgrade import upgrade
from tests.bench.senders import INPUTS
from tests.bench.terminal import Terminal
from tests.bench.way import PASSWORD, Way
from tests.identities import broker_identity

STORE = "bench"
DEVICES = tuple(f"u{number:03d}" for number in range(64))
FOE = "foe"
"""A unit whose password somebody else has."""
PRESSES = len(DEVICES) * INPUTS
"""As many as there are buttons: each press of a burst opens its own incident."""
START_S = 60.0


@dataclass
class Child:
    """A child process spoken to by lines."""

    process: subprocess.Popen[str]

    @classmethod
    def start(cls, *arguments: str, folder: Path) -> Child:
        log = (folder / f"{arguments[0].rsplit('.', 1)[-1]}.log").open("a")
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        log.close()
        return cls(process)

    def ask(self, **what: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> dict[str, Any]:
        line = self.line()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a child of the bench died: {self.process.args!r}")
        return line

    def resident_mib(self) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def cpu_s(self) -> float:
        return cpu_s(self.process.pid)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def crowd_names(count: int) -> list[str]:
    """Units whose inputs nobody has set up: their pages name unit and input."""
    return [f"n{number:06d}" for number in range(count)]


def make_broker(folder: Path, crowd: int = 0, *, tls: bool = True) -> Broker:
    """A crowd is on bare sockets, in clear: ten thousand ends of TLS in one process would measure that process."""
    units = (*DEVICES, FOE, *crowd_names(crowd))
    roles = {"g1": Role.GATEWAY, "srv": Role.SERVER, **dict.fromkeys(units, Role.BUTTON)}
    users = [User(STORE, name, role, PASSWORD) for name, role in roles.items()]
    if not tls:
        return Broker(folder / "broker", users)
    broker_identity(folder / "broker")
    return Broker(folder / "broker", users, tls=True, password_port=0)


@dataclass
class Pipeline:
    """Either pipeline, from the buttons to the transmitter."""

    sender: Child
    terminal: Terminal
    children: dict[str, Child]
    start_s: dict[str, float]
    folder: Path

    def cpu_s(self) -> dict[str, float]:
        """Processor time so far, by process; `sender` is all the units."""
        return {name: child.cpu_s() for name, child in (*self.children.items(), ("sender", self.sender))}

    def burst(self, count: int, rate: float) -> list[float]:
        """Seconds from press accepted to first serial byte, of each press that arrived."""
        self.terminal.seen.clear()
        accepted = self.sender.ask(do="burst", first=0, count=count, rate=rate)["accepted"]
        wait_until(lambda: len(self.terminal.seen) >= count, 10.0, must=False)
        self.sender.ask(do="undo")
        return [self.terminal.seen[number] - at for number, at in accepted if number in self.terminal.seen]

    def begin(self, name: str) -> None:
        """Start server or gateway, also once more after a kill, and wait until it is ready."""
        ready = self.folder / f"{name}.ready"
        ready.unlink(missing_ok=True)
        began = time.monotonic()
        module = {"server": "server", "gateway": "pager_gateway"}[name]
        self.children[name] = Child.start(module, str(self.folder / f"{name}.toml"), folder=self.folder)
        wait_until(ready.exists, START_S)
        self.start_s.setdefault(name, time.monotonic() - began)

    def kill(self, name: str) -> None:
        """As `kill -9`."""
        self.children[name].process.kill()
        self.children[name].stop()

    def stop(self) -> None:
        self.sender.stop()
        for child in self.children.values():
            child.stop()
        self.terminal.close()


def product(folder: Path, way: Way, database: str | None = None, *, crowd: int = 0) -> Pipeline:
    """`crowd`: so many units beside the others; the sender is theirs then."""
    url = database or f"sqlite:///{folder / 'server.sqlite'}"
    fill(url, crowd)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    terminal = Terminal(plain=False)
    (folder / "server.toml").write_text(
        f'database = "{url}"\nport = 0\nready_file = "{folder}/server.ready"\n'
        "watch = false\n"  # a thousand buttons that answer no canary are no shop
        f'[[stores]]\nid = "{STORE}"\n'
        f'broker_port = {way.port}\n{way.lines(secret)}[log]\nlevel = "warning"\n'
    )
    (folder / "gateway.toml").write_text(
        f'store = "{STORE}"\ndevice = "g1"\nport = {way.port}\n{way.lines(secret)}data = "{folder}"\n'
        f'ready_file = "{folder}/gateway.ready"\n[[transmitters]]\nname = "t1"\nport = "{terminal.path}"\n'
        "[transmitters.settings]\nstay = true\nbatch = 8\n"
    )
    found = Pipeline(_sender("crowd" if crowd else "product", folder, way, crowd), terminal, {}, {}, folder)
    try:
        for name in ("server", "gateway"):
            found.begin(name)
    except BaseException:
        found.stop()
        raise
    return found


def reference(folder: Path, port: int) -> Pipeline:
    terminal = Terminal(plain=True)
    way = Way(port, None)
    config = json.dumps({**_config("reference", folder, way), "line": terminal.path})
    children = {}
    for name in ("gateway", "server"):
        children[name] = Child.start("tests.bench.reference", name, config, folder=folder)
        children[name].line()
    return Pipeline(_sender("reference", folder, way), terminal, children, {}, folder)


def _config(what: str, folder: Path, way: Way) -> dict[str, Any]:
    return {
        "what": what,
        "folder": str(folder),
        "port": way.port,
        "authority": way.authority,
        "store": STORE,
        "password": PASSWORD,
        "devices": DEVICES,
        "in_topic": f"rb/1/{STORE}/b/{DEVICES[0]}/press",
        "out_topic": f"rb/1/{STORE}/g/g1/order",
    }


def _sender(what: str, folder: Path, way: Way, crowd: int = 0) -> Child:
    module = "tests.bench.crowd" if crowd else "tests.bench.senders"
    given = json.dumps({**_config(what, folder, way), "crowd": crowd})
    sender = Child.start(module, given, folder=folder)
    sender.hear()
    return sender


def fill(url: str, crowd: int = 0) -> None:
    """A store with one person, one pager, and as many buttons as a burst has presses. With a crowd calls ring once:
    they stay open for as long as the load lasts."""
    db = Database(url)
    upgrade(db)
    with db.transaction() as session:
        session.add(Store(id=STORE, name="Bench"))
        session.flush()
        session.add(Zone(id=1, store_id=STORE, name="Dairy", pager_name="Dairy"))
        session.add(Transmitter(id=1, store_id=STORE, gateway="g1", name="t1"))
        for device, kind in [("g1", "g"), ("srv", "s"), *((name, "b") for name in (*DEVICES, FOE))]:
            session.add(Device(store_id=STORE, device=device, kind=kind))
        session.flush()
        session.add_all(Device(store_id=STORE, device=name, kind="b") for name in crowd_names(crowd))
        for number in range(0 if crowd else PRESSES):
            device, place = DEVICES[number % len(DEVICES)], number // len(DEVICES) + 1
            label = f"N{number:06d}"
            session.add(Button(store_id=STORE, device=device, input=place, zone_id=1, label=label))
        session.add(Carrier(id=1, store_id=STORE, name="Bench", initials="BE"))
        session.flush()
        session.add(
            Pager(id=1, store_id=STORE, label="P", carrier_id=1, transmitter_id=1, address="1001", longest=60)
        )
        for day in range(7):
            session.add(
                Shift(store_id=STORE, carrier_id=1, weekday=day, starts=day_time(0), ends=day_time(0))
            )
        policy = Policy(id=1, store_id=STORE, name="Bench", tell_others=False)
        if crowd:
            policy.repeats, policy.exit_s = 0, 3_600
        session.add(policy)
        session.flush()
        session.add(PolicyStep(policy_id=1, position=1, target="everybody"))
    db.close()


def stored(folder: Path) -> int:
    """Presses in the database of the product in this folder."""
    db = Database(f"sqlite:///{folder / 'server.sqlite'}")
    try:
        with db.reading() as session:
            return session.exec(select(func.count()).select_from(PressRow)).one()
    finally:
        db.close()


def wait_until(done: Callable[[], bool], seconds: float, *, must: bool = True) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            if must:
                raise TimeoutError("a part of the bench was not ready in time")
            return
        time.sleep(0.01)
