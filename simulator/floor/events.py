"""What can happen on the floor, from whichever thread. Moments are boot-time seconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from firmware_bridge.light import LOUDEST
from simulator.staff import Doing
from simulator.transmitters.base import Trouble


class PartState(StrEnum):
    """What the process of a part is at."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"
    """Ended by hand; it stays so until it is started."""
    DEAD = "dead"
    """Killed by hand, and stays so; or died, and is about to be started again."""
    FROZEN = "frozen"


class Play(StrEnum):
    """A little play on the floor, made of ordinary hands and people."""

    PRANK = "prank"
    """A child runs along several buttons."""
    RUSH = "rush"
    """Customers press all over the shop."""
    EMPTY_SHIFT = "empty_shift"
    """Nobody wears a pager."""


class Deed(StrEnum):
    """What is done at a button besides pushing it, whole gestures and mischief: words of the unit's control socket."""

    ARRIVE = "arrive"
    QUIET = "quiet"
    UNDO = "undo"
    DRILL = "drill"
    BRUSH = "brush"
    SPIKE = "spike"
    HAMMER = "hammer"
    STICK = "stick"
    RELEASE = "release"


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
    """The visitor's finger is on a contact: a button's or a staff key's."""

    contact: str
    at: float


@dataclass(frozen=True, slots=True)
class LetGo:
    contact: str
    at: float


@dataclass(frozen=True, slots=True)
class Did:
    """The visitor let a hand do something whole at a button; it may go on for seconds."""

    button: str
    deed: Deed
    at: float


@dataclass(frozen=True, slots=True)
class Counted:
    """What the unit made of one contact since it started."""

    pushes: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    bounce_ms: int | None = None
    faults: tuple[str, ...] = ()


NOTHING_YET = Counted()


@dataclass(frozen=True, slots=True)
class Showed:
    """How one contact, its light and its buzzer are now, by the unit's own pins."""

    contact: str
    at: float
    shown: str = "idle"
    """The state that is played: `idle`, `sending`, `received` ..."""
    lit: bool = False
    sounds: bool = False
    volume: int = LOUDEST
    finger: bool = False
    stuck: bool = False
    switch: str = "clean"
    counted: Counted = NOTHING_YET


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
    """How the visitor has set a transmitter and its line, or what of it is left. None: unchanged."""

    transmitter: str
    at: float
    plugged: bool | None = None
    garbled: bool | None = None
    slow: bool | None = None
    troubles: tuple[tuple[Trouble, int], ...] | None = None
    """All that the box is in, with their amounts."""


@dataclass(frozen=True, slots=True)
class PartIs:
    """The process of a part, or its way to the broker, changed. None: unchanged, or not known."""

    part: str
    at: float
    state: PartState | None = None
    cut: bool | None = None


@dataclass(frozen=True, slots=True)
class PlayIs:
    """A play begins, and ends by itself at `until`; None: it is over."""

    play: Play
    at: float
    until: float | None


@dataclass(frozen=True, slots=True)
class AirIs:
    """What a transmitter's antenna is at. `address` None: silence."""

    transmitter: str
    at: float
    address: str | None
    until: float
    waiting: int
    """Pages that were accepted and wait for the antenna."""
    since: float | None = None
    """When this page began; None: now."""


@dataclass(frozen=True, slots=True)
class StaffIs:
    """Whether staff act by themselves."""

    on: bool
    at: float


@dataclass(frozen=True, slots=True)
class AwayIs:
    """Somebody took the pager off and notices nothing, or is back."""

    login: str
    away: bool
    at: float


@dataclass(frozen=True, slots=True)
class PersonIs:
    login: str
    doing: Doing
    place: str
    at: float


@dataclass(frozen=True, slots=True)
class ClosedBy:
    """Somebody closed a call, and said how it ended."""

    login: str
    place: str
    outcome: str
    at: float


@dataclass(frozen=True, slots=True)
class BoxIs:
    """How far a device is that somebody unpacks."""

    box: str
    at: float
    stage: str
    """`closed`, then the stages of `broker_config.enrol.core.Stage`, `granted` being the last one."""
    trouble: str | None = None
    figures: str = ""
    device: str = ""
    """Who it is in the store, once it is one of its devices."""
    fingerprint: str = ""
    """Of its certificate."""


FloorEvent: TypeAlias = (
    Pushed
    | LetGo
    | Did
    | Showed
    | UnitIs
    | PageArrived
    | BytesSeen
    | LineIs
    | StaffIs
    | PersonIs
    | AwayIs
    | PartIs
    | PlayIs
    | AirIs
    | ClosedBy
    | BoxIs
)
