"""A unit's file is refused whole, with every reason, before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from broker_config.credentials import Credentials
from broker_config.messages.device import InputSettings
from firmware_bridge.__main__ import main
from firmware_bridge.command import app
from firmware_bridge.config import ButtonUnitSettings, InputPins
from firmware_bridge.debounce import Rules
from firmware_bridge.ports import Plan

NIGHT = {"starts": "22:00", "ends": "06:30", "volume": 1}


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
    assert (made.host, made.port, made.ttl_s, made.pin_factory) == ("127.0.0.1", 8883, 120, "lgpio")
    assert made.plan.inputs[1] == Rules(hold_s=0.030, lockout_s=3.0)
    assert made.plan == Plan({1: Rules(), 2: Rules()})
    assert made.credentials == Credentials("pw")
    assert "pw" not in repr(made)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"store": "Shop 1"}, "store"),
        ({"inputs": []}, "inputs"),
        ({"inputs": [{"n": 1, "pin": 17}, {"n": 1, "pin": 18}]}, "inputs.1.n: input 1 is there twice"),
        ({"inputs": [{"n": 1, "pin": 17}, {"n": 2, "pin": 17}]}, "pin 17 is used twice"),
        ({"inputs": [{"n": 1, "pin": 17, "light_pin": 17}]}, "pin 17 is used twice"),
        ({"inputs": [{"n": 1, "pin": 99}]}, "less than or equal to 27"),
        ({"inputs": [{"n": 1, "pin": 17, "hold_ms": 1}]}, "greater than or equal to 5"),
        ({"colour": "red"}, "colour"),
        ({"password": None}, "identity = .* or password_file = .* is missing"),
        ({"host": "shop.local"}, "in clear to shop.local"),
        ({"identity": "/nowhere"}, "two ways"),
        ({"identity": "/nowhere", "password": None}, "there is no such folder"),
        ({"ttl_s": 0}, "ttl_s"),
        ({"inputs": [{"n": 1, "pin": 17, "role": "key"}]}, "for belongs to a key"),
        ({"inputs": [{"n": 1, "pin": 17, "for": 2}]}, "for belongs to a key"),
        ({"inputs": [{"n": 1, "pin": 17, "role": "key", "for": 1}]}, "inputs: no button is left, only keys"),
        (
            {"inputs": [{"n": 1, "pin": 1}, {"n": 2, "pin": 2, "role": "key", "for": 5}]},
            "inputs.1.for: input 2 is a key for 5, which is no button",
        ),
        ({"inputs": [{"n": 1, "pin": 17, "role": "lever"}]}, "role"),
        ({"inputs": [{"n": 1, "pin": 17, "hold": 40}]}, "hold"),
        ({"inputs": [{"n": 1, "pin": 17, "buzzer_hz": 20}]}, "greater than or equal to 100"),
        ({"volume": 11}, "volume"),
        ({"lights": "disco"}, "lights: no such set of lights: std, slow"),
        ({"timezone": "Mars/Olympus"}, "timezone: this unit knows no such time zone"),
        ({"night": NIGHT}, "timezone: a night needs one"),
        (
            {"night": {**NIGHT, "ends": "22:00"}, "timezone": "UTC"},
            "night.ends: a night ends at another time",
        ),
        ({"night": {**NIGHT, "from": "21:00"}, "timezone": "UTC"}, "from"),
        ({"night": {**NIGHT, "starts": "24:00"}, "timezone": "UTC"}, "starts"),
        ({"resend_s": []}, "resend_s"),
        ({"resend_s": [5, 1]}, "resend_s: each wait is at least as long"),
        ({"resend_s": [1, 900]}, "resend_s: no wait is longer than 300 s"),
        ({"telemetry_s": 1}, "telemetry_s: at least 5"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        settings(**changes)


def test_what_the_server_may_change_has_its_first_value_here() -> None:
    made = settings(
        volume=3,
        night=NIGHT,
        timezone="Europe/Tallinn",
        lights="slow",
        resend_s=[2, 5],
        telemetry_s=30,
        ttl_s=60,
    ).plan
    assert made.night is not None
    assert (made.volume, made.night.volume, made.timezone, made.lights) == (3, 1, "Europe/Tallinn", "slow")
    assert (list(made.resend_s), made.telemetry_s, made.ttl_s) == ([2, 5], 30, 60)


GOOD = """
store = "s1"
device = "b7"
data = "data"
password_file = "secret"
pin_factory = "mock"

[[inputs]]
n = 1
pin = 17
light_pin = 5

[[inputs]]
n = 2
pin = 18
role = "key"
for = 1
"""


def test_a_staff_key_belongs_to_a_button() -> None:
    made = settings(inputs=[{"n": 1, "pin": 17}, {"n": 2, "pin": 27, "role": "key", "for": 1}])
    assert made.plan.keys == {2: 1}
    assert settings().plan.keys == {}


def test_the_contract_and_the_file_use_the_same_words() -> None:
    said = InputSettings.model_validate({"n": 2, "role": "key", "for": 1}, strict=False)
    made = InputPins.model_validate({"n": 2, "pin": 3, **said.model_dump(mode="json")})
    assert (made.role, made.key_for) == (said.role, said.key_for)


def test_check_config_says_that_a_file_is_fine_or_everything_that_is_not(tmp_path: Path) -> None:
    secret, path = tmp_path / "secret", tmp_path / "unit.toml"
    secret.write_text("word")
    secret.chmod(0o600)
    path.write_text(GOOD)
    fine = CliRunner().invoke(app, ["check-config", str(path)])
    assert fine.exit_code == 0
    assert "s1.b7" in fine.output
    assert "2 on pin 18 (staff key of 1)" in fine.output
    path.write_text('lights = "disco"\n' + GOOD.replace("for = 1", "for = 7"))
    unfit = CliRunner().invoke(app, ["check-config", str(path)])
    assert unfit.exit_code == 2
    assert f"{path}:1: lights: no such set of lights" in unfit.output
    assert f"{path}:18: inputs.1.for: input 2 is a key for 7" in unfit.output
    path.write_text(GOOD.replace('"s1"', '"S 1"').replace("pin = 17", "pin = 99"))
    wrong = CliRunner().invoke(app, ["check-config", str(path)])
    assert wrong.exit_code == 2
    assert f"{path}:2" in wrong.output
    assert "pin" in wrong.output


def test_the_service_refuses_a_bad_file_with_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "nothing.toml")]) == 2
    assert "no such file" in capsys.readouterr().err
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
