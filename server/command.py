"""The commands of the shop's machine: setup, server, up, doctor, check-config, db, shop, account, audit, privacy.

Each is an app of its own that the `redbutton` command finds by its entry point. Whatever is slow to import is
imported inside a command. Exit codes: 0 fine, 1 something is wrong, 2 bad input or config, 130 Ctrl-C."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from broker_config.errors import SetupError
from server.rules.rights import Role

if TYPE_CHECKING:
    from server.config import ServerSettings
    from server.db.connect import Database
    from server.rules.audit import Actor

setup = typer.Typer(help="A new shop: five questions.")
server = typer.Typer(help="Run the server in this terminal until Ctrl-C.")
up = typer.Typer(help="The whole shop on this machine: broker, server, gateway.")
doctor = typer.Typer(help="What is wrong on this machine, and what to do.")
check_config = typer.Typer(help="Check a config file of any process.")
db = typer.Typer(help="The server's database.", no_args_is_help=True)
shop = typer.Typer(help="Zones, buttons, pagers, people and policies from a shop file.", no_args_is_help=True)
account = typer.Typer(
    help="What became of every press and page, and every gap; `account add`: who may sign in.",
    invoke_without_command=True,
)
audit = typer.Typer(help="The log of who changed and looked at what.", no_args_is_help=True)
privacy = typer.Typer(help="What is held about a person.", no_args_is_help=True)
device = typer.Typer(help="Devices that cannot hold a certificate.", no_args_is_help=True)
DAY = ["%Y-%m-%d"]

ServerFile = Annotated[Path, typer.Argument(help="The server's TOML file.", show_default=False)]
ServerOption = Annotated[
    Path, typer.Option("--config", help="The server's TOML file.", show_default=False, metavar="FILE")
]


@setup.command("setup")
def run_setup(
    data: Annotated[Path, typer.Option(help="Folder for everything of the shop.")] = Path("data"),
    name: Annotated[str | None, typer.Option(help="Of the shop.", show_default=False)] = None,
    language: Annotated[str | None, typer.Option(help="en, ru or et.", show_default=False)] = None,
    timezone: Annotated[str | None, typer.Option(help="As Europe/Tallinn.", show_default=False)] = None,
    line: Annotated[
        str | None,
        typer.Option(help="Device or URL of the paging transmitter; - for none yet.", show_default=False),
    ] = None,
    driver: Annotated[
        str | None,
        typer.Option(help="What that speaks: `redbutton gateway drivers` lists them.", show_default=False),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Your name.", show_default=False)] = None,
) -> None:
    """Begin a new shop: asks five things and writes its file and a service. What an option says is not asked."""
    from server.begin import ask, files

    def prompt(question: str, proposal: str) -> str:
        return str(typer.prompt(question, default=proposal or None))

    files.free(data)
    given = {"name": name, "language": language, "timezone": timezone, "line": line, "owner": owner}
    given["driver"] = driver
    answers = ask.ask_all(given, prompt, typer.echo, ask.serial_lines())
    files.write(answers, data, ask.user())
    typer.echo(files.next_steps(answers, data))


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
    https_port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Of the board by HTTPS; 363 above --port (8443) if not given."),
    ] = None,
    broker_port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Of the broker; if not given, kept from the first start."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets devices and browsers of the shop in.")
    ] = "127.0.0.1",
    password_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            help="A second TLS port of the broker, for devices with a password; none if not given.",
        ),
    ] = None,
    history_days: Annotated[
        int,
        typer.Option(min=0, max=4_000, help="Of simulated business in a fresh data folder; 0: none."),
    ] = 30,
) -> None:
    """The whole shop on this machine as child processes, until Ctrl-C."""
    from server.supervise.up import Wish, run

    wish = Wish(
        data,
        shop_file,
        simulate,
        host,
        port,
        floor_port,
        broker_port,
        https_port,
        history_days,
        password_port,
    )
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
    from server.db import shape
    from server.db.upgrade import upgrade as to_newest

    base = _database(_settings(config))
    before = shape.current(base)
    to_newest(base)
    after = shape.current(base)
    typer.echo("the database is up to date" if before == after else f"the database went to version {after}")


@db.command()
def version(config: ServerOption) -> None:
    """Which shape the database has. Exit code 1 when it must be upgraded."""
    from server.db import shape

    found, newest = shape.current(_database(_settings(config))), shape.newest()
    typer.echo(f"database {found or 'empty'}, program {newest}")
    if found != newest:
        typer.echo(f"run: redbutton db upgrade --config {config}", err=True)
        raise typer.Exit(1)


@shop.command("load")
def load_shop(
    file: Annotated[Path, typer.Argument(metavar="SHOP.toml", help="The shop.", show_default=False)],
    config: ServerOption,
) -> None:
    """Bring the shop to what the file says: what was changed on screens since, and is not in the file, is undone.

    `redbutton shop export` writes the shop as it is now as such a file."""
    from server.setup import load_shop_file

    summary = load_shop_file(_database(_settings(config)), file, _operator())
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

    text = export(_database(_settings(config)), store, _operator())
    _write(text, to, "the shop")


@account.callback()
def draw_up_account(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="The server's TOML file; data/server.toml if not given.", metavar="FILE"),
    ] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="The first day; all if not given.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=DAY, help="The last day, included; now if not given.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="Only this store; all if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """What became of every press and page in a shop's data, and every gap in that. The server may run.

    Exit code 0: everything is explained, 1: there are gaps, 2: bad usage."""
    if context.invoked_subcommand is not None:
        return
    from server.account import run

    base = _database(_settings(config or Path("data") / "server.toml"))
    try:
        first_day, last_day = (None if day is None else day.date() for day in (first, last))
        code = run(base, store, first_day, last_day, datetime.now(UTC), as_json=as_json)
    finally:
        base.close()
    raise typer.Exit(code)


@account.command("add")
def add_account(
    login: Annotated[str, typer.Argument(help="What the person types to sign in.", show_default=False)],
    config: ServerOption,
    name: Annotated[str, typer.Option(help="As others see it; the login if not given.")] = "",
    role: Annotated[Role, typer.Option(help="What this person may.")] = Role.STAFF,
    store: Annotated[str | None, typer.Option(help="Only this store; all if not given.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="Holds the password; asked for if not given.", show_default=False)
    ] = None,
) -> None:
    """Let a person sign in."""
    from server.setup import add_account as make

    fields = {
        "login": login,
        "name": name or login,
        "role": role,
        "store_id": store,
        "password": _password(password_file),
    }
    make(_database(_settings(config)), fields, _operator())
    typer.echo(f"{login} may sign in as {role}")


@account.command("password")
def change_password(
    login: Annotated[str, typer.Argument(help="Whose.", show_default=False)],
    config: ServerOption,
    password_file: Annotated[
        Path | None, typer.Option(help="Holds the password; asked for if not given.", show_default=False)
    ] = None,
) -> None:
    """Another password for somebody who lost theirs. Whoever is signed in with the old one is out."""
    from server.setup import change_password as change

    change(_database(_settings(config)), login, _password(password_file), _operator())
    typer.echo(f"{login} has another password; every sign-in with the old one has ended")


def _password(file: Path | None) -> str:
    """Never from the command line, which other users of the machine can read."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise SetupError(f"cannot read {file}: {why}") from error
    if sys.stdin.isatty():
        return str(typer.prompt("Password (12 signs or more)", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().strip("\r\n")


@device.callback()
def about_device() -> None:
    """Usually a device makes its own key and is enrolled; this is for one that cannot."""


@device.command("password")
def give_device_password(
    name: Annotated[str, typer.Argument(metavar="DEVICE", help="Its id.", show_default=False)],
    config: ServerOption,
    to: Annotated[
        Path, typer.Option("--to", help="A new file for the password.", show_default=False, metavar="FILE")
    ],
    store: Annotated[str | None, typer.Option(help="Needed where two stores have such a device.")] = None,
) -> None:
    """A password for a device, in a file of yours alone. The broker needs a listener for it: `up --password-port`."""
    from server.device_passwords import give

    base = _database(_settings(config))
    given = give(base, name, to, datetime.now(UTC), _operator(), store)
    typer.echo(
        f"the password of {name} of {given} is in {to}; it counts within a minute, what was before no more"
    )


@audit.callback()
def about_audit() -> None:
    """The log of who changed and looked at what."""


@audit.command("check")
def check_audit(
    config: ServerOption,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            help="What an earlier check printed, kept elsewhere: STORE:NUMBER:HASH.", metavar="ENTRY"
        ),
    ] = None,
) -> None:
    """Whether an entry was altered or taken away. Exit code 1 when one was.

    Whoever can write to the database could write the whole log anew: only --expect shows that."""
    from server.audit import run

    code, words = run(_database(_settings(config)), expect or ())
    typer.echo(words)
    raise typer.Exit(code)


@privacy.callback()
def about_privacy() -> None:
    """What is held about a person."""


@privacy.command("export")
def export_person(
    person: Annotated[str, typer.Option(help="The name as it stands in the setup, or its number.")],
    config: ServerOption,
    store: Annotated[str | None, typer.Option(help="Its id; needed where names are alike.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="A new file; the terminal if not given.", metavar="FILE.json")
    ] = None,
) -> None:
    """Everything that is held about one person, as JSON. That it was asked for stands in the log of changes."""
    from server.privacy import export

    text = export(_database(_settings(config)), person, store, _operator(), datetime.now(UTC))
    _write(text + "\n", to, "what is held")


def _write(text: str, to: Path | None, what: str) -> None:
    """To a new file that only its owner reads, or to the terminal."""
    if to is None:
        typer.echo(text, nl=False)
        return
    try:
        with os.fdopen(
            os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError as error:
        raise SetupError(f"cannot write {to}: {error.strerror}") from error
    typer.echo(f"{what} is in {to}")


def _operator() -> Actor:
    """Whoever sits at the shop's machine, by the name that the machine knows."""
    import getpass

    from server.rules.audit import Actor, Kind

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        name = ""
    return Actor(Kind.CLI, name=name)


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
