"""The simulated shop's file: what fits together is taken, what does not is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from broker_config.config import load
from broker_config.errors import SetupError
from simulator.config import SimulateSettings
from tests.unit.simulator.floor_settings import settings, values

FILE = """
store = "s1"
store_name = "Ülemiste grocery"
language = "et"
api_url = "http://127.0.0.1:8080"
board_url = "http://127.0.0.1:8080/s/s1/board"
[[units]]
device = "b1"
config = "b1.toml"
control = "b1.sock"
[[units.inputs]]
n = 1
colour = "red"
label = "Dairy"
zone = "Dairy"
[[transmitters]]
gateway = "g1"
name = "t1"
driver = "tap"
link = "t1.tty"
[[pagers]]
transmitter = "t1"
address = "0101"
label = "Pager 1"
[[people]]
login = "anna"
name = "Anna"
password_file = "anna.password"
pager = "0101"
"""


def test_a_whole_file_is_read_with_its_secret(tmp_path: Path) -> None:
    secret = tmp_path / "anna.password"
    secret.write_text("three-words-here\n")
    secret.chmod(0o600)
    file = tmp_path / "simulate.toml"
    file.write_text(FILE)
    shop = load(SimulateSettings, file)
    assert shop.pagers[0].address == "0101"
    assert shop.people[0].password.get_secret_value() == "three-words-here"
    assert "three-words-here" not in repr(shop)


def test_every_error_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "simulate.toml"
    file.write_text(FILE.replace('language = "et"', 'language = "xx"').replace("n = 1", "n = 99"))
    with pytest.raises(SetupError) as caught:
        load(SimulateSettings, file)
    text = str(caught.value)
    assert "language" in text
    assert "n:" in text
    assert "anna.password" in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"host": "0.0.0.0"}, "127.0.0.1"),
        ({"transmitters": []}, "no transmitter t1"),
        ({"pagers": []}, "no pager 1001"),
        ({"api_url": "ftp://x"}, "match"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        settings(tmp_path, **change)


@pytest.mark.parametrize(
    ("field", "what"), [("units", "unit b1"), ("pagers", "pager 1001"), ("people", "anna")]
)
def test_a_name_that_is_there_twice_is_refused(tmp_path: Path, field: str, what: str) -> None:
    rows = values(tmp_path)[field]
    with pytest.raises(ValidationError, match=what):
        settings(tmp_path, **{field: [*rows, rows[0]]})


KEY = {"n": 9, "for": 1}


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ([{"n": 9, "for": 5}], "no button"),
        ([{"n": 2, "for": 1}], "input of b1 2 is there twice"),
        ([KEY, {"n": 10, "for": 1}], "key of a button of b1 1 is there twice"),
    ],
)
def test_a_key_that_fits_no_button_is_refused(tmp_path: Path, keys: list[Any], says: str) -> None:
    unit, other = values(tmp_path)["units"]
    assert settings(tmp_path).units[0].keys[0].key_for == 1
    with pytest.raises(ValidationError, match=says):
        settings(tmp_path, units=[{**unit, "keys": keys}, other])
