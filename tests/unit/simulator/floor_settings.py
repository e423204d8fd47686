"""A small simulated shop for the tests of the floor, and a browser's view of its items."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.config import SimulateSettings


def values(folder: Path, **more: Any) -> dict[str, Any]:
    """Two units (the first button has a staff key), one transmitter, three pagers of different kinds, one person."""
    return {
        "store": "s1",
        "store_name": "Ülemiste <b>grocery</b>",
        "api_url": "http://127.0.0.1:9",
        "board_url": "http://127.0.0.1:9/s/s1/board",
        "units": [
            {
                "device": "b1",
                "config": folder / "b1.toml",
                "control": folder / "b1.sock",
                "inputs": [
                    {"n": 1, "colour": "red", "label": "Dairy", "zone": "Dairy"},
                    {"n": 2, "colour": "green", "label": "Dairy, thanks", "zone": "Dairy"},
                ],
                "keys": [{"n": 9, "for": 1}],
            },
            {
                "device": "b2",
                "config": folder / "b2.toml",
                "control": folder / "b2.sock",
                "inputs": [{"n": 1, "label": "Wine", "zone": "Wine"}],
            },
        ],
        "transmitters": [{"gateway": "g1", "name": "t1", "link": folder / "t1.tty"}],
        "pagers": [
            {"transmitter": "t1", "address": "1001", "label": "Pager 1", "holder": "Anna T.", "longest": 16},
            {"transmitter": "t1", "address": "1002", "label": "Pager 2", "format": "numeric", "longest": 8},
            {"transmitter": "t1", "address": "1003", "label": "Pager 3", "format": "tone"},
        ],
        "people": [{"login": "anna", "name": "Anna", "password": "secret-word", "pager": "1001"}],
        **more,
    }


def settings(folder: Path, **more: Any) -> SimulateSettings:
    return SimulateSettings(**values(folder, **more))


class Items:
    """What a browser would hold after every change."""

    def __init__(self) -> None:
        self.now: dict[str, Mapping[str, Any]] = {}
        self.changes: list[str] = []

    def put(self, key: str, item: Mapping[str, Any]) -> None:
        self.now[key] = item
        self.changes.append(key)
