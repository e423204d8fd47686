"""A Mosquitto of our own as a child process: for `redbutton up`, and for tests that kill, freeze and restart it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broker_config.broker import check, render
from broker_config.broker.render import Listener, Paths, Way
from broker_config.errors import SetupError
from broker_config.files import write_private
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
    """Owns one folder and one process. A port 0 means: find a free one at the first start, then keep it.

    With `tls` devices come in by their certificates: the broker's own identity and the list of revoked ones lie in the
    folder already (`render.Paths`). `password_port` is for those that have a password instead, in TLS as well.
    Without `tls` everything is in clear, on this machine only."""

    def __init__(
        self,
        folder: Path,
        users: Iterable[User],
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        tls: bool = False,
        password_port: int | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.paths = Paths(folder)
        self.tls = tls
        self._now = now
        self.password_port = password_port
        self.users: Sequence[User] = tuple(users)
        self.host = host
        self.port = port
        self._any_port = port == 0
        self._any_password_port = password_port == 0
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
            if self._any_password_port:
                self.password_port = free_port(self.host)
            self.write_files()
            self._process = subprocess.Popen(  # noqa: S603 - our own program and file
                [find_mosquitto(), "-c", str(self.paths.config)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            if self._accepts():
                self._any_port = self._any_password_port = False
                return
            if not (self._any_port or self._any_password_port) or attempt == ATTEMPTS:
                raise SetupError(f"Mosquitto did not start on {self.host}:{self.port}. {self._last_words()}")

    @property
    def listeners(self) -> list[Listener]:
        """The one that devices are told of comes first."""
        found = [Listener(self.port, Way.CERTIFICATE if self.tls else Way.CLEAR, self.host)]
        if self.password_port is not None:
            found.append(Listener(self.password_port, Way.PASSWORD, self.host))
        return found

    def reload(self, users: Iterable[User] | None = None) -> None:
        """Put other users, a new list of revoked certificates or a new certificate of the broker in force without a
        restart. Who is connected by a certificate stays so, with the new rights: nobody else than the taker of its
        name throws it out."""
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
            self._process.wait(STOP_S)
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

    def write_files(self, *, keep_users: bool = False) -> None:
        """What Mosquitto reads; for whoever starts the process by other means than `start`. `keep_users`: who may come
        in stays as the server's door last wrote it. Raises SetupError when a broker with these files must not be
        started."""
        run_as = pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() == 0 else None
        for folder in (self.paths.folder, self.paths.store):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (keep_users and self.paths.acl.exists() and self.paths.passwords.exists()):
            write_private(
                self.paths.passwords, render.passwords(user for user in self.users if user.password)
            )
            write_private(self.paths.acl, render.acl(self.users))
        write_private(self.paths.config, render.config(self.paths, self.listeners, run_as=run_as))
        if found := check.problems(self.paths.folder, now=self._now(), soon=timedelta(0)):
            raise SetupError("this broker is not started:\n" + "\n".join(found))
