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
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from broker_config.broker.check import problems
from broker_config.broker.run import find_mosquitto
from broker_config.credentials import Credentials
from broker_config.errors import SetupError
from broker_config.identity import authority
from broker_config.identity.certificate import LEAF_LIFE, Facts, facts
from broker_config.identity.folder import IdentityFolder
from broker_config.link import Connected, LinkEvent, LinkSetup, Tls
from server.config import ServerSettings, StoreLink
from server.doctor.judge import EXTRAS, BrokerState, DatabaseState, PortState
from server.rules.certificates import Life

CLOCK_ERROR = 5  # adjtimex: the clock is not synchronised
ANSWER_S = 4.0
AUTHORITY = "authority of the store"
NOT_STARTED_FROM = ("accounts.toml", "identities.toml", "network.toml")


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
    """The files that processes start from; left out is what only the set-up reads, and the simulated network."""
    return sorted(path for path in data.glob("*.toml") if path.name not in NOT_STARTED_FROM)


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


def broker(store: StoreLink, in_use: bool) -> tuple[BrokerState, str]:
    """And why it refuses. The broker knows a device by one connection, so a test sign-in would throw the running server
    out: then only its certificate and ours are tried."""
    if not answers(store.broker_host, store.broker_port):
        return "silent", ""
    try:
        proof = store.credentials()
    except SetupError as error:
        return "refuses", str(error)
    if in_use:
        words = "" if proof.tls is None else handshake(store, proof.tls)
        return ("refuses", words) if words else ("in use", "")
    words = signing_in(store, proof)
    return ("refuses", words) if words else ("accepts", "")


def handshake(store: StoreLink, tls: Tls) -> str:
    """What one end has against the certificate of the other; empty: nothing."""
    from broker_config.tls import LinkContext

    context = LinkContext(tls)
    try:
        plain = socket.create_connection((store.broker_host, store.broker_port), timeout=ANSWER_S)
        with context.wrap_socket(
            plain, server_hostname=store.broker_host, do_handshake_on_connect=False
        ) as encrypted:
            encrypted.do_handshake()
            return ""
    except OSError as error:
        return context.trouble or str(error)


def signing_in(store: StoreLink, proof: Credentials) -> str:
    """Why we are not let in; empty: we are."""
    from broker_config.paho_link import PahoLink
    from broker_config.topics import client_id

    name = client_id(store.id, store.device)
    inside = threading.Event()

    def sink(event: LinkEvent) -> None:
        if isinstance(event, Connected):
            inside.set()

    # The session of the server must outlive this look: only a clean start would empty it.
    setup = LinkSetup(
        name,
        name,
        proof.password,
        store.broker_host,
        store.broker_port,
        clean_start=False,
        session_expiry_s=86_400,
        tls=proof.tls,
    )
    link = PahoLink(setup, on_death=lambda error: None)
    link.open(sink)
    try:
        return "" if inside.wait(ANSWER_S) else link.complaint or "no answer"
    finally:
        link.close()


def database(settings: ServerSettings) -> tuple[str, DatabaseState, str]:
    """Where (without a password), in which state, and more words."""
    from sqlalchemy.exc import SQLAlchemyError

    from server.db import shape
    from server.db.connect import Database

    base = Database(settings.database)
    where = base.url.render_as_string()
    if base.is_sqlite and base.url.database and not Path(base.url.database).exists():
        return where, "none", ""
    try:
        found, newest = shape.current(base), shape.newest()
    except SQLAlchemyError as error:
        return where, "closed", str(error).splitlines()[0]
    finally:
        base.close()
    if found is None:
        return where, "none", ""
    return where, "current" if found == newest else "old", f"{found}, the program wants {newest}"


def ending(settings: ServerSettings, now: datetime) -> dict[str, Life]:
    """Devices of our stores whose certificate ends before long, by their names at the broker. None of a database that
    cannot be read: it says so itself."""
    from sqlalchemy.exc import SQLAlchemyError

    from broker_config.topics import client_id
    from server.db import identities
    from server.db.connect import Database

    base = Database(settings.database)
    try:
        with base.reading() as session:
            return {
                client_id(store.id, device): life
                for store in settings.stores
                for device, life in identities.ending(session, store.id, now + LEAF_LIFE / 3).items()
            }
    except SQLAlchemyError:
        return {}
    finally:
        base.close()


def certificates(files: Sequence[Path], data: Path | None) -> Iterator[tuple[str, str, Facts | None]]:
    """Whose, what is wrong with it, what stands in it: of every part here, and of the store's authority."""
    for file in files:
        for folder in identity_folders(file):
            try:
                found = IdentityFolder(folder).read()
            except SetupError as error:
                yield file.stem, str(error), None
            else:
                yield found.name, "", found
    if data is None or not (data / "ca").is_dir():
        return
    try:
        yield AUTHORITY, "", facts(authority.read(data / "ca").certificate)
    except SetupError as error:
        yield AUTHORITY, str(error), None


def identity_folders(file: Path) -> list[Path]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    stores = table.get("stores", [])
    rows = [table, *(row for row in stores if isinstance(row, dict))] if isinstance(stores, list) else [table]
    return [Path(str(row["identity"])) for row in rows if "identity" in row]


def broker_troubles(data: Path, now: datetime) -> list[str] | None:
    """None: no broker of ours lives here."""
    folder = data / "broker"
    return problems(folder, now=now) if folder.is_dir() else None


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
