"""`redbutton simulate`: the devices, pagers and staff of one shop in software, with a floor page to play on; and
scenarios of such a shop in fast motion."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from broker_config.command import FileOrCommand

app = typer.Typer(
    name="simulate",
    help="A scenario of a shop in fast motion; or a shop's devices and staff in software.",
    cls=FileOrCommand,
    no_args_is_help=True,
    subcommand_metavar="SCENARIO [OPTIONS] | --list | check SCENARIO | run SIMULATE.toml | check-config SIMULATE.toml",
)

File = Annotated[Path, typer.Argument(help="The simulated shop's TOML file.", show_default=False)]
Scenario = Annotated[
    str | None,
    typer.Argument(metavar="SCENARIO", help="A TOML file, or the id of a shipped one.", show_default=False),
]


@app.command("file", hidden=True)
def play(
    scenario: Scenario = None,
    shipped: Annotated[bool, typer.Option("--list", help="Show the shipped scenarios.")] = False,
    shop: Annotated[
        Path | None,
        typer.Option(
            "--shop", metavar="SHOP.toml", help="In this shop; else in the example.", show_default=False
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Else the scenario's own.", show_default=False)
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0.0, help="Times faster than life; 0: as fast as this machine can.")
    ] = 0.0,
) -> None:
    """Play a scenario in virtual time. Exit code 1 when something that it expects did not happen."""
    from simulator.scenarios import shelf

    if shipped:
        for one in shelf.shipped():
            typer.echo(f"{one.id:24}{one.scenario.title.en}: {one.scenario.summary.en}")
        return
    if scenario is None:
        raise typer.BadParameter("a file, or one of --list", param_hint="SCENARIO")
    found = shelf.find(scenario)
    from simulator.world.play import play_in_terminal

    raise typer.Exit(0 if play_in_terminal(found, shop, seed, speed) else 1)


@app.command()
def check(scenario: Annotated[str, typer.Argument(metavar="SCENARIO", show_default=False)]) -> None:
    """Read a scenario's file and say everything that is wrong with it. Exit code 2 when something is."""
    from simulator.scenarios import shelf
    from simulator.scenarios.times import spoken

    found = shelf.find(scenario)
    short = "no short version" if found.live is None else f"{spoken(found.live.lasts)} in the running shop"
    typer.echo(
        f"{scenario} is fine: {found.scenario.title.en}, {spoken(found.scenario.lasts)}, {len(found.steps)} steps, "
        f"{len(found.customers)} streams of customers, {len(found.expect)} expectations, {short}"
    )


@app.command()
def run(file: File) -> None:
    """Simulate the shop in this terminal until Ctrl-C."""
    from simulator.__main__ import main

    raise typer.Exit(main([str(file)]))


@app.command("history")
def make_history(
    config: Annotated[Path, typer.Option("--config", help="The server's TOML file.", metavar="FILE")],
    shop: Annotated[Path, typer.Option(help="The shop's file, as it was loaded.", metavar="FILE")],
    simulate: Annotated[
        Path | None,
        typer.Option(help="The simulated shop's file: its units go on from there.", metavar="FILE"),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=40_000, help="How long the past is.")] = 30,
    years: Annotated[int | None, typer.Option(min=1, max=100, help="The same in years.")] = None,
    stores: Annotated[int, typer.Option(min=1, max=1_000, help="A chain of so many, after this one.")] = 1,
    seed: Annotated[int | None, typer.Option(help="Another one, another past.")] = None,
    until: Annotated[
        datetime | None, typer.Option(help="The end, in this machine's time; now if not given.")
    ] = None,
) -> None:
    """Fill a database that has no presses yet with believable business, by the real rules and engine."""
    from simulator.history import Order
    from simulator.history import run as make

    days = days if years is None else round(365.25 * years)
    raise typer.Exit(make(Order(config, shop, simulate, days, stores, seed, until)))


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
