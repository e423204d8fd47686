"""The commands of enrolment, and a service that finds a join string in a file: real processes, a real TLS server."""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker_config.enrolment import Join
from broker_config.identity.folder import IdentityFolder
from simulator.control import ControlLine
from tests.enrolment_peer import Peer, opened

pytestmark = pytest.mark.live

PATIENCE_S = 90.0
WIRING = 'pin_factory = "mock"\n\n[[inputs]]\nn = 1\npin = 17\nlight_pin = 5\n'


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with opened(Peer(tmp_path / "peer")) as made:
        yield made


def run(*words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "broker_config.command", *words],
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def wait_for(what: Callable[[], bool]) -> None:
    """Polls the world outside this process, which offers nothing better to wait on."""
    end = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < end, "it never came"
        select.select([], [], [], 0.05)


def test_a_gateway_is_enrolled_by_a_command_and_says_its_figures(peer: Peer, tmp_path: Path) -> None:
    peer.device = "gw-2"
    config = tmp_path / "own" / "gateway.toml"
    config.parent.mkdir()
    done = run("gateway", "enrol", str(config), said=f"{peer.join()}\n")
    assert done.returncode == 0, done.stderr
    assert "now somebody has to confirm it on the screen; figures " in done.stdout
    assert peer.kind == "g"
    values = tomllib.loads(config.read_text())
    assert (values["store"], values["device"], values["port"]) == ("s1", "gw-2", 8883)
    assert values["transmitters"][0]["driver"] == "tap"
    assert IdentityFolder(Path(values["identity"])).read("s1.gw-2").name == "s1.gw-2"


def test_a_string_that_is_none_and_one_that_was_used(peer: Peer, tmp_path: Path) -> None:
    config, join = tmp_path / "button.toml", tmp_path / "join"
    config.write_text(f'data = "{tmp_path}"\n{WIRING}')
    done = run("button", "enrol", str(config), said="hello\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert "this is no join string" in done.stderr
    spent = Join("127.0.0.1", peer.port, "00000000", peer.join().authority)
    join.write_text(str(spent))
    done = run("button", "enrol", str(config), "--file", str(join))
    assert done.returncode == 1
    assert "make a new join string" in done.stdout
    assert spent.code not in done.stdout + done.stderr
    assert config.read_text() == f'data = "{tmp_path}"\n{WIRING}'


class Unit:
    """The simulated unit's process, whose button can be pressed."""

    def __init__(self, folder: Path) -> None:
        self.config, self.socket = folder / "button.toml", folder / "c"
        self.config.write_text(f'data = "{folder}"\n{WIRING}')
        self.folder = folder
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator.button_host", str(self.config), "--control", str(self.socket)]
        )

    def stage(self) -> str:
        try:
            return str(json.loads((self.folder / "claim.json").read_text())["stage"])
        except (OSError, ValueError, KeyError):
            return ""

    def press(self) -> None:
        ControlLine(self.socket).ask(do="press", input=1, ms=200)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)


def test_a_service_finds_its_string_in_a_file_survives_kill_9_and_becomes_a_unit_of_the_store(
    peer: Peer, tmp_path: Path
) -> None:
    folder = tmp_path / "u"
    folder.mkdir()
    unit = Unit(folder)
    try:
        wait_for(lambda: unit.stage() == "no_join")
        (folder / "redbutton.join").write_text(f"{peer.join()}\n")
        wait_for(lambda: unit.stage() == "press")
        unit.kill()
        assert not IdentityFolder(folder / "identity").certificate.exists()
        (folder / "claim.json").unlink()
        unit.start()
        wait_for(lambda: unit.stage() == "press")
        pid = unit.process.pid
        unit.press()
        wait_for(
            lambda: (folder / "identity" / "device.crt").exists() and not (folder / "redbutton.join").exists()
        )
        assert IdentityFolder(folder / "identity").read("s1.b7").name == "s1.b7"
        assert tomllib.loads(unit.config.read_text())["device"] == "b7"
        assert [path for path, _ in peer.asked].count("/enrol/v1/ask") == 1
        wait_for(lambda: (folder / "spool.sqlite").exists())  # the same process, as a unit of the store
        assert unit.process.pid == pid
        assert unit.process.poll() is None
        assert b"button_host" in Path(f"/proc/{pid}/cmdline").read_bytes()
    finally:
        unit.kill()


def test_no_secret_is_on_a_command_line(peer: Peer, tmp_path: Path) -> None:
    """There is no way to put one there."""
    done = run("button", "enrol", str(tmp_path / "b.toml"), str(peer.join()))
    assert done.returncode == 2
    assert "/enrol/v1/ask" not in [path for path, _ in peer.asked]
