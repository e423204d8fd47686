"""What can be done to a shop by hand: the words that the switches of the floor page, scenarios and trials share.

Two stages know them: the floor (real processes) and the world (virtual time)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

BROKER = "broker"
SERVER = "server"
"""Parts of a shop are called as `redbutton up` calls them: these two, and each gateway and unit by its device id."""


class Power(StrEnum):
    """Done to the process of a part."""

    KILL = "kill"
    """As `kill -9`; it stays dead until START."""
    STOP = "stop"
    """Asked to end, and not started again until START."""
    START = "start"
    FREEZE = "freeze"
    """Stands still with its sockets open."""
    THAW = "thaw"


class Network(StrEnum):
    """Done to the way between a part and the broker."""

    CUT = "cut"
    """Swallows everything, and tells neither end."""
    MEND = "mend"


class Cable(StrEnum):
    """Done to the serial line of a transmitter."""

    PULL = "pull"
    PLUG = "plug"
    GARBLE = "garble"
    """Every few bytes one arrives as another."""
    CLEAN = "clean"


class NoSuchThing(KeyError):
    """The shop has no part, button, transmitter or person of that name."""


class Stage(Protocol):
    """A shop under somebody's hands. Every verb raises NoSuchThing; none waits for what follows from it."""

    @property
    def parts(self) -> Sequence[str]: ...

    def power(self, part: str, verb: Power) -> None: ...

    def network(self, part: str, verb: Network) -> None:
        """Of every part but the broker."""

    def cable(self, transmitter: str, verb: Cable) -> None: ...

    def hand(self, button: str, verb: str, figures: Mapping[str, float | str] | None = None) -> None:
        """At the button `b1.1` (unit, input): a verb of `simulator.verbs` with its figures: press, hammer, undo ..."""

    def staff(self, on: bool) -> None:
        """Whether people act by themselves."""

    def away(self, login: str, away: bool) -> None:
        """One person takes the pager off and notices nothing, or is back."""
