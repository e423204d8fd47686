"""Pure: the items of trouble on the floor page: parts that were killed, networks that were cut, the air, plays.

    part:<name>         {"state": "starting|running|stopped|dead|frozen", "since": ms,
                         "network": "ok"|"cut"|null, "network_since": ms}
                        `broker`, `server`, each gateway and each unit by its device id; network null: the broker has
                        none. No part has an item where nobody can handle it (the floor without `up`).
    air:<transmitter>   {"on": bool, "addresses": ["1001"], "since": ms, "until": ms, "queue": 0}
                        who is called by the transmission that is on the air (a packed one calls several, and names
                        them one by one), and how many wait behind; the last wrist vibrates at `until`
    event               {"prank": null, "rush": {"since": ms, "until": ms}, "empty_shift": null}
    staff               each of `doing` has "away": bool besides

The story tells `part_<state>` and `network_cut`, `network_ok` with `part`; `event_<play>`, `event_over_<play>`. Lines:
see `line_items`.

    POST /parts/{part}/power          {"verb": "kill|stop|start|freeze|thaw"}
    POST /parts/{part}/network        {"verb": "cut|mend"}
    POST /transmitters/{transmitter}  {"plugged": false}, {"garbled": true}, {"slow": true},
                                      {"trouble": "refuse", "amount": 3}; amount 0 ends it
    POST /people/{login}/away         {"away": true}
    POST /events/{play}               {"on": true, "seed": 7}   seed may be left out

All: 204; 404 no such thing here; 503 whoever runs the part does not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulator.floor.events import AirIs, PartIs, PartState, Play, PlayIs

NOBODY = "?"
"""A carrier that calls nobody, as far as is known."""
Put = Callable[[str, Mapping[str, Any]], None]
Tell = Callable[..., None]
"""at, what, and more."""


class TroubleItems:
    """Part of the floor's core: takes its events, puts items and tells the story."""

    def __init__(
        self, transmitters: Iterable[str], put: Put, tell: Tell, epoch_ms: Callable[[float], int]
    ) -> None:
        self._put = put
        self._tell = tell
        self._epoch_ms = epoch_ms
        self._parts: dict[str, dict[str, Any]] = {}
        self._air = {name: _silence() for name in transmitters}
        self._plays: dict[str, dict[str, int] | None] = {play.value: None for play in Play}

    def show(self) -> None:
        for name, item in self._air.items():
            self._put(f"air:{name}", item)
        self._put("event", self._plays)

    def happened(self, event: PartIs | PlayIs | AirIs) -> None:
        match event:
            case PartIs():
                self._part(event)
            case PlayIs():
                self._play(event)
            case AirIs():
                self._on_air(event)

    def _part(self, event: PartIs) -> None:
        at = self._epoch_ms(event.at)
        first = {"state": PartState.STARTING, "since": at, "network": None, "network_since": at}
        known = event.part in self._parts
        before = self._parts.get(event.part, first)
        after = dict(before)
        if event.state is not None and event.state != before["state"]:
            after |= {"state": event.state, "since": at}
        network = before["network"] if event.cut is None else "cut" if event.cut else "ok"
        if network != before["network"]:
            after |= {"network": network, "network_since": at}
        if known and after == before:
            return
        self._parts[event.part] = after
        self._put(f"part:{event.part}", after)
        if known and after["state"] != before["state"] and after["state"] != PartState.STARTING:
            self._tell(event.at, what=f"part_{after['state']}", part=event.part)
        if known and before["network"] is not None and network != before["network"]:
            self._tell(event.at, what=f"network_{network}", part=event.part)

    def _play(self, event: PlayIs) -> None:
        name = event.play.value
        if event.until is None and self._plays[name] is None:
            return
        over = event.until is None
        span = (
            None
            if event.until is None
            else {"since": self._epoch_ms(event.at), "until": self._epoch_ms(event.until)}
        )
        self._plays = {**self._plays, name: span}
        self._put("event", self._plays)
        self._tell(event.at, what=f"event_over_{name}" if over else f"event_{name}")

    def _on_air(self, event: AirIs) -> None:
        if event.transmitter not in self._air:
            return
        before = self._air[event.transmitter]
        since = self._epoch_ms(event.at if event.since is None else event.since)
        called = before["addresses"] if before["since"] == since else []
        if event.address not in (None, NOBODY, *called):
            called = [*called, event.address]
        self._air[event.transmitter] = item = {
            "on": event.address is not None,
            "addresses": called if event.address is not None else [],
            "since": since,
            "until": self._epoch_ms(event.until),
            "queue": event.waiting,
        }
        self._put(f"air:{event.transmitter}", item)


def _silence() -> dict[str, Any]:
    return {"on": False, "addresses": [], "since": 0, "until": 0, "queue": 0}
