"""A Mosquitto of our own as a child process: for `redbutton up`, and for tests that kill, freeze and restart it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from broker_config.broker import render
from broker_config.broker.render import Paths
from broker_config.errors import SetupError
from broker_config.rights import User

START_S = 10.0
STOP_S = 10.0
ATTEMPTS = 5


def find_mosquitto() -> str:
    """Path of the program. Raises SetupError that says what to install."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise SetupError(
            "Mosquitto is not installed. On Debian, Ubuntu and Raspberry Pi OS: sudo apt-get install mosquitto"
        )
    return found


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


class Broker:
    """Owns one folder and one process. `port` 0 means: find a free one at the first start, then keep it."""

    def __init__(
        self, folder: Path, users: Iterable[User], *, port: int = 0, host: str = "127.0.0.1"
    ) -> None:
        self.paths = Paths(folder)
        self.users: Sequence[User] = tuple(users)
        self.host = host
        self.port = port
        self._any_port = port == 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Write the files, start the process, wait until it accepts connections. Starting again after `stop` or
        `kill` uses the same folder and port. Raises SetupError."""
        if self.running:
            return
        for attempt in range(1, ATTEMPTS + 1):
            if self._any_port:
                self.port = free_port(self.host)
            elif is_taken(self.host, self.port):
                raise SetupError(
                    f"port {self.port} of {self.host} is taken: end what listens there, or choose another port"
                )
            self.write_files()
            self._process = subprocess.Popen(  # noqa: S603 - our own program and file
                [find_mosquitto(), "-c", str(self.paths.config)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            if self._accepts():
                self._any_port = False
                return
            if not self._any_port or attempt == ATTEMPTS:
                raise SetupError(f"Mosquitto did not start on {self.host}:{self.port}. {self._last_words()}")

    def reload(self, users: Iterable[User] | None = None) -> None:
        """Put other users in force without a restart. Who is connected stays so, with the new rights."""
        if users is not None:
            self.users = tuple(users)
        self.write_files()
        self._signal(signal.SIGHUP)

    def stop(self) -> None:
        """Ask it to end; it saves sessions and retained messages first."""
        self.thaw()
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would: whatever it has not saved is gone."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """It keeps its sockets and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._signal(number)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _accepts(self) -> bool:
        process = self._process
        until = time.monotonic() + START_S
        while process is not None and process.poll() is None and time.monotonic() < until:
            try:
                socket.create_connection((self.host, self.port), timeout=1.0).close()
            except OSError:
                time.sleep(0.01)
            else:
                return process.poll() is None
        self.kill()
        return False

    def _last_words(self) -> str:
        try:
            lines = self.paths.log.read_text(errors="replace").splitlines()
        except OSError:
            return f"It left no log in {self.paths.log}; try: mosquitto -c {self.paths.config}"
        return f"Its last words: {' / '.join(lines[-3:])[:500]} (all of them: {self.paths.log})"

    def write_files(self) -> None:
        """What Mosquitto reads; for whoever starts the process by other means than `start`."""
        run_as = pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() == 0 else None
        for folder in (self.paths.folder, self.paths.store):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.paths.passwords, render.passwords(self.users))
        write_private(self.paths.acl, render.acl(self.users))
        write_private(
            self.paths.config, render.config(self.paths, port=self.port, run_as=run_as, host=self.host)
        )


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and for its owner only from the first byte on."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
