"""From facts to lines: which facts belong to this machine, judged and shown."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from broker_config.config import load
from broker_config.errors import SetupError
from server.check import check, kind_of_file
from server.config import ServerSettings
from server.doctor import collect, judge
from server.doctor.judge import Finding, Level

SIGNS = {Level.OK: ("ok", "green"), Level.WARN: ("warn", "yellow"), Level.FAULT: ("FAULT", "bold red")}


def run(data: Path | None, config: Path | None, *, as_json: bool) -> int:
    """Exit code: 1 when a fault was found."""
    if data is None and config is None:
        data = Path("data")
    findings = list(examine(data, config))
    if as_json:
        print(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=1))  # noqa: T201
    else:
        show(findings)
    return 1 if judge.worst(findings) is Level.FAULT else 0


def examine(data: Path | None, config: Path | None) -> Iterator[Finding]:
    """Every finding, as soon as it is known."""
    files = collect.config_files(data) if data is not None else []
    if config is None and data is not None and data / "server.toml" in files:
        config = data / "server.toml"
    elif config is not None and config not in files:
        files.append(config)
    settings = _settings(config)
    yield judge.python(sys.version_info[:3])
    yield judge.extras(collect.modules(), _needed(files, settings))
    yield judge.mosquitto(*collect.mosquitto())
    if data is not None:
        yield judge.folder(str(data), *collect.folder(data))
    yield judge.disk(str(data or config), collect.free_bytes(data or Path()))
    yield judge.clock(collect.clock())
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # most files are checked by a child process
        yield from judge.configs(dict(zip(map(str, files), pool.map(check, files), strict=True)))
    now = datetime.now(UTC)
    yield from _about_identities(files, data, now)
    if settings is not None:
        yield from _about_server(settings, now, {name for name, _, _ in collect.certificates(files, None)})
    for file in files:
        if kind_of_file(file) == "gateway":
            for fact in collect.serial_ports(file):
                yield judge.serial_port(*fact)


def _about_identities(files: Sequence[Path], data: Path | None, now: datetime) -> Iterator[Finding]:
    for whose, trouble, found in collect.certificates(files, data):
        until = None if found is None else found.not_after
        renew_at = None if found is None or whose == collect.AUTHORITY else found.renew_at
        yield judge.certificate(whose, now, trouble, until, renew_at)
    troubles = None if data is None else collect.broker_troubles(data, now)
    if troubles is not None:
        yield from judge.broker_files(troubles)


def _about_server(settings: ServerSettings, now: datetime, here: Collection[str]) -> Iterator[Finding]:
    """`here`: who was looked at already, by the files of this machine."""
    runs = collect.server_runs(settings)
    yield judge.port(settings.port, collect.port(settings, runs))
    where, state, words = collect.database(settings)
    yield judge.database(where, state, words)
    if state == "current":
        ending = {name: life for name, life in collect.ending(settings, now).items() if name not in here}
        yield from judge.devices(ending, now)
    for store in settings.stores:
        yield judge.broker(f"{store.broker_host}:{store.broker_port}", *collect.broker(store, runs))


def _settings(config: Path | None) -> ServerSettings | None:
    """None when there is no server here, or its file is wrong: then its check says so."""
    try:
        return None if config is None else load(ServerSettings, config)
    except SetupError:
        return None


def _needed(files: Sequence[Path], settings: ServerSettings | None) -> set[str]:
    needed = {kind for file in files if (kind := kind_of_file(file)) in judge.EXTRAS and kind is not None}
    if settings is not None and settings.database.startswith("postgresql"):
        needed.add("postgres")
    return needed


def show(findings: Sequence[Finding]) -> None:
    """One line per finding and one per action; plain when nobody looks at a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    wide = max((len(one.what) for one in findings), default=0)
    for one in findings:
        sign, style = SIGNS[one.level]
        line = Text(f"{sign:<6}", style=style).append(f"{one.what:<{wide}}  {one.words}", style="default")
        console.print(line)
        if one.action:
            console.print(Text(f"{'':<6}{'':<{wide}}  → {one.action}", style="dim"))
