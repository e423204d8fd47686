"""Which process a config file is for, and what that process says about it.

Each package checks its own files (`redbutton button check-config`, ...): it is asked as a child process, so that
the server imports none of them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

MARKS: dict[str, str] = {
    # the first field that is there decides: no other process has it
    "units": "simulate",
    "floor_port": "simulate",
    "stores": "server",
    "database": "server",
    "zones": "shop",
    "policies": "shop",
    "inputs": "button",
    "transmitters": "gateway",
}
CALL = "from broker_config.command import main; main()"
ANSWER_S = 30.0


def kind_of(table: Mapping[str, object]) -> str | None:
    """Which process this file is for; None when its fields do not tell."""
    return next((kind for mark, kind in MARKS.items() if mark in table), None)


def kind_of_file(file: Path) -> str | None:
    """None also when the file cannot be read."""
    try:
        return kind_of(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def check(file: Path, kind: str | None = None) -> tuple[int, str]:
    """Exit code and words: 0 and what the file is, or 2 and one line per error."""
    try:
        with file.open("rb") as opened:
            table = tomllib.load(opened)
    except OSError as error:
        return 2, f"cannot read {file}: {error.strerror}"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return 2, f"{file} is not TOML: {error}"
    kind = kind or kind_of(table)
    if kind is None:
        return 2, (
            f"{file}: none of its fields says which process it is for; "
            "say it with --as server, button, gateway, simulate or shop"
        )
    if kind == "server":
        return _server(file)
    if kind == "shop":
        return _shop(file)
    return _ask(kind, file)


def _server(file: Path) -> tuple[int, str]:
    from broker_config.config import load
    from broker_config.errors import SetupError
    from server.config import ServerSettings
    from server.tls import Identity

    try:
        settings = load(ServerSettings, file)
        for one in settings.stores:
            one.credentials()
        if settings.https_identity is not None:
            Identity(settings.https_identity)
    except SetupError as error:
        return 2, str(error)
    return 0, f"{file} is fine: a server for {', '.join(one.id for one in settings.stores)}"


def _shop(file: Path) -> tuple[int, str]:
    from broker_config.errors import SetupError
    from server.shop_file import read_shop

    try:
        read_shop(file)
    except SetupError as error:
        return 2, str(error)
    return 0, f"{file} is fine: a shop file"


def _ask(kind: str, file: Path) -> tuple[int, str]:
    try:
        answer = subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, "-c", CALL, kind, "check-config", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=ANSWER_S,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return (
            2,
            f"{file}: the {kind} did not say within {ANSWER_S:.0f} s whether the file is fine; try again",
        )
    return (0 if answer.returncode == 0 else 2), answer.stdout.strip()
