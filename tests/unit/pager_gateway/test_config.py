"""The gateway's own file: every mistake is found before anything starts, and said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from broker_config.config import load
from pager_gateway import registry
from pager_gateway.airtime import AirLimits
from pager_gateway.command import app
from pager_gateway.config import GatewaySettings

HEAD = 'store = "s1"\ndevice = "g1"\npassword = "x"\ndata = "d"\n'


def write(folder: Path, transmitter: str = "", settings: str = "") -> Path:
    path = folder / "gateway.toml"
    text = f'{HEAD}[[transmitters]]\nname = "tx-1"\nport = "/dev/ttyUSB0"\n{transmitter}\n'
    path.write_text(f"{text}[transmitters.settings]\n{settings}\n" if settings else text)
    return path


def check(path: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check-config", str(path)])
    return done.exit_code, done.output


def test_a_file_with_all_of_it_is_fine(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'ceiling_s_per_h = 360\nradio_baud = 512\nmost_air_s = 5.5\ncarrier = "dsr"\ncanary_address = "9999"',
    )
    code, said = check(path)
    assert (code, "is fine" in said, "tx-1 (tap on /dev/ttyUSB0)" in said) == (0, True, True)
    (one,) = load(GatewaySettings, path).transmitters
    assert one.limits == AirLimits(360, 512, 5.5)
    assert one.line.carrier == "dsr"
    lane = one.lane(one.create(), lambda event: None)
    assert (lane.id, lane.canary_address, lane.limits) == ("tx-1", "9999", one.limits)


def test_the_radio_is_as_fast_as_the_driver_says(tmp_path: Path) -> None:
    for text, baud in (("", 1200), ("baud = 2400", 2400), ('baud = "fast"', 1200)):
        (one,) = load(GatewaySettings, write(tmp_path, settings=text)).transmitters
        assert one.limits.radio_baud == baud
    (one,) = load(GatewaySettings, write(tmp_path, "radio_baud = 512", "baud = 2400")).transmitters
    assert one.limits.radio_baud == 512


@pytest.mark.parametrize(
    ("transmitter", "settings", "words"),
    [
        ("ceiling_s_per_h = 0", "", "ceiling_s_per_h"),
        ("ceiling_s_per_h = 3601", "", "ceiling_s_per_h"),
        ("ceiling_s_per_h = 5", "", "ceiling_s_per_h must be at least most_air_s"),
        ("radio_baud = 9600", "", "radio_baud"),
        ("most_air_s = 0", "", "most_air_s"),
        ('carrier = "dcd"', "", "carrier"),
        ("ceiling = 360", "", "ceiling"),
        ('driver = "morse"', "", "no driver called 'morse'"),
        ("", "t1_s = -1", "settings.t1_s"),
        ("", "pasword = 'x'", "settings.pasword"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, transmitter: str, settings: str, words: str) -> None:
    code, said = check(write(tmp_path, transmitter, settings))
    assert code == 2
    assert words in said


def test_every_driver_is_listed_with_a_line_of_its_own() -> None:
    done = CliRunner().invoke(app, ["drivers"])
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert [line.split()[0] for line in lines] == registry.names()
    assert all(len(line.split()) > 2 and "cannot be loaded" not in line for line in lines)


def test_a_driver_that_cannot_be_loaded_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "broken", "pager_gateway.drivers.broken:create")
    assert registry.describe("broken") == "cannot be loaded: No module named 'pager_gateway.drivers.broken'"
