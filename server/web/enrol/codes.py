"""The codes of claims that are open now, for the screen that shows them. Rows hold only their hash: after a restart of
the server a claim is opened anew."""

from __future__ import annotations

import threading
from datetime import datetime

from broker_config.enrolment import Join, fingerprint, new_code
from broker_config.identity.certificate import der_of
from server.door.address import Address

FILE = "redbutton.join"


class Codes:
    """Used by several web threads."""

    def __init__(self) -> None:
        self._codes: dict[int, tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def keep(self, claim: int, code: str, until: datetime, now: datetime) -> None:
        with self._lock:
            self._codes = {key: one for key, one in self._codes.items() if one[1] > now}
            self._codes[claim] = (code, until)

    def of(self, claim: int, now: datetime) -> str | None:
        with self._lock:
            code, until = self._codes.get(claim, ("", now))
        return code if until > now else None


def make_code() -> str:
    return new_code()


def join_of(code: str, at: Address) -> str:
    host = f"[{at.host}]" if ":" in at.host else at.host
    return str(Join(host, at.https_port, code, fingerprint(der_of(at.authority))))


def drawn(text: str) -> str:
    """As SVG without style attributes, black on white in every colour scheme: a camera has to read it."""
    import segno

    made = segno.make_qr(text, error="m")
    svg: str = made.svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr__svg", lineclass=None
    )
    return svg
