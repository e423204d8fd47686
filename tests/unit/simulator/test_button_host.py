"""The real process of a button unit on mock pins, behind its control socket, with a real Mosquitto."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broker_config.broker.run import Broker
from broker_config.channels import Role
from broker_config.link import Connected, Delivery, LinkEvent, LinkSetup, Publication, Subscription
from broker_config.paho_link import PahoLink
from broker_config.rights import User
from tests.live.processes import wait_until

pytestmark = pytest.mark.live

PATIENCE_S = 20.0
MOST_RESIDENT_KIB = 48 * 1024
"""The service alone stays under 45 MiB; here it carries the control socket and the simulated hands too."""


class Control:
    """A client of the control socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")

    def ask(self, **request: Any) -> dict[str, Any]:
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        return self.next()

    def next(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._lines.readline())
        return found

    def until(self, **wanted: Any) -> dict[str, Any]:
        """The next watched line that says all of this."""
        while True:
            line = self.next()
            if all(line.get(key) == value for key, value in wanted.items()):
                return line

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class Site:
    """A broker, a hand-made server, and one unit's process."""

    def __init__(self, folder: Path) -> None:
        users = [User("s1", "b1", Role.BUTTON, "button-word"), User("s1", "srv", Role.SERVER, "server-word")]
        self.broker = Broker(folder / "broker", users)
        self.broker.start()
        self.heard: queue.Queue[LinkEvent] = queue.Queue()
        setup = LinkSetup(
            "s1.srv",
            "s1.srv",
            "server-word",
            port=self.broker.port,
            subscriptions=(
                Subscription("rb/1/s1/b/+/press", retain_handling=2),
                Subscription("rb/1/s1/b/+/status"),
            ),
        )
        self.link = PahoLink(setup)
        self.link.open(self.heard.put)
        self.next(Connected)
        self.control_path = folder / "control"
        self.config = folder / "unit.toml"
        self.config.write_text(
            f'store = "s1"\ndevice = "b1"\nport = {self.broker.port}\npassword = "button-word"\n'
            f'data = "{folder / "data"}"\npin_factory = "mock"\n'
            + "".join(f"[[inputs]]\nn = {n}\npin = {n + 1}\nlight_pin = {n + 10}\n" for n in range(1, 9))
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.controls: list[Control] = []

    def start(self) -> None:
        self.control_path.unlink(missing_ok=True)
        command = [sys.executable, "-m", "simulator.button_host", str(self.config)]
        self.process = process = subprocess.Popen([*command, "--control", str(self.control_path)])

        def is_up() -> bool:
            assert process.poll() is None, "the unit ended at its start"
            return self.control_path.exists()

        wait_until(is_up, "the unit is up", PATIENCE_S)
        while self.packet("status")["state"] != "online":
            pass  # the will of a process that was killed

    def control(self) -> Control:
        made = Control(self.control_path)
        self.controls.append(made)
        return made

    def next(self, kind: type[LinkEvent]) -> LinkEvent:
        while True:
            event = self.heard.get(timeout=PATIENCE_S)
            if isinstance(event, kind):
                return event

    def packet(self, tail: str) -> dict[str, Any]:
        while True:
            event = self.next(Delivery)
            assert isinstance(event, Delivery)
            self.link.settle(event)
            if event.topic.endswith(f"/{tail}"):
                body: dict[str, Any] = json.loads(event.payload)
                return body

    def receipt(self, press: str) -> None:
        body = {"v": 1, "id": press, "result": "stored", "at": "2026-03-02T12:00:00Z"}
        self.link.publish(Publication("rb/1/s1/b/b1/receipt", json.dumps(body).encode(), expiry_s=60))

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        for control in self.controls:
            control.close()
        self.controls.clear()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.end(signal.SIGKILL)
        self.link.close()
        self.broker.stop()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def test_a_finger_on_the_socket_reaches_the_broker_and_the_light_comes_back(site: Site) -> None:
    site.start()
    control, watch = site.control(), site.control()
    assert stat.S_IMODE(os.stat(site.control_path).st_mode) == 0o600
    first = watch.ask(do="watch")
    assert (first["input"], first["state"], first["light"]) == (1, "idle", 0)
    assert control.ask(do="press", input=2, ms=150, profile="tactile") == {"ok": True}
    assert watch.until(input=2, state="sending", light=1)["buzzer"] == 0
    press = site.packet("press")
    assert (press["input"], press["seq"]) == (2, 1)
    site.receipt(press["id"])
    watch.until(input=2, state="received")
    found = control.ask(do="light")["inputs"]
    assert found["2"]["state"] == "received"
    assert found["1"]["state"] == "idle"
    assert site.end(signal.SIGTERM) == 0
    assert site.packet("status")["state"] == "offline"
    assert not site.control_path.exists()


def test_the_staff_key_and_what_is_meant_reach_the_broker(site: Site) -> None:
    with site.config.open("a") as config:
        config.write('[[inputs]]\nn = 9\npin = 20\nrole = "key"\nfor = 2\n')
    site.start()
    control = site.control()
    assert control.ask(do="arrive", input=2) == {"ok": True}
    arrived = site.packet("press")
    assert (arrived["kind"], arrived["input"], arrived["via_input"]) == ("arrive", 2, 9)
    site.receipt(arrived["id"])
    for verb in ("quiet", "drill"):
        assert control.ask(do=verb, input=1) == {"ok": True}
        made = site.packet("press")
        site.receipt(made["id"])
        assert verb in (made["kind"], made["purpose"])
    assert control.ask(do="undo", input=1) == {"ok": True}
    undone = site.packet("press")
    assert (undone["kind"], undone["ref"]) == ("undo", made["id"])
    assert control.ask(do="drill", input=9)["ok"] is False
    assert control.ask(do="light")["inputs"]["9"]["state"] == "idle"


def test_a_bad_request_gets_an_answer_and_harms_nobody(site: Site) -> None:
    site.start()
    control = site.control()
    for bad in ({"do": "fly"}, {"do": "press", "input": 99}, {}, {"do": "press", "profile": "jelly"}):
        answer = control.ask(**bad)
        assert answer["ok"] is False
        assert answer["error"]
    assert control.ask(do="light")["ok"] is True


def test_a_press_before_a_kill_is_told_after_the_restart(site: Site) -> None:
    site.start()
    site.control().ask(do="press", input=1)
    first = site.packet("press")
    assert site.end(signal.SIGKILL) == -signal.SIGKILL
    site.start()
    again = site.packet("press")
    assert again["id"] == first["id"]
    assert again["age_known"] is True
    assert again["age_ms"] > first["age_ms"]
    assert again["run"] != first["run"]


def test_it_stays_small_with_eight_inputs(site: Site) -> None:
    site.start()
    control = site.control()
    for number in range(1, 9):
        control.ask(do="press", input=number, ms=100)
        site.receipt(site.packet("press")["id"])
    assert site.process is not None
    status = Path(f"/proc/{site.process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident <= MOST_RESIDENT_KIB
