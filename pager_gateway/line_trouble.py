"""What went wrong with a line, in words that tell the technician what to look at. Pure.

The libraries below say the same thing in many ways: as a number of the system, or only as text around one."""

from __future__ import annotations

import errno
import re
from urllib.parse import urlsplit

import serial

NO_CARRIER = "no carrier: cable?"
_NUMBER = re.compile(r"(?:errno |configure port: \()(-?\d+)", re.IGNORECASE)
_NOT_THERE = "{what} is not there: is the adapter plugged in?"
_NO_RIGHT = "no right to open {what}: is the user in group dialout?"
_IN_USE = "{what} is in use by another program"
_VANISHED = "{what} vanished: cable or adapter?"
_NO_PORT = "{what} is not a serial port: is that the right device?"
_STUCK = "{what} takes no bytes: cable, or handshake (rtscts, xonxoff)?"
_NOBODY = "{what} refuses the connection: right port, service running?"
_NO_HOST = "{what} does not answer: address, network, power?"
_NO_NAME = "{what}: nobody has that name: spelling, DNS?"
_HUNG_UP = "{what} closed the connection: restarted, or somebody else connected?"
_LOST = "the connection to {what} is lost: network, power?"

_BY_NUMBER = {
    errno.ENOENT: _NOT_THERE,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EBUSY: _IN_USE,
    errno.EAGAIN: _IN_USE,
    errno.ENOTTY: _NO_PORT,
    errno.EINVAL: _NO_PORT,
    errno.EISDIR: _NO_PORT,
    errno.ECONNREFUSED: _NOBODY,
    errno.ETIMEDOUT: _NO_HOST,
    errno.EHOSTUNREACH: _NO_HOST,
    errno.ENETUNREACH: _NO_HOST,
    errno.ECONNRESET: _HUNG_UP,
    errno.EPIPE: _HUNG_UP,
    -2: _NO_NAME,
    -3: _NO_NAME,
    -5: _NO_NAME,
}
_BY_WORD = (
    ("exclusive", _IN_USE),
    ("socket disconnected", _HUNG_UP),
    ("connection closed", _HUNG_UP),
    ("timed out", _NO_HOST),
    ("remote does not", _NO_HOST),
)


def explain(error: Exception, url: str) -> str:
    """`url`: of the port, as it stands in the settings."""
    over_network = "://" in url
    what = urlsplit(url).netloc.rpartition("@")[2] or url if over_network else url
    return _pattern(error, over_network=over_network).format(what=what)


def _pattern(error: Exception, *, over_network: bool) -> str:
    if isinstance(error, serial.SerialTimeoutException):
        return _STUCK
    text = str(error)
    for word, pattern in _BY_WORD:
        if word in text.lower():
            return pattern
    found = _NUMBER.search(text)
    number = error.errno if isinstance(error, OSError) and error.errno is not None else None
    if number is None and found is not None:
        number = int(found[1])
    if number in _BY_NUMBER:
        return _BY_NUMBER[number]
    return _LOST if over_network else _VANISHED
