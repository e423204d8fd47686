"""An enrolment on the disk: whatever moment the process is killed at, there is no identity or a whole one.

Beside the identity that is there, if any, lie the new key (`device.key.next`) and `asked.json`, with which another
process goes on where this one ended. `grant.json` is the moment of change: once it is there, every later start of
enrolment or of the service itself finishes what it says, and takes it away."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from broker_config import topics
from broker_config.enrol.words import Trouble
from broker_config.enrolment import Grant, Join
from broker_config.errors import IdentityError
from broker_config.files import write_private, write_whole
from broker_config.identity.certificate import facts
from broker_config.identity.folder import IdentityFolder

ASKED, GRANT, USED = "asked.json", "grant.json", "join.used"
WriteSettings = Callable[[Grant], None]
"""Brings the process's own file in line with the grant. Raises OSError or SetupError."""


class Work:
    """`folder`: where the identity is, or will be."""

    def __init__(self, folder: Path) -> None:
        self.identity = IdentityFolder(folder)
        self._folder = folder

    def key_and_ticket(self, join: Join, new_key: Callable[[], str]) -> tuple[str, str | None]:
        """The key to ask with; and the ticket, when an earlier process has asked already with this join string and
        heard the answer. One that did not hear it left the key: by that the server knows who asks again. Raises
        OSError."""
        try:
            asked = json.loads((self._folder / ASKED).read_text())
            if asked["join"] == _digest(join) and isinstance(asked["ticket"], str | None):
                return self.identity.next_key.read_text(), asked["ticket"]
        except (OSError, ValueError, KeyError, TypeError):
            pass
        (self._folder / ASKED).unlink(missing_ok=True)
        key = new_key()
        self.identity.keep_key(key)
        self._keep(join, None)
        return key, None

    def has_asked(self, join: Join) -> bool:
        """Whether an earlier process got so far with this join string that somebody could confirm it."""
        found = _read(self._folder / ASKED)
        return found.get("join") == _digest(join) and found.get("ticket") is not None

    def asked(self, join: Join, ticket: str) -> None:
        """Raises OSError."""
        self._keep(join, ticket)

    def _keep(self, join: Join, ticket: str | None) -> None:
        write_private(self._folder / ASKED, json.dumps({"join": _digest(join), "ticket": ticket}))

    def granted(self, grant: Grant) -> None:
        """From here on there is no way back. Raises OSError."""
        write_private(self._folder / GRANT, grant.model_dump_json())

    def finish(self, write_settings: WriteSettings) -> Grant | None:
        """Do what a grant says, as far as it is not done yet. None: there is none. Raises OSError, SetupError, and
        IdentityError for a certificate that is not for our key: then everything is as it was before."""
        path = self._folder / GRANT
        try:
            grant = Grant.model_validate_json(path.read_text())
        except FileNotFoundError:
            return None
        except (ValidationError, UnicodeDecodeError):
            path.unlink()
            return None
        self.identity.mend()
        if not self._has(grant.certificate):
            self._take(grant, path)
        write_settings(grant)
        (self._folder / ASKED).unlink(missing_ok=True)
        path.unlink()
        return grant

    def _take(self, grant: Grant, path: Path) -> None:
        before = _text(self.identity.authority)
        try:
            if facts(grant.certificate).name != topics.client_id(grant.store, grant.device):
                raise IdentityError("the certificate is not of the device that it was granted for")
            write_whole(self.identity.authority, grant.authority, 0o644)
            self.identity.take(grant.certificate)
        except IdentityError:
            path.unlink()
            if before is not None:
                write_whole(self.identity.authority, before, 0o644)
            raise

    def _has(self, certificate: str) -> bool:
        return _text(self.identity.certificate) == certificate

    # A join string that lies in a file is found again at every start.

    def use(self, join: Join, trouble: Trouble | None) -> None:
        """It has done what it could: an identity (None), or a trouble that stays. Raises OSError."""
        (self._folder / ASKED).unlink(missing_ok=True)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        said = {"join": _digest(join), "trouble": None if trouble is None else trouble.value}
        write_private(self._folder / USED, json.dumps(said))

    def was_used(self, join: Join) -> bool:
        return _read(self._folder / USED).get("join") == _digest(join)


def _read(path: Path) -> dict[str, object]:
    """Empty: not there, or spoiled."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _digest(join: Join) -> str:
    return hashlib.sha256(str(join).encode()).hexdigest()


def _text(path: Path) -> str | None:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return None
