"""The whole shop by `redbutton up`: everything comes up, is kept up, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.floor.staff_api import HttpStaffApi

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Up:
    """One running `redbutton up --simulate`, read line by line."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command("up", "--simulate", "--data", str(data), "--port", "0"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        self._out = self.process.stdout
        self._rest = b""

    def until(self, pattern: str) -> re.Match[str]:
        """The next line with this in it. Fails when it does not come, with everything that was said."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            while b"\n" in self._rest:
                line, _, self._rest = self._rest.partition(b"\n")
                self.lines.append(line.decode())
                if found := re.search(pattern, self.lines[-1]):
                    return found
            if select.select([self._out], [], [], 1.0)[0]:
                more = os.read(self._out.fileno(), 65_536)
                if not more:
                    break
                self._rest += more
        pytest.fail(f"never said {pattern!r}, but: " + "\n".join(self.lines))

    def open(self) -> dict[str, str]:
        """Wait for the welcome. Returns the words of its table."""
        self.until("is open")
        found = {
            "board": self.until(r"board +(http://\S+)")[1],
            "floor": self.until(r"floor +(http://\S+)")[1],
            "manager": self.until(r"sign in +manager +(\S+)")[1],
        }
        staff = self.until(r"(\S+) +(\S+) +\(staff\)")
        return {**found, "login": staff[1], "staff": staff[2]}

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def children(self) -> dict[str, int]:
        """Package or program -> pid, of everybody that runs for this folder."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if int(folder.name) != self.process.pid and any(str(self.data) in word for word in words):
                name = words[2] if "-m" in words[:2] else Path(words[0]).name
                found[name if name not in found else folder.name] = int(folder.name)
        return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture
def up(data: Path) -> Iterator[Up]:
    made = Up(data)
    yield made
    if made.process.poll() is None:
        made.end()
    assert made.process.stdout is not None
    made.process.stdout.close()
    gone(made.children())


def test_a_whole_shop_from_an_empty_folder(up: Up) -> None:
    words = up.open()
    for name in ("board", "floor"):
        with urllib.request.urlopen(words[name] + "/", timeout=10) as answer:
            assert answer.status == 200
    for login, password in (("manager", words["manager"]), (words["login"], words["staff"])):
        assert HttpStaffApi(words["board"], "kadriorg", {login: password}).open_incidents(login) == []
    assert not any(path.stat().st_mode & 0o077 for path in (up.data / "secrets").iterdir())

    found = subprocess.run(
        command("doctor", "--data", str(up.data), "--json"),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    faults = [one for one in json.loads(found.stdout) if one["level"] == "fault"]
    assert faults == []
    assert found.returncode == 0

    second = subprocess.run(
        command("up", "--simulate", "--data", str(up.data), "--port", "0"),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert second.returncode == 2
    assert "in use by another `redbutton up`" in second.stdout


def test_who_is_killed_comes_back_and_the_data_are_kept(up: Up) -> None:
    words = up.open()
    assert "Preparing the database" not in up.lines  # the first test did that
    for package, name in (
        ("server", "server"),
        ("mosquitto", "broker"),
        ("pager_gateway", "g1"),
        ("simulator", "simulate"),
    ):
        os.kill(up.children()[package], signal.SIGKILL)
        up.until(rf"^{name} ended \(signal 9\); starting it again")
        up.until(rf"^{name} is back")
    api = HttpStaffApi(words["board"], "kadriorg", {"manager": words["manager"]})
    press(up.data)
    until = time.monotonic() + 20
    while not api.open_incidents("manager"):
        assert time.monotonic() < until, "the press never became an incident"
    children = up.children()
    began = time.monotonic()
    assert up.end(signal.SIGINT) == 130
    assert time.monotonic() - began < 10
    gone(children)


def test_nothing_outlives_a_killed_up(up: Up) -> None:
    words = up.open()
    children = up.children()
    assert {"mosquitto", "server", "simulator", "pager_gateway"} <= set(children)
    up.end(signal.SIGKILL)
    gone(children)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(words["board"] + "/", timeout=5)


def press(data: Path) -> None:
    """Push the first red button with a simulated finger."""
    world = tomllib.loads((data / "simulate.toml").read_text())
    unit = next(unit for unit in world["units"] for one in unit["inputs"] if one["colour"] == "red")
    number = next(one["n"] for one in unit["inputs"] if one["colour"] == "red")
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        until = time.monotonic() + 20
        while line.connect_ex(unit["control"]):
            assert time.monotonic() < until, "the button unit never opened its control socket"
        line.sendall(json.dumps({"do": "press", "input": number, "ms": 300}).encode() + b"\n")
        assert json.loads(line.makefile().readline())["ok"]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "broker_config.command", *words]


def gone(children: dict[str, int]) -> None:
    """Everybody has ended within ten seconds."""
    until = time.monotonic() + 10
    for name, pid in children.items():
        try:
            watched = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            left = max(0.0, until - time.monotonic())
            assert select.select([watched], [], [], left)[0], f"{name} (process {pid}) is still there"
        finally:
            os.close(watched)
