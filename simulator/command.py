"""`redbutton simulate`: the devices, pagers and staff of one shop in software, with a floor page to play on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="simulate", help="A shop's devices and staff in software.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The simulated shop's TOML file.", show_default=False)]


@app.command()
def run(file: File) -> None:
    """Simulate the shop in this terminal until Ctrl-C."""
    from simulator.__main__ import main

    raise typer.Exit(main([str(file)]))


@app.command("check-config")
def check_config(file: File) -> None:
    """Read the file and say everything that is wrong with it. Exit code 2 when something is."""
    from broker_config.config import load
    from broker_config.errors import SetupError
    from simulator.config import SimulateSettings

    try:
        settings = load(SimulateSettings, file)
    except SetupError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    inputs = sum(len(unit.inputs) for unit in settings.units)
    typer.echo(
        f"{file} is fine: {settings.store_name}, {inputs} buttons on {len(settings.units)} units, "
        f"{len(settings.transmitters)} transmitters, {len(settings.pagers)} pagers, "
        f"{len(settings.people)} people"
    )
