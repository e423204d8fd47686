"""The service of a pager gateway: `python -m pager_gateway CONFIG.toml`. The only place that knows every class."""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path
from uuid import uuid4

import broker_config
from broker_config import codec, logs, machine
from broker_config.channels import ORDER, PRESS, RECEIPT, RESULT, STATUS
from broker_config.config import load
from broker_config.ending import Ending
from broker_config.enrol.at_start import joins_for
from broker_config.errors import SetupError
from broker_config.loop import Loop
from broker_config.paho_link import PahoLink
from broker_config.renewal.shell import renews_in
from pager_gateway.config import GatewaySettings, check
from pager_gateway.errors import ConfigError, GatewayError
from pager_gateway.gateway import Gateway, GatewayEvent
from pager_gateway.ledger import Ledger
from pager_gateway.sender import SenderReport
from pager_gateway.setup import Identity, link_setup, own_file
from pager_gateway.shell import GatewayShell, SenderShell
from pager_gateway.wall import WallClock, kernel_clock_synced

USAGE = "usage: python -m pager_gateway CONFIG.toml"


def compose(settings: GatewaySettings) -> GatewayShell:
    """Build the whole gateway; nothing moves before `run`. Raises GatewayError."""
    codec.prepare((ORDER, RESULT, PRESS, RECEIPT, STATUS))
    clock = machine.boot_clock
    identity = Identity(
        settings.store,
        settings.device,
        machine.new_run(),
        machine.boot_id(),
        broker_config.__version__,
        settings.keeper,
    )
    link = PahoLink(link_setup(identity, settings.credentials, settings.host, settings.port))
    ledger = Ledger(_ledger_path(settings.data))
    loops: list[Loop[GatewayEvent]] = []

    def report(event: SenderReport) -> None:
        loops[0].put(event)

    senders = [SenderShell(one.name, one.create(), one.line, report, clock) for one in settings.transmitters]
    lanes = {
        sender.name: one.lane(sender.driver, sender.loop.put)
        for sender, one in zip(senders, settings.transmitters, strict=True)
    }
    wall = WallClock(time.time, kernel_clock_synced())
    renews = renews_in(settings.identity, lambda event: loops[0].put(event), wall.synced)
    core = Gateway(identity, link, ledger, lanes, wall, uuid4, renews=renews)
    loops.append(Loop(core, clock))
    return GatewayShell(core, loops[0], link, ledger, senders, clock, settings.ready_file)


def serve(shell: GatewayShell) -> int:
    """Until SIGTERM or SIGINT. Returns the exit code."""
    gc.collect()
    gc.freeze()
    Ending(lambda _: shell.stop()).open()
    return shell.run()


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(USAGE, file=sys.stderr)  # noqa: T201
        return 2
    try:
        path = Path(arguments[0])
        file = own_file(path)
        if (joins := joins_for(file)) is not None:
            from pager_gateway.claim import claim

            logs.configure()
            return claim(file, joins)
        settings = load(GatewaySettings, path)
        check(settings)
        logs.configure(json=settings.log_json)
        return serve(compose(settings))
    except (GatewayError, SetupError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2


def _ledger_path(data: Path) -> Path:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot make the data folder {data}: {error}") from error
    return data / "ledger.sqlite"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
