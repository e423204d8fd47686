"""The environment over a settings file: which names count, what is within a field, and that no value is told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from broker_config.config import FileSettings, load
from broker_config.environment import over
from broker_config.errors import SetupError


class Log(BaseModel, extra="forbid"):
    level: str = "info"
    lines: bool = False


class Row(BaseModel):
    n: int


class Unit(FileSettings):
    host: str = "127.0.0.1"
    port: int = 1883
    folder: Path | None = None
    password: SecretStr | None = None
    log: Log | None = None
    names: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    rows: list[Row] = []


class Other(FileSettings):
    env_prefix = "REDBUTTON_OTHER_"
    port: int = 1


def told(environ: dict[str, str], values: dict[str, Any] | None = None) -> dict[str, Any]:
    problems: list[str] = []
    found = over(values or {}, Unit, environ, Unit.env_prefix, problems)
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"REDBUTTON_PORT": "1884"}, {"port": "1884"}),
        ({"redbutton_Port": "1884"}, {"port": "1884"}),
        ({"REDBUTTON_PASSWORD": '{"not": "a table"}'}, {"password": '{"not": "a table"}'}),
        ({"REDBUTTON_FOLDER": "/a[1]"}, {"folder": "/a[1]"}),
        ({"REDBUTTON_NAMES": '["a", "b"]'}, {"names": ["a", "b"]}),
        ({"REDBUTTON_ROWS": '[{"n": 1}]'}, {"rows": [{"n": 1}]}),
        ({"REDBUTTON_LOG": '{"level": "debug"}'}, {"log": {"level": "debug"}}),
        ({"REDBUTTON_LOG__LEVEL": "debug"}, {"log": {"level": "debug"}}),
        ({"REDBUTTON_HOST": ""}, {"host": ""}),
    ],
)
def test_a_field_of_the_environment(environ: dict[str, str], found: dict[str, Any]) -> None:
    assert told(environ) == found


@pytest.mark.parametrize("name", ["REDBUTTON_SERVER_PORT", "REDBUTTON_", "PORT", "MY_REDBUTTON_PORT"])
def test_what_is_nobodys_field_is_left_alone(name: str) -> None:
    assert told({name: "9"}) == {}


def test_what_is_within_a_field_leaves_the_rest_of_it() -> None:
    file = {"log": {"level": "info", "lines": True}}
    assert told({"REDBUTTON_LOG__LEVEL": "debug"}, file) == {"log": {"level": "debug", "lines": True}}
    assert file == {"log": {"level": "info", "lines": True}}
    both = {"REDBUTTON_LOG__LEVEL": "debug", "REDBUTTON_LOG": '{"lines": false}'}
    assert told(both, file) == {"log": {"level": "debug", "lines": False}}


def test_a_process_is_loaded_with_both(tmp_path: Path) -> None:
    (file := tmp_path / "unit.toml").write_text("port = 1\n[log]\nlines = true\n")
    environ = {"REDBUTTON_PORT": "2", "REDBUTTON_LOG__LEVEL": "debug", "REDBUTTON_OTHER_PORT": "3"}
    unit = load(Unit, file, environ)
    assert (unit.port, unit.log) == (2, Log(level="debug", lines=True))
    (file := tmp_path / "other.toml").write_text("")
    assert load(Other, file, environ).port == 3


def test_what_is_wrong_there_is_said_with_all_the_rest_and_without_its_value(tmp_path: Path) -> None:
    (file := tmp_path / "unit.toml").write_text("prot = 1\n")
    environ = {"REDBUTTON_NAMES": "swordfish", "REDBUTTON_LOG__COLOUR": "trout", "REDBUTTON_PORT": "salmon"}
    with pytest.raises(SetupError) as caught:
        load(Unit, file, environ)
    said = str(caught.value)
    assert {line.split(": ")[1] for line in said.splitlines()} == {
        "REDBUTTON_NAMES",
        "log.colour",
        "port",
        "prot",
    }
    assert not any(fish in said for fish in ("swordfish", "trout", "salmon"))
