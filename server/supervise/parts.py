"""The processes of a shop as parts to start: groups in order, the parts of one group side by side."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path

from broker_config.broker.run import find_mosquitto
from server.supervise.child import Part
from server.supervise.shop import Shop


def groups(shop: Shop, folder: Path, broker: tuple[str, int], *, simulate: bool) -> list[list[Part]]:
    """Broker; simulator and server; gateways (they look for the simulator's serial lines at their start). A simulated
    network is there before whoever connects through it."""
    found = [[mosquitto(folder, broker)], [python("server", "server", folder)]]
    if simulate:
        found[0].append(python("network", "simulator.network", folder))
        found[1].insert(0, python("simulate", "simulator", folder))
    found.append([python(name, "pager_gateway", folder) for name in shop.gateways])
    return found


def mosquitto(folder: Path, address: tuple[str, int]) -> Part:
    return Part(
        name="broker",
        argv=[find_mosquitto(), "-c", str(folder / "broker" / "mosquitto.conf")],
        log=folder / "logs" / "broker.log",
        ready=accepts(address),
        deadline_s=10.0,
    )


def python(name: str, package: str, folder: Path) -> Part:
    """A process of ours: `python -m package NAME.toml`, ready when its ready file is there."""
    ready_file = folder / "run" / f"{name}.ready"
    return Part(
        name=name,
        argv=[sys.executable, "-m", package, str(folder / f"{name}.toml")],
        log=folder / "logs" / f"{name}.log",
        ready=ready_file.exists,
        ready_file=ready_file,
        deadline_s=60.0,  # an SD card in a Pi reads slowly at the first start
    )


def accepts(address: tuple[str, int]) -> Callable[[], bool]:
    def ask() -> bool:
        try:
            socket.create_connection(address, timeout=1.0).close()
        except OSError:
            return False
        return True

    return ask
