"""The text of a Mosquitto's files: configuration, one ACL stanza per user, password hashes. Pure."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from broker_config.identity.folder import IdentityFolder
from broker_config.rights import User, read_filters, write_filters

ITERATIONS = 101
"""What mosquitto_passwd uses. Our passwords are 256 random bits: nothing would be gained by more, and every
connect of every button would pay for it."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a broker keeps its things."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "mosquitto.conf"

    @property
    def acl(self) -> Path:
        return self.folder / "acl"

    @property
    def passwords(self) -> Path:
        return self.folder / "passwords"

    @property
    def identity(self) -> IdentityFolder:
        """The broker's own certificate, and the authority whose devices it lets in."""
        return IdentityFolder(self.folder / "identity")

    @property
    def revoked(self) -> Path:
        """Certificates of that authority that no longer count."""
        return self.folder / "revoked.pem"

    @property
    def pid(self) -> Path:
        """Mosquitto writes it, also in the foreground (tried on 2.0.11): by it others ask it to read its files anew."""
        return self.folder / "mosquitto.pid"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def log(self) -> Path:
        return self.folder / "mosquitto.log"


class Way(StrEnum):
    """How a listener is come in by."""

    CERTIFICATE = "certificate"
    """TLS at both ends: the common name of the client's certificate is its user name."""
    PASSWORD = "password"
    """TLS, and a password inside it."""
    CLEAR = "clear"
    """A password in clear, on this machine only."""


@dataclass(frozen=True, slots=True)
class Listener:
    port: int
    way: Way
    host: str = "127.0.0.1"


class Keeping(StrEnum):
    """How sessions and retained messages outlive a restart."""

    SNAPSHOT = "snapshot"
    """All that is in memory, every five seconds: Mosquitto 2.0, which Debian ships."""
    SQLITE = "sqlite"
    """Each change, by a plugin of Mosquitto 2.1. Rendered and checked as text only: nobody has run it here."""


SQLITE_PLUGIN = "/usr/lib/mosquitto_persist_sqlite.so"
MOST_CONNECTIONS = 12_000
"""10 000 buttons, and room for those that come before their old connection is given up."""


def config(
    paths: Paths, listeners: Sequence[Listener], *, run_as: str | None, keeping: Keeping = Keeping.SNAPSHOT
) -> str:
    """`run_as`: the user that Mosquitto stays when it is started as root; it could not read owner-only files
    of another one. The figures are explained in broker_config/README.md."""
    lines = [
        "# Written by Red Button at every start: changes in here are lost.",
        *(line for each in listeners for line in _listener(paths, each)),
        "allow_anonymous false",
        f"password_file {paths.passwords}",
        f"acl_file {paths.acl}",
        *_keeping(paths, keeping),
        "persistent_client_expiration 14d",
        "max_queued_messages 100000",
        "max_inflight_messages 200",
        "max_packet_size 70000",
        "max_keepalive 60",
        "set_tcp_nodelay true",
        "sys_interval 10",
        f"pid_file {paths.pid}",
        f"log_dest file {paths.log}",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "log_timestamp_format %Y-%m-%dT%H:%M:%S",
    ]
    if run_as is not None:
        lines.append(f"user {run_as}")
    return "\n".join(lines) + "\n"


def _listener(paths: Paths, one: Listener) -> list[str]:
    lines = [
        f"listener {one.port} {one.host}",
        f"max_connections {MOST_CONNECTIONS}",
        "use_username_as_clientid true",
    ]
    if one.way is not Way.CLEAR:
        lines += [
            f"cafile {paths.identity.authority}",
            f"certfile {paths.identity.certificate}",
            f"keyfile {paths.identity.key}",
            "tls_version tlsv1.2",
        ]
    if one.way is Way.CERTIFICATE:
        lines += ["require_certificate true", "use_identity_as_username true", f"crlfile {paths.revoked}"]
    return lines


def _keeping(paths: Paths, keeping: Keeping) -> list[str]:
    if keeping is Keeping.SQLITE:
        return [
            f"persistence_location {paths.store}/",
            f"global_plugin {SQLITE_PLUGIN}",
            "plugin_opt_sync full",
            "plugin_opt_flush_period 1",
        ]
    return ["persistence true", f"persistence_location {paths.store}/", "autosave_interval 5"]


def acl(users: Iterable[User]) -> str:
    """One stanza per user and not one `%u` pattern: patterns hold for every user, so a button could then write
    on the topics of a gateway of the same id."""
    return "\n".join(_stanza(user) for user in sorted(users, key=lambda user: user.name))


def _stanza(user: User) -> str:
    lines = [f"user {user.name}"]
    lines += [f"topic write {each}" for each in write_filters(user)]
    lines += [f"topic read {each}" for each in read_filters(user)]
    return "\n".join(lines) + "\n"


def passwords(users: Iterable[User], salt: Callable[[], bytes] = lambda: secrets.token_bytes(12)) -> str:
    """Mosquitto's own format, made here so that no secret ever stands on a command line."""
    return "".join(f"{user.name}:{hashed(user.password, salt())}\n" for user in users)


def hashed(password: str, salt: bytes) -> str:
    """`$7$`: PBKDF2 with SHA-512."""
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
