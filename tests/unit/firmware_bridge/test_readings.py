"""What the machine tells, from files as a Pi's kernel writes them; what it cannot tell stays None and is no fault."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

import pytest

from firmware_bridge.health import Readings
from firmware_bridge.readings import STALE_S, Sampler, Sources, kernel_clock_synced, reader, wall_when

TEMP = "sys/class/thermal/thermal_zone0/temp"
THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
WIRELESS = """\
Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
"""
WLAN0 = " wlan0: 0000   54.  -56.  -256        0      0      0      0     45        0\n"


def on(root: Path, files: Mapping[str, str]) -> Readings:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return reader(lambda: False, root, Sources(root))()


def test_the_wall_clock_is_none_until_somebody_vouches_for_it() -> None:
    assert wall_when(lambda: False)() is None
    now = wall_when(lambda: True)()
    assert now is not None
    assert now.tzinfo is UTC


def test_the_kernel_answers() -> None:
    assert kernel_clock_synced()() in (True, False)


def test_a_healthy_pi(tmp_path: Path) -> None:
    found = on(
        tmp_path,
        {
            TEMP: "51234\n",
            THROTTLED: "0\n",
            "proc/net/wireless": WIRELESS + WLAN0,
            "proc/self/statm": "14563 8192 4210 1 0 9021 0\n",
        },
    )
    assert (found.temp_c, found.undervolt, found.throttled) == (51.2, False, False)
    assert (found.rssi_dbm, found.memory_mb) == (-56, 32)
    assert found.disk_ro is False
    assert found.disk_free_mb is not None
    assert found.clock == "unsynced"


def test_this_machine_does_not_raise_and_knows_its_own_memory(tmp_path: Path) -> None:
    found = reader(lambda: True, tmp_path)()
    assert found.memory_mb is not None
    assert found.memory_mb > 5
    assert found.clock == "synced"


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert reader(lambda: True, tmp_path / "gone", Sources(tmp_path))() == Readings(clock="synced")


@pytest.mark.parametrize(
    ("flags", "undervolt", "throttled"),
    [
        ("0", False, False),
        ("50000", False, False),  # it happened, since boot: both are history
        ("50005", True, True),
        ("1", True, False),
        ("2", False, True),
        ("4", False, True),
        ("80008", False, True),
        ("0x50005", True, True),  # as vcgencmd writes it
        ("", None, None),
        ("deprecated", None, None),
    ],
)
def test_flags_of_the_firmware(
    tmp_path: Path, flags: str, undervolt: bool | None, throttled: bool | None
) -> None:
    found = on(tmp_path, {THROTTLED: flags + "\n"})
    assert (found.undervolt, found.throttled) == (undervolt, throttled)


def test_flags_on_a_pi_5_lie_elsewhere(tmp_path: Path) -> None:
    place = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
    assert on(tmp_path, {place: "1\n"}).undervolt is True


@pytest.mark.parametrize(("alarm", "undervolt"), [("0", False), ("1", True), ("", None)])
def test_without_flags_the_voltage_alone_is_told(tmp_path: Path, alarm: str, undervolt: bool | None) -> None:
    hwmon = "sys/class/hwmon/"
    found = on(
        tmp_path,
        {
            hwmon + "hwmon0/name": "cpu_thermal\n",
            hwmon + "hwmon1/name": "rpi_volt\n",
            hwmon + "hwmon1/in0_lcrit_alarm": alarm + "\n",
        },
    )
    assert (found.undervolt, found.throttled) == (undervolt, None)


@pytest.mark.parametrize(
    ("lines", "dbm"),
    [
        ("", None),  # a wire, or a radio without a network
        (WLAN0, -56),
        (" wlx00c0: 0000   70   200   0        0      0      0      0      0        0\n", -56),
        (" wlan0: 0000    0     0     0        0      0      0      0      0        0\n", None),
        (" wlan0: 0000    0     0     0        0      0      0      0      0        0\n" + WLAN0, -56),
        (" wlan0: 0000\n", None),
    ],
)
def test_signal_of_the_radio_that_is_there(tmp_path: Path, lines: str, dbm: int | None) -> None:
    assert on(tmp_path, {"proc/net/wireless": WIRELESS + lines}).rssi_dbm == dbm


@pytest.mark.parametrize("text", ["", "hot\n", "999999999\n", "\x00\xff"])
def test_a_temperature_that_is_none(tmp_path: Path, text: str) -> None:
    assert on(tmp_path, {TEMP: text}).temp_c is None


class Hanging:
    """A source that stops answering."""

    def __init__(self) -> None:
        self.now = 0.0
        self.temperature = 40.0

    def __call__(self) -> Readings:
        return Readings(temp_c=self.temperature)


def test_readings_are_taken_elsewhere_and_grow_stale_when_that_hangs() -> None:
    source = Hanging()
    sampler = Sampler(source, lambda: source.now, every_s=3_600.0)
    source.temperature = 50.0
    assert sampler.read().temp_c == 40.0
    sampler.refresh()
    assert sampler.read().temp_c == 50.0
    source.now = STALE_S + 1
    assert sampler.read() == Readings()
