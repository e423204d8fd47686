"""The core of the floor: what happened goes in, the newest state of every item on the page comes out.

It is a `broker_config.loop.Core`: no thread, clock or I/O of its own. One item is one small mapping that is
ready for JSON; the page draws items and keeps no truth of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from simulator.floor.events import (
    BytesSeen,
    Deed,
    Did,
    FloorEvent,
    LetGo,
    LineIs,
    Mood,
    PageArrived,
    PersonIs,
    Pushed,
    Showed,
    StaffIs,
    UnitIs,
)
from simulator.floor.items import ButtonState, Tail, bytes_row, page_row
from simulator.floor.layout import FloorButton
from simulator.floor.timing import LONGEST_S, Push, answered_push

LONGEST_HOLD_S = 20.0
"""A browser that vanished with the finger down must not leave a stuck button behind."""
TAKE_BACK_S = 8.0
"""A second push begun five seconds after the press at the latest, and held for three."""
PAGES_KEPT = 12
BYTES_KEPT = 40
STORY_KEPT = 8


class Hands(Protocol):
    """What the floor moves by itself."""

    def release(self, button: str) -> None:
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
    ) -> None:
        self._buttons = {button.key: button for button in buttons}
        self._put = put
        self._hands = hands
        self._wall_at_zero = wall_at_zero
        self._states = {key: ButtonState() for key in self._buttons}
        self._held: dict[str, float] = {}
        self._fresh: dict[str, float] = {}
        """Until when a press may be taken back."""
        self._pushes: deque[Push] = deque(maxlen=64)
        self._story = Tail(STORY_KEPT)
        self._pages = {address: Tail(PAGES_KEPT) for address in pagers}
        self._bytes = {name: Tail(BYTES_KEPT) for name in transmitters}
        self._lines = dict.fromkeys(self._bytes, (True, Mood.NORMAL))
        self._doing: dict[str, dict[str, Any]] = {login: {"doing": "idle", "place": ""} for login in people}
        self._acting = False
        self._show_everything()

    def handle(self, events: Sequence[FloorEvent], now: float) -> None:
        for event in events:
            self._happened(event)
        for button in [key for key, until in self._held.items() if now >= until]:
            self._hands.release(button)
            self._let_go(LetGo(button, now))
        for button in [key for key, until in self._fresh.items() if now >= until]:
            self._stale(button)

    def due(self) -> float | None:
        return min([*self._held.values(), *self._fresh.values()], default=None)

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
            case BytesSeen():
                self._seen(event)
            case LineIs():
                self._line(event)
            case StaffIs():
                self._acting = event.on
                self._show_staff()
            case PersonIs():
                self._doing[event.login] = {"doing": event.doing, "place": event.place}
                self._show_staff()

    def _pushed(self, event: Pushed) -> None:
        button = self._buttons.get(event.button)
        if button is None:
            return
        self._held[button.key] = event.at + LONGEST_HOLD_S
        self._note_push(button, event.at)
        state = self._states[button.key]
        self._change(button.key, replace(state, held=True, pushes=state.pushes + 1))
        self._tell(event.at, what="pushed", button=button.key)

    def _let_go(self, event: LetGo) -> None:
        if self._held.pop(event.button, None) is not None:
            self._change(event.button, replace(self._states[event.button], held=False))

    def _did(self, event: Did) -> None:
        button = self._buttons.get(event.button)
        if button is None:
            return
        if event.deed is Deed.DRILL:
            self._note_push(button, event.at)
        elif event.deed is Deed.UNDO:
            self._stale(button.key)
        self._tell(event.at, what="meant", deed=event.deed, button=button.key)

    def _note_push(self, button: FloorButton, at: float) -> None:
        self._pushes.append(Push(button.key, (button.label, button.zone), at))
        self._fresh[button.key] = at + TAKE_BACK_S

    def _stale(self, button: str) -> None:
        if self._fresh.pop(button, None) is not None:
            self._change(button, self._states[button])

    def _showed(self, event: Showed) -> None:
        state = self._states.get(event.button)
        if state is None:
            return
        shown = state.shown if event.shown is None else event.shown
        lit = state.lit if event.lit is None else event.lit
        sounds = state.sounds if event.sounds is None else event.sounds
        beeps = state.beeps + (1 if sounds and not state.sounds else 0)
        self._change(event.button, replace(state, shown=shown, lit=lit, sounds=sounds, beeps=beeps, up=True))
        if shown != state.shown and shown != "idle":
            self._tell(
                event.at, what="shown", shown=shown, button=event.button, after_ms=self._since_push(event)
            )

    def _since_push(self, event: Showed) -> int | None:
        last = next((push for push in reversed(self._pushes) if push.button == event.button), None)
        if last is None or event.at - last.at > LONGEST_S:
            return None
        return round((event.at - last.at) * 1000)

    def _unit(self, event: UnitIs) -> None:
        mine = [button.key for button in self._buttons.values() if button.device == event.device]
        fell = [key for key in mine if self._states[key].up and not event.up]
        for key in mine:
            state = self._states[key]
            self._held.pop(key, None)
            self._fresh.pop(key, None)
            dark = ButtonState(beeps=state.beeps, pushes=state.pushes)
            self._change(key, replace(state, up=True) if event.up else dark)
        if fell:
            self._tell(event.at, what="unit_down", device=event.device)

    def _page(self, event: PageArrived) -> None:
        log = self._pages.get(event.address)
        if log is None:
            return
        push = answered_push(tuple(self._pushes), event.text, event.at)
        after_ms = None if push is None else round((event.at - push.at) * 1000)
        log.add(page_row(event, self._epoch_ms(event.at), after_ms))
        self._put(f"pager:{event.address}", log.item())
        self._tell(event.at, what="page", pager=event.address, after_ms=after_ms)

    def _seen(self, event: BytesSeen) -> None:
        log = self._bytes.get(event.transmitter)
        if log is None:
            return
        log.add(bytes_row(event, self._epoch_ms(event.at)))
        self._put(f"bytes:{event.transmitter}", log.item())

    def _line(self, event: LineIs) -> None:
        if event.transmitter not in self._lines:
            return
        plugged, mood = self._lines[event.transmitter]
        after = (
            plugged if event.plugged is None else event.plugged,
            mood if event.mood is None else event.mood,
        )
        self._lines[event.transmitter] = after
        if after[0] != plugged:
            self._tell(event.at, what="plugged" if after[0] else "unplugged", transmitter=event.transmitter)
        if after[1] != mood:
            self._tell(event.at, what="mood", mood=after[1], transmitter=event.transmitter)
        self._show_line(event.transmitter)

    def _change(self, key: str, state: ButtonState) -> None:
        state = replace(state, takeable=key in self._fresh and state.shown != "idle")
        self._states[key] = state
        self._put(f"button:{key}", asdict(state))

    def _tell(self, at: float, **entry: Any) -> None:
        self._story.add({"at": self._epoch_ms(at), **entry})
        self._put("story", self._story.item())

    def _show_line(self, name: str) -> None:
        plugged, mood = self._lines[name]
        self._put(f"line:{name}", {"plugged": plugged, "mood": mood})

    def _show_staff(self) -> None:
        self._put("staff", {"on": self._acting, "doing": dict(self._doing)})

    def _show_everything(self) -> None:
        for key, state in self._states.items():
            self._change(key, state)
        for address, log in self._pages.items():
            self._put(f"pager:{address}", log.item())
        for name in self._lines:
            self._put(f"bytes:{name}", self._bytes[name].item())
            self._show_line(name)
        self._put("story", self._story.item())
        self._show_staff()

    def _epoch_ms(self, at: float) -> int:
        return round((self._wall_at_zero + at) * 1000)
