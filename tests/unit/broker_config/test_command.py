"""The `redbutton` command: what it finds, what it says, how it ends."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from broker_config import __version__
from broker_config.command import GROUP, run

HERE = "tests.unit.broker_config.commands_for_test"
ENTRIES = [
    EntryPoint("greet", f"{HERE}:single", GROUP),
    EntryPoint("many", f"{HERE}:group", GROUP),
    EntryPoint("plain", f"{HERE}:plain", GROUP),
    EntryPoint("gateway", "pager_gateway.no_such_module:app", GROUP),
]


@pytest.mark.parametrize(
    ("line", "code", "out"),
    [
        ("--version", 0, f"redbutton {__version__}\n"),
        ("greet you", 0, "hello you\n"),
        ("many one", 3, ""),
        ("plain --count 3", 0, "xxx\n"),
    ],
)
def test_commands(line: str, code: int, out: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split(), ENTRIES) == code
    assert capsys.readouterr().out == out


def test_what_a_person_must_put_right_is_one_line_per_error_and_code_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["many", "two"], ENTRIES) == 2
    assert capsys.readouterr().err == "redbutton: first thing\nredbutton: second thing\n"


def test_a_part_that_is_not_installed_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gateway", "run", "--config", "x"], ENTRIES) == 2
    assert 'pip install "redbutton[gateway]"' in capsys.readouterr().err


@pytest.mark.parametrize("line", ["bogus", "greet", "plain --count many"])
def test_a_wrong_line_is_code_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split(), ENTRIES) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"], ENTRIES) == 0
    out = capsys.readouterr().out
    assert all(entry.name in out for entry in ENTRIES)
