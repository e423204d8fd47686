"""`redbutton button`: run a unit by hand, or check its file. The service itself loads neither typer nor rich."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="button", help="The button unit on a Raspberry Pi.")

Config = Annotated[Path, typer.Argument(help="The unit's TOML file.", show_default=False)]
SelfTested = Annotated[
    Path | None,
    typer.Option(
        "--self-test",
        metavar="UNIT.toml",
        help="Prove a unit with its installer: pins, lights, buttons, disk, broker, and one drill to the receipt.",
        show_default=False,
    ),
]
NoHands = Annotated[
    bool, typer.Option("--no-hands", help="With --self-test: nobody is asked and nothing is pushed or sent.")
]


@app.callback(invoke_without_command=True)
def button(context: typer.Context, self_test: SelfTested = None, no_hands: NoHands = False) -> None:
    """The button unit on a Raspberry Pi."""
    if context.invoked_subcommand is not None:
        return
    if self_test is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)
    from contextlib import chdir
    from tempfile import TemporaryDirectory

    from rich.console import Console

    from firmware_bridge.self_test.installer import AtTerminal
    from firmware_bridge.self_test.walk import SelfTest

    path = self_test.absolute()
    with TemporaryDirectory() as folder, chdir(folder):  # lgpio makes a pipe wherever it is started
        code = SelfTest(AtTerminal(Console(), not no_hands)).run(path)
    raise typer.Exit(code)


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
    """Make this unit one of a store: hand it a join string, press one of its buttons, confirm on the screen."""
    from contextlib import chdir
    from tempfile import TemporaryDirectory

    from broker_config.enrol.at_start import OneJoin, join_of
    from broker_config.errors import SetupError
    from firmware_bridge.claim import ClaimingUnit
    from firmware_bridge.errors import UnitError
    from firmware_bridge.setup import own_file

    try:
        joins = OneJoin(join_of(file))
        own = own_file(config.absolute())
        with TemporaryDirectory() as folder, chdir(folder):  # lgpio makes a pipe wherever it is started
            unit = ClaimingUnit(own, joins, lambda view: typer.echo(view.line), once=True)
            unit.run()
    except (SetupError, UnitError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if not unit.is_claimed:
        raise typer.Exit(1)
    typer.echo(f"{own.path} and {own.identity} are written: start the service")
