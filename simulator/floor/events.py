"""What can happen on the floor, from whichever thread. Moments are boot-time seconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from simulator.staff import Doing


class Mood(StrEnum):
    """How a simulated transmitter behaves."""

    NORMAL = "normal"
    SILENT = "silent"
    REFUSING = "refusing"
    SLOW = "slow"


class Deed(StrEnum):
    """What is done at a button besides pushing it: the words of the unit's control socket."""

    ARRIVE = "arrive"
    QUIET = "quiet"
    UNDO = "undo"
    DRILL = "drill"


class Way(StrEnum):
    """Whither bytes go. `air`: a page leaves the antenna; `cable`: the line itself."""

    TRANSMITTER = "transmitter"
    GATEWAY = "gateway"
    AIR = "air"
    CABLE = "cable"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What bytes mean, as a key of the page's words and what to put into them."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pushed:
    """A finger is on the button."""

    button: str
    at: float


@dataclass(frozen=True, slots=True)
class LetGo:
    button: str
    at: float


@dataclass(frozen=True, slots=True)
class Did:
    """Staff key, quiet call, taking back, drill: the unit has been told."""

    button: str
    deed: Deed
    at: float


@dataclass(frozen=True, slots=True)
class Showed:
    """What the unit's pins say now. None: this has not changed."""

    button: str
    at: float
    shown: str | None = None
    """The state that is played: `idle`, `sending`, `received` ..."""
    lit: bool | None = None
    sounds: bool | None = None


@dataclass(frozen=True, slots=True)
class UnitIs:
    """A button unit's process came up or went away."""

    device: str
    up: bool
    at: float


@dataclass(frozen=True, slots=True)
class PageArrived:
    address: str
    text: str
    format: str
    alert: int
    at: float


@dataclass(frozen=True, slots=True)
class BytesSeen:
    """A piece of the talk on a serial line, or what it led to."""

    transmitter: str
    way: Way
    shown: str
    """The bytes, readable: control characters by their names in angle brackets."""
    means: Meaning
    at: float


@dataclass(frozen=True, slots=True)
class LineIs:
    """How the visitor has set a transmitter. None: unchanged."""

    transmitter: str
    at: float
    plugged: bool | None = None
    mood: Mood | None = None


@dataclass(frozen=True, slots=True)
class StaffIs:
    """Whether staff act by themselves."""

    on: bool
    at: float


@dataclass(frozen=True, slots=True)
class PersonIs:
    login: str
    doing: Doing
    place: str
    at: float


FloorEvent: TypeAlias = (
    Pushed | LetGo | Did | Showed | UnitIs | PageArrived | BytesSeen | LineIs | StaffIs | PersonIs
)
