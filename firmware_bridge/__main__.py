"""The service of a button unit: `python -m firmware_bridge CONFIG.toml`. The only place that knows every class."""

from __future__ import annotations

import ctypes
import gc
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import broker_config
from broker_config import logs, machine
from broker_config.config import load
from broker_config.errors import SetupError
from broker_config.loop import Loop
from broker_config.paho_link import PahoLink
from firmware_bridge import readings
from firmware_bridge.bridge import Bridge, Event
from firmware_bridge.buttons import ContactSet, GpioInput, PinFactory, pin_factory
from firmware_bridge.config import ButtonUnitSettings
from firmware_bridge.errors import UnitError
from firmware_bridge.outbox import Identity
from firmware_bridge.outputs import GpioOutputs
from firmware_bridge.ports import Plan, Ports
from firmware_bridge.setup import link_setup
from firmware_bridge.spool import Spool
from firmware_bridge.unit import Unit

USAGE = "usage: python -m firmware_bridge CONFIG.toml"


def compose(settings: ButtonUnitSettings, factory: PinFactory | None = None) -> Unit:
    """Build the whole unit; nothing moves before `Unit.run`. Raises UnitError."""
    clock = machine.boot_clock
    who = Identity(
        settings.store, settings.device, machine.new_run(), machine.boot_id(), broker_config.__version__
    )
    spool = Spool(_spool_path(settings.data))
    link = PahoLink(link_setup(who, settings.host, settings.port, settings.password.get_secret_value()))
    pins = pin_factory(settings.pin_factory) if factory is None else factory
    contacts = ContactSet([GpioInput(one, pins, clock) for one in settings.inputs])
    dead: list[Callable[[BaseException], None]] = []
    outputs = GpioOutputs(settings.inputs, pins, clock, lambda error: dead[0](error))
    synced = readings.kernel_clock_synced()
    plan = Plan(
        {one.n: one.rules for one in settings.inputs},
        settings.ttl_s,
        telemetry_s=settings.telemetry_s,
        keys=settings.keys,
    )
    ports = Ports(
        link=link,
        spool=spool,
        contacts=contacts,
        outputs=outputs,
        new_id=uuid4,
        wall=readings.wall_when(synced),
        jitter=random.random,
        read=readings.reader(synced, settings.data),
    )
    bridge = Bridge(who, plan, ports, clock())
    loop: Loop[Event] = Loop(bridge, clock)
    unit = Unit(bridge, loop, link, contacts, outputs, spool, pins)
    dead.append(unit.died)
    return unit


def serve(unit: Unit) -> int:
    """Until SIGTERM or SIGINT. Returns the exit code."""
    tidy_memory()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: unit.stop())
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
        settings = load(ButtonUnitSettings, Path(arguments[0]))
        logs.configure(json=settings.log_json)
        return serve(compose(settings))
    except (UnitError, SetupError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2


def _spool_path(data: Path) -> str:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnitError(f"cannot make the data folder {data}: {error}") from error
    return str(data / "spool.sqlite")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
