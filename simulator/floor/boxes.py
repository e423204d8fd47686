"""Devices in their boxes: real processes that know nothing of a shop until somebody hands them a join string.

What is handed to them is a file on their disk, as on a card that was put into a Pi; what they are at they say in a file
of theirs, too. Nobody here talks to the server: whether a device gets in is between it and the shop."""

from __future__ import annotations

import json
import shutil
import threading
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from broker_config.enrol import join_file, told
from broker_config.enrolment import read_join
from broker_config.errors import SetupError
from broker_config.files import write_private
from broker_config.identity.certificate import facts
from simulator.config import BoxSettings
from simulator.floor.box_items import CLOSED
from simulator.floor.events import BoxIs, FloorEvent
from simulator.floor.terminal import BoxOnFloor
from simulator.floor.unit_child import UnitChild
from simulator.pager import Air

LOOK_S = 0.2
BUTTON = (
    'data = "{folder}"\npin_factory = "mock"\n\n[[inputs]]\nn = 1\npin = 17\nlight_pin = 5\nbuzzer_pin = 6\n'
)
GATEWAY = 'data = "{folder}"\n\n[[transmitters]]\nname = "{name}"\ndriver = "tap"\nport = "{line}"\n'


class Boxes:
    """`unpack`, `hand` and `pack` are for the web server's threads. `button_module`, `gateway_module`: for tests."""

    def __init__(
        self,
        boxes: Sequence[BoxSettings],
        air: Air,
        seed: int,
        sink: Callable[[FloorEvent], None],
        clock: Callable[[], float],
        *,
        button_module: str = "simulator.button_host",
        gateway_module: str = "pager_gateway",
    ) -> None:
        self._boxes = {box.name: box for box in boxes}
        self._air = air
        self._seed = seed
        self._sink = sink
        self._clock = clock
        self._modules = {"button": button_module, "gateway": gateway_module}
        self._children: dict[str, UnitChild] = {}
        self._terminals: dict[str, BoxOnFloor] = {}
        self._told: dict[str, BoxIs] = {}
        self._lock = threading.Lock()
        self._look = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._watch, name="boxes", daemon=True)

    def open(self) -> None:
        """Whoever was unpacked before is there again."""
        for box in self._boxes.values():
            if box.config.exists():
                with self._lock:
                    self._switch_on(box)
        self._thread.start()

    def ask_to_end(self) -> None:
        with self._lock:
            for child in self._children.values():
                child.ask_to_end()

    def close(self) -> None:
        self._stopping = True
        self._look.set()
        if self._thread.is_alive():
            self._thread.join(5.0)
        with self._lock:
            for name in list(self._children):
                self._switch_off(name)

    def unpack(self, name: str) -> None:
        """Raises KeyError when there is no such box. What is unpacked already stays so."""
        box = self._boxes[name]
        with self._lock:
            if name not in self._children:
                box.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                text = BUTTON if box.kind == "button" else GATEWAY
                write_private(box.config, text.format(folder=box.folder, name=box.name, line=box.line))
                self._switch_on(box)
        self._look.set()

    def hand(self, name: str, text: str) -> None:
        """Raises KeyError, and ValueError when this is no join string or the device is in its box."""
        box = self._boxes[name]
        join = read_join(text)
        with self._lock:
            if name not in self._children:
                raise ValueError("it is still in its box")
            write_private(box.folder / join_file.NAME, f"{join}\n")
        self._look.set()

    def pack(self, name: str) -> None:
        """Back into its box: its disk is empty again. Raises KeyError."""
        box = self._boxes[name]
        with self._lock:
            self._switch_off(name)
            shutil.rmtree(box.folder, ignore_errors=True)
        self._look.set()

    def _switch_on(self, box: BoxSettings) -> None:
        arguments = [str(box.config)]
        if box.kind == "button":
            arguments += ["--control", str(box.control)]
        else:
            self._terminals[box.name] = terminal = BoxOnFloor(
                box.name, box.line, self._air, self._seed, lambda event: None, self._clock
            )
            terminal.open()
        child = UnitChild(box.name, self._modules[box.kind], arguments, lambda code: None)
        self._children[box.name] = child
        child.open()

    def _switch_off(self, name: str) -> None:
        child, terminal = self._children.pop(name, None), self._terminals.pop(name, None)
        if child is not None:
            child.close()
        if terminal is not None:
            terminal.close()

    # Watching

    def _watch(self) -> None:
        while not self._stopping:
            self.look()
            self._look.wait(LOOK_S)
            self._look.clear()

    def look(self) -> None:
        """Tell what is new of every box."""
        for box in self._boxes.values():
            found = self._found(box)
            before = self._told.get(box.name)
            if before is None or found != replace(before, at=found.at):
                self._told[box.name] = found
                self._sink(found)

    def _found(self, box: BoxSettings) -> BoxIs:
        at = self._clock()
        if box.name not in self._children:
            return BoxIs(box.name, at, CLOSED)
        enrolled = _enrolled(box.config)
        if enrolled is not None:
            return BoxIs(box.name, at, "granted", device=enrolled[0], fingerprint=enrolled[1])
        try:
            said = json.loads((box.folder / told.NAME).read_text())
            return BoxIs(box.name, at, said["stage"], said["trouble"], said["figures"])
        except (OSError, ValueError, KeyError, TypeError):
            return BoxIs(box.name, at, "no_join")


def _enrolled(config: Path) -> tuple[str, str] | None:
    """Who the device is by its own file and certificate; None: nobody yet."""
    try:
        values = tomllib.loads(config.read_text())
        certificate = (Path(values["identity"]) / "device.crt").read_text()
        return str(values["device"]), facts(certificate).fingerprint
    except (OSError, ValueError, KeyError, TypeError, SetupError):
        return None
