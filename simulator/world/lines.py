"""What may stand at the end of a line of a random shop: a kind of box, the settings of its driver that fit it, and what
follows from both for whoever judges the day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from simulator.pager import Air
from simulator.transmitters.antenna import bits
from simulator.transmitters.base import TroubledBox
from simulator.transmitters.comp2 import Comp2Encoder, Comp2Habits
from simulator.transmitters.espa444 import EspaFaults, EspaHabits, EspaPagingSystem
from simulator.transmitters.mmdvm import MmdvmHabits, MmdvmModem
from simulator.transmitters.pocsag_raw import RawBox, RawHabits
from simulator.transmitters.scope import ScopeEncoder, ScopeHabits
from simulator.transmitters.snpp import SnppHabits, SnppServer
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal
from simulator.transmitters.waveware import WavewareEncoder, WavewareHabits

Knows: TypeAlias = Callable[[str], bool]
LAST_FRAME = "7"
PULLED, PULLED_ON_AIR, GARBLED = "pulled", "pulled_on_air", "garbled"
"""Kinds of trouble with the cable; the second in the middle of a burst."""
TCP = frozenset({"snpp"})
"""No byte of theirs arrives as another one."""


@dataclass(frozen=True, slots=True)
class LineKind:
    """A kind of transmitter as one installer set it up."""

    name: str
    driver: str
    box: Callable[[Knows, int], TroubledBox]
    """(which addresses have a pager, seed) -> a new box."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    copies: int = 1
    """How often the driver says one page to its box at most, when answers get lost."""
    receipts: bool = True
    """The box says what came of a page. Without, `transmitted` means that the bytes are out."""
    checked: bool = True
    """Whatever is said on its line has a check sum: what arrives is what was said."""
    baudrate: int = 9600
    batch: int = 1
    radio: int | None = None
    """Bauds of the radio, where pages are on the air for as long as that takes; several may go out together."""

    @property
    def can_fail(self) -> frozenset[str]:
        """Every kind of trouble that such a line can have."""
        troubles = self.box(lambda address: True, 0).troubles
        return frozenset({PULLED, PULLED_ON_AIR, *([] if self.driver in TCP else [GARBLED]), *troubles})

    def longest_s(self, pages: int, letters: int) -> float:
        """For how long the carrier is up at most, when so many pages of so many letters wait: each in the last frame
        of a batch of its own."""
        if self.radio is None:
            return 0.0
        return min(pages, self.batch) * bits(LAST_FRAME, "x" * letters)[1] / self.radio

    def __str__(self) -> str:
        return self.name if self.name == self.driver else f"{self.name} ({self.driver})"


def _tap(name: str, settings: Mapping[str, Any] | None = None, **habits: Any) -> LineKind:
    return LineKind(
        name,
        "tap",
        lambda knows, seed: TapTerminal(TapHabits(**habits), TapFaults(), knows=knows, seed=seed),
        settings or {},
        copies=4,
    )


def _espa(name: str, settings: Mapping[str, Any] | None = None, **habits: Any) -> LineKind:
    return LineKind(
        name,
        "espa444",
        lambda knows, seed: EspaPagingSystem(EspaHabits(**habits), EspaFaults(), knows=knows, seed=seed),
        settings or {},
        copies=2,
    )


def _mmdvm(name: str, settings: Mapping[str, Any] | None = None, **habits: Any) -> LineKind:
    return LineKind(
        name,
        "pocsag-mmdvm",
        lambda knows, seed: MmdvmModem(MmdvmHabits(**habits), seed=seed),
        settings or {},
        checked=False,
        baudrate=115_200,
        batch=int((settings or {}).get("batch", 32)),
        radio=1200,
    )


def _raw(name: str, settings: Mapping[str, Any] | None = None, **habits: Any) -> LineKind:
    return LineKind(
        name,
        "pocsag-raw",
        lambda knows, seed: RawBox(RawHabits(**habits)),
        settings or {},
        receipts=False,
        checked=False,
        baudrate=38_400,
        batch=32,
        radio=RawHabits(**habits).baud,
    )


def _snpp(name: str, settings: Mapping[str, Any] | None = None, **habits: Any) -> LineKind:
    return LineKind(
        name,
        "snpp",
        lambda knows, seed: SnppServer(SnppHabits(**habits), knows=knows, seed=seed),
        settings or {},
        copies=2,
        baudrate=115_200,
    )


def _scope(name: str, settings: Mapping[str, Any] | None = None, **habits: Any) -> LineKind:
    return LineKind(
        name,
        "scope",
        lambda knows, seed: ScopeEncoder(ScopeHabits(**habits), knows=knows, seed=seed),
        settings or {},
        copies=2,
        checked=False,
    )


def _comp2(name: str, settings: Mapping[str, Any] | None = None, **habits: Any) -> LineKind:
    talks = bool(habits.get("verbose"))
    return LineKind(
        name,
        "comp2",
        lambda knows, seed: Comp2Encoder(Comp2Habits(**habits), knows=knows, seed=seed),
        settings or {},
        copies=2 if talks else 1,
        receipts=talks,
        checked=False,
    )


def _waveware(name: str, settings: Mapping[str, Any] | None = None, **habits: Any) -> LineKind:
    return LineKind(
        name,
        "waveware",
        lambda knows, seed: WavewareEncoder(WavewareHabits(**habits), knows=knows, seed=seed),
        settings or {},
        copies=2,
        checked=False,
    )


PLAIN = _tap("tap")
"""Of every shop of which nobody said otherwise."""
_MADE = (
    PLAIN,
    _tap("tap-warm", {"stay": True}, t4_s=None),
    _tap("tap-batch", {"batch": 8}, verbose=False),
    _tap("tap-one-page", {"pages_per_session": 1}, most_pages=1),
    _espa("espa444"),
    _espa("espa444-no-status", {"status": "never"}, status="never"),
    _espa("espa444-asks", {"status": "request"}, status="request"),
    _espa("espa444-polled", {"role": "polled"}, polls_every_s=0.7),
    _mmdvm("mmdvm-1"),
    _mmdvm("mmdvm-1-single", {"batch": 1, "idle_after_s": 3, "status_every_s": 0.5}, usb=True),
    _mmdvm("mmdvm-2", {"status_every_s": 0.5}, protocol=2),
    _raw("pocsag-raw"),
    _raw(
        "pocsag-raw-words-alone",
        {"end": "", "inverted": True, "baud": 2400},
        end=None,
        inverted=True,
        baud=2400,
    ),
    _raw("pocsag-raw-own-power", {"ahead_s": 0.3, "baud": 512}, own_power=True, baud=512),
    _snpp("snpp", level=1),
    _snpp("snpp-leaves", {"leave": True}),
    _snpp("snpp-short-sessions", most_pages=1),
    _scope("scope"),
    _scope("scope-asked", {"question": "ATI"}, product="WaveWare v9"),
    _comp2("comp2"),
    _comp2("comp2-verbose", {"verbose": True}, verbose=True),
    _waveware("waveware"),
)
KINDS: Mapping[str, LineKind] = {one.name: one for one in _MADE}


def draw_lines(random: Random, names: Iterable[str], among: Collection[str] = ()) -> dict[str, LineKind]:
    """A kind for each line: every driver as likely as the others, then one of the ways to set it up. `among`: names of
    drivers and of kinds, if it may not be any."""
    kinds = [one for one in _MADE if not among or {one.name, one.driver} & set(among)]
    drivers = list(dict.fromkeys(one.driver for one in kinds))
    found = {}
    for name in names:
        driver = random.choice(drivers)
        found[name] = random.choice([one for one in kinds if one.driver == driver])
    return found


@dataclass(frozen=True, slots=True)
class Rang:
    """A page as it left the antenna of a line, by the name that the shop has for its pager."""

    line: str
    address: str
    text: str
    alert: int
    at: float
    began: float
    """When its transmission did, with all pages that went out together."""


class Antenna(Air):
    """The air as one box reaches it. Boxes name a pager as their kind does, seven digits or ten; the shop has one name
    for it, and everybody wears the same pager whatever calls it."""

    def __init__(self, air: Air, addresses: Iterable[str], line: str, heard: Callable[[Rang], None]) -> None:
        super().__init__(addresses)
        self._air, self._line, self._heard = air, line, heard
        self._names = {_plain(one): one for one in addresses}
        self.up_since: float | None = None
        """While its carrier is up."""

    def transmit(self, address: str, text: str, alert: int, at: float) -> None:
        name = self._names.get(_plain(address), address)
        self._heard(Rang(self._line, name, text, alert, at, at if self.up_since is None else self.up_since))
        self._air.transmit(name, text, alert, at)


def _plain(address: str) -> str:
    return address.lstrip("0") if address.isdecimal() else address
