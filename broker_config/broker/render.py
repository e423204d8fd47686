"""The text of a Mosquitto's files: configuration, one ACL stanza per user, password hashes. Pure."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

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
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def log(self) -> Path:
        return self.folder / "mosquitto.log"


def config(paths: Paths, *, port: int, run_as: str | None, host: str = "127.0.0.1") -> str:
    """`run_as`: the user that Mosquitto stays when it is started as root; it could not read owner-only files
    of another one. The figures are explained in broker_config/README.md."""
    lines = [
        "# Written by Red Button at every start: changes in here are lost.",
        f"listener {port} {host}",
        "allow_anonymous false",
        "use_username_as_clientid true",
        f"password_file {paths.passwords}",
        f"acl_file {paths.acl}",
        "persistence true",
        f"persistence_location {paths.store}/",
        "autosave_interval 5",
        "persistent_client_expiration 14d",
        "max_queued_messages 100000",
        "max_inflight_messages 200",
        "max_packet_size 70000",
        "max_keepalive 60",
        "set_tcp_nodelay true",
        "sys_interval 10",
        f"log_dest file {paths.log}",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "log_timestamp_format %Y-%m-%dT%H:%M:%S",
    ]
    if run_as is not None:
        lines.append(f"user {run_as}")
    return "\n".join(lines) + "\n"


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
