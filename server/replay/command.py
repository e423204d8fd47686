"""`redbutton replay FILE` and `redbutton replay record`: the words of the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from broker_config.command import FileOrCommand

OTHER = "Another shop file to compare with; only its policies, people and hours need to differ."
DAY = ["%Y-%m-%d"]


replay = typer.Typer(
    help="A recorded period once more, with other policies or people.",
    cls=FileOrCommand,
    no_args_is_help=True,
    subcommand_metavar="FILE [OPTIONS] | record [OPTIONS] OUT.jsonl",
)


@replay.command("file", hidden=True)
def run_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A record.", show_default=False)],
    shop: Annotated[Path | None, typer.Option("--shop", help=OTHER, metavar="SHOP.toml")] = None,
    shop2: Annotated[Path | None, typer.Option("--shop2", help=OTHER, metavar="SHOP.toml")] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Every call, not only those that differ most.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Who would have been called when, and how the figures change. `redbutton shop export` gives a shop to change."""
    from server.replay.as_json import as_json as document
    from server.replay.compare import compare
    from server.replay.file import RecordFile
    from server.replay.report import report
    from server.shop_file import read_shop

    record = RecordFile(file)
    record.check()
    others = [(_name(path, (shop, shop2)), read_shop(path)) for path in (shop, shop2) if path is not None]
    found = compare(record.head, record.lines, others)
    if as_json:
        typer.echo(json.dumps(document(found, details=details), ensure_ascii=False, indent=1))
        return
    for line in report(found, details=details):
        typer.echo(line)


@replay.command("record")
def run_record(
    out: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="A new file.", show_default=False)],
    config: Annotated[
        Path, typer.Option("--config", help="The server's TOML file.", show_default=False, metavar="FILE")
    ],
    first: Annotated[
        datetime, typer.Option("--from", formats=DAY, help="The first day.", show_default=False)
    ],
    last: Annotated[
        datetime, typer.Option("--to", formats=DAY, help="The last day, included.", show_default=False)
    ],
    store: Annotated[str | None, typer.Option(help="Its id; needed where there are several.")] = None,
) -> None:
    """Write down what happened in a period: presses, pages, answers, by initials alone. The server may run."""
    from server.command import _database, _settings
    from server.replay.make import make_record

    base = _database(_settings(config))
    try:
        end = make_record(base, store, first.date(), last.date(), out, datetime.now(UTC))
    finally:
        base.close()
    typer.echo(f"{end.calls} calls and {end.presses} other presses are in {out}")


def _name(path: Path, both: Sequence[Path | None]) -> str:
    """What stands above its column: the name of the file, with its folder where two are called alike."""
    alike = sum(one is not None and one.name == path.name for one in both) > 1
    return str(path) if alike else path.name
