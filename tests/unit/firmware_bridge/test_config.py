"""A unit's file is refused whole, with every reason, before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from firmware_bridge.config import ButtonUnitSettings
from firmware_bridge.errors import UnitError


def settings(**changes: Any) -> ButtonUnitSettings:
    values: dict[str, Any] = {
        "store": "s1",
        "device": "b7",
        "data": "/var/lib/redbutton",
        "password": "pw",
        "inputs": [{"n": 1, "pin": 17, "light_pin": 5, "buzzer_pin": 6}, {"n": 2, "pin": 27}],
        **changes,
    }
    return ButtonUnitSettings.model_validate(values)


def test_a_file_with_little_in_it_is_enough() -> None:
    made = settings()
    assert (made.host, made.port, made.ttl_s, made.pin_factory) == ("127.0.0.1", 1883, 120, "lgpio")
    assert made.inputs[0].rules.hold_s == 0.030
    assert made.inputs[0].rules.lockout_s == 3.0
    assert made.read_password() == "pw"
    assert "pw" not in repr(made)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"store": "Shop 1"}, "store"),
        ({"inputs": []}, "inputs"),
        ({"inputs": [{"n": 1, "pin": 17}, {"n": 1, "pin": 18}]}, "input n 1 is used twice"),
        ({"inputs": [{"n": 1, "pin": 17}, {"n": 2, "pin": 17}]}, "pin 17 is used twice"),
        ({"inputs": [{"n": 1, "pin": 17, "light_pin": 17}]}, "pin 17 is used twice"),
        ({"inputs": [{"n": 1, "pin": 99}]}, "less than or equal to 27"),
        ({"inputs": [{"n": 1, "pin": 17, "hold_ms": 1}]}, "greater than or equal to 5"),
        ({"colour": "red"}, "colour"),
        ({"password": None}, "password_file"),
        ({"ttl_s": 0}, "ttl_s"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        settings(**changes)


def test_the_password_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("secret\n")
    path.chmod(0o644)
    made = settings(password=None, password_file=path)
    with pytest.raises(UnitError, match="chmod 600"):
        made.read_password()
    path.chmod(0o600)
    assert made.read_password() == "secret"
    path.unlink()
    with pytest.raises(UnitError, match="cannot read"):
        made.read_password()
