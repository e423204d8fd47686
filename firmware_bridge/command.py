"""`redbutton button`: run a unit by hand, or check its file. The service itself loads neither typer nor rich."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="button", help="The button unit on a Raspberry Pi.", no_args_is_help=True)

Config = Annotated[Path, typer.Argument(help="The unit's TOML file.", show_default=False)]


@app.command()
def run(config: Config) -> None:
    """Run the unit in this terminal until Ctrl-C."""
    from firmware_bridge.__main__ import main

    raise typer.Exit(main([str(config)]))


@app.command("check-config")
def check_config(config: Config) -> None:
    """Read the file and say everything that is wrong with it. Exit code 2 when something is."""
    from broker_config.config import load
    from broker_config.errors import SetupError
    from firmware_bridge.config import ButtonUnitSettings

    try:
        settings = load(ButtonUnitSettings, config)
    except SetupError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    inputs = ", ".join(
        f"{one.n} on pin {one.pin}" + ("" if one.key_for is None else f" (staff key of {one.key_for})")
        for one in settings.inputs
    )
    typer.echo(f"{config} is fine: {settings.store}.{settings.device}, inputs {inputs}")
