"""The `redbutton` command: it owns no sub-command and finds them all by entry point.

An entry of the group `redbutton.commands` is either a Typer app or a plain function. An app with one command and
no callback becomes a plain command, every other app a group."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from broker_config import __version__
from broker_config.errors import SetupError

GROUP = "redbutton.commands"
FAILED, MISUSED = 1, 2

EXTRAS = {
    "firmware_bridge": "button",
    "pager_gateway": "gateway",
    "server": "server",
    "simulator": "server,gateway,button",
}
"""Package -> what must be installed besides for its commands."""


class FileOrCommand(TyperGroup):
    """`replay FILE` for `replay file FILE`: whatever is no command belongs to the command `file`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["file", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


def main() -> NoReturn:
    """What the `redbutton` script calls."""
    sys.exit(run(sys.argv[1:], entry_points(group=GROUP)))


def run(arguments: Sequence[str], entries: Iterable[EntryPoint]) -> int:
    """One command line. Returns the exit code: 2 for what the person must put right, with a line per error."""
    command = typer.main.get_command(assemble(entries))
    try:
        result = command.main(args=list(arguments), prog_name="redbutton", standalone_mode=True)
    except SetupError as error:
        for line in str(error).splitlines():
            print(f"redbutton: {line}", file=sys.stderr)  # noqa: T201
        return MISUSED
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else FAILED if done.code else 0
    return result if isinstance(result, int) else 0


def assemble(entries: Iterable[EntryPoint]) -> typer.Typer:
    """One app with everything that is installed."""
    app = typer.Typer(
        name="redbutton",
        help="An unhappy customer presses a red button; the right wrist pager vibrates a second later.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_root)
    for entry in sorted(entries, key=lambda entry: entry.name):
        _add(app, entry)
    return app


def _add(app: typer.Typer, entry: EntryPoint) -> None:
    try:
        found = entry.load()
    except ImportError as error:
        app.command(
            entry.name,
            help=f"Not installed: {_what_to_install(entry)}",
            context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        )(_missing(entry, error))
        return
    if not isinstance(found, typer.Typer):
        app.command(entry.name)(found)
    elif (
        len(found.registered_commands) == 1 and not found.registered_groups and not found.registered_callback
    ):
        only = found.registered_commands[0]
        if only.callback is not None:
            app.command(entry.name, help=only.help or found.info.help or None)(only.callback)
    else:
        app.add_typer(found, name=entry.name)


def _missing(entry: EntryPoint, cause: ImportError) -> Callable[[], None]:
    def explain() -> None:
        raise SetupError(
            f"{entry.name} needs more than is installed ({cause.name}). {_what_to_install(entry)}"
        )

    return explain


def _what_to_install(entry: EntryPoint) -> str:
    extra = EXTRAS.get(entry.module.split(".")[0])
    return f'pip install "redbutton[{extra}]"' if extra else f"install what {entry.module} needs"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"redbutton {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Nothing to do before a sub-command."""


if __name__ == "__main__":
    main()
