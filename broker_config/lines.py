"""The usual line of each kind of transmitter: what stands in files when nobody said otherwise. Pure.

Sources: the protocol notes of each kind; boxes differ, so a shop file can say another speed."""

from __future__ import annotations

SPEEDS: dict[str, int] = {
    "pocsag-mmdvm": 115_200,
    "pocsag-raw": 38_400,
    "rf-bridge": 19_200,
}
ORDINARY = 9_600
KINDS = ("tap", "espa444", "pocsag-mmdvm", "pocsag-raw", "rf-bridge", "scope", "waveware", "comp2", "snpp")
"""Every kind that comes with the product; other people's packages may bring more."""
TCP = frozenset({"snpp"})
"""Drivers whose box is a server in the network and no serial line."""


def speed(driver: str) -> int:
    """Bits per second of its line."""
    return SPEEDS.get(driver, ORDINARY)
