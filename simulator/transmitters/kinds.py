"""Every kind of simulated transmitter: how to make its box, its line, what its pagers show, and the trouble it is in.

Boxes are imported only when one is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from broker_config import lines
from broker_config.messages.page import PageFormat
from simulator.transmitters.base import Trouble, TroubledBox

RADIO_BAUD = 1200
SLOW_LINE = 300
"""Bits per second of a line that somebody made slow."""

Knows: TypeAlias = Callable[[str], bool]
Settings: TypeAlias = Mapping[str, Any]
"""The driver's own, as in the gateway's file: the box is set up to fit them, as an installer would do it."""


@dataclass(frozen=True, slots=True)
class Kind:
    title: str
    """How the trade calls it; the same in every language."""
    make: Callable[[Knows, int, Settings], TroubledBox]
    """(which addresses have a pager, seed, settings of its driver) -> box."""
    formats: tuple[PageFormat, ...] = (PageFormat.TEXT, PageFormat.NUMERIC, PageFormat.TONE)
    """What its pagers can show."""
    binary: bool = False
    """Its bytes are no letters."""
    demo: Settings = field(default_factory=dict)
    """Settings with which its driver is ready soon: for whoever waits at a bench."""
    answers: bool = True
    """It says what became of a page."""


def _tap(knows: Knows, seed: int, settings: Settings) -> TroubledBox:
    from simulator.transmitters.tap import TapHabits, TapTerminal

    habits = TapHabits(baud=RADIO_BAUD, password=str(settings.get("password", "")))
    return TapTerminal(habits, knows=knows, seed=seed)


def _raw(knows: Knows, seed: int, settings: Settings) -> TroubledBox:
    from simulator.transmitters.pocsag_raw import RawBox, RawHabits

    ends = str(settings.get("end", "17"))
    return RawBox(
        RawHabits(
            baud=int(settings.get("baud", RADIO_BAUD)),
            end=int(ends, 16) if ends else None,
            inverted=bool(settings.get("inverted", False)),
        )
    )


def _mmdvm(knows: Knows, seed: int, settings: Settings) -> TroubledBox:
    from simulator.transmitters.mmdvm import MmdvmHabits, MmdvmModem

    return MmdvmModem(MmdvmHabits(boot_s=float(settings.get("boot_wait_s", 2.0))), seed=seed)


def _espa(knows: Knows, seed: int, settings: Settings) -> TroubledBox:
    from simulator.transmitters.espa444 import EspaHabits, EspaPagingSystem

    habits = EspaHabits(
        bits=int(settings.get("bits", 7)),
        polls_every_s=1.0 if settings.get("role") == "polled" else None,
        status=str(settings.get("status", "automatic")),
        echo=bool(settings.get("echo", False)),
        baud=RADIO_BAUD,
    )
    return EspaPagingSystem(habits, knows=knows, seed=seed)


def _scope(knows: Knows, seed: int, settings: Settings) -> TroubledBox:
    from simulator.transmitters.scope import ScopeEncoder, ScopeHabits

    return ScopeEncoder(ScopeHabits(baud=int(settings.get("baud", RADIO_BAUD))), knows=knows, seed=seed)


def _comp2(knows: Knows, seed: int, settings: Settings) -> TroubledBox:
    from simulator.transmitters.comp2 import Comp2Encoder, Comp2Habits

    habits = Comp2Habits(baud=RADIO_BAUD, verbose=bool(settings.get("verbose", False)))
    return Comp2Encoder(habits, knows=knows, seed=seed)


def _waveware(knows: Knows, seed: int, settings: Settings) -> TroubledBox:
    from simulator.transmitters.waveware import WavewareEncoder, WavewareHabits

    return WavewareEncoder(WavewareHabits(baud=int(settings.get("baud", RADIO_BAUD))), knows=knows, seed=seed)


def _snpp(knows: Knows, seed: int, settings: Settings) -> TroubledBox:
    from simulator.transmitters.snpp import SnppHabits, SnppServer

    login = " ".join(str(settings[name]) for name in ("login", "password") if settings.get(name))
    return SnppServer(SnppHabits(baud=RADIO_BAUD, login=login), knows=knows, seed=seed)


def _rf(knows: Knows, seed: int, settings: Settings) -> TroubledBox:
    from simulator.transmitters.rf_bridge import RfBridge, RfBridgeHabits

    return RfBridge(RfBridgeHabits(version=3 if settings.get("version", True) else None), seed=seed)


KINDS: dict[str, Kind] = {
    "tap": Kind("TAP 1.8", _tap),
    "espa444": Kind("ESPA 4.4.4", _espa),
    "pocsag-mmdvm": Kind("MMDVM", _mmdvm, binary=True, demo={"boot_wait_s": 0.5}),
    "pocsag-raw": Kind("POCSAG", _raw, binary=True, answers=False),
    "rf-bridge": Kind("433 MHz", _rf, formats=(PageFormat.CODE,), binary=True),
    "scope": Kind("Scope", _scope),
    "waveware": Kind("WaveWare", _waveware),
    "comp2": Kind("COMP2", _comp2, answers=False),
    "snpp": Kind("SNPP", _snpp, formats=(PageFormat.TEXT, PageFormat.NUMERIC)),
}
"""By the name of the gateway's driver."""


def speed(driver: str) -> int:
    return lines.speed(driver)


@cache
def troubles(driver: str) -> tuple[Trouble, ...]:
    """Those that this kind can have, in the order of `Trouble`."""
    found = KINDS[driver].make(lambda address: True, 0, {}).troubles
    return tuple(one for one in Trouble if one in found)
