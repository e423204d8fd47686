"""Facts of this machine, as the rules of `judge` take them. Nothing here decides anything."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import socket
import stat
import subprocess
import threading
import tomllib
from pathlib import Path

from broker_config.broker.run import find_mosquitto
from broker_config.errors import SetupError
from broker_config.link import Connected, LinkEvent, LinkSetup
from server.config import ServerSettings, StoreLink
from server.doctor.judge import EXTRAS, BrokerState, DatabaseState, PortState

CLOCK_ERROR = 5  # adjtimex: the clock is not synchronised
ANSWER_S = 4.0


def modules() -> set[str]:
    wanted = {name for names in EXTRAS.values() for name in names}
    return {name for name in wanted if importlib.util.find_spec(name) is not None}


def mosquitto() -> tuple[str | None, str]:
    try:
        path = find_mosquitto()
    except SetupError:
        return None, ""
    try:
        answer = subprocess.run([path, "-h"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return path, ""
    words = answer.stdout.splitlines()[:1]
    return path, words[0].removeprefix("mosquitto version").strip() if words else ""


def folder(path: Path) -> tuple[int | None, bool, bool]:
    """Mode, whether it is ours, whether we may write there."""
    try:
        found = path.stat()
    except OSError:
        return None, False, False
    return stat.S_IMODE(found.st_mode), found.st_uid == os.geteuid(), os.access(path, os.W_OK | os.X_OK)


def config_files(data: Path) -> list[Path]:
    """The files that processes start from; what only the set-up reads is left out."""
    return sorted(path for path in data.glob("*.toml") if path.name != "accounts.toml")


def clock() -> bool | None:
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != CLOCK_ERROR


def answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=2.0).close()
    except OSError:
        return False
    return True


def port(settings: ServerSettings, server_runs: bool) -> PortState:
    if server_runs:
        return "ours"
    return "taken" if settings.port and answers(near(settings.host), settings.port) else "free"


def server_runs(settings: ServerSettings) -> bool:
    """Its ready file is there and somebody answers at that address."""
    if settings.ready_file is None:
        return False
    try:
        host, _, number = settings.ready_file.read_text().strip().rpartition("//")[2].rpartition(":")
        return answers(near(host), int(number))
    except (OSError, ValueError):
        return False


def near(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host.strip("[]")  # noqa: S104 (compared only)


def broker(store: StoreLink, in_use: bool) -> BrokerState:
    """The broker knows a device by one connection, so a test sign-in would throw the running server out."""
    if not answers(store.broker_host, store.broker_port):
        return "silent"
    if in_use:
        return "in use"
    try:
        return "accepts" if signs_in(store, store.password()) else "refuses"
    except SetupError:
        return "refuses"


def signs_in(store: StoreLink, password: str) -> bool:
    from broker_config.paho_link import PahoLink
    from broker_config.topics import client_id

    name = client_id(store.id, store.device)
    inside = threading.Event()

    def sink(event: LinkEvent) -> None:
        if isinstance(event, Connected):
            inside.set()

    # The session of the server must outlive this look: only a clean start would empty it.
    setup = LinkSetup(
        name, name, password, store.broker_host, store.broker_port, clean_start=False, session_expiry_s=86_400
    )
    link = PahoLink(setup, on_death=lambda error: None)
    link.open(sink)
    try:
        return inside.wait(ANSWER_S)
    finally:
        link.close()


def database(settings: ServerSettings) -> tuple[str, DatabaseState, str]:
    """Where (without a password), in which state, and more words."""
    from sqlalchemy.exc import SQLAlchemyError

    from server.db import upgrade
    from server.db.connect import Database

    base = Database(settings.database)
    where = base.url.render_as_string()
    if base.is_sqlite and base.url.database and not Path(base.url.database).exists():
        return where, "none", ""
    try:
        found, newest = upgrade.current(base), upgrade.newest()
    except SQLAlchemyError as error:
        return where, "closed", str(error).splitlines()[0]
    finally:
        base.close()
    if found is None:
        return where, "none", ""
    return where, "current" if found == newest else "old", f"{found}, the program wants {newest}"


def serial_ports(gateway_file: Path) -> list[tuple[str, str, bool, bool]]:
    """Name, port, is it there, may we open it; for ports that are device files."""
    try:
        table = tomllib.loads(gateway_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    found = []
    for row in table.get("transmitters", []):
        port = str(row.get("port", "")) if isinstance(row, dict) else ""
        if port.startswith("/"):
            usable = os.access(port, os.R_OK | os.W_OK)
            found.append((str(row.get("name", "?")), port, os.path.exists(port), usable))
    return found


def free_bytes(path: Path) -> int:
    """Room where this path is, or will be."""
    there = path.absolute()
    while not there.exists():
        there = there.parent
    return shutil.disk_usage(there).free
