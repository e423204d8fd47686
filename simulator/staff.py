"""What a member of staff sees and says through the server's public API: the words, the answers, the refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Verb(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    PASS = "pass"
    HELP = "help"
    ARRIVE = "arrive"
    CLOSE = "close"


class Doing(StrEnum):
    """What a member of staff is at."""

    IDLE = "idle"
    READING = "reading"
    WALKING = "walking"
    TALKING = "talking"
    ASKED_HELP = "asked_help"
    """With the customer, and a colleague was asked to come too."""
    PASSED = "passed"
    """Free again: somebody else was asked to go."""
    SIGNED_OUT = "signed_out"
    """The server did not let this person in."""
    UNREACHABLE = "unreachable"
    """The server did not answer."""


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """As much of an incident as a person needs to see."""

    number: int
    state: str
    zone: str = ""
    button: str = ""

    @property
    def place(self) -> str:
        return self.button or self.zone


class ServerSilent(Exception):
    """The server did not answer, or asked to come again later."""


class NotLetIn(Exception):
    """Login and password do not belong together."""


class NotTaken(Exception):
    """The server does not take what was said so: a cause that this store does not have, for one."""


class StaffApi(Protocol):
    """The public API, signed in as one person each time. Raises ServerSilent, NotLetIn and NotTaken."""

    def open_incidents(self, login: str) -> Sequence[OpenIncident]: ...

    def act(
        self,
        login: str,
        number: int,
        verb: Verb,
        outcome: str | None = None,
        more: Mapping[str, object] | None = None,
    ) -> bool:
        """`outcome` and `more` (cause, remedy ...) belong to a close; `more` of a pass says to whom.
        False: refused, since somebody else was faster or it is over."""
