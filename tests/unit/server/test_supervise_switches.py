"""Children that a person kills, stops, freezes and starts again, through the socket; with real, tiny processes."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.supervise import child, family
from server.supervise.child import Part
from server.supervise.family import Family, Switch
from server.supervise.switchboard import Switchboard
from tests.live.processes import wait_until

READY = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('x'); "
SLEEP = "import threading; threading.Event().wait(60)"
ROOT = Path(__file__).parents[3]
ENOUGH_S = 60.0


class Shop:
    """Two children under a family that watches them in a thread of its own, and the socket in front of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.asked = threading.Event()
        self.family = Family(time.monotonic, self.wait, self.said.append)
        self.board = Switchboard(folder / "up.sock", self.family)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        self.until("one", "running")
        self.until("two", "running")

    def run(self) -> None:
        self.family.start(self.part("one"), self.part("two"))
        self.family.watch()

    def wait(self, seconds: float) -> bool:
        self.board.hear()
        return self.asked.wait(min(seconds, 0.01))

    def part(self, name: str) -> Part:
        file = self.folder / f"{name}.ready"
        argv = [sys.executable, "-c", READY + SLEEP, str(file)]
        return Part(name, argv, self.folder / f"{name}.log", file.exists, file)

    def ask(self, **request: Any) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ENOUGH_S)
            line.connect(str(self.folder / "up.sock"))
            line.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile().readline())
            return answer

    def do(self, what: str, part: str = "one") -> None:
        assert self.ask(do=what, part=part) == {"ok": True}

    def state(self, part: str = "one") -> tuple[str, int | None]:
        found = self.ask(do="state")["parts"][part]
        return found["state"], found["pid"]

    def until(self, part: str, state: str) -> int | None:
        until = time.monotonic() + ENOUGH_S
        while (found := self.state(part))[0] != state:
            assert time.monotonic() < until, f"{part} is {found}, not {state}; {self.said}"
        return found[1]

    def looks(self, count: int = 5) -> None:
        """So many looks of the family have passed."""
        for _ in range(count):
            self.ask(do="state")

    def end(self) -> None:
        self.asked.set()
        self.thread.join(ENOUGH_S)
        self.board.close()
        self.family.end()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path)
    yield found
    found.end()


def test_the_socket_is_its_owners_alone(shop: Shop) -> None:
    assert stat.S_IMODE((shop.folder / "up.sock").stat().st_mode) == 0o600


@pytest.mark.parametrize(("what", "state"), [("kill", "dead"), ("stop", "stopped")])
def test_who_was_ended_by_hand_stays_so_until_the_start(shop: Shop, what: str, state: str) -> None:
    _, first = shop.state()
    shop.do(what)
    shop.until("one", state)
    shop.looks()
    assert shop.state() == (state, None)

    shop.do("start")

    assert shop.until("one", "running") not in (None, first)
    assert not any("starting it again" in line for line in shop.said)
    assert shop.state("two")[0] == "running"


def test_who_died_alone_is_started_again_and_by_hand_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(family, "pause_s", lambda deaths: 10 * ENOUGH_S)
    _, first = shop.state()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    shop.until("one", "dead")
    shop.do("start")
    assert shop.until("one", "running") != first


def test_a_frozen_part_stands_still_and_goes_on(shop: Shop) -> None:
    _, pid = shop.state()
    shop.do("freeze")
    shop.do("freeze")
    assert shop.state() == ("frozen", pid)
    wait_until(lambda: process_state(pid) == "T", "it stands still")

    shop.do("thaw")

    assert shop.state() == ("running", pid)
    wait_until(lambda: process_state(pid) != "T", "it goes on")


@pytest.mark.parametrize(("what", "state"), [("kill", "dead"), ("stop", "stopped")])
def test_a_frozen_part_can_be_ended(shop: Shop, what: str, state: str) -> None:
    shop.do("freeze")
    shop.do(what)
    shop.until("one", state)


def test_a_guard_of_the_frozen_that_hangs_keeps_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "ICE_S", 0.05)
    frozen = child.Child(Part("one", [sys.executable, "-c", SLEEP], tmp_path / "log"), time.monotonic)
    frozen.start()
    frozen.freeze()
    usual = frozen._ice
    assert usual is not None
    hangs = subprocess.Popen([sys.executable, "-c", SLEEP], stdin=subprocess.PIPE)
    frozen._ice = hangs
    try:
        frozen.thaw()
        assert hangs.wait(ENOUGH_S) == -signal.SIGKILL
        assert not frozen.is_frozen
    finally:
        frozen._ice = usual
        frozen.thaw()
        frozen.kill()
        assert frozen.wait(ENOUGH_S)


def test_everything_ends_with_a_frozen_part_as_well(shop: Shop) -> None:
    shop.do("freeze")
    shop.end()
    assert [child.exit_code() for child in shop.family.children] == [-signal.SIGTERM, -signal.SIGTERM]
    assert not any("was killed" in line for line in shop.said)


def test_a_frozen_part_does_not_outlive_an_up_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys, threading, time; from pathlib import Path\n"
        "from server.supervise.child import Child, Part\n"
        f"part = Part('one', [sys.executable, '-c', {'print(1, flush=True); ' + SLEEP!r}], Path('log'))\n"
        "child = Child(part, time.monotonic); child.start()\n"
        "while not child.last_lines(): os.sched_yield()\n"
        "child.freeze(); print(child.pid, flush=True); threading.Event().wait(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    watched = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    try:
        assert select.select([watched], [], [], ENOUGH_S)[0]
    finally:
        os.close(watched)


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"do": "kill", "part": "nobody"}, "there is no part nobody"),
        ({"do": "burn", "part": "one"}, "'burn' is not a valid Switch"),
        ({}, "'None' is not a valid Switch"),
    ],
)
def test_a_bad_request_is_refused(shop: Shop, request_: dict[str, str], error: str) -> None:
    assert shop.ask(**request_) == {"ok": False, "error": error}


def test_nothing_is_ended_while_the_shop_is_starting(tmp_path: Path) -> None:
    family = Family(time.monotonic, lambda _: True, lambda _: None)
    family.start(Part("one", [sys.executable, "-c", SLEEP], tmp_path / "log", lambda: False))
    try:
        assert family.states()["one"]["state"] == "starting"
        with pytest.raises(ValueError, match="still starting"):
            family.switch("one", Switch.KILL)
    finally:
        family.kill()
        family.end()


def process_state(pid: int | None) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
