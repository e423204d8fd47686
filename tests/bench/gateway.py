"""The gateway by itself, as its own process between a real broker and serial lines: how soon a page's first byte
leaves, how much of the line a backlog leaves idle, and what ten thousand waiting pages need."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

from broker_config import codec, machine, topics
from broker_config.broker.run import Broker
from broker_config.channels import ABILITIES, ORDER, RESULT, Role
from broker_config.link import Delivery, LinkEvent, LinkSetup, Subscription
from broker_config.messages import Abilities, PageFormat, PageOrder, PageResult, PageState, Route
from broker_config.paho_link import PahoLink
from broker_config.rights import User
from simulator.pager import Air
from simulator.transmitters.base import Seen
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.tap import TapHabits, TapTerminal
from tests.bench.clock import percentile
from tests.bench.results import Figure, most, none
from tests.bench.system import Child, wait_until
from tests.bench.way import PASSWORD

STORE, GATEWAY, SERVER = "bench", "g1", "srv"
BAUD = 9_600
BITS = 10
WORDS = "HELP: fitting rooms, button 3"


class Desk:
    """The server's end: orders out, results in, with the moments of both."""

    def __init__(self, port: int) -> None:
        self.results: dict[UUID, PageResult] = {}
        self.ready: set[str] = set()
        self.held = 0
        user = User(STORE, SERVER, Role.SERVER, PASSWORD)
        tails = (RESULT.tail, ABILITIES.tail)
        self.link = PahoLink(
            LinkSetup(
                client_id=user.name,
                username=user.name,
                password=user.password,
                port=port,
                subscriptions=[
                    Subscription(topics.build_filter(STORE, "g", GATEWAY, tail)) for tail in tails
                ],
            )
        )
        self.link.open(self._hear)
        wait_until(lambda: self.link.connected, 10)

    def _hear(self, event: LinkEvent) -> None:
        if not isinstance(event, Delivery):
            return
        message = codec.receive(event).message
        if isinstance(message, PageResult):
            self.held += message.state is PageState.HELD
            self.results[message.page] = message
        elif isinstance(message, Abilities):
            self.ready = {one.id for one in message.transmitters if one.state == "ready"}
        self.link.settle(event)

    def order(self, *transmitters: str) -> UUID:
        page = uuid4()
        order = PageOrder(
            page=page,
            attempt=1,
            incident=uuid4(),
            press=uuid4(),
            routes=[Route(transmitter=name, address="1234001") for name in transmitters],
            format=PageFormat.TEXT,
            charset="ascii",
            body=WORDS,
            exp_s=600,
        )
        packet = codec.publication(ORDER, STORE, "g", GATEWAY, order)
        wait_until(lambda: self.link.publish(packet) is not None, 30)
        return page

    def done(self, pages: list[UUID]) -> bool:
        return all(page in self.results and self.results[page].state.is_final for page in pages)


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    users = [User(STORE, SERVER, Role.SERVER, PASSWORD), User(STORE, GATEWAY, Role.GATEWAY, PASSWORD)]
    broker = Broker(folder / "broker", users)
    broker.start()
    try:
        desk = Desk(broker.port)
        try:
            figures = _line(folder / "line", broker.port, desk, 100 if quick else 500)
            return figures + _waiting(folder / "waiting", broker.port, desk, 1_000 if quick else 10_000)
        finally:
            desk.link.close()
    finally:
        broker.stop()


def _gateway(folder: Path, port: int, lines: dict[str, Path]) -> Child:
    secret = folder / "secret"
    secret.touch(0o600)
    secret.write_text(PASSWORD)
    text = f'store = "{STORE}"\ndevice = "{GATEWAY}"\nport = {port}\npassword_file = "{secret}"\ndata = "{folder}"\n'
    for name, path in lines.items():
        text += f'[[transmitters]]\nname = "{name}"\nport = "{path}"\n[transmitters.settings]\nstay = true\n'
    (folder / "gateway.toml").write_text(text)
    return Child.start("pager_gateway", str(folder / "gateway.toml"), folder=folder)


def _line(folder: Path, port: int, desk: Desk, count: int) -> list[Figure]:
    """One TAP terminal at 9600 baud with its line time: single pages on a warm line, then a backlog."""
    folder.mkdir()
    seen: list[Seen] = []
    box = PtyTransmitter(
        folder / "tx-1", TapTerminal(TapHabits(t4_s=None)), Air(), machine.boot_clock, baudrate=BAUD
    )
    box.observe(seen.append)
    box.start()
    gateway = _gateway(folder, port, {"tx-1": box.path})
    try:
        wait_until(lambda: desk.ready == {"tx-1"}, 20)
        firsts = []
        for _ in range(count):
            page = desk.order("tx-1")
            wait_until(lambda: desk.done([page]), 20)  # noqa: B023 (asked before the next round)
            firsts.append(desk.results[page].tx_ms or 0)
        seen.clear()
        pages = [desk.order("tx-1") for _ in range(count // 2)]
        wait_until(lambda: desk.done(pages), 120)
        lost = sum(desk.results[page].state is not PageState.TRANSMITTED for page in pages)
    finally:
        gateway.stop()
        box.stop()
    idle = 100 * _idle(seen)
    return [
        most(
            "",
            "TAP, warm line: order to first byte, p99",
            percentile([float(one) for one in firsts], 0.99),
            1,
            "ms",
            f"whole ms; p50 {percentile([float(one) for one in firsts], 0.5):.0f}, worst {max(firsts)}",
        ),
        most("", f"TAP at {BAUD} baud: line idle in a backlog", idle, 5.0, "%", f"{len(pages)} pages"),
        none("", "pages of the backlog that were not transmitted", lost),
    ]


def _idle(seen: list[Seen]) -> float:
    """Share of the time between the first block's end and the last reply's start when no byte was on the line."""
    words = [one for one in seen if one.direction in ("in", "out") and one.data]
    blocks = [one for one in words if one.direction == "in" and one.data.startswith(b"\x02")]
    first, last = blocks[0], blocks[-1]
    between = [
        one
        for one in words
        if first.at < one.at <= last.at or (one.at == first.at and one.direction == "out")
    ]
    busy = sum(len(one.data) for one in between) * BITS / BAUD
    return max(0.0, 1 - busy / (last.at - first.at))


def _waiting(folder: Path, port: int, desk: Desk, count: int) -> list[Figure]:
    """Three terminals without power, and pages for all of them."""
    folder.mkdir()
    boxes = []
    for number in range(1, 4):
        terminal = TapTerminal(TapHabits(t4_s=None))
        boxes.append(PtyTransmitter(folder / f"tx-{number}", terminal, Air(), machine.boot_clock))
    for box in boxes:
        box.start()
    names = [box.path.name for box in boxes]
    gateway = _gateway(folder, port, {box.path.name: box.path for box in boxes})
    try:
        wait_until(lambda: desk.ready == set(names), 30)
        empty = gateway.resident_mib()
        for box in boxes:
            _silence(box)
        wait_until(lambda: not desk.ready, 30)
        desk.held = 0
        pages = [desk.order(*(names[(number + turn) % 3] for turn in range(3))) for number in range(count)]
        wait_until(lambda: desk.held >= len(pages), 300)
        full = gateway.resident_mib()
    finally:
        gateway.stop()
        for box in boxes:
            box.stop()
    detail = f"{empty:.1f} MiB with none"
    return [
        most("", f"gateway with 3 transmitters and {count} waiting pages: resident", full, 60, "MiB", detail)
    ]


def _silence(box: PtyTransmitter) -> None:
    terminal = box.box
    assert isinstance(terminal, TapTerminal)
    faults = terminal.faults
    box.do(lambda: setattr(faults, "silent", True))
