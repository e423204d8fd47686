"""TLS of a link: a context whose files are read anew at every connect, and its refusals in words.

paho takes one context for its whole life. `LinkContext` is that one, and makes every socket from a fresh context;
the sockets remember what the broker refused, which paho would only call an unspecified error."""

from __future__ import annotations

import select
import ssl
from socket import socket
from typing import Any, Self

from broker_config.link import Tls

# Numbers of OpenSSL's X509_V_ERR_...
_BY_NUMBER = {
    9: "the broker's certificate is not valid yet: is this machine's clock right?",
    10: "the broker's certificate has run out: renew it, or is this machine's clock wrong?",
    26: "the broker's certificate is one of a device, not of a broker",
    62: "the broker's certificate is for other names than {host}",
    64: "the broker's certificate is for other addresses than {host}",
}
VERDICT_S = 0.5
_OTHER_STORE = "the broker's certificate is not of this store"
_REFUSED = "our certificate was refused"
_BY_REASON = {
    "CERTIFICATE_REQUIRED": "the broker wants a certificate, and we have none",
    "UNKNOWN_CA": f"{_REFUSED}: it is not of the broker's store",
    "CERTIFICATE_EXPIRED": f"{_REFUSED}: it has run out, or the broker's clock is wrong",
    "CERTIFICATE_REVOKED": f"{_REFUSED}: it was revoked",
    "BAD_CERTIFICATE": f"{_REFUSED}: it is not valid yet, or the broker's clock is wrong",
    "UNSUPPORTED_CERTIFICATE": f"{_REFUSED}: it is not one of a device",
    "CERTIFICATE_UNKNOWN": _REFUSED,
    "DECRYPT_ERROR": _REFUSED,
    "WRONG_VERSION_NUMBER": "no TLS is spoken on this port",
    "RECORD_LAYER_FAILURE": "no TLS is spoken on this port",
}


class LinkContext(ssl.SSLContext):
    """For `paho.Client.tls_set_context`. Nothing of its own is used but the way in which it makes sockets."""

    def __new__(cls, tls: Tls) -> Self:
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self.trouble = ""
        """What went wrong on the present connection, in words."""

    def wrap_socket(self, sock: socket, *args: Any, **more: Any) -> ssl.SSLSocket:
        """Raises OSError; the socket is closed then. Called as paho does it, with `do_handshake_on_connect=False`: the
        socket has to know first where to say what went wrong."""
        self.trouble = ""
        try:
            fresh = context(self._tls)
            fresh.sslsocket_class = LinkSocket
            made = fresh.wrap_socket(sock, *args, **more)
        except BaseException:
            sock.close()
            raise
        if isinstance(made, LinkSocket):
            made.told = self
        return made


class LinkSocket(ssl.SSLSocket):
    """Says what was wrong, and leaves nothing open after a handshake that failed."""

    told: LinkContext | None = None
    """None: it is still being made."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
            self._hear_the_verdict()
        except OSError as error:
            self._tell(error)
            self.close()
            raise

    def _hear_the_verdict(self) -> None:
        """In TLS 1.3 the broker looks at our certificate after our part of the handshake is over. Had we sent anything
        by then, its reason would be lost with the connection. Mosquitto answers at once: with session tickets, or
        with an alert, and says nothing of MQTT before it is asked."""
        if self.version() != "TLSv1.3":
            return
        patience = self.gettimeout()
        heard = select.poll()
        heard.register(self, select.POLLIN)
        heard.poll(VERDICT_S * 1000)
        self.setblocking(False)
        try:
            if not super().recv(1):
                raise ssl.SSLEOFError("closed")
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        finally:
            self.settimeout(patience)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        try:
            return super().recv(buflen, flags)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError as error:
            self._tell(error)
            if (
                self.told is None
            ):  # Python tries a socket that was reset while it makes it, and then forgets it
                self.close()
            raise

    def _tell(self, error: OSError) -> None:
        if self.told is not None:
            self.told.trouble = words(error, str(self.server_hostname))


def context(tls: Tls) -> ssl.SSLContext:
    """TLS 1.2 or newer; believes the store's authority and nobody else, for the name that is called. Raises OSError
    that names the file which cannot be used."""
    try:
        made = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=tls.ca_file)
    except OSError as error:
        raise OSError(f"{tls.ca_file}: the store's certificate authority cannot be read: {error}") from error
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.cert_file is not None:
        try:
            made.load_cert_chain(tls.cert_file, tls.key_file, lambda: "")
        except OSError as error:
            raise OSError(
                f"{tls.cert_file}: this certificate cannot be used with {tls.key_file}: {error}"
            ) from error
    return made


def words(error: OSError, host: str) -> str:
    """What a handshake's error means to somebody who can do something about it; empty: it is none of TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _BY_NUMBER.get(error.verify_code, _OTHER_STORE).format(host=host)
    if isinstance(error, ssl.SSLEOFError):
        return "the broker ended the TLS handshake without a reason"
    if isinstance(error, ssl.SSLError):
        reason = str(getattr(error, "reason", None) or "")
        for part, said in _BY_REASON.items():
            if reason.endswith(part):
                return said
        return f"TLS failed: {reason.replace('_', ' ').lower() or 'no reason was given'}"
    return ""
