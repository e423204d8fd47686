"""The real process under a service manager: ready without a broker, fed while every part works, ended when one died."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.manager import FakeManager

pytestmark = pytest.mark.live

PATIENCE_S = 60.0
WATCHDOG_S = 2.4
BEAT_S = WATCHDOG_S / 3
READY_S = 60.0
"""The bench knows the real figure; here several people may share two cores."""

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def manager() -> Iterator[FakeManager]:
    made = FakeManager()
    yield made
    made.close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    with socket.socket() as nobody:  # bound and not listening: a broker that is away
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    path = tmp_path / "unit.toml"
    path.write_text(
        f'store = "s1"\ndevice = "b1"\nport = {port}\npassword = "word"\ndata = "{tmp_path / "data"}"\n'
        'pin_factory = "mock"\n[[inputs]]\nn = 1\npin = 17\nlight_pin = 5\n'
    )
    return path


@pytest.fixture
def start(manager: FakeManager, config: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*module: str) -> subprocess.Popen[bytes]:
        environ = os.environ | {
            "NOTIFY_SOCKET": manager.address,
            "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6)),
            "GPIOZERO_PIN_FACTORY": "mock",
        }
        environ.pop("WATCHDOG_PID", None)
        name, *rest = module
        command = [sys.executable, "-m", name, str(config), *rest]
        started.append(subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_ready_and_fed_without_a_broker_and_a_stop_is_clean(start: Start, manager: FakeManager) -> None:
    process = start("firmware_bridge")
    said = manager.wait_for("READY=1", READY_S)
    assert said == ["READY=1"]
    for _ in range(3):
        manager.wait_for("WATCHDOG=1", PATIENCE_S)
    process.send_signal(signal.SIGTERM)
    said = manager.wait_for("STOPPING=1", PATIENCE_S)
    assert process.wait(PATIENCE_S) == 0
    assert not any("stuck" in word for word in said)


def test_two_on_one_data_folder_are_impossible(start: Start, manager: FakeManager) -> None:
    first = start("firmware_bridge")
    manager.wait_for("READY=1", READY_S)
    assert start("firmware_bridge").wait(PATIENCE_S) == 2
    assert first.poll() is None


@pytest.mark.parametrize("part", ["contacts", "spool", "link"])
def test_a_part_that_hangs_starves_the_watchdog(start: Start, manager: FakeManager, part: str) -> None:
    process = start("tests.live.stuck_unit", part, "hang")
    manager.wait_for("READY=1", READY_S)
    manager.wait_for("WATCHDOG=1", PATIENCE_S)
    process.send_signal(signal.SIGUSR1)
    while part not in manager.wait_for("STATUS=stuck: ", PATIENCE_S)[-1]:
        pass  # who shares its thread is silent too, and may be missed first
    after = manager.during(2.5 * BEAT_S)
    assert "WATCHDOG=1" not in after
    assert process.poll() is None


@pytest.mark.parametrize("part", ["bridge", "link", "lamps"])
def test_a_thread_that_dies_ends_the_process(start: Start, manager: FakeManager, part: str) -> None:
    process = start("tests.live.stuck_unit", part, "die")
    manager.wait_for("READY=1", READY_S)
    process.send_signal(signal.SIGUSR1)
    assert process.wait(PATIENCE_S) == 70
    assert "STOPPING=1" in manager.said()
