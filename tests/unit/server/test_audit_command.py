"""`redbutton audit check` and `redbutton privacy export`; and that the command line writes into the log itself."""

from __future__ import annotations

import getpass
import json
import sqlite3
from contextlib import closing
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from broker_config.command import GROUP, run
from server.supervise.prepare import EXAMPLE
from tests.unit.server.test_command import TEXT

COMMANDS = ("db", "shop", "account", "audit", "privacy")


def main(words: list[str]) -> int:
    return run(words, [EntryPoint(name, f"server.command:{name}", GROUP) for name in COMMANDS])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "server.toml"
    file.write_text(TEXT.format(folder=tmp_path))
    assert main(["db", "upgrade", "--config", str(file)]) == 0
    assert main(["shop", "load", str(EXAMPLE), "--config", str(file)]) == 0
    return file


def log(config: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(config.parent / "redbutton.db")) as base:
        return list(base.execute("SELECT action, who_kind, who_name FROM audit_entry ORDER BY id"))


def test_the_command_line_is_in_the_log(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = config.parent / "boss"
    secret.write_text("seven green kettles\n")
    with_config = ["--config", str(config)]
    assert main(["shop", "load", str(EXAMPLE), *with_config]) == 0  # changes nothing, so nothing is told
    assert main(["account", "add", "boss", "--password-file", str(secret), *with_config]) == 0
    assert main(["shop", "export", "--to", str(config.parent / "out.toml"), *with_config]) == 0
    who = ("cli", getpass.getuser())
    assert log(config) == [("shop.loaded", *who), ("account.added", *who), ("shop.exported", *who)]
    assert (config.parent / "out.toml").stat().st_mode & 0o777 == 0o600
    assert "seven green kettles" not in repr(log(config))
    capsys.readouterr()


def test_a_log_that_was_altered_is_found(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check = ["audit", "check", "--config", str(config)]
    capsys.readouterr()
    assert main(check) == 0
    told = capsys.readouterr().out
    assert "1 entries hang together" in told
    kept = told.split("keep this elsewhere: ")[1].split()[0]
    assert main([*check, "--expect", kept]) == 0
    with closing(sqlite3.connect(config.parent / "redbutton.db")) as base:
        base.execute("UPDATE audit_entry SET who_name = 'somebody else'")
        base.commit()
    assert main(check) == 1
    assert "was altered" in capsys.readouterr().out
    assert main([*check, "--expect", "nonsense"]) == 2


def test_what_is_held_about_a_person(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(config.parent / "redbutton.db")) as base:
        key, name = base.execute("SELECT id, name FROM carrier ORDER BY id").fetchone()
    capsys.readouterr()
    export = ["privacy", "export", "--config", str(config), "--person"]
    assert main([*export, name.upper()]) == 0
    assert json.loads(capsys.readouterr().out)["person"]["id"] == key
    assert log(config)[-1][0] == "person.exported"
    assert main([*export, str(key), "--to", str(config.parent / "held.json")]) == 0
    assert main([*export, "nobody of that name"]) == 2
    assert "nobody is called" in capsys.readouterr().err
