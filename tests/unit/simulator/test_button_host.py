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
import time
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

PATIENCE_S = 60.0
REFUSED, DONE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
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
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            line = self.next()
            if all(line.get(key) == value for key, value in wanted.items()):
                return line
        raise AssertionError(f"nobody said {wanted}; the last line: {line}")

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
                Subscription("rb/1/s1/b/+/cmd/answer"),
                Subscription("rb/1/s1/b/+/cfg/state"),
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

    def start(self, *, online: bool = True) -> None:
        self.control_path.unlink(missing_ok=True)
        command = [sys.executable, "-m", "simulator.button_host", str(self.config)]
        self.process = process = subprocess.Popen([*command, "--control", str(self.control_path)])

        def is_up() -> bool:
            assert process.poll() is None, "the unit ended at its start"
            return self.control_path.exists()

        wait_until(is_up, "the unit is up", PATIENCE_S)
        while online and self.packet("status")["state"] != "online":
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

    def say(self, tail: str, body: dict[str, Any], *, retain: bool = False) -> None:
        packet = json.dumps({"v": 1, **body}).encode()
        self.link.publish(Publication(f"rb/1/s1/b/b1/{tail}", packet, retain=retain))

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


def test_every_gesture_is_done_on_contacts(site: Site) -> None:
    with site.config.open("a") as config:
        config.write('[[inputs]]\nn = 9\npin = 20\nrole = "key"\nfor = 2\n')
    site.start()
    control, watch = site.control(), site.control()
    watch.ask(do="watch")
    assert control.ask(do="arrive", input=2) == {"ok": True}
    watch.until(input=9, finger=True)
    arrived = site.packet("press")
    assert (arrived["kind"], arrived["input"], arrived["via_input"]) == ("arrive", 2, 9)
    site.receipt(arrived["id"])
    assert control.ask(do="press", input=2) == {"ok": True}
    press = site.packet("press")
    site.receipt(press["id"])
    watch.until(input=2, finger=False, pushes=1)
    assert control.ask(do="undo", input=2) == {"ok": True}
    watch.until(input=2, state="counting")
    undone = site.packet("press")
    assert (undone["kind"], undone["ref"]) == ("undo", press["id"])
    site.receipt(undone["id"])
    watch.until(input=2, state="idle", finger=False)
    assert control.ask(do="drill", input=2) == {"ok": True}
    drill = site.packet("press")
    assert (drill["kind"], drill["purpose"], drill["via_input"]) == ("press", "drill", 9)
    refused = control.ask(do="quiet", input=1)
    assert refused["ok"] is False
    assert "no staff key" in refused["error"]
    assert control.ask(do="light")["inputs"]["9"]["state"] == "idle"


def test_settings_over_the_air_reach_the_pins_and_outlive_the_process_without_a_broker(site: Site) -> None:
    text = site.config.read_text()
    site.config.write_text(
        text.replace("light_pin = 11\n", "light_pin = 11\nbuzzer_pin = 20\nbuzzer_hz = 2700\n")
    )
    site.start()
    site.say("cfg", {"rev": 3, "volume": 2, "lights": "slow"}, retain=True)
    assert site.packet("cfg/state") == {"v": 1, "rev": 3, "ok": True, "errors": {}}
    kept = site.config.parent / "data" / "settings.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    control = site.control()
    wait_until(lambda: control.ask(do="light")["inputs"]["1"]["volume"] == 2, "the pins know it", PATIENCE_S)
    assert site.end(signal.SIGTERM) == 0
    assert site.packet("status")["state"] == "offline"
    text = site.config.read_text()
    site.config.write_text(text.replace(f"port = {site.broker.port}", "port = 1"))
    site.start(online=False)
    watch = site.control()
    watch.ask(do="watch")
    site.control().ask(do="press", input=1)
    line = watch.until(input=1, state="sending")
    assert line["volume"] == 2


@pytest.mark.parametrize("name", ["restart", "rotate"])
def test_a_command_that_ends_the_process_is_answered_on_the_wire_first(site: Site, name: str) -> None:
    secret = site.config.parent / "secret"
    secret.write_text("button-word")
    secret.chmod(0o600)
    site.config.write_text(
        site.config.read_text().replace('password = "button-word"', 'password_file = "secret"')
    )
    site.start()
    if name == "rotate":
        site.say("cmd", {"id": REFUSED, "name": name})
        assert site.packet("cmd/answer")["ok"] is False
        secret.write_text("another-word")
    site.say("cmd", {"id": DONE, "name": name})
    assert site.packet("cmd/answer") == {
        "v": 1,
        "id": DONE,
        "ok": True,
        "text": "the unit ends and starts anew",
    }
    assert site.process is not None
    assert site.process.wait(PATIENCE_S) == 0
    assert site.packet("status")["state"] == "offline"


def test_trouble_with_a_contact_is_seen_with_what_the_unit_makes_of_it(site: Site) -> None:
    site.start()
    control, watch = site.control(), site.control()
    watch.ask(do="watch")
    assert control.ask(do="fit", input=3, switch="tactile") == {"ok": True}
    watch.until(input=3, switch="tactile")
    control.ask(do="brush", input=3)
    assert watch.until(input=3, refused={"short": 1})["pushes"] == 0
    control.ask(do="hammer", input=3, count=3, every_ms=200)
    assert watch.until(input=3, pushes=1)["state"] in ("idle", "sending")
    assert control.ask(do="stick", input=4) == {"ok": True}
    watch.until(input=4, stuck=True)
    control.ask(do="hold", input=4)
    control.ask(do="lift", input=4)
    assert control.ask(do="light")["inputs"]["4"]["stuck"] is True
    control.ask(do="release", input=4)
    watch.until(input=4, stuck=False)


def test_a_bad_request_gets_an_answer_and_harms_nobody(site: Site) -> None:
    site.start()
    control = site.control()
    for bad in (
        {"do": "fly"},
        {"do": "press", "input": 99},
        {},
        {"do": "press", "profile": "jelly"},
        {"do": "fit", "switch": "jelly"},
        {"do": "arrive", "input": 1},
    ):
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
