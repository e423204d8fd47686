"""The broker's files from the identities of the database, and its look at them."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broker_config.broker import render
from broker_config.broker.render import Paths
from broker_config.channels import Role
from broker_config.files import write_private
from broker_config.identity.authority import Authority, Revoked
from broker_config.identity.certificate import BACK_DATED
from broker_config.rights import User
from server.db.identities import Known

log = logging.getLogger(__name__)

JANITOR = "janitor"
"""No device may be called so."""
REVOKED, PID = "revoked.pem", "mosquitto.pid"
MARK = "Revoked by Red Button:"


@dataclass(frozen=True, slots=True)
class BrokerFiles:
    folder: Path
    pid_file: Path | None = None

    def write(
        self,
        known: Sequence[Known],
        ended: Iterable[tuple[int, datetime]],
        authority: Authority,
        now: datetime,
    ) -> bool:
        """Whether anything is another one than before."""
        paths, users = Paths(self.folder), users_of(known)
        passwords = "".join(
            f"{user.name}:{hashed}\n"
            for user, one in zip(users, known, strict=False)
            for hashed in one.passwords[-1:]
        )
        changed = [
            _put(paths.acl, render.acl(users)),
            _put(paths.passwords, passwords),
            self._revoke(ended, authority, now),
        ]
        return any(changed)

    def read_again(self) -> bool:
        """Ask the broker to. False: it does not run, and reads them when it starts."""
        pid = self._pid()
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGHUP)
        except OSError:
            return False
        return True

    def _revoke(self, ended: Iterable[tuple[int, datetime]], authority: Authority, now: datetime) -> bool:
        """OpenSSL keeps the lists that it read and goes by the newest: each is dated a second after the last one, at
        least, whatever the clock says."""
        path, wanted = self.folder / REVOKED, dict(ended)
        there = _read_list(path)
        if there is not None and there.serials == frozenset(wanted):
            return False
        dated = now if there is None else max(now, there.dated + timedelta(seconds=1))
        rows = [Revoked(serial, at) for serial, at in wanted.items()]
        text = authority.revocation_list(rows, now=dated, number=int(dated.timestamp()))
        write_private(path, f"{_List(frozenset(wanted), dated)}\n{text}")
        return True

    def _pid(self) -> int | None:
        """Of our own broker, as soon as it deals with signals: one that just starts would end by it, and a number that
        another process has by now is none of ours."""
        try:
            pid = int((self.pid_file or self.folder / PID).read_text())
            said = Path(f"/proc/{pid}/cmdline").read_bytes()
            status = Path(f"/proc/{pid}/status").read_text()
            caught = int(status.partition("SigCgt:")[2].split(None, 1)[0], 16)
        except (OSError, ValueError, IndexError):
            return None
        ours = said.split(b"\0", 1)[0].endswith(b"mosquitto") and os.fsencode(self.folder) in said
        return pid if ours and caught & 1 << (signal.SIGHUP - 1) else None


@dataclass(frozen=True, slots=True)
class _List:
    """What stands above a list for ourselves, so that nobody has to load a library to see that it is the same."""

    serials: frozenset[int]
    dated: datetime

    def __str__(self) -> str:
        named = ",".join(f"{one:x}" for one in sorted(self.serials))
        return f"{MARK} {int(self.dated.timestamp())} {named}"


def _read_list(path: Path) -> _List | None:
    """None: there is none that can be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if not text.startswith(f"{MARK} "):
        return _read_strange_list(text)
    dated, _, named = text.partition("\n")[0].removeprefix(f"{MARK} ").partition(" ")
    try:
        serials = frozenset(int(one, 16) for one in named.split(",") if one)
        return _List(serials, datetime.fromtimestamp(int(dated), UTC))
    except (ValueError, OverflowError):
        return _read_strange_list(text)


def _read_strange_list(text: str) -> _List | None:
    """Made before the server ran for the first time, or by hand."""
    from cryptography import x509

    try:
        found = x509.load_pem_x509_crl(text.encode())
    except ValueError:
        return None
    return _List(frozenset(one.serial_number for one in found), found.last_update_utc + BACK_DATED)


def users_of(known: Sequence[Known]) -> list[User]:
    """In the same order; the janitors of the stores come last."""
    found = [User(one.store, one.device, role_of(one), "") for one in known]
    stores = sorted({one.store for one in known})
    return found + [User(store, JANITOR, Role.JANITOR, "") for store in stores]


def role_of(one: Known) -> Role:
    return Role.KEEPER if one.role == Role.GATEWAY and one.keeper else Role(one.role)


def _put(path: Path, text: str) -> bool:
    try:
        if path.read_text(encoding="utf-8") == text:
            return False
    except (OSError, UnicodeDecodeError):
        pass
    write_private(path, text)
    return True
