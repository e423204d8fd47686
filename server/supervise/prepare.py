"""What happens before the first process starts: which shop, which ports, the files of everybody, the database."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from broker_config.broker.run import Broker
from broker_config.channels import Role
from broker_config.lines import TCP
from broker_config.rights import User
from server.supervise import ports, render
from server.supervise.errors import Refused
from server.supervise.folder import Folder
from server.supervise.render import Place
from server.supervise.shop import Shop

EXAMPLE = Path(__file__).parents[1] / "examples" / "shop.toml"
MIGRATIONS = Path(__file__).parents[1] / "db" / "migrations" / "versions"
KEPT = "up.json"
HTTPS_ABOVE = 363


@dataclass(frozen=True)
class Wish:
    """The words of the command line."""

    data: Path = Path("data")
    shop_file: Path | None = None
    simulate: bool = False
    host: str = "127.0.0.1"
    port: int = 8080
    floor_port: int | None = None
    broker_port: int | None = None
    https_port: int | None = None
    history_days: int = 30
    """Of simulated business in a fresh data folder."""
    password_port: int | None = None
    """Of the broker, for devices that have a password and no certificate; None: there is no such door."""


def shop_file(wish: Wish, folder: Folder) -> Path:
    """Which shop: what was named now, else what an earlier start kept, else the example (in simulation only).
    Raises Refused."""
    if wish.shop_file is not None:
        return wish.shop_file
    if (kept := folder / "shop.toml").exists():
        return kept
    if wish.simulate:
        return EXAMPLE
    raise Refused(
        f"the first start needs the shop: redbutton up SHOP.toml --data {wish.data} "
        f"(an example to begin with: {EXAMPLE}; with --simulate it is taken as it is)"
    )


def place(
    wish: Wish,
    folder: Folder,
    wait: Callable[[float], bool],
    with_network: tuple[str, ...] = (),
    in_network: tuple[str, ...] = (),
) -> Place:
    """Settle the ports. The broker keeps its port from start to start, as button units elsewhere know it; each part of
    a simulated shop has a way to the broker of its own, and each of its transmitters in the network a port."""
    kept = read_kept(folder).get("broker_port", 0)
    floor = wish.floor_port if wish.floor_port is not None else (wish.port + 1) % 65_536 if wish.port else 0
    https = wish.https_port if wish.https_port is not None else https_beside(wish.port)
    wanted = {"board": wish.port, "https": https, "broker": wish.broker_port or 0}
    if wish.simulate:
        wanted["floor"] = floor
    if wish.password_port is not None:
        wanted["passwords"] = wish.password_port
    wanted |= {f"network of {part}": 0 for part in with_network}
    wanted |= {f"box {name}": 0 for name in in_network}
    if wish.broker_port is None and isinstance(kept, int) and kept and ports.is_free(wish.host, kept):
        wanted["broker"] = kept
    settled = ports.settle(wish.host, wanted, wait)
    keep(folder, broker_port=settled["broker"])
    sockets = Path(tempfile.mkdtemp(prefix="rb-"))
    ways = {part: settled[f"network of {part}"] for part in with_network}
    boxes = {name: settled[f"box {name}"] for name in in_network}
    return Place(
        folder.path, sockets, wish.host, settled, folder.password_file, folder.ready_file, ways, boxes
    )


def https_beside(port: int) -> int:
    """8443 beside 8080, and so on; any free one where there is no room above."""
    return port + HTTPS_ABOVE if port and port + HTTPS_ABOVE < 65_536 else 0


def boxes_in_network(shop: Shop) -> tuple[str, ...]:
    """Transmitters that a gateway reaches over the network."""
    return tuple(render.box_name(line) for line in shop.lines if line.driver in TCP)


def parts_with_network(shop: Shop) -> tuple[str, ...]:
    """Everybody who is connected to the broker, when the shop is simulated."""
    return (render.SERVER, *shop.gateways, *(unit.device for unit in shop.units))


def write_files(shop: Shop, where: Place, folder: Folder, *, simulate: bool) -> None:
    """The config of every process."""
    hosts = tuple(dict.fromkeys(("127.0.0.1", "localhost", *own_names(where.host))))
    folder.config("server.toml", render.server(shop, where, hosts))
    for name in shop.gateways:
        folder.config(f"{name}.toml", render.gateway(shop, name, where, simulate=simulate))
    if simulate:
        for unit in shop.units:
            folder.config(f"{unit.device}.toml", render.unit(shop, unit, where))
        seed = int.from_bytes(hashlib.sha256(folder.password("seed").encode()).digest()[:4], "big")
        folder.config("simulate.toml", render.simulate(shop, where, seed))
        folder.config("network.toml", render.network(where))
    folder.config(
        "accounts.toml", render.accounts(shop, folder.password_file, folder.pin_file if simulate else None)
    )
    folder.forget(shop.server, *shop.gateways, *(unit.device for unit in shop.units))


def write_broker(shop: Shop, where: Place, folder: Folder) -> None:
    """The broker's files, once its identity is there: TLS only, a certificate says who comes. From its first start on
    the server says who may come in: who was revoked stays out, who was enrolled stays in. Raises SetupError."""
    broker = Broker(
        folder / "broker",
        users(shop),
        port=where.ports["broker"],
        host=where.host,
        tls=True,
        password_port=where.ports.get("passwords"),
    )
    broker.write_files(keep_users=True)


def users(shop: Shop) -> list[User]:
    """One name per device. The keeper of the stand-in plan may do more than other gateways."""
    found = [User(shop.store, shop.server, Role.SERVER, "")]
    for name in shop.gateways:
        found.append(User(shop.store, name, Role.KEEPER if name == shop.keeper else Role.GATEWAY, ""))
    for unit in shop.units:
        found.append(User(shop.store, unit.device, Role.BUTTON, ""))
    return found


def parts_here(shop: Shop, *, simulate: bool) -> tuple[str, ...]:
    """Devices that are processes of this machine. Button units are so only in simulation: real ones are enrolled."""
    units = tuple(unit.device for unit in shop.units) if simulate else ()
    return (shop.server, *shop.gateways, *units)


def own_names(host: str) -> tuple[str, ...]:
    """Names by which browsers elsewhere in the shop may call this machine, when it listens to them."""
    if host == "127.0.0.1":
        return ()
    name = os.uname().nodename.lower()
    return (name, f"{name}.local", *(render.own_address() if host in render.EVERYWHERE else (host,)))


def setup_command(folder: Folder) -> list[str]:
    """Database, shop and accounts, as a child: the supervisor loads no table."""
    names = ("server.toml", "shop.toml", "accounts.toml")
    return [sys.executable, "-m", "server.setup", *(str(folder / name) for name in names)]


def history_command(folder: Folder, days: int) -> list[str]:
    """A past for the simulated shop, by the real rules: before the server opens the database for the first time."""
    names = ("server.toml", "shop.toml", "simulate.toml")
    return [sys.executable, "-m", "simulator.history", *(str(folder / name) for name in names), str(days)]


def setup_mark(folder: Folder) -> str:
    """What the database was prepared for. The same mark at a later start: nothing is to be done."""
    newest = max((path.name for path in MIGRATIONS.glob("[0-9]*.py")), default="")
    parts = [newest.encode(), *((folder / name).read_bytes() for name in ("shop.toml", "accounts.toml"))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_set_up(folder: Folder) -> bool:
    return (folder / "redbutton.db").exists() and read_kept(folder).get("set_up") == setup_mark(folder)


def read_kept(folder: Folder) -> dict[str, object]:
    """What earlier starts left for later ones; nothing when the file is not there or was spoiled."""
    try:
        found = json.loads((folder / KEPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(folder: Folder, **facts: object) -> None:
    folder.config(KEPT, json.dumps({**read_kept(folder), **facts}, indent=1) + "\n")
