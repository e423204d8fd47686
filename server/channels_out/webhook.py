"""A letter as a signed JSON POST.

The client is http.client of the standard library: the server's dependencies have no HTTP client, and this one follows
no redirect, uses no proxy from the environment, and takes a socket of ours, whose address was checked and whose
time is limited. Of the answer only status and headers are read."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection

from pydantic import JsonValue

from broker_config import __version__
from server.channels_out.letter import Letter, Outcome
from server.channels_out.line import Line
from server.channels_out.signature import signed_headers
from server.channels_out.targets import is_near, web_target
from server.channels_out.trouble import of_error

AGAIN = frozenset({408, 425, 429})
"""The only answers of the 400s after which another try can help."""
NOT_NEAR = "plain http only reaches this machine and private networks: use https"


class Webhook:
    """`wall` is the machine's own clock, corrected by NTP: receivers compare the stamp with theirs."""

    def __init__(self, key: bytes, trust: ssl.SSLContext, wall: Callable[[], datetime]) -> None:
        self._key = key
        self._trust = trust
        self._wall = wall

    def send(self, letter: Letter, line: Line) -> Outcome:
        try:
            target = web_target(letter.target)
            body = body_of(letter.facts)
        except ValueError as error:
            return Outcome(False, str(error), final=True)
        headers = {
            "Host": target.authority,
            "Content-Type": "application/json",
            "User-Agent": f"RedButton/{__version__}",
            "Connection": "close",
            **signed_headers(self._key, str(letter.notice), self._wall(), body),
        }
        try:
            sock = line.dial(target.host, target.port, None if target.secure else is_near, NOT_NEAR)
            if target.secure:
                sock = line.secure(sock, self._trust, target.host)
            with closing(sock), closing(HTTPConnection(target.host, target.port)) as connection:
                connection.sock = sock
                connection.request("POST", target.path, body, headers)
                with connection.getresponse() as answer:
                    return judge(answer.status)
        except Exception as error:  # noqa: BLE001 (each becomes an outcome)
            return of_error(error)


def body_of(facts: Mapping[str, JsonValue]) -> bytes:
    """The same bytes at every try. Raises ValueError for a number that JSON does not know."""
    return json.dumps(dict(facts), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def judge(status: int) -> Outcome:
    """What an HTTP status means for the letter. A redirect is not followed: the letter was meant for this address."""
    if 200 <= status < 300:
        return Outcome(True)
    if status == 410:
        return Outcome(
            False, "the receiver answered 410: it wants no more of these, take the URL out", final=True
        )
    if 300 <= status < 400:
        return Outcome(
            False, f"the receiver answered {status}: redirects are not followed, use the final URL"
        )
    return Outcome(
        False,
        f"the receiver answered {status}",
        final=400 <= status < 500 and status not in AGAIN,
    )
