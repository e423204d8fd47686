"""The control socket: found when somebody listens, and closed whatever became of it."""

from __future__ import annotations

import socketserver
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker_config import machine
from simulator.control import ControlLine, ControlSocket
from simulator.pager import Air
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.on_tcp import TcpTransmitter
from simulator.transmitters.snpp import SnppHabits, SnppServer
from simulator.transmitters.tap import TapHabits, TapTerminal

ENOUGH_S = 30.0


@pytest.fixture
def path() -> Iterator[Path]:
    """Socket paths must be short."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "c.sock"


def test_whoever_finds_the_file_finds_somebody_who_listens(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen, there = socketserver.ThreadingUnixStreamServer.server_activate, list[bool]()

    def look(server: socketserver.ThreadingUnixStreamServer) -> None:
        there.append(path.exists())
        listen(server)

    monkeypatch.setattr(socketserver.ThreadingUnixStreamServer, "server_activate", look)
    path.write_text("left by one that was killed")
    path.unlink()
    made = ControlSocket(path, lambda request: [{"ok": True, "told": request["do"]}])
    made.open()
    assert there == [False]
    assert path.stat().st_mode & 0o777 == 0o600
    assert ControlLine(path, ENOUGH_S).ask(do="sing")["told"] == "sing"
    made.close()
    assert list(path.parent.iterdir()) == []


def test_the_place_of_one_that_was_killed_is_taken(path: Path) -> None:
    ControlSocket(path, lambda request: [])._server.server_close()
    made = ControlSocket(path, lambda request: [{"ok": True}])
    made.open()
    assert ControlLine(path, ENOUGH_S).ask()["ok"] is True
    made.close()


def ends(close: Callable[[], None]) -> bool:
    thread = threading.Thread(target=close, daemon=True)
    thread.start()
    thread.join(ENOUGH_S)
    return not thread.is_alive()


def test_one_that_was_never_opened_is_closed(path: Path) -> None:
    assert ends(ControlSocket(path, lambda request: []).close)
    assert not path.exists()


def test_a_transmitter_that_was_never_switched_on_is_switched_off(tmp_path: Path) -> None:
    """As when the line before it could not be made."""
    PtyTransmitter(tmp_path / "t1", TapTerminal(TapHabits()), Air(), machine.boot_clock).stop()
    TcpTransmitter(SnppServer(SnppHabits()), Air(), machine.boot_clock).stop()
