"""Pure: the items of devices that a visitor unpacks.

box:<name>   {"stage": "closed|no_join|reaching|asking|press|telling|confirm|granted|failed", "trouble": null|"code"...,
              "figures": "123456", "device": "b7", "fingerprint": "7KQ2..."}

    POST /boxes/{box}/unpack
    POST /boxes/{box}/join    {"text": "shop.local:8443/..."}     422: this is no join string
    POST /boxes/{box}/pack    back into its box: it forgets who it was"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulator.floor.events import BoxIs

Put = Callable[[str, Mapping[str, Any]], None]
Tell = Callable[..., None]
CLOSED, GRANTED = "closed", "granted"
TOLD = frozenset({"press", "confirm", GRANTED, "failed"})
"""Stages that the story tells."""


class BoxItems:
    """Part of the floor's core."""

    def __init__(self, boxes: Iterable[str], put: Put, tell: Tell) -> None:
        self._put = put
        self._tell = tell
        self._boxes = {name: BoxIs(name, 0.0, CLOSED) for name in boxes}
        self._first = set(self._boxes)

    def is_nobody(self, device: str) -> bool:
        """Whether this device is in its box, or is not one of the shop's yet: a push is no call then."""
        return device in self._boxes and self._boxes[device].stage != GRANTED

    def show(self) -> None:
        for one in self._boxes.values():
            self._put(f"box:{one.box}", _item(one))

    def happened(self, event: BoxIs) -> None:
        before = self._boxes.get(event.box)
        if before is None:
            return
        first = event.box in self._first
        self._first.discard(event.box)
        self._boxes[event.box] = event
        self._put(f"box:{event.box}", _item(event))
        if first and event.stage == GRANTED:
            return  # an earlier visitor unpacked it
        if before.stage != event.stage:
            if before.stage == CLOSED:
                self._tell(event.at, what="box_unpacked", box=event.box)
            if event.stage in TOLD:
                self._tell(event.at, what=f"box_{event.stage}", box=event.box)


def _item(one: BoxIs) -> dict[str, Any]:
    return {
        "stage": one.stage,
        "trouble": one.trouble,
        "figures": one.figures,
        "device": one.device,
        "fingerprint": one.fingerprint,
    }
