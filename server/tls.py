"""The certificate of HTTPS: read from its folder, and taken anew when the files in there have changed."""

from __future__ import annotations

import hashlib
import logging
import ssl
import stat
from pathlib import Path

from broker_config.errors import SetupError

log = logging.getLogger(__name__)

KEY, CERTIFICATE, AUTHORITY = "device.key", "device.crt", "ca.crt"
"""As in the identity folder of every device."""
FILES = (KEY, CERTIFICATE)
Stamp = tuple[tuple[int, int, int], ...]


class Identity:
    """`context` is for the listener. A handshake gets the newest certificate that could be read: a renewal needs no
    restart and a half-written one changes nothing."""

    def __init__(self, folder: Path) -> None:
        """Raises SetupError that says what is wrong with the folder."""
        self._folder = folder
        self._seen = _stamp(folder)
        self._newest = _read(folder)
        self.context = _read(folder)
        self.context.sni_callback = self._give_newest  # is asked at each handshake, also without a name in it

    @property
    def authority_file(self) -> Path:
        """Of the store's certificate authority: what a phone has to trust."""
        return self._folder / AUTHORITY

    def look(self) -> bool:
        """Whether there was another certificate. What cannot be read is logged, and read again at the next look."""
        try:
            seen = _stamp(self._folder)
            if seen == self._seen:
                return False
            self._newest = _read(self._folder)
        except SetupError as error:
            log.error("HTTPS keeps its old certificate: %s", error, extra={"action": "tls.kept"})
            return False
        self._seen = seen
        log.info("HTTPS has a new certificate", extra={"action": "tls.renewed"})
        return True

    def _give_newest(
        self, connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _old: ssl.SSLContext
    ) -> None:
        connection.context = self._newest


def _read(folder: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        mode = (folder / KEY).stat().st_mode
        made.load_cert_chain(folder / CERTIFICATE, folder / KEY, _no_password)
    except (OSError, ValueError) as error:  # ssl's own errors are OSErrors
        raise SetupError(
            f"{folder}: no key ({KEY}) and certificate ({CERTIFICATE}) that belong together can be read "
            f"({getattr(error, 'reason', None) or getattr(error, 'strerror', None) or type(error).__name__})"
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SetupError(f"{folder / KEY}: others may read this secret; run: chmod 600 {folder / KEY}")
    return made


def _no_password() -> str:
    """A locked key would make OpenSSL ask at the terminal, for ever."""
    raise ValueError("the key is locked by a password")


def _stamp(folder: Path) -> Stamp:
    try:
        found = [(folder / name).stat() for name in FILES]
    except OSError as error:
        raise SetupError(f"{error.filename}: {error.strerror}") from error
    return tuple((one.st_mtime_ns, one.st_ino, one.st_size) for one in found)


def fingerprint(file: Path) -> str | None:
    """Of a certificate, SHA-256 in pairs, as phones show it. None: there is none in the file."""
    try:
        der = ssl.PEM_cert_to_DER_cert(file.read_text())
    except (OSError, ValueError):
        return None
    return hashlib.sha256(der).digest().hex(":").upper()
