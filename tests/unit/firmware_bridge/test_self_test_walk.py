"""The self-test on mock pins with a scripted installer: what it says, when it stops, and what it leaves alone."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from broker_config.command import run
from broker_config.config import load
from firmware_bridge.config import ButtonUnitSettings
from firmware_bridge.lock import FolderLock
from firmware_bridge.self_test.findings import NOTHING_DONE, WRONG, Level
from firmware_bridge.self_test.walk import SelfTest
from tests.scripted_installer import HandClock, ScriptedInstaller, at_once

BUTTON_PIN, KEY_PIN, LIGHT_PIN, BUZZER_PIN = 17, 22, 5, 6


class Bench:
    """One unit with a button and a staff key, and nobody at its broker's port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            port = nobody.getsockname()[1]
        self.path = folder / "unit.toml"
        self.data = folder / "data"
        self.path.write_text(
            f'store = "s1"\ndevice = "b1"\nport = {port}\npassword = "word"\ndata = "{self.data}"\n'
            f"[[inputs]]\nn = 1\npin = {BUTTON_PIN}\nlight_pin = {LIGHT_PIN}\nbuzzer_pin = {BUZZER_PIN}\n"
            f'[[inputs]]\nn = 2\npin = {KEY_PIN}\nrole = "key"\nfor = 1\n'
        )
        self.factory = MockFactory()
        self.clock = HandClock()

    def test(self, user: int | None = None, **script: Any) -> tuple[int, ScriptedInstaller]:
        inputs = load(ButtonUnitSettings, self.path).inputs
        installer = ScriptedInstaller(inputs, self.factory, self.clock, **script)
        more = {} if user is None else {"user": lambda: user}
        made = SelfTest(installer, factory=self.factory, clock=self.clock, next_edge=at_once, **more)
        return made.run(self.path), installer


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_every_check_has_its_line_and_a_missing_broker_fails(bench: Bench) -> None:
    code, installer = bench.test()
    assert code == WRONG
    lines = {one.name.split(" (")[0].split(" /")[0]: one.level for one in installer.found}
    assert list(lines) == [
        "config",
        "clock",
        "data folder",
        "power",
        "pins",
        "light 1",
        "buzzer 1",
        "button 1",
        "key 2",
        "broker",
        "drill",
    ]
    assert installer.said("button 1").saw == "2 edges, bounce 0.0 ms, held 300 ms, 1 press"
    assert installer.said("broker").saw.startswith("nothing listens")
    assert installer.said("drill").saw == "not tried"
    assert [
        word for question in installer.asked for word in ("light", "buzzer", "drill") if word in question
    ] == [
        "light",
        "buzzer",
    ]


def test_a_light_that_nobody_sees_and_a_button_without_wires(bench: Bench) -> None:
    _, installer = bench.test(no=("light",), wires={1: None})
    assert (installer.said("light 1").level, installer.said("buzzer 1").level) == (Level.WRONG, Level.FINE)
    assert installer.said("button 1").saw == "nothing seen"


def test_crossed_wires_are_named(bench: Bench) -> None:
    _, installer = bench.test(wires={1: KEY_PIN})
    assert installer.said("button 1").saw == "input 2 moved instead"


def test_a_normally_closed_pair_is_named(bench: Bench) -> None:
    _, installer = bench.test(rest_closed=(BUTTON_PIN,))
    assert installer.said("button 1").saw == "wired as normally closed"


def test_without_hands_nobody_is_asked_and_nothing_is_pushed(bench: Bench) -> None:
    _, installer = bench.test(has_hands=False)
    assert installer.asked == []
    assert installer.said("light 1").level is Level.NOTE
    assert installer.said("button 1").saw == "open at rest, not pushed"


def test_pins_are_free_again_afterwards(bench: Bench) -> None:
    bench.test()
    _, installer = bench.test()
    assert installer.said("pins").level is Level.FINE
    FolderLock(bench.data).close()


def test_a_pin_that_is_taken_ends_the_checks_of_pins(bench: Bench) -> None:
    text = bench.path.read_text().replace(f"light_pin = {LIGHT_PIN}", "light_pin = 0")
    bench.path.write_text(text)
    from gpiozero import DigitalOutputDevice

    with DigitalOutputDevice(0, pin_factory=bench.factory):
        code, installer = bench.test()
    assert code == WRONG
    assert installer.said("pins").level is Level.WRONG
    assert not any(one.name.startswith("button") for one in installer.found)


def test_a_running_service_is_left_alone(bench: Bench) -> None:
    lock = FolderLock(bench.data)
    before = sorted(bench.data.iterdir())
    code, installer = bench.test()
    lock.close()
    assert code == NOTHING_DONE
    assert [one.name for one in installer.found] == ["service"]
    assert "systemctl stop redbutton-button" in installer.found[0].do
    assert sorted(bench.data.iterdir()) == before


def test_another_user_than_the_services_writes_nothing(bench: Bench) -> None:
    code, installer = bench.test(user=12_345)
    assert code == NOTHING_DONE
    assert "sudo -u redbutton" in installer.said("user").do
    assert list(bench.data.iterdir()) == []
    FolderLock(bench.data).close()


def test_a_data_folder_that_cannot_be_used_is_named(bench: Bench) -> None:
    bench.data.write_text("in the way")
    bench.path.write_text(bench.path.read_text().replace(str(bench.data), str(bench.data / "below")))
    code, installer = bench.test()
    assert code == NOTHING_DONE
    assert [one.name for one in installer.found] == ["data folder"]


def test_every_error_of_the_file_is_a_line(bench: Bench) -> None:
    bench.path.write_text('store = "S 1"\n')
    installer = ScriptedInstaller((), bench.factory, bench.clock)
    assert SelfTest(installer, factory=bench.factory).run(bench.path) == NOTHING_DONE
    assert len(installer.found) > 2
    assert {one.name for one in installer.found} == {"config"}


def test_on_the_command_line(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from importlib.metadata import entry_points

    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.chdir(bench.path.parent)
    entries = [one for one in entry_points(group="redbutton.commands") if one.name == "button"]
    assert run(["button", "--self-test", "unit.toml", "--no-hands"], entries) == WRONG
    said = capsys.readouterr().out
    assert "✓ config: s1.b1" in said
    assert "✗ broker: nothing listens at" in said
    assert run(["button"], entries) == NOTHING_DONE
