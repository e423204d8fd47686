"""The network of a simulated shop as a small process of its own: one proxy for each part's way to the broker.

    python -m simulator.network NETWORK.toml

    broker = ["127.0.0.1", 1883]
    control = "/run/shop/network.sock"
    ready_file = "/run/shop/network.ready"
    [ways]                             # by part: the port at which it finds the broker
    server = 40001
    b1 = 40002

A process of its own, so that a stopped simulator leaves the network alone. It loads nothing but the standard library
and starts in a tenth of a second. On the control socket, one JSON object per line:

    {"do": "state"}                            {"ok": true, "ways": {"server": {"cut": [], "delay": 0.0}, ...}}
    {"do": "cut", "way": "b1"}                 mend, drop the same; {"do": "half", "way": "b1", "direction": "down"}
    {"do": "delay", "way": "b1", "seconds": 0.3}"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from broker_config.ending import Ending
from simulator.control import ControlSocket, Item
from simulator.proxy import Direction, Proxies, Proxy


class Network:
    """Answers the control socket."""

    def __init__(self, ways: Mapping[str, Proxy]) -> None:
        self._ways = ways

    def answer(self, request: dict[str, Any]) -> Iterator[Item]:
        do = request["do"]
        if do == "state":
            yield {"ok": True, "ways": {name: _state(way) for name, way in self._ways.items()}}
            return
        way = self._ways[request["way"]]
        match do:
            case "cut":
                way.cut()
            case "half":
                way.half(Direction(request["direction"]))
            case "mend":
                way.mend()
            case "drop":
                way.drop()
            case "delay":
                way.delay(float(request["seconds"]))
            case _:
                raise ValueError(f"nobody can do {do!r} here")
        yield {"ok": True}


def _state(way: Proxy) -> Item:
    return {"cut": sorted(way.is_cut), "delay": way.delay_s}


def main(arguments: list[str]) -> int:
    settings = tomllib.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    ends: SimpleQueue[None] = SimpleQueue()
    Ending(lambda _: ends.put(None)).open()
    host, port = settings["broker"]
    with Proxies() as proxies:
        ways = {}
        for name, own in settings["ways"].items():
            try:
                ways[name] = proxies.add((host, port), own)
            except OSError as error:
                print(f"port {own}, the network of {name}, cannot be had: {error.strerror}", file=sys.stderr)  # noqa: T201
                return 2
        control = ControlSocket(Path(settings["control"]), Network(ways).answer)
        control.open()
        Path(settings["ready_file"]).write_text("ready\n")
        ends.get()
        control.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
