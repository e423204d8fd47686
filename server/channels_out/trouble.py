"""Pure: what went wrong with a try, in our words: never those of the other side, which may hold anything."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException

from server.channels_out.letter import Outcome


class NotAllowed(Exception):
    """The letter may not go there at all; the text says what to change."""


def of_error(error: Exception) -> Outcome:
    """The outcome of a try that an exception ended. What nobody thought of is a fault of ours: no second try."""
    match error:
        case NotAllowed():
            return Outcome(False, str(error), final=True)
        case ssl.SSLCertVerificationError():
            return Outcome(
                False, "its certificate is not trusted: renew it, or name its authority as ca_file"
            )
        case ssl.SSLError():
            return Outcome(False, "no TLS could be agreed on: check the port and the security setting")
        case TimeoutError():
            return Outcome(False, "no answer in time")
        case socket.gaierror():
            return Outcome(
                False, "its name could not be looked up: check the name, or the DNS of this machine"
            )
        case ConnectionRefusedError():
            return Outcome(False, "nobody listens there: check host and port")
        case ConnectionError():
            return Outcome(False, "the other side broke off")
        case HTTPException():
            return Outcome(False, "what came back is not HTTP")
        case UnicodeError():
            return Outcome(False, "its name cannot be looked up: check the name", final=True)
        case OSError():
            return Outcome(False, f"the connection failed ({type(error).__name__})")
        case _:
            return Outcome(False, f"a fault of this program: {type(error).__name__}", final=True)
