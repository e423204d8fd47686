"""The commands of the shop's machine: server, up, doctor, check-config, db, shop, account.

Each is an app of its own that the `redbutton` command finds by its entry point. Whatever is slow to import is
imported inside a command. Exit codes: 0 fine, 1 something is wrong, 2 bad input or config, 130 Ctrl-C."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from broker_config.errors import SetupError

if TYPE_CHECKING:
    from server.config import ServerSettings
    from server.db.connect import Database

server = typer.Typer(help="Run the server in this terminal until Ctrl-C.")
up = typer.Typer(help="The whole shop on this machine: broker, server, gateway.")
doctor = typer.Typer(help="What is wrong on this machine, and what to do.")
check_config = typer.Typer(help="Check a config file of any process.")
db = typer.Typer(help="The server's database.", no_args_is_help=True)
shop = typer.Typer(help="Zones, buttons, pagers, people and policies from a shop file.", no_args_is_help=True)
account = typer.Typer(help="Who may sign in.", no_args_is_help=True)

ServerFile = Annotated[Path, typer.Argument(help="The server's TOML file.", show_default=False)]
ServerOption = Annotated[
    Path, typer.Option("--config", help="The server's TOML file.", show_default=False, metavar="FILE")
]


@server.command("server")
def run_server(config: ServerFile) -> None:
    """Run the server in this terminal until Ctrl-C."""
    from server.__main__ import main

    raise typer.Exit(main([str(config)]))


@up.command("up")
def run_up(
    shop_file: Annotated[
        Path | None,
        typer.Argument(metavar="[SHOP.toml]", help="The shop; needed at the first start, kept after it."),
    ] = None,
    data: Annotated[Path, typer.Option(help="Folder for everything that must be kept.")] = Path("data"),
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Simulated buttons, transmitters, pagers and staff.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Of the board; 0: any free one.")] = 8080,
    floor_port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Of the simulator's floor; one above --port if not given."),
    ] = None,
    broker_port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Of the broker; if not given, kept from the first start."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets devices and browsers of the shop in.")
    ] = "127.0.0.1",
) -> None:
    """The whole shop on this machine as child processes, until Ctrl-C."""
    from server.supervise.up import Wish, run

    wish = Wish(data, shop_file, simulate, host, port, floor_port, broker_port)
    raise typer.Exit(run(wish))


@doctor.command("doctor")
def run_doctor(
    data: Annotated[
        Path | None, typer.Option(help="The data folder of `redbutton up`.", show_default=False)
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="The server's TOML file.", show_default=False, metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """What is wrong on this machine, and what to do. Exit code 1 when a fault was found."""
    from server.doctor.report import run

    raise typer.Exit(run(data, config, as_json=as_json))


@check_config.command("check-config")
def run_check(
    file: Annotated[Path, typer.Argument(help="A TOML file of any process.", show_default=False)],
    kind: Annotated[
        Literal["server", "button", "gateway", "simulate", "shop"] | None,
        typer.Option("--as", help="For which process it is; if not given, its fields tell."),
    ] = None,
) -> None:
    """Read a config file and say everything that is wrong with it. Exit code 2 when something is."""
    from server.check import check

    code, words = check(file, kind)
    typer.echo(words, err=code != 0)
    raise typer.Exit(code)


@db.command()
def upgrade(config: ServerOption) -> None:
    """Bring the database to the newest shape. Safe to repeat."""
    from server.db import upgrade as shape

    base = _database(_settings(config))
    before = shape.current(base)
    shape.upgrade(base)
    after = shape.current(base)
    typer.echo("the database is up to date" if before == after else f"the database went to version {after}")


@db.command()
def version(config: ServerOption) -> None:
    """Which shape the database has. Exit code 1 when it must be upgraded."""
    from server.db import upgrade as shape

    found, newest = shape.current(_database(_settings(config))), shape.newest()
    typer.echo(f"database {found or 'empty'}, program {newest}")
    if found != newest:
        typer.echo(f"run: redbutton db upgrade --config {config}", err=True)
        raise typer.Exit(1)


@shop.callback()
@account.callback()
def _group() -> None:
    """Keeps the name of an app's only command: `shop load`, not `shop`."""


@shop.command("load")
def load_shop(
    file: Annotated[Path, typer.Argument(metavar="SHOP.toml", help="The shop.", show_default=False)],
    config: ServerOption,
) -> None:
    """Bring the shop to what the file says: what was changed on screens since, and is not in the file, is undone.

    `redbutton shop export` writes the shop as it is now as such a file."""
    from server.setup import load_shop_file

    summary = load_shop_file(_database(_settings(config)), file)
    told = [
        f"{verb}: " + ", ".join(f"{count} {sort}" for sort, count in counts.items())
        for verb, counts in (("added", summary.added), ("changed", summary.changed), ("gone", summary.gone))
        if counts
    ]
    typer.echo("; ".join(told) or "nothing changed: the shop was as the file says")


@shop.command("export")
def export_shop(
    config: ServerOption,
    store: Annotated[str | None, typer.Option(help="Its id; needed where there are several.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="A new file; the terminal if not given.", metavar="SHOP.toml")
    ] = None,
) -> None:
    """Write the shop of the database as a shop file. Loading that file changes nothing."""
    from server.setup import export_shop as export

    text = export(_database(_settings(config)), store)
    if to is None:
        typer.echo(text, nl=False)
        return
    try:
        with to.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise SetupError(f"cannot write {to}: {error.strerror}") from error
    typer.echo(f"the shop is in {to}")


@account.command("add")
def add_account(
    login: Annotated[str, typer.Argument(help="What the person types to sign in.", show_default=False)],
    config: ServerOption,
    name: Annotated[str, typer.Option(help="As others see it; the login if not given.")] = "",
    role: Annotated[Literal["manager", "staff"], typer.Option()] = "staff",
    store: Annotated[str | None, typer.Option(help="Only this store; all if not given.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="Holds the password; asked for if not given.", show_default=False)
    ] = None,
) -> None:
    """Let a person sign in."""
    if password_file is not None:
        try:
            password = password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SetupError(f"cannot read {password_file}: {error.strerror}") from error
    elif sys.stdin.isatty():
        password = typer.prompt("Password (8 signs or more)", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().strip()
    from server.setup import add_account as make

    fields = {"login": login, "name": name or login, "role": role, "store_id": store, "password": password}
    make(_database(_settings(config)), fields)
    typer.echo(f"{login} may sign in")


def _settings(config: Path) -> ServerSettings:
    from broker_config.config import load
    from server.config import ServerSettings

    return load(ServerSettings, config)


def _database(settings: ServerSettings) -> Database:
    from sqlalchemy.exc import SQLAlchemyError

    from server.db.connect import Database

    base = Database(settings.database)
    try:
        with base.reading() as session:
            session.connection()
    except SQLAlchemyError as error:
        raise SetupError(
            f"cannot open the database {base.url.render_as_string()}: {error.args[0]}"
        ) from error
    return base
