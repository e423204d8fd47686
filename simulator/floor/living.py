"""Pure: the items of what a visitor follows with the eyes: the way of the last press, and the customers.

way                 {"button": "b1.1", "at": ms, "after_ms": {"unit": 48, "server": 71, "gateway": 60,
                     "transmitter": 140, "air": 141, "wrist": 900}, "transmitter": "t1", "pager": "1001"}
                    the newest press, each hop as far as it was seen; {} before the first one
customer:<button>   {"n": 3, "mood": "waiting|helped|glad|sorry|left|gone", "since": ms, "patience_s": 90}
                    or {} where nobody is"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from simulator.floor.customers import Customers, Mood
from simulator.floor.events import (
    AirIs,
    BytesSeen,
    ClosedBy,
    Deed,
    Did,
    FloorEvent,
    PageArrived,
    PersonIs,
    Pushed,
    Showed,
    UnitIs,
)
from simulator.floor.hops import Journeys
from simulator.floor.layout import FloorButton
from simulator.floor.timing import Push
from simulator.staff import Doing

Put = Callable[[str, Mapping[str, Any]], None]
Tell = Callable[..., None]
"""at, what, and more."""

PRESSES = frozenset({Deed.DRILL, Deed.HAMMER})
WITH_CUSTOMER = frozenset({Doing.TALKING, Doing.ASKED_HELP})


class LivingItems:
    """Part of the floor's core: sees every event after the core did."""

    def __init__(
        self, buttons: Sequence[FloorButton], put: Put, tell: Tell, epoch_ms: Callable[[float], int]
    ) -> None:
        self._buttons = {one.key: one for one in buttons}
        self._put = put
        self._tell = tell
        self._epoch_ms = epoch_ms
        self._customers = Customers(buttons)
        self._journeys = Journeys()
        self._shown = dict.fromkeys(self._buttons, "idle")
        self._talks: dict[str, str] = {}
        """Where each member of staff is with a customer."""

    def show(self) -> None:
        self._show_way(True)
        for key in self._buttons:
            self._put(f"customer:{key}", {})

    def due(self) -> Iterable[float]:
        due = self._customers.due()
        return () if due is None else (due,)

    def turn(self, now: float) -> None:
        changed = self._customers.turn(now)
        for key in changed:
            if self._customers.mood(key) is Mood.LEFT:
                self._tell(now, what="customer_left", button=key)
        self._show_customers(changed)

    def happened(self, event: FloorEvent) -> None:
        match event:
            case Pushed(contact=key) if key in self._buttons:
                self._pressed(key, event.at)
            case Did(button=key) if key in self._buttons and event.deed in PRESSES:
                self._pressed(key, event.at, drill=event.deed is Deed.DRILL)
            case Showed(contact=key) if key in self._buttons:
                self._showed(event)
            case UnitIs():
                for one in self._buttons.values():
                    if one.device == event.device:
                        self._shown[one.key] = "idle"
            case BytesSeen():
                self._show_way(self._journeys.seen(event))
            case AirIs():
                self._show_way(self._journeys.radiates(event))
            case PageArrived():
                self._show_way(self._journeys.arrived(event))
            case PersonIs():
                self._person(event)
            case ClosedBy():
                self._talks.pop(event.login, None)
                closed = self._customers.closed(event.place, event.outcome, event.at)
                self._show_customers(closed)
            case _:
                pass

    def _pressed(self, key: str, at: float, *, drill: bool = False) -> None:
        """A push while the light still says something is the same press again, or takes it back. Yellow and green
        ones call nobody, so they have no way to a wrist."""
        button = self._buttons[key]
        if self._shown[key] == "idle" and button.colour == "red":
            self._show_way(self._journeys.pushed(Push(key, button.places, at)))
        if not drill:
            self._show_customers(self._customers.came(key, at))

    def _showed(self, event: Showed) -> None:
        key, before = event.contact, self._shown[event.contact]
        self._shown[key] = event.shown
        self._show_way(self._journeys.showed(event))
        if event.shown == "undone" != before:
            self._show_customers(self._customers.let_be(key, event.at))
        elif event.shown == "idle" and before == "coming":
            self._show_customers(self._customers.helped_unseen(key, event.at))

    def _person(self, event: PersonIs) -> None:
        if event.doing in WITH_CUSTOMER:
            if event.login not in self._talks:
                self._show_customers(self._customers.helped(event.place))
            self._talks[event.login] = event.place
        elif (place := self._talks.pop(event.login, None)) is not None:
            self._show_customers(self._customers.closed(place, "", event.at))

    def _show_way(self, news: bool) -> None:
        if not news:
            return
        began = self._journeys.began
        item = self._journeys.item()
        self._put("way", {**item, "at": self._epoch_ms(began)} if began is not None else item)

    def _show_customers(self, keys: Iterable[str]) -> None:
        for key in keys:
            item = self._customers.item(key)
            if item:
                item["since"] = self._epoch_ms(item["since"])
            self._put(f"customer:{key}", item)
