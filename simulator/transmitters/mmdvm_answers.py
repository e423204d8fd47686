"""What an MMDVM modem says of itself: who it is and how it is, as bytes of either protocol."""

from __future__ import annotations

from simulator.transmitters import mmdvm_setup as setup
from simulator.transmitters.mmdvm_habits import MmdvmHabits

OTHERS = (1, 2, 2, 3, 4, 5)
"""Modes in the order of their rooms; one of them has two slots."""
OTHER_ROOM = 10
UNIQUE = bytes(range(0x10, 0x20))
ST_CPU = 2


def version(habits: MmdvmHabits) -> bytes:
    if habits.protocol == 2:
        return bytes((2, 0, int(habits.pocsag), ST_CPU)) + UNIQUE + habits.text
    return b"\x01" + habits.text


def status(habits: MmdvmHabits, modes: frozenset[int], mode: int, on_air: bool, room: int) -> bytes:
    """`room`: for batches of pages; 0 when POCSAG is not enabled."""
    others = bytes(OTHER_ROOM if one in modes else 0 for one in OTHERS)
    if habits.protocol == 2:
        return bytes((mode, on_air, 0)) + others + bytes((0, 0, room)) + bytes(5)
    body = bytes((setup.mode_bits(modes), mode, on_air)) + others
    if not habits.pocsag:
        return body
    return body + bytes((room, OTHER_ROOM if setup.M17 in modes else 0))
