"""The config file of every process, as text, from the shop and from what `up` settled. Pure."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broker_config.lines import TCP, speed
from server.rules.rights import Role
from server.shop_checks import FIRST_OWNER
from server.supervise import toml
from server.supervise.shop import Input, Line, Shop, Unit

HEADING = "Written by `redbutton up` at every start: changes in here are lost."
SERVER = "server"
"""As a part of the shop; its name at the broker is another one."""
PINS = 28
HIGHEST_INPUT = 16
BOXES = {"new-1": "button", "new-2": "button", "new-gw": "gateway"}
"""What a visitor of the floor page can unpack and enrol."""
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (compared with, not listened on)


@dataclass(frozen=True)
class Place:
    """What was settled for one start: ports, folders, and where each password lies."""

    folder: Path
    sockets: Path
    """Short: the kernel allows a socket's path about a hundred signs."""
    host: str
    ports: Mapping[str, int]
    """Of `board`, `https`, `broker` and `floor`."""
    password_file: Callable[[str], Path]
    ready_file: Callable[[str], Path]
    ways: Mapping[str, int] = field(default_factory=dict)
    """In a simulated shop: by part, the port of its own way to the broker, which can be cut."""
    boxes: Mapping[str, int] = field(default_factory=dict)
    """In a simulated shop: by `box_name`, the port of a transmitter that is reached over the network."""

    def broker(self, part: str) -> tuple[str, int]:
        """Where a part finds the broker."""
        if part in self.ways:
            return "127.0.0.1", self.ways[part]
        return self.near, self.ports["broker"]

    def identity(self, device: str) -> Path:
        """The folder of a part's key and certificate."""
        return self.folder / "identities" / device

    @property
    def https_identity(self) -> Path:
        """The folder of the key and certificate that browsers see."""
        return self.folder / "https"

    @property
    def near(self) -> str:
        """How a process on this machine reaches what listens on `host`."""
        return "127.0.0.1" if self.host in EVERYWHERE else self.host

    def address(self, name: str) -> str:
        host = f"[{self.near}]" if ":" in self.near else self.near
        return f"http://{host}:{self.ports[name]}"

    @property
    def switchboard(self) -> Path:
        """Where `up` is asked for the power of its parts, in a simulated shop."""
        return self.sockets / "up.sock"

    @property
    def network(self) -> Path:
        """Where the simulated network is asked to be cut."""
        return self.sockets / "network.sock"

    def line(self, one: Line) -> Path:
        """The link that the simulator points at a pty."""
        return self.folder / "lines" / f"{one.gateway}-{one.name}"

    def simulated_port(self, one: Line) -> str:
        """Where a gateway finds the simulated box."""
        return f"socket://127.0.0.1:{self.boxes[box_name(one)]}" if one.driver in TCP else str(self.line(one))


def box_name(one: Line) -> str:
    return f"{one.gateway}/{one.name}"


def server(shop: Shop, place: Place, allowed_hosts: tuple[str, ...]) -> str:
    host, port = place.broker(SERVER)
    return toml.dump(
        {
            "database": database(place.folder),
            "host": place.host,
            "port": place.ports["board"],
            "https_port": place.ports["https"],
            "https_identity": place.https_identity,
            "ready_file": place.ready_file("server"),
            "allowed_hosts": allowed_hosts,
            "stores": [
                {
                    "id": shop.store,
                    "device": shop.server,
                    "broker_host": host,
                    "broker_port": port,
                    "identity": place.identity(shop.server),
                    "door": door(place),
                }
            ],
        },
        HEADING,
    )


def door(place: Place) -> toml.Row:
    """How the server lets devices in. They call this machine by its address in the shop's network, where it has one."""
    host = place.host if place.host not in EVERYWHERE else next(iter(own_address()), place.near)
    return {
        "authority": place.folder / "ca",
        "broker": place.folder / "broker",
        "local": place.folder / "identities",
        "host": host,
        "broker_port": place.ports["broker"],
        "https_port": place.ports.get("https"),
    }


def own_address() -> tuple[str, ...]:
    """The address with which this machine would speak to another one; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # set aside for documentation: nobody has it
        except OSError:
            return ()
        return (str(probe.getsockname()[0]),)


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'redbutton.db'}"


def gateway(shop: Shop, name: str, place: Place, *, simulate: bool) -> str:
    host, port = place.broker(name)
    return toml.dump(
        {
            "store": shop.store,
            "device": name,
            "host": host,
            "port": port,
            "identity": place.identity(name),
            "data": place.folder / name,
            "ready_file": place.ready_file(name),
            "keeper": True if name == shop.keeper else None,
            "transmitters": [
                {
                    "name": line.name,
                    "driver": line.driver,
                    "port": place.simulated_port(line) if simulate else line.port,
                    "baudrate": line.baudrate or speed(line.driver),
                    "settings": line.settings or None,
                }
                for line in shop.lines
                if line.gateway == name
            ],
        },
        HEADING,
    )


def unit(shop: Shop, one: Unit, place: Place) -> str:
    """A unit that the simulator runs on mock pins."""
    host, port = place.broker(one.device)
    keys = staff_keys(one.inputs)
    pins = mock_pins(one.inputs, keys)
    left_out = [str(each.n) for each in one.inputs if may_have_key(each) and each.n not in keys.values()]
    heading = HEADING
    if left_out:
        heading += f"\nNo pin or input is left for a staff key of {', '.join(left_out)}."
    return toml.dump(
        {
            "store": shop.store,
            "device": one.device,
            "host": host,
            "port": port,
            "identity": place.identity(one.device),
            "data": place.folder / one.device,
            "pin_factory": "mock",
            "inputs": [
                *({"n": each.n, **pins[each.n]} for each in one.inputs),
                *({"n": n, "role": "key", "for": button, **pins[n]} for n, button in keys.items()),
            ],
        },
        heading,
    )


def may_have_key(one: Input) -> bool:
    """Nobody arrives at a yellow or green face: it calls nobody."""
    return one.colour == "red"


def staff_keys(inputs: tuple[Input, ...]) -> dict[int, int]:
    """Input of each staff key -> input of its button: the first buttons, as far as pins and inputs are left.
    Counted from the last input down, so that one more button moves no key."""
    free = [n for n in range(HIGHEST_INPUT, 0, -1) if n not in {one.n for one in inputs}]
    room = PINS - len(inputs) * len(_kinds(inputs))
    buttons = [one.n for one in inputs if may_have_key(one)]
    return dict(zip(free[:room], buttons, strict=False))


def mock_pins(inputs: tuple[Input, ...], keys: Mapping[int, int]) -> dict[int, dict[str, int]]:
    """By input: a pin for each button, a light for each while the header has room, then a buzzer for each; and a pin
    for each key."""
    count, kinds = len(inputs), _kinds(inputs)
    pins = {
        one.n: {name: kind * count + index for kind, name in enumerate(kinds)}
        for index, one in enumerate(inputs)
    }
    return pins | {n: {"pin": len(kinds) * count + index} for index, n in enumerate(keys)}


def _kinds(inputs: tuple[Input, ...]) -> tuple[str, ...]:
    return ("pin", "light_pin", "buzzer_pin")[: max(1, PINS // len(inputs))]


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
            "shop_file": place.folder / "shop.toml",
            "up": place.switchboard,
            "network": place.network,
            "units": [
                {
                    "device": one.device,
                    "config": place.folder / f"{one.device}.toml",
                    "control": place.sockets / one.device,
                    "inputs": [
                        {"n": each.n, "colour": each.colour, "label": each.label, "zone": each.zone}
                        for each in one.inputs
                    ],
                    "keys": [{"n": n, "for": button} for n, button in staff_keys(one.inputs).items()],
                }
                for one in shop.units
            ],
            "transmitters": [
                {
                    "gateway": line.gateway,
                    "name": line.name,
                    "driver": line.driver,
                    "link": None if line.driver in TCP else place.line(line),
                    "port": place.boxes[box_name(line)] if line.driver in TCP else None,
                    "baudrate": line.baudrate,
                    "settings": line.settings or None,
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
                    "zones": list(person.zones),
                    "manages": person.role in (Role.OWNER, Role.MANAGER),
                }
                for person in shop.people
                if person.pager in worn
            ],
            "boxes": [
                {
                    "name": name,
                    "kind": kind,
                    "folder": place.folder / "boxes" / name,
                    "control": place.sockets / name,
                }
                for name, kind in BOXES.items()
            ],
        },
        HEADING,
    )


def network(place: Place) -> str:
    """The way of each part to the broker, for a simulated shop."""
    return toml.dump(
        {
            "broker": [place.near, place.ports["broker"]],
            "control": place.network,
            "ready_file": place.ready_file("network"),
            "ways": place.ways,
        },
        HEADING,
    )


def accounts(
    shop: Shop, password_file: Callable[[str], Path], pin_file: Callable[[str], Path] | None = None
) -> str:
    """Who may sign in after the first start: read by `server.setup`. In a simulated shop everybody has a PIN for a
    shared tablet as well; in a real one people choose their own."""
    owner = {"login": FIRST_OWNER, "name": "Manager", "role": "owner"}
    others = [{"login": one.login, "name": one.name, "role": str(one.role)} for one in shop.people]
    return toml.dump(
        {
            "store": shop.store,
            "accounts": [
                {
                    **one,
                    "password_file": str(password_file(f"login-{one['login']}")),
                    **({"pin_file": str(pin_file(f"pin-{one['login']}"))} if pin_file is not None else {}),
                }
                for one in (owner, *others)
            ],
        },
        HEADING,
    )


def without_port(lines: tuple[Line, ...]) -> list[str]:
    """Transmitters that nobody told the serial port of."""
    return [line.name for line in lines if not line.port]
