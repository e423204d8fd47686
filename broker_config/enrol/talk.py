"""One request to the server's enrolment, by the standard library alone: a Pi at a button needs no more."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import NoReturn

from broker_config.enrol.core import Answer, Lost, Request
from broker_config.enrol.words import Trouble

PATIENCE_S = 5.0
MOST_BYTES = 65_536
_CLOCK = frozenset({9, 10})
"""X.509: not valid yet, not valid any more."""
_NAME = frozenset({62, 64})
"""X.509: another host name, another address."""


class Talk:
    """Each request is a connection of its own: they are seconds apart, and whom to believe changes once."""

    def __init__(self, host: str, port: int, patience_s: float = PATIENCE_S) -> None:
        self._host = host
        self._port = port
        self._patience_s = patience_s

    def ask(self, request: Request) -> Answer | Lost:
        """Never raises for what the network or the server does."""
        if request.authority is None and request.body is not None:
            _never("something would be said to a server that nobody believes yet")
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=self._patience_s, context=context(request.authority)
        )
        try:
            return _exchange(connection, request)
        except ssl.SSLCertVerificationError as error:
            return Lost(_unproven(error.verify_code))
        except ssl.SSLError:
            return Lost(Trouble.NO_TLS)
        except socket.gaierror:
            return Lost(Trouble.NAME)
        except (OSError, http.client.HTTPException):
            return Lost(Trouble.UNREACHABLE)
        finally:
            connection.close()


def context(authority: str | None) -> ssl.SSLContext:
    """`authority`: the only one that is believed, in PEM. None: anybody is listened to, and nobody is believed."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if authority is None:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    else:
        made.load_verify_locations(cadata=authority)
    return made


def _exchange(connection: http.client.HTTPSConnection, request: Request) -> Answer:
    headers = {} if request.body is None else {"Content-Type": "application/json"}
    connection.request("GET" if request.body is None else "POST", request.path, request.body, headers)
    answer = connection.getresponse()
    body = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return Answer(502)
    return Answer(answer.status, body, _seconds(answer.getheader("Retry-After")))


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isascii() and header.isdecimal() else None


def _unproven(code: int) -> Trouble:
    if code in _CLOCK:
        return Trouble.CLOCK
    return Trouble.OTHER_NAME if code in _NAME else Trouble.UNPROVEN


def _never(text: str) -> NoReturn:
    raise AssertionError(text)
