"""How a device proves to its broker who it is: one decision for the settings of every process, and for every link."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from broker_config.errors import SetupError
from broker_config.identity.folder import IdentityFolder
from broker_config.link import Tls

NEITHER = 'identity = "FOLDER" or password_file = "FILE" is missing: how does it prove who it is?'
BOTH = "identity and password_file are two ways: give one of them"
OF_IDENTITY = "ca_file belongs to password_file: an identity folder holds its own ca.crt"
IN_CLEAR = 'the password would travel in clear to {host}: add ca_file = "ca.crt", or use identity = "FOLDER"'


@dataclass(frozen=True, slots=True)
class Credentials:
    """For `presence.link_setup`."""

    password: str = field(default="", repr=False)
    tls: Tls | None = None


def credentials(
    host: str, *, name: str, identity: Path | None, password: str | None, ca_file: Path | None
) -> Credentials:
    """From the settings of a device that the broker knows as `name`. Raises SetupError with a sentence."""
    refuse_odd(host, identity=identity, has_password=password is not None, ca_file=ca_file)
    if identity is not None:
        folder = IdentityFolder(identity)
        folder.read(name)
        return Credentials(tls=folder.tls)
    return Credentials(password or "", None if ca_file is None else Tls(ca_file))


def refuse_odd(host: str, *, identity: Path | None, has_password: bool, ca_file: Path | None) -> None:
    """Raises SetupError when that is neither one way nor the other, or no safe one. Looks into no file."""
    if identity is not None:
        if has_password:
            raise SetupError(BOTH)
        if ca_file is not None:
            raise SetupError(OF_IDENTITY)
        return
    if not has_password:
        raise SetupError(NEITHER)
    if ca_file is None:
        refuse_in_clear(host)


def refuse_in_clear(host: str) -> None:
    """Raises SetupError when a link without TLS would leave this machine."""
    if not is_loopback(host):
        raise SetupError(IN_CLEAR.format(host=host))


def is_loopback(host: str) -> bool:
    """Whether what is sent to this host stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
