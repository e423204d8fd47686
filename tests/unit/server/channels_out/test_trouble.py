"""Every error becomes words of ours that say what to do, and says whether another try can help."""

from __future__ import annotations

import http.client
import socket
import ssl

import pytest

from server.channels_out.trouble import NotAllowed, of_error


@pytest.mark.parametrize(
    ("error", "part", "final"),
    [
        (NotAllowed("use https"), "use https", True),
        (ssl.SSLCertVerificationError("secret"), "ca_file", False),
        (ssl.SSLError("secret"), "TLS", False),
        (TimeoutError("secret"), "in time", False),
        (socket.gaierror(-2, "secret"), "DNS", False),
        (ConnectionRefusedError("secret"), "nobody listens", False),
        (http.client.RemoteDisconnected("secret"), "broke off", False),
        (ConnectionResetError("secret"), "broke off", False),
        (http.client.BadStatusLine("secret"), "not HTTP", False),
        (UnicodeError("secret"), "name", True),
        (OSError("secret"), "connection failed (OSError)", False),
        (KeyError("secret"), "a fault of this program: KeyError", True),
    ],
)
def test_words(error: Exception, part: str, final: bool) -> None:
    found = of_error(error)
    assert not found.ok
    assert found.error is not None and part in found.error
    assert "secret" not in found.error
    assert found.final is final
