"""What an MMDVM modem makes of SET_FREQ and SET_CONFIG, and why it refuses them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

BANDS = (
    (144_000_000, 148_000_000),
    (219_000_000, 225_000_000),
    (420_000_000, 475_000_000),
    (842_000_000, 950_000_000),
)
"""The lower end belongs to the band, the upper one does not."""
KEPT = ((145_800_000, 146_000_000), (435_000_000, 438_000_000))
"""For satellites: both ends are refused."""
POCSAG, FM, M17 = 6, 10, 7
_MODES_1 = {0x01: 1, 0x02: 2, 0x04: 3, 0x08: 4, 0x10: 5, 0x20: POCSAG, 0x40: M17}
_MODES_2 = {0x01: 1, 0x02: 2, 0x04: 3, 0x08: 4, 0x10: 5, 0x20: FM}
ALL_1 = frozenset(_MODES_1.values())
ALL_2 = frozenset({*_MODES_2.values(), POCSAG})


@dataclass(frozen=True, slots=True)
class Config:
    modes: frozenset[int]
    start: int
    tx_delay: int
    colour: int
    simplex: bool


def frequency_refused(data: bytes) -> bool:
    """`data`: what follows the type; hotspots only."""
    if len(data) < 9:
        return True
    receive, transmit = _hertz(data, 1), _hertz(data, 5)
    pocsag = _hertz(data, 10) if len(data) >= 14 else transmit
    if not (_in_band(receive) or _in_band(transmit)) or _kept(receive) or _kept(transmit):
        return True
    return not _in_band(pocsag) or _kept(pocsag)


def config(protocol: int, data: bytes) -> Config | None:
    """None: too short."""
    if protocol == 2:
        if len(data) < 37:
            return None
        modes = {mode for bit, mode in _MODES_2.items() if data[1] & bit}
        modes |= {POCSAG} if data[2] & 1 else set()
        return Config(frozenset(modes), data[4], data[3], data[26], bool(data[0] & 0x80))
    if len(data) < 23:
        return None
    modes = {mode for bit, mode in _MODES_1.items() if data[1] & bit}
    return Config(frozenset(modes), data[3], data[2], data[6], bool(data[0] & 0x80))


def out_of_range(wanted: Config) -> bool:
    return (
        wanted.tx_delay > 50 or wanted.colour > 15 or (wanted.start != 0 and wanted.start not in wanted.modes)
    )


def mode_bits(modes: frozenset[int]) -> int:
    """As a hotspot's status shows them: M17 has another bit there than in the settings."""
    return sum(0x80 if mode == M17 else bit for bit, mode in _MODES_1.items() if mode in modes)


def _hertz(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "little")


def _in_band(hertz: int) -> bool:
    return any(low <= hertz < high for low, high in BANDS)


def _kept(hertz: int) -> bool:
    return any(low <= hertz <= high for low, high in KEPT)
