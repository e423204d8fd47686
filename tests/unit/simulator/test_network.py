"""The simulated network as a process: every part's way to the broker, cut and mended over its control socket."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.processes import wait_until

ROOT = Path(__file__).parents[3]
ENOUGH_S = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Running:
    def __init__(self, folder: Path) -> None:
        self.broker = socket.create_server(("127.0.0.1", 0))
        self.broker.settimeout(ENOUGH_S)
        self.control, self.port, ready = folder / "n.sock", free_port(), folder / "ready"
        (folder / "network.toml").write_text(
            f'broker = ["127.0.0.1", {self.broker.getsockname()[1]}]\ncontrol = "{self.control}"\n'
            f'ready_file = "{ready}"\n[ways]\nb1 = {self.port}\n'
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator.network", str(folder / "network.toml")], cwd=ROOT
        )
        wait_until(lambda: ready.exists() or self.process.poll() is not None, "it is ready", ENOUGH_S)
        assert self.process.poll() is None

    def ask(self, **request: Any) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ENOUGH_S)
            line.connect(str(self.control))
            line.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile().readline())
            return answer

    def cut(self) -> list[str]:
        found: list[str] = self.ask(do="state")["ways"]["b1"]["cut"]
        return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    found = Running(tmp_path)
    yield found
    found.process.kill()
    found.process.wait()
    found.broker.close()


def test_a_way_is_cut_and_mended_by_name_and_ends_when_asked(running: Running) -> None:
    assert running.cut() == []
    assert running.ask(do="cut", way="b1") == {"ok": True}
    assert running.cut() == ["down", "up"]
    assert running.ask(do="half", way="b1", direction="up") == {"ok": True}
    assert running.cut() == ["up"]
    assert running.ask(do="mend", way="b1") == {"ok": True}
    assert running.ask(do="cut", way="b9")["ok"] is False
    assert running.ask(do="burn", way="b1")["ok"] is False

    with socket.create_connection(("127.0.0.1", running.port), ENOUGH_S) as client:
        server, _ = running.broker.accept()
        with server:
            server.settimeout(ENOUGH_S)
            client.sendall(b"x")
            assert server.recv(1) == b"x"
            assert running.ask(do="drop", way="b1") == {"ok": True}
            with pytest.raises(ConnectionResetError):
                server.recv(1)

    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(ENOUGH_S) == 0
    assert not running.control.exists()
