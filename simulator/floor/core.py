"""The core of the floor: what happened goes in, the newest state of every item on the page comes out.

It is a `broker_config.loop.Core`: no thread, clock or I/O of its own. One item is one small mapping that is
ready for JSON; the page draws items and keeps no truth of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from simulator.finger import CHILD_COUNT
from simulator.floor.box_items import BoxItems
from simulator.floor.events import (
    AirIs,
    AwayIs,
    BoxIs,
    BytesSeen,
    ClosedBy,
    Deed,
    Did,
    FloorEvent,
    LetGo,
    LineIs,
    PageArrived,
    PartIs,
    PersonIs,
    PlayIs,
    Pushed,
    Showed,
    StaffIs,
    UnitIs,
)
from simulator.floor.items import ButtonState, Tail, page_row
from simulator.floor.layout import FloorButton
from simulator.floor.line_items import LineItems
from simulator.floor.living import LivingItems
from simulator.floor.staff_items import StaffItems
from simulator.floor.timing import LONGEST_S, Push, answered_push
from simulator.floor.trouble import TroubleItems

LONGEST_HOLD_S = 20.0
"""A browser that vanished with the finger down must not leave a stuck button behind."""
TAKE_BACK_S = 4.7
"""A second push must begin within five seconds of the press; a finger needs its time to get there."""
LONG_S = 1.0
"""A push that was held this long is told with its length: somebody tries a gesture by hand."""
NOT_TO_TAKE_BACK = ("idle", "counting", "undone")
PUSHES = {Deed.UNDO: 1, Deed.DRILL: 1, Deed.HAMMER: CHILD_COUNT}
"""How often a finger comes to the button."""
PAGES_KEPT = 12
STORY_KEPT = 24


class Hands(Protocol):
    """What the floor moves by itself."""

    def release(self, contact: str) -> None:
        """Take the finger off. Must not raise."""


class FloorCore:
    """`wall_at_zero` is the epoch second at which the boot-time clock stood at zero."""

    def __init__(
        self,
        buttons: Sequence[FloorButton],
        pagers: Sequence[str],
        transmitters: Sequence[str],
        people: Sequence[str],
        put: Callable[[str, Mapping[str, Any]], None],
        hands: Hands,
        wall_at_zero: float,
        boxes: Sequence[str] = (),
    ) -> None:
        self._buttons = {button.key: button for button in buttons}
        self._keys = {button.staff_key: button for button in buttons if button.staff_key is not None}
        self._put = put
        self._hands = hands
        self._wall_at_zero = wall_at_zero
        self._states = {key: ButtonState() for key in self._buttons}
        self._held: dict[str, float] = {}
        """Contacts under the visitor's finger, since when."""
        self._fresh: dict[str, float] = {}
        """Until when a press may be taken back."""
        self._pushes: deque[Push] = deque(maxlen=64)
        self._story = Tail(STORY_KEPT)
        self._pages = {address: Tail(PAGES_KEPT) for address in pagers}
        self._lines = LineItems(transmitters, put, self._tell, self._epoch_ms)
        self._staff = StaffItems(people, put, self._tell)
        self._trouble = TroubleItems(transmitters, put, self._tell, self._epoch_ms)
        self._boxes = BoxItems(boxes, put, self._tell)
        self._living = LivingItems(buttons, put, self._tell, self._epoch_ms)
        self._show_everything()

    def handle(self, events: Sequence[FloorEvent], now: float) -> None:
        for event in events:
            self._happened(event)
            if not self._is_of_nobody(event):
                self._living.happened(event)
        self._living.turn(now)
        for contact in [one for one, since in self._held.items() if now >= since + LONGEST_HOLD_S]:
            self._hands.release(contact)
            self._let_go(LetGo(contact, now))
        for button in [key for key, until in self._fresh.items() if now >= until]:
            self._stale(button)

    def _is_of_nobody(self, event: FloorEvent) -> bool:
        """A push or a light of a device that is being claimed: no customer comes to it, and no page follows."""
        key = event.contact if isinstance(event, Pushed | Showed) else ""
        return key in self._buttons and self._boxes.is_nobody(self._buttons[key].device)

    def due(self) -> float | None:
        ends = [since + LONGEST_HOLD_S for since in self._held.values()]
        return min([*ends, *self._fresh.values(), *self._living.due()], default=None)

    def _happened(self, event: FloorEvent) -> None:
        match event:
            case Pushed():
                self._pushed(event)
            case LetGo():
                self._let_go(event)
            case Did():
                self._did(event)
            case Showed():
                self._showed(event)
            case UnitIs():
                self._unit(event)
            case PageArrived():
                self._page(event)
            case BytesSeen() | LineIs():
                self._lines.happened(event)
            case StaffIs() | PersonIs() | AwayIs() | ClosedBy():
                self._staff.happened(event)
            case PartIs() | PlayIs() | AirIs():
                self._trouble.happened(event)
            case BoxIs():
                self._boxes.happened(event)

    def _pushed(self, event: Pushed) -> None:
        if event.contact in self._buttons:
            self._held[event.contact] = event.at
            if not self._is_of_nobody(event):
                self._note_push(self._buttons[event.contact], event.at)
            self._tell(event.at, what="pushed", button=event.contact)
        elif event.contact in self._keys:
            self._held[event.contact] = event.at
            self._tell(event.at, what="key_pushed", button=self._keys[event.contact].key)

    def _let_go(self, event: LetGo) -> None:
        since = self._held.pop(event.contact, None)
        if since is None or event.at - since < LONG_S:
            return
        what, button = ("let_go", event.contact) if event.contact in self._buttons else ("key_let_go", None)
        held_ms = round((event.at - since) * 1000)
        self._tell(event.at, what=what, button=button or self._keys[event.contact].key, held_ms=held_ms)

    def _did(self, event: Did) -> None:
        button = self._buttons.get(event.button)
        if button is None:
            return
        if event.deed is Deed.UNDO:
            self._stale(button.key)
            self._count(button.key, 1)
        elif event.deed in PUSHES:
            self._note_push(button, event.at, PUSHES[event.deed])
        self._tell(event.at, what="did", deed=event.deed, button=button.key)

    def _note_push(self, button: FloorButton, at: float, count: int = 1) -> None:
        self._pushes.append(Push(button.key, button.places, at))
        self._fresh[button.key] = at + TAKE_BACK_S
        self._count(button.key, count)

    def _count(self, key: str, pushes: int) -> None:
        state = self._states[key]
        self._change(key, replace(state, pushes=state.pushes + pushes))

    def _stale(self, button: str) -> None:
        if self._fresh.pop(button, None) is not None:
            self._change(button, self._states[button])

    def _showed(self, event: Showed) -> None:
        if event.contact in self._keys:
            key = self._keys[event.contact].key
            self._change(key, replace(self._states[key], key_held=event.finger))
        state = self._states.get(event.contact)
        if state is None:
            return
        after = replace(
            state,
            shown=event.shown,
            lit=event.lit,
            sounds=event.sounds,
            volume=event.volume,
            held=event.finger,
            stuck=event.stuck,
            switch=event.switch,
            counted=event.counted,
            beeps=state.beeps + (1 if event.sounds and not state.sounds else 0),
            up=True,
        )
        self._change(event.contact, after)
        if event.shown not in (state.shown, "idle") and not self._is_of_nobody(event):
            after_ms = self._since_push(event)
            self._tell(event.at, what="shown", shown=event.shown, button=event.contact, after_ms=after_ms)
        for fault in set(event.counted.faults) - set(state.counted.faults):
            self._tell(event.at, what="fault", fault=fault, button=event.contact)

    def _since_push(self, event: Showed) -> int | None:
        last = next((push for push in reversed(self._pushes) if push.button == event.contact), None)
        if last is None or event.at - last.at > LONGEST_S:
            return None
        return round((event.at - last.at) * 1000)

    def _unit(self, event: UnitIs) -> None:
        mine = [button.key for button in self._buttons.values() if button.device == event.device]
        fell = [key for key in mine if self._states[key].up and not event.up]
        for key in mine:
            state = self._states[key]
            self._held.pop(key, None)
            self._held.pop(self._buttons[key].staff_key or "", None)
            self._fresh.pop(key, None)
            dark = ButtonState(beeps=state.beeps, pushes=state.pushes)
            self._change(key, replace(state, up=True) if event.up else dark)
        if fell:
            self._tell(event.at, what="unit_down", device=event.device)

    def _page(self, event: PageArrived) -> None:
        log = self._pages.get(event.address)
        if log is None:
            return
        calls = [push for push in self._pushes if self._buttons[push.button].colour == "red"]
        push = answered_push(calls, event.text, event.at)
        after_ms = None if push is None else round((event.at - push.at) * 1000)
        log.add(page_row(event, self._epoch_ms(event.at), after_ms))
        self._put(f"pager:{event.address}", log.item())
        self._tell(event.at, what="page", pager=event.address, after_ms=after_ms)

    def _change(self, key: str, state: ButtonState) -> None:
        takeable = key in self._fresh and state.shown not in NOT_TO_TAKE_BACK
        state = self._states[key] = replace(state, takeable=takeable)
        item = asdict(state)
        item["counted"]["refused"] = dict(state.counted.refused)
        self._put(f"button:{key}", item)

    def _tell(self, at: float, **entry: Any) -> None:
        self._story.add({"at": self._epoch_ms(at), **entry})
        self._put("story", self._story.item())

    def _show_everything(self) -> None:
        for key, state in self._states.items():
            self._change(key, state)
        for address, log in self._pages.items():
            self._put(f"pager:{address}", log.item())
        self._put("story", self._story.item())
        for some in (self._lines, self._staff, self._trouble, self._boxes, self._living):
            some.show()

    def _epoch_ms(self, at: float) -> int:
        return round((self._wall_at_zero + at) * 1000)
