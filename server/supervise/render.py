"""The config file of every process, as text, from the shop and from what `up` settled. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from server.supervise import toml
from server.supervise.shop import Input, Line, Shop, Unit

HEADING = "Written by `redbutton up` at every start: changes in here are lost."
PINS = 28
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (compared with, not listened on)


@dataclass(frozen=True)
class Place:
    """What was settled for one start: ports, folders, and where each password lies."""

    folder: Path
    sockets: Path
    """Short: the kernel allows a socket's path about a hundred signs."""
    host: str
    ports: Mapping[str, int]
    """Of `board`, `broker` and `floor`."""
    password_file: Callable[[str], Path]
    ready_file: Callable[[str], Path]

    @property
    def near(self) -> str:
        """How a process on this machine reaches what listens on `host`."""
        return "127.0.0.1" if self.host in EVERYWHERE else self.host

    def address(self, name: str) -> str:
        host = f"[{self.near}]" if ":" in self.near else self.near
        return f"http://{host}:{self.ports[name]}"

    def line(self, one: Line) -> Path:
        """The link that the simulator points at a pty."""
        return self.folder / "lines" / f"{one.gateway}-{one.name}"


def server(shop: Shop, place: Place, allowed_hosts: tuple[str, ...]) -> str:
    return toml.dump(
        {
            "database": database(place.folder),
            "host": place.host,
            "port": place.ports["board"],
            "ready_file": place.ready_file("server"),
            "allowed_hosts": allowed_hosts,
            "stores": [
                {
                    "id": shop.store,
                    "device": shop.server,
                    "broker_host": place.near,
                    "broker_port": place.ports["broker"],
                    "password_file": place.password_file(shop.server),
                }
            ],
        },
        HEADING,
    )


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'redbutton.db'}"


def gateway(shop: Shop, name: str, place: Place, *, simulate: bool) -> str:
    return toml.dump(
        {
            "store": shop.store,
            "device": name,
            "host": place.near,
            "port": place.ports["broker"],
            "password_file": place.password_file(name),
            "data": place.folder / name,
            "ready_file": place.ready_file(name),
            "keeper": True if name == shop.keeper else None,
            "transmitters": [
                {
                    "name": line.name,
                    "driver": line.driver,
                    "port": place.line(line) if simulate else line.port,
                }
                for line in shop.lines
                if line.gateway == name
            ],
        },
        HEADING,
    )


def unit(shop: Shop, one: Unit, place: Place) -> str:
    """A unit that the simulator runs on mock pins."""
    return toml.dump(
        {
            "store": shop.store,
            "device": one.device,
            "host": place.near,
            "port": place.ports["broker"],
            "password_file": place.password_file(one.device),
            "data": place.folder / one.device,
            "pin_factory": "mock",
            "inputs": [
                {"n": each.n, **pins} for each, pins in zip(one.inputs, mock_pins(one.inputs), strict=True)
            ],
        },
        HEADING,
    )


def mock_pins(inputs: tuple[Input, ...]) -> list[dict[str, int]]:
    """A pin for each input; a light for each while the header has room, then a buzzer for each."""
    names = ("pin", "light_pin", "buzzer_pin")[: max(1, PINS // len(inputs))]
    return [
        {name: kind * len(inputs) + index for kind, name in enumerate(names)} for index in range(len(inputs))
    ]


def simulate(shop: Shop, place: Place, seed: int) -> str:
    worn = {pager.address for pager in shop.pagers}
    return toml.dump(
        {
            "store": shop.store,
            "store_name": shop.name,
            "language": shop.language,
            "host": "127.0.0.1",
            "floor_port": place.ports["floor"],
            "ready_file": place.ready_file("simulate"),
            "api_url": place.address("board"),
            "board_url": place.address("board"),
            "seed": seed,
            "units": [
                {
                    "device": one.device,
                    "config": place.folder / f"{one.device}.toml",
                    "control": place.sockets / one.device,
                    "inputs": [
                        {"n": each.n, "colour": each.colour, "label": each.label, "zone": each.zone}
                        for each in one.inputs
                    ],
                }
                for one in shop.units
            ],
            "transmitters": [
                {
                    "gateway": line.gateway,
                    "name": line.name,
                    "driver": line.driver,
                    "link": place.line(line),
                }
                for line in shop.lines
            ],
            "pagers": [
                {
                    "transmitter": pager.transmitter,
                    "address": pager.address,
                    "label": pager.label,
                    "holder": pager.holder,
                    "initials": pager.initials,
                    "format": pager.format,
                    "longest": pager.longest,
                }
                for pager in shop.pagers
            ],
            "people": [
                {
                    "login": person.login,
                    "name": person.name,
                    "password_file": place.password_file(f"login-{person.login}"),
                    "pager": person.pager,
                }
                for person in shop.people
                if person.pager in worn
            ],
        },
        HEADING,
    )


def accounts(shop: Shop, password_file: Callable[[str], Path]) -> str:
    """Who may sign in after the first start: read by `server.setup`."""
    manager = {"login": "manager", "name": "Manager", "role": "manager"}
    staff = [
        {"login": person.login, "name": person.name, "role": "manager" if person.manages else "staff"}
        for person in shop.people
    ]
    return toml.dump(
        {
            "store": shop.store,
            "accounts": [
                {**one, "password_file": str(password_file(f"login-{one['login']}"))}
                for one in (manager, *staff)
            ],
        },
        HEADING,
    )


def without_port(lines: tuple[Line, ...]) -> list[str]:
    """Transmitters that nobody told the serial port of."""
    return [line.name for line in lines if not line.port]
