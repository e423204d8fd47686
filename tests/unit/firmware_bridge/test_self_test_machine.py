"""Verdicts on clock, disk, power and radio, and on why a broker cannot be reached."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from broker_config.link import LinkSetup
from firmware_bridge.health import Readings
from firmware_bridge.self_test import broker, disk, machine
from firmware_bridge.self_test.findings import Level

DATA = Path("/var/lib/redbutton")
MOUNTS = r"""
22 1 179:2 / / ro,noatime shared:1 - ext4 /dev/root ro
25 22 0:5 / /dev rw - devtmpfs udev rw
40 22 179:3 / /var/lib/redbutton rw,noatime shared:9 - ext4 /dev/mmcblk0p3 rw,commit=60
41 22 0:44 / /mnt/my\040card rw - vfat /dev/sda1 rw
garbage
"""


def test_a_clock_that_nobody_vouches_for_is_noted_and_no_reason_to_fail() -> None:
    assert machine.clock(True).level is Level.FINE
    assert machine.clock(False).level is Level.NOTE


@pytest.mark.parametrize(
    ("kind", "commits", "error", "readings", "level", "word"),
    [
        ("ext4", [0.004, 0.012, 0.009], "", Readings(disk_free_mb=50), Level.FINE, "9.0 ms"),
        ("ext4", [0.004], "", Readings(), Level.FINE, "4.0 ms"),
        ("ext4", [0.3, 0.2, 0.25], "", Readings(disk_free_mb=50), Level.NOTE, "250.0 ms"),
        ("ext4", [0.004], "", Readings(disk_free_mb=3), Level.WRONG, "3 MB free"),
        ("overlay", [0.001], "", Readings(), Level.WRONG, "in memory"),
        ("tmpfs", [0.001], "", Readings(), Level.WRONG, "in memory"),
        ("ext4", [], "database or disk is full", Readings(), Level.WRONG, "full"),
        (
            "ext4",
            [],
            "attempt to write a readonly database",
            Readings(disk_ro=True),
            Level.WRONG,
            "read-only",
        ),
    ],
)
def test_the_data_folder(
    kind: str, commits: list[float], error: str, readings: Readings, level: Level, word: str
) -> None:
    found = machine.folder(DATA, kind, commits, error, readings)
    assert found.level is level
    assert word in found.saw
    assert bool(found.do) is (level is not Level.FINE)


@pytest.mark.parametrize(
    ("readings", "level"),
    [
        (Readings(), Level.NOTE),
        (Readings(temp_c=51.0, undervolt=False, throttled=False), Level.FINE),
        (Readings(temp_c=81.0, undervolt=False, throttled=False), Level.NOTE),
        (Readings(temp_c=51.0, undervolt=True), Level.WRONG),
        (Readings(temp_c=86.0, throttled=True, undervolt=False), Level.WRONG),
    ],
)
def test_power_and_heat(readings: Readings, level: Level) -> None:
    assert machine.power(readings).level is level


def test_radio() -> None:
    assert machine.radio(Readings()) is None
    for dbm, level in ((-55, Level.FINE), (-80, Level.NOTE)):
        found = machine.radio(Readings(rssi_dbm=dbm))
        assert found is not None
        assert found.level is level


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/redbutton", "ext4"),
        ("/var/lib/redbutton/x", "ext4"),
        ("/dev/shm", "devtmpfs"),
        ("/mnt/my card/data", "vfat"),
    ],
)
def test_the_file_system_under_a_folder(path: str, kind: str) -> None:
    assert machine.file_system(MOUNTS, Path(path)) == kind
    assert machine.file_system("", Path(path)) is None


def test_commits_leave_nothing_behind(tmp_path: Path) -> None:
    ticks = iter(range(100))
    times, error = disk.commits(tmp_path, lambda: float(next(ticks)))
    assert (times, error) == ([1.0] * disk.COMMITS, "")
    assert list(tmp_path.iterdir()) == []
    assert disk.commits(tmp_path / "gone", lambda: 0.0)[1]


SETUP = LinkSetup("s1.b1", "s1.b1", "word", "broker.shop", 1883)


@pytest.mark.parametrize(
    ("complaint", "saw"),
    [
        ("the broker refused the connection: Not authorized", "does not take s1.b1"),
        ("the broker refused the connection: Bad user name or password", "does not take s1.b1"),
        ("the broker refused the connection: Server busy", "Server busy"),
        ("", "speaks no MQTT"),
    ],
)
def test_a_broker_that_refuses(complaint: str, saw: str) -> None:
    found = broker.refused(SETUP, complaint)
    assert found.level is Level.WRONG
    assert saw in found.saw


@pytest.mark.parametrize(
    ("error", "saw"),
    [
        (socket.gaierror(-2, "Name or service not known"), "no host is called broker.shop"),
        (ConnectionRefusedError(111, "Connection refused"), "nothing listens at broker.shop:1883"),
        (TimeoutError("timed out"), "no answer"),
        (OSError(113, "No route to host"), "No route to host"),
    ],
)
def test_a_broker_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch, error: OSError, saw: str) -> None:
    def create_connection(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", create_connection)
    found = broker.reach("broker.shop", 1883)
    assert found is not None
    assert saw in found.saw
    assert found.do
