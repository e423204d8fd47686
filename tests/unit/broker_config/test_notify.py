"""What the service manager hears: words of systemd's protocol, on a path or an abstract socket, or nothing at all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker_config.notify import Notifier, from_environment
from tests.manager import FakeManager


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeManager]:
    made = FakeManager(tmp_path / "notify" if request.param == "path" else None)
    yield made
    made.close()


def test_every_word_is_one_datagram(manager: FakeManager) -> None:
    notifier = Notifier(manager.address, 30.0)
    notifier.ready()
    notifier.status("2 inputs")
    notifier.alive()
    notifier.stopping()
    assert manager.said() == ["READY=1", "STATUS=2 inputs", "WATCHDOG=1", "STOPPING=1"]


def test_a_status_is_one_line_and_said_once(manager: FakeManager) -> None:
    notifier = Notifier(manager.address)
    notifier.status("no broker\nREADY=1")
    notifier.status("no broker\nREADY=1")
    notifier.status("connected")
    assert manager.said() == ["STATUS=no broker READY=1", "STATUS=connected"]


def test_without_a_watchdog_there_is_no_beat(manager: FakeManager) -> None:
    notifier = Notifier(manager.address)
    notifier.alive()
    assert manager.said() == []


def test_without_a_manager_nothing_happens() -> None:
    notifier = from_environment({"WATCHDOG_USEC": "30000000"}, 7)
    notifier.ready()
    notifier.alive()
    assert notifier.watchdog_s is None


@pytest.mark.parametrize("address", ["/there/is/no/such/socket", "@nobody", "vsock:2:1234", ""])
def test_a_manager_that_is_gone_stops_nobody(address: str) -> None:
    notifier = Notifier(address, 30.0)
    notifier.ready()
    notifier.alive()


def test_a_manager_that_reads_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broker_config.notify.SEND_S", 0.001)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        notifier = Notifier(str(tmp_path / "deaf"), 30.0)
        for _ in range(600):  # more than net.unix.max_dgram_qlen
            notifier.alive()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_this_processs_own(environ: dict[str, str], seconds: float | None) -> None:
    assert from_environment({"NOTIFY_SOCKET": "/run/notify", **environ}, 7).watchdog_s == seconds
