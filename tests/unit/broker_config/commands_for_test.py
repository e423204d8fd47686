"""Sub-commands as other packages bring them."""

from __future__ import annotations

import typer

from broker_config.errors import SetupError

single = typer.Typer()
group = typer.Typer(help="Several things.")


@single.command()
def only(name: str) -> None:
    """Greet."""
    typer.echo(f"hello {name}")


@group.command("one")
def one() -> None:
    """Exit code 3."""
    raise typer.Exit(3)


@group.command("two")
def two() -> None:
    """Is set up badly."""
    raise SetupError("first thing\nsecond thing")


def plain(count: int = 1) -> None:
    """A function without Typer."""
    typer.echo("x" * count)
