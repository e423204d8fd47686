"""A canary ends at the dialogue with the transmitter, or at its canary address: never at a carrier's pager."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from broker_config.messages import PageFormat, PageState
from pager_gateway.entry import Entry, Wanted, ways
from pager_gateway.pages import Pages
from pager_gateway.probes import Found, Probes
from pager_gateway.sender import CANNOT_BE_ASKED
from pager_gateway.standby import Lane


class Canaries:
    """Owned by the gateway core. Only the order's first transmitter is asked: a canary is about that one. One that
    cannot be asked shows with its canary address alone that it is there."""

    def __init__(self, lanes: Mapping[str, Lane], pages: Pages, probes: Probes) -> None:
        self._lanes = lanes
        self._pages = pages
        self._probes = probes

    def begin(self, entry: Entry, now: float) -> None:
        """Held until the dialogue is over; the routes lead to the canary address from here on, or nowhere."""
        lane = self._lanes[entry.routes[0].transmitter]
        entry.transmitter = lane.id
        address = lane.canary_address
        entry.routes = () if address is None else ways((lane.id, address))
        entry.wanted = _within(entry.wanted, lane.abilities.formats, address or "")
        self._pages.hold(entry, now)
        self._probes.ask([lane.id], lambda found, then: self._over(entry, found[lane.id], then), now)

    def _over(self, entry: Entry, found: Found, now: float) -> None:
        if self._pages.active.get(entry.page) is not entry:
            return
        if found.asked_at is not None and not entry.routes:
            entry.tx_ms = max(0, round(1000 * (found.asked_at - entry.arrived_at)))
        if found.error is not None and not (found.error.code == CANNOT_BE_ASKED.code and entry.routes):
            self._pages.finish(entry, PageState.FAILED, found.error)
        elif not entry.routes:
            self._pages.finish(entry, PageState.TRANSMITTED)
        else:
            entry.transmitter = None
            self._pages.wait(entry, now)


def _within(wanted: Wanted, formats: Collection[PageFormat], address: str) -> Wanted:
    """The server writes a canary as text. Where only codes go on the air, the canary address is the code."""
    if wanted.format in formats or PageFormat.CODE not in formats:
        return wanted
    return replace(wanted, format=PageFormat.CODE, body=address)
