"""A certificate authority for tests, made once, and identities signed by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from broker_config.broker.render import Paths
from broker_config.files import write_private
from broker_config.identity import authority, keys
from broker_config.identity.authority import Authority, Revoked
from broker_config.identity.folder import IdentityFolder

HOSTS = ("127.0.0.1", "::1", "localhost")


@cache
def shop_authority(store: str = "s1") -> Authority:
    """The same one for all tests of a run: they only sign with it."""
    return authority.make(store, now=datetime.now(UTC), serial=authority.new_serial())


def device_identity(
    folder: Path,
    name: str,
    *,
    by: Authority | None = None,
    now: datetime | None = None,
    serial: int | None = None,
) -> IdentityFolder:
    """An identity folder for the client `name`, as enrolment leaves it."""
    signer, key = by or shop_authority(), keys.new_key()
    signed = signer.device(
        keys.request(key), name, now=now or datetime.now(UTC), serial=serial or authority.new_serial()
    )
    made = IdentityFolder(folder)
    made.write(key=key, certificate=signed, authority=signer.certificate)
    return made


def server_identity(
    folder: Path, *, by: Authority | None = None, hosts: tuple[str, ...] = HOSTS
) -> IdentityFolder:
    """Of a broker or an HTTPS server."""
    signer, key = by or shop_authority(), keys.new_key()
    signed = signer.server(
        keys.request(key), "broker", hosts, now=datetime.now(UTC), serial=authority.new_serial()
    )
    made = IdentityFolder(folder)
    made.write(key=key, certificate=signed, authority=signer.certificate)
    return made


def broker_identity(folder: Path, *, by: Authority | None = None, hosts: tuple[str, ...] = HOSTS) -> Paths:
    """All that a `Broker(folder, ..., tls=True)` must find there before its first start."""
    signer, paths = by or shop_authority(), Paths(folder)
    server_identity(paths.identity.path, by=signer, hosts=hosts)
    revoke(paths, by=signer)
    return paths


def revoke(paths: Paths, *serials: int, by: Authority | None = None, number: int = 1) -> None:
    """The list says these and no others. A later one needs a higher number: the broker goes by the newest that it read,
    to the second."""
    now = datetime.now(UTC)
    rows = [Revoked(serial, now) for serial in serials]
    text = (by or shop_authority()).revocation_list(rows, now=now + timedelta(seconds=number), number=number)
    write_private(paths.revoked, text)
