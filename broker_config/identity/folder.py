"""An identity folder: `device.key`, `device.crt`, `ca.crt`. Key and certificate change together, also in a power cut.

What is new is written beside the old as `device.key.next` and then `device.crt.next`, and each then takes the old
one's place, the key first. So a `device.crt.next` that is found says that both had been written, and `mend` goes
on where it ended. A `device.key.next` alone is a key that waits for its certificate."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from broker_config.errors import IdentityError
from broker_config.files import sync_folder, write_private, write_whole
from broker_config.identity.certificate import Facts, facts
from broker_config.link import Tls


@dataclass(frozen=True, slots=True)
class IdentityFolder:
    path: Path

    @property
    def key(self) -> Path:
        return self.path / "device.key"

    @property
    def certificate(self) -> Path:
        return self.path / "device.crt"

    @property
    def authority(self) -> Path:
        return self.path / "ca.crt"

    @property
    def next_key(self) -> Path:
        return self.path / "device.key.next"

    @property
    def next_certificate(self) -> Path:
        return self.path / "device.crt.next"

    @property
    def tls(self) -> Tls:
        """For a link: it reads the files at every connect."""
        return Tls(self.authority, self.certificate, self.key)

    def write(self, *, key: str, certificate: str, authority: str) -> None:
        """A new identity, or a renewed one."""
        self.keep_key(key)
        write_whole(self.authority, authority, 0o644)
        self.take(certificate)

    def keep_key(self, key: str) -> None:
        """Put a new key beside the present one, until `take` brings the certificate for it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.mend()
        write_private(self.next_key, key)
        sync_folder(self.path)

    def take(self, certificate: str) -> None:
        """The certificate for the key that was kept: from now on both count. Raises IdentityError if they do not fit,
        and then nothing has changed."""
        draft = self.path / "device.crt.draft"
        write_whole(draft, certificate, 0o644)
        try:
            _fit(draft, self.next_key)
        except IdentityError:
            draft.unlink()
            raise
        draft.replace(self.next_certificate)
        sync_folder(self.path)
        self.mend()

    def mend(self) -> None:
        """Finish what a power cut interrupted."""
        if not self.next_certificate.exists():
            return
        if self.next_key.exists():
            self.next_key.replace(self.key)
        self.next_certificate.replace(self.certificate)
        sync_folder(self.path)

    def read(self, name: str | None = None, advice: str = "enrol this device again") -> Facts:
        """What this identity is, after a look at all of it: files, modes, whether the key is the certificate's, and
        whether it is of `name`. Raises IdentityError that says what to do (`advice`, when files are gone)."""
        if not self.path.is_dir():
            raise IdentityError(f"{self.path}: there is no such folder; {advice}")
        try:
            self.mend()
            found = facts(self.certificate.read_text())
            facts(self.authority.read_text())
            mode = self.key.stat().st_mode
        except IdentityError as error:
            raise IdentityError(f"{self.path}: {error}; {advice}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise IdentityError(f"{self.path}: cannot be read: {error}; {advice}") from error
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise IdentityError(f"{self.key}: others may read this key; run: chmod 600 {self.key}")
        _fit(self.certificate, self.key)
        if name is not None and found.name != name:
            raise IdentityError(f"{self.certificate}: it is the certificate of {found.name}, not of {name}")
        return found


def _fit(certificate: Path, key: Path) -> None:
    import ssl  # only here: who writes the files of others does not need it

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, _no_password)
    except (OSError, ValueError) as error:
        raise IdentityError(f"{certificate}: it is not the certificate of the key in {key}") from error


def _no_password() -> str:
    """Without it a key that is encrypted would ask at a terminal."""
    return ""
