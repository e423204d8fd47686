"""Goals 3 and 4, the button unit's own figures: to the wire, memory, start, and the drain of a day offline."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from sqlmodel import col, func, select

from broker_config import codec
from broker_config.channels import Role
from broker_config.link import Delivery, LinkEvent
from broker_config.messages import DeviceStatus
from broker_config.paho_link import PahoLink
from broker_config.presence import link_setup
from broker_config.rights import User
from server.db.connect import Database
from server.db.tables import PressRow
from tests.bench.clock import ms, now, paced, percentile
from tests.bench.one_unit import INPUTS, OneUnit, old_presses
from tests.bench.results import Figure, least, most, none
from tests.bench.system import DEVICES, STORE, Child, fill, make_broker, wait_until
from tests.bench.way import PASSWORD, Way
from tests.bench.wire import Tap

PRESSES = 10_000
FRESH = 8
"""Fresh presses during the drain; far fewer than the 30 a minute that are too many."""
TO_WIRE, RATE = 400, 50.0
STARTS = 3
DRAIN_S = 120.0


@dataclass
class Drained:
    rate: float
    fresh: list[float]
    """Seconds from a fresh press during the drain to its receipt."""
    stored: int
    numbers: int
    """Different ones; all of them when nothing is lost."""
    server_cpu: float
    unit_cpu: float


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    count = 500 if quick else PRESSES
    logging.disable(logging.WARNING)
    (clear := folder / "clear").mkdir()
    broker, open_broker = make_broker(folder), make_broker(clear, tls=False)
    try:
        broker.start()
        way = Way.to(broker)
        starts, resident = the_process(folder, way)
        with Server(folder, way) as server:
            found = drain(folder, way, server, count)
        open_broker.start()
        with Server(clear, Way.to(open_broker)):
            took = to_the_wire(clear, Way.to(open_broker))
    finally:
        broker.stop()
        open_broker.stop()
        logging.disable(logging.NOTSET)
    cpu = f"processor time: server {found.server_cpu:.1f} s, unit {found.unit_cpu:.1f} s"
    fresh = f"slowest of {len(found.fresh)} of {FRESH}"
    wire = ms(percentile(took, 0.99))
    return [
        most("", "button: press accepted to bytes on the wire", wire, 15, "ms p99"),
        most("4", "button start until the broker knows it", max(starts), 2.0, "s", f"best {min(starts):.2f}"),
        most("4", f"button resident with {INPUTS} inputs", resident, 45, "MiB"),
        least("3", f"{count} presses of a day offline, drained", found.rate, 1_000, "/s", cpu),
        most(
            "3", "a fresh press in the middle of it", ms(max(found.fresh, default=DRAIN_S)), 200, "ms", fresh
        ),
        none("3", "lost in the drain", count + FRESH - found.numbers),
        none("3", "stored twice in the drain", found.stored - found.numbers),
    ]


class Server:
    """The real one, for as long as units speak to it."""

    def __init__(self, folder: Path, way: Way) -> None:
        url = f"sqlite:///{folder / 'server.sqlite'}"
        fill(url)
        ready, config = folder / "server.ready", folder / "server.toml"
        config.write_text(
            f'database = "{url}"\nport = 0\nready_file = "{ready}"\nwatch = false\n[[stores]]\nid = "{STORE}"\n'
            f'broker_port = {way.port}\n{way.lines(secret(folder))}[log]\nlevel = "error"\n'
        )
        self.db = Database(url)
        self.child = Child.start("server", str(config), folder=folder)
        wait_until(ready.exists, 30.0)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.stop()
        self.db.close()

    def count(self, device: str) -> tuple[int, int]:
        """Presses of a device, and their different numbers."""
        with self.db.reading() as session:
            mine = col(PressRow.device) == device
            stored = session.exec(select(func.count()).select_from(PressRow).where(mine)).one()
            numbers = session.exec(select(func.count(col(PressRow.seq).distinct())).where(mine)).one()
        return stored, numbers


def secret(folder: Path) -> Path:
    path = folder / "password"
    path.write_text(PASSWORD)
    path.chmod(0o600)
    return path


def to_the_wire(folder: Path, way: Way) -> list[float]:
    """Seconds until another process has read the press's bytes on their way to the broker: in clear, to be read."""
    (folder / "wire").mkdir()
    with Tap(way.port) as tap:
        unit = OneUnit(folder / "wire", DEVICES[0], Way(tap.port, None))
        unit.start()
        wait_until(lambda: unit.connected, 10.0)
        for index in paced(TO_WIRE, RATE):
            unit.mean(1 + index % INPUTS)
        time.sleep(0.2)
        seen, accepted = tap.seen(), dict(unit.accepted)
        unit.stop()
    return [seen[one] - at for one, at in accepted.items() if one in seen]


def the_process(folder: Path, way: Way) -> tuple[list[float], float]:
    """Seconds from its start to the broker's word that it is there, and MiB after that."""
    data = folder / "process"
    data.mkdir()
    config = data / "unit.toml"
    config.write_text(
        f'store = "{STORE}"\ndevice = "{DEVICES[1]}"\nport = {way.port}\n{way.lines(secret(data))}'
        f'data = "{data}"\npin_factory = "mock"\n'
        + "".join(
            f"[[inputs]]\nn = {n}\npin = {n}\nlight_pin = {n + 8}\nbuzzer_pin = {n + 16}\n"
            for n in range(1, INPUTS + 1)
        )
    )
    events: SimpleQueue[LinkEvent] = SimpleQueue()
    server = PahoLink(
        link_setup(
            User(STORE, "srv", Role.SERVER, way.proof.password),
            run="be9c",
            boot="be9c",
            sw="1",
            port=way.port,
            tls=way.proof.tls,
        )
    )
    server.open(events.put)
    starts, runs, resident = [], set[str](), 0.0
    try:
        wait_until(lambda: server.connected, 10.0)
        for _ in range(STARTS):
            began = time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "-m", "firmware_bridge", str(config)], stderr=subprocess.DEVNULL
            )
            try:
                wait_until(lambda: is_online(server, events, DEVICES[1], runs), 20.0)
                starts.append(time.monotonic() - began)
                time.sleep(1.0)
                resident = resident_mib(process.pid)
            finally:
                process.terminate()
                process.wait(10)
    finally:
        server.close()
    return starts, resident


def is_online(server: PahoLink, events: SimpleQueue[LinkEvent], device: str, runs: set[str]) -> bool:
    """Whether a new run of the device has said that it is there."""
    while True:
        try:
            event = events.get_nowait()
        except Empty:
            return False
        if isinstance(event, Delivery):
            server.settle(event)
            received = codec.receive(event)
            word = received.message
            if received.device == device and isinstance(word, DeviceStatus) and word.run not in runs:
                runs.add(word.run)
                return True


def resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def drain(folder: Path, way: Way, server: Server, count: int) -> Drained:
    """Old presses through the real server, fresh ones among them."""
    data = folder / "drain"
    data.mkdir()
    old_presses(data, count)
    unit = OneUnit(data, DEVICES[2], way)
    cpu, own, began = server.child.cpu_s(), time.process_time(), now()
    unit.start()
    for index in range(FRESH):  # spread over the drain, however fast it is
        done = count * (index + 1) / (FRESH + 1)
        wait_until(lambda done=done: len(unit.receipts) > done, DRAIN_S, must=False)  # type: ignore[misc]
        unit.mean(1 + index % INPUTS)
    wait_until(lambda: len(unit.receipts) == count + FRESH, DRAIN_S, must=False)
    took, cpu, own = now() - began, server.child.cpu_s() - cpu, time.process_time() - own
    unit.stop()
    fresh = [unit.receipts[one] - at for one, at in unit.accepted.items() if one in unit.receipts]
    return Drained(len(unit.receipts) / took, fresh, *server.count(DEVICES[2]), cpu, own)
