"""Pure: the items of serial lines on the floor page: the talk, and how the visitor has set each transmitter.

    bytes:<transmitter>  {"count": 7, "entries": [{"n", "at", "way", "bytes", "means", "values", "times"}]}
    line:<transmitter>   {"plugged": true, "garbled": false, "slow": false, "troubles": {"refuse": 3}}

The story tells `plugged`, `unplugged`, `garbled`, `clean`, `line_slow`, `line_quick`, and with `trouble` and `amount`
`trouble` and `trouble_over`, each with `transmitter`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from simulator.floor.events import BytesSeen, LineIs
from simulator.floor.explain import IDLE_TALK
from simulator.floor.items import LineState, Tail, bytes_row

BYTES_KEPT = 40
EXCHANGE = 6
"""So many entries back, what is said over and over on an idle line is not said again but counted."""

Put = Callable[[str, Mapping[str, Any]], None]
Tell = Callable[..., None]
"""at, what, and more."""


class LineItems:
    """Part of the floor's core."""

    def __init__(
        self, transmitters: Iterable[str], put: Put, tell: Tell, epoch_ms: Callable[[float], int]
    ) -> None:
        self._put, self._tell, self._epoch_ms = put, tell, epoch_ms
        self._talk = {name: Tail(BYTES_KEPT) for name in transmitters}
        self._states = {name: LineState() for name in self._talk}

    def show(self) -> None:
        for name, state in self._states.items():
            self._put(f"bytes:{name}", self._talk[name].item())
            self._put(f"line:{name}", asdict(state))

    def happened(self, event: BytesSeen | LineIs) -> None:
        if event.transmitter not in self._talk:
            return
        if isinstance(event, BytesSeen):
            self._said(event)
        else:
            self._set(event)

    def _said(self, event: BytesSeen) -> None:
        talk = self._talk[event.transmitter]
        row = bytes_row(event, self._epoch_ms(event.at))
        if event.means.key not in IDLE_TALK or not talk.again(row, EXCHANGE):
            talk.add(row)
        self._put(f"bytes:{event.transmitter}", talk.item())

    def _set(self, event: LineIs) -> None:
        name, before = event.transmitter, self._states[event.transmitter]
        after = self._states[name] = before.changed(event)
        if after.plugged != before.plugged:
            self._tell(event.at, what="plugged" if after.plugged else "unplugged", transmitter=name)
        if after.garbled != before.garbled:
            self._tell(event.at, what="garbled" if after.garbled else "clean", transmitter=name)
        if after.slow != before.slow:
            self._tell(event.at, what="line_slow" if after.slow else "line_quick", transmitter=name)
        for kind, amount in after.troubles.items():
            if amount > before.troubles.get(kind, 0):
                self._tell(event.at, what="trouble", trouble=kind, amount=amount, transmitter=name)
        for kind in before.troubles.keys() - after.troubles.keys():
            self._tell(event.at, what="trouble_over", trouble=kind, transmitter=name)
        self._put(f"line:{name}", asdict(after))
