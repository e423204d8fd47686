"""Pure: the way of a press, hop by hop, as somebody outside with a stopwatch would measure it.

Nobody asks the shop: a hop is what a finger, a light, a serial line and a wrist show. So "server" is the moment at
which the button's own light says that the server has it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from simulator.floor.events import AirIs, BytesSeen, Meaning, PageArrived, Showed, Way
from simulator.floor.timing import Push, answered_push

KEPT = 24
"""Presses whose way is still followed."""


class Hop(StrEnum):
    """In the order in which a press passes them, though a receipt and an order may overtake each other."""

    UNIT = "unit"
    """The unit's light answers: the press is on its disk."""
    SERVER = "server"
    """Receipt: the light says so."""
    GATEWAY = "gateway"
    """The first byte for it on the serial line."""
    TRANSMITTER = "transmitter"
    """The transmitter took the page."""
    AIR = "air"
    """The frequency was free, and the page goes out."""
    WRIST = "wrist"


TAKEN = frozenset({"accepted", "taken", "page_taken", "250_message_sent_successfully"})
"""What boxes say to a page that they take. One that says nothing is not asked."""
STORED = frozenset({"received", "called", "coming"})
"""A light that says more than a receipt has had one."""


@dataclass(slots=True)
class Journey:
    push: Push
    after_ms: dict[Hop, int] = field(default_factory=dict)
    transmitter: str = ""
    pager: str = ""

    def pass_by(self, hop: Hop, at: float) -> bool:
        """Whether that is news: only the first of many pages counts."""
        if hop in self.after_ms or at < self.push.at:
            return False
        self.after_ms[hop] = round((at - self.push.at) * 1000)
        return True


class Journeys:
    """Every method returns whether the newest journey changed."""

    def __init__(self) -> None:
        self._all: deque[Journey] = deque(maxlen=KEPT)
        self._awake: dict[str, float] = {}
        """The first byte on each line since the last page was taken."""
        self._offered: dict[str, Journey] = {}
        """The journey whose page a transmitter was offered and has not yet taken."""
        self._for: dict[tuple[str, str], Journey] = {}
        """By transmitter and address: the journey of the last page there."""

    def pushed(self, push: Push) -> bool:
        self._all.append(Journey(push))
        return True

    def showed(self, event: Showed) -> bool:
        journey = self._of(event.contact)
        if journey is None or event.shown == "idle":
            return False
        news = event.shown == "sending" and journey.pass_by(Hop.UNIT, event.at)
        if event.shown in STORED:
            news = journey.pass_by(Hop.UNIT, event.at) | journey.pass_by(Hop.SERVER, event.at)
        return news and self._is_newest(journey)

    def seen(self, event: BytesSeen) -> bool:
        if event.way is Way.CABLE:
            self._awake.pop(event.transmitter, None)
            return False
        if event.way is Way.TRANSMITTER:
            return self._offer(event)
        if event.way is Way.GATEWAY and event.means.key in TAKEN:
            self._awake.pop(event.transmitter, None)
            taken = self._offered.pop(event.transmitter, None)
            return taken is not None and taken.pass_by(Hop.TRANSMITTER, event.at) and self._is_newest(taken)
        return False

    def radiates(self, event: AirIs) -> bool:
        journey = self._for.get((event.transmitter, event.address or ""))
        return journey is not None and journey.pass_by(Hop.AIR, event.at) and self._is_newest(journey)

    def arrived(self, event: PageArrived) -> bool:
        journey = self._answered(event.text, event.at)
        if journey is None or not journey.pass_by(Hop.WRIST, event.at):
            return False
        journey.pager = event.address
        return self._is_newest(journey)

    def item(self) -> dict[str, Any]:
        """The newest press. Empty before the first one."""
        if not self._all:
            return {}
        newest = self._all[-1]
        return {
            "button": newest.push.button,
            "after_ms": {hop.value: newest.after_ms[hop] for hop in Hop if hop in newest.after_ms},
            "transmitter": newest.transmitter,
            "pager": newest.pager,
        }

    @property
    def began(self) -> float | None:
        return self._all[-1].push.at if self._all else None

    def _offer(self, event: BytesSeen) -> bool:
        began = self._awake.setdefault(event.transmitter, event.at)
        if event.means.key != "page":
            return False
        journey = self._answered(_value(event.means, "text"), event.at)
        if journey is None:
            return False
        self._offered[event.transmitter] = journey
        self._for[event.transmitter, _value(event.means, "address")] = journey
        journey.transmitter = journey.transmitter or event.transmitter
        first = began if began >= journey.push.at else event.at
        return journey.pass_by(Hop.GATEWAY, first) and self._is_newest(journey)

    def _answered(self, text: str, at: float) -> Journey | None:
        push = answered_push([one.push for one in self._all], text, at)
        return next((one for one in self._all if one.push is push), None) if push is not None else None

    def _of(self, button: str) -> Journey | None:
        return next((one for one in reversed(self._all) if one.push.button == button), None)

    def _is_newest(self, journey: Journey) -> bool:
        return journey is self._all[-1]


def _value(means: Meaning, name: str) -> str:
    values: Sequence[tuple[str, str]] = means.values
    return dict(values).get(name, "")
