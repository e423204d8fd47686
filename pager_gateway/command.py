"""`redbutton gateway`: run a gateway by hand, or check its file. The service itself loads neither typer nor rich."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="gateway", help="The pager gateway: orders to serial transmitters.", no_args_is_help=True
)

Config = Annotated[Path, typer.Argument(help="The gateway's TOML file.", show_default=False)]


@app.command()
def run(config: Config) -> None:
    """Run the gateway in this terminal until Ctrl-C."""
    from pager_gateway.__main__ import main

    raise typer.Exit(main([str(config)]))


@app.command("check-config")
def check_config(config: Config) -> None:
    """Read the file and say everything that is wrong with it. Exit code 2 when something is."""
    from broker_config.config import load
    from broker_config.errors import SetupError
    from pager_gateway.config import GatewaySettings, check
    from pager_gateway.errors import GatewayError

    try:
        settings = load(GatewaySettings, config)
        check(settings)
    except (SetupError, GatewayError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    lines = ", ".join(f"{one.name} ({one.driver} on {one.port})" for one in settings.transmitters)
    typer.echo(f"{config} is fine: {settings.store}.{settings.device}, transmitters {lines}")


@app.command()
def drivers() -> None:
    """List the kinds of transmitters that this installation knows, a line each."""
    from pager_gateway import registry

    names = registry.names()
    width = max(map(len, names))
    for name in names:
        typer.echo(f"{name:{width}}  {registry.describe(name)}")


@app.command()
def enrol(
    config: Config,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            help="A file with the join string. Without it the string is read from standard input.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make this gateway one of a store: hand it a join string, compare six figures with the screen, confirm there."""
    from broker_config.enrol.at_start import OneJoin, join_of
    from broker_config.errors import SetupError
    from pager_gateway.claim import ClaimingGateway
    from pager_gateway.setup import own_file

    try:
        own = own_file(config.absolute())
        gateway = ClaimingGateway(own, OneJoin(join_of(file)), lambda view: typer.echo(view.line), once=True)
        gateway.run()
    except SetupError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if not gateway.is_claimed:
        raise typer.Exit(1)
    typer.echo(f"{own.path} and {own.identity} are written: start the service")
