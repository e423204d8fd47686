"""The service of a button unit: `python -m firmware_bridge CONFIG.toml`. The only place that knows every class."""

from __future__ import annotations

import ctypes
import gc
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import broker_config
from broker_config import codec, logs, machine, notify
from broker_config.channels import LIGHT, PRESS, RECEIPT, STATUS
from broker_config.config import load
from broker_config.ending import Ending
from broker_config.enrol.at_start import joins_for
from broker_config.errors import SetupError
from broker_config.loop import Loop
from broker_config.notify import Notifier
from broker_config.paho_link import PahoLink
from broker_config.renewal.shell import renews_in
from firmware_bridge import readings
from firmware_bridge.bridge import Bridge, Event
from firmware_bridge.buttons import ContactSet, GpioInput, PinFactory, edge_thread, pin_factory
from firmware_bridge.config import ButtonUnitSettings
from firmware_bridge.errors import UnitError
from firmware_bridge.fresh_start import objection
from firmware_bridge.kept import KeptFiles
from firmware_bridge.lock import FolderLock
from firmware_bridge.outbox import Identity
from firmware_bridge.outputs import GpioOutputs
from firmware_bridge.ports import Life, Ports
from firmware_bridge.pulse import Alive, Pulse
from firmware_bridge.readings import Sampler
from firmware_bridge.setup import link_setup, own_file
from firmware_bridge.spool import Spool
from firmware_bridge.unit import Unit


class Served(Protocol):
    """What runs until it is stopped."""

    def run(self) -> int: ...

    def stop(self) -> None: ...


USAGE = "usage: python -m firmware_bridge CONFIG.toml"


def compose(
    settings: ButtonUnitSettings,
    factory: PinFactory | None = None,
    *,
    path: Path | None = None,
    notifier: Notifier | None = None,
    lock: FolderLock | None = None,
) -> Unit:
    """Build the whole unit; nothing moves before `Unit.run`. Raises UnitError.

    `path`: the file of the settings, if the unit is started anew from it whenever it ends. `lock`: the caller holds the
    data folder already, and gives it up to the unit."""
    lock = FolderLock(settings.data) if lock is None else lock
    notifier = notify.from_environment() if notifier is None else notifier
    try:
        return _build(settings, factory, path, notifier, lock)
    except BaseException:
        lock.close()
        raise


def _build(
    settings: ButtonUnitSettings,
    factory: PinFactory | None,
    path: Path | None,
    notifier: Notifier,
    lock: FolderLock,
) -> Unit:
    codec.prepare((PRESS, RECEIPT, LIGHT, STATUS))
    clock = machine.boot_clock
    who = Identity(
        settings.store, settings.device, machine.new_run(), machine.boot_id(), broker_config.__version__
    )
    dead: list[Callable[[BaseException], None]] = []
    spool = Spool(spool_path(settings.data))
    link = PahoLink(
        link_setup(who, settings.host, settings.port, settings.credentials),
        on_death=lambda error: dead[0](error),
    )
    pins = pin_factory(settings.pin_factory) if factory is None else factory
    contacts = ContactSet([GpioInput(one, pins, clock) for one in settings.inputs])
    outputs = GpioOutputs(settings.inputs, pins, clock, lambda error: dead[0](error))
    pulse = Pulse(
        ("contacts", "spool"),
        {"link": lambda: link.ticked_at},
        living(outputs),
        notifier.watchdog_s,
    )
    synced = readings.kernel_clock_synced()
    ports = Ports(
        link=link,
        spool=spool,
        contacts=contacts,
        outputs=outputs,
        new_id=uuid4,
        wall=readings.wall_when(synced),
        jitter=random.random,
        read=Sampler(readings.reader(synced, settings.data), clock).read,
        kept=KeptFiles(settings.data),
        life=Life() if path is None else Life(objection(path, settings), lambda: unit.stop()),
        renews=renews_in(settings.identity, lambda event: loop.put(event), synced),
        tick=pulse.tick,
        look_s=pulse.look_s,
    )
    bridge = Bridge(who, settings.plan, ports, clock())
    loop: Loop[Event] = Loop(bridge, clock)
    unit = Unit(bridge, loop, link, contacts, outputs, spool, pins, pulse, notifier, lock)
    dead.append(unit.died)
    return unit


def spool_path(data: Path) -> str:
    return str(data / "spool.sqlite")


def living(outputs: GpioOutputs) -> dict[str, Alive]:
    """Threads that may sleep for days, so that only their being there can be seen."""
    found: dict[str, Alive] = {"lamps": lambda: outputs.playing}
    edges = edge_thread()
    if edges is not None:
        found["edges"] = edges.is_alive
    return found


def serve(unit: Served) -> int:
    """Until SIGTERM or SIGINT. Returns the exit code."""
    tidy_memory()
    Ending(lambda _: unit.stop()).open()
    return unit.run()


def tidy_memory() -> None:
    """Imports and the building of validators leave some MiB of free but resident heap: give it back once."""
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(USAGE, file=sys.stderr)  # noqa: T201
        return 2
    try:
        path = Path(arguments[0])
        file = own_file(path)
        if (joins := joins_for(file)) is not None:
            from firmware_bridge.claim import claim

            logs.configure()
            return claim(file, joins)
        settings = load(ButtonUnitSettings, path)
        logs.configure(json=settings.log_json)
        return serve(compose(settings, path=path))
    except (UnitError, SetupError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
