"""The whole shop by `redbutton up`: everything comes up, is kept up, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.floor.staff_api import HttpStaffApi
from tests.live.processes import wait_until
from tests.live.up_process import PATIENCE_S, ROOT, Up, command, gone

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture
def up(data: Path) -> Iterator[Up]:
    made = Up(data, history_days=1)
    yield made
    made.close()


def test_a_whole_shop_from_an_empty_folder(up: Up) -> None:
    up.until("Making a day of business, once ...")
    up.until(r"\d+ presses, \d+ calls in 1 day; made in")
    words = up.open()
    for name in ("board", "floor"):
        with urllib.request.urlopen(words[name] + "/", timeout=PATIENCE_S) as answer:
            assert answer.status == 200
    for login, password in (("manager", words["manager"]), (words["login"], words["staff"])):
        assert HttpStaffApi(words["board"], "kadriorg", {login: password}).open_incidents(login) == []
    safe = next(line.strip() for line in up.lines if line.strip().startswith("https://"))
    trust = ssl.create_default_context(cafile=str(up.data / "ca" / "ca.crt"))
    with urllib.request.urlopen(safe + "/sign-in", timeout=PATIENCE_S, context=trust) as answer:
        assert 'name="password"' in answer.read().decode()
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
    assert not any("of business" in line for line in up.lines)
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
    wait_until(lambda: bool(api.open_incidents("manager")), "the press became an incident")
    children = up.children()
    assert up.end(signal.SIGINT) == 130
    assert not any("was killed" in line for line in up.rest()), "a part did not end when it was asked to"
    gone(children)


def test_nothing_outlives_a_killed_up(up: Up) -> None:
    words = up.open()
    children = up.children()
    assert {"mosquitto", "server", "simulator", "pager_gateway"} <= set(children)
    up.end(signal.SIGKILL)
    gone(children)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(words["board"] + "/", timeout=PATIENCE_S)


def press(data: Path) -> None:
    """Push the first red button with a simulated finger."""
    world = tomllib.loads((data / "simulate.toml").read_text())
    unit = next(unit for unit in world["units"] for one in unit["inputs"] if one["colour"] == "red")
    number = next(one["n"] for one in unit["inputs"] if one["colour"] == "red")
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE_S)
        wait_until(lambda: line.connect_ex(unit["control"]) == 0, "the button unit opens its control socket")
        line.sendall(json.dumps({"do": "press", "input": number, "ms": 300}).encode() + b"\n")
        assert json.loads(line.makefile().readline())["ok"]
