"""What somebody meant at one button: pushes, staff keys, gestures and commands become this on their way to the disk."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from broker_config.messages import PressKind, Purpose
from firmware_bridge.press import NewPress

log = logging.getLogger(__name__)

LAST_S = 60.0
"""An undo that names no press takes back none older than this: that was another customer's. Whoever reads
gestures from a contact has a narrower window of its own."""
KEPT = 32
HIGHEST_INPUT = 16


@dataclass(frozen=True, slots=True)
class Intent:
    """One intention at the button `input`; an event of the bridge.

    `ref`, `of`: of an undo, the press that is taken back, by its id or by the moment at which it began; both None: the
    last one of this button. `via_input`: the key that was used. `at`: boot seconds at which it began; None: now."""

    input: int
    kind: PressKind = PressKind.PRESS
    purpose: Purpose = Purpose.CALL
    ref: UUID | None = None
    via_input: int | None = None
    at: float | None = None
    of: float | None = None


class Intentions:
    """Makes presses of intents, and remembers which of them can still be taken back."""

    def __init__(
        self,
        buttons: Collection[int],
        boot: str,
        ttl_s: int,
        new_id: Callable[[], UUID],
        wall: Callable[[], datetime | None],
    ) -> None:
        self._recent: dict[int, deque[NewPress]] = {}
        self.set_plan(buttons, ttl_s)
        self._undone: deque[UUID] = deque(maxlen=KEPT)
        self._boot = boot
        self._new_id = new_id
        self._wall = wall

    def set_plan(self, buttons: Collection[int], ttl_s: int) -> None:
        """Which inputs are buttons, and how long a press may page, from now on."""
        self._recent = {number: self._recent.get(number, deque(maxlen=KEPT)) for number in buttons}
        self._ttl_s = ttl_s

    def presses(self, intents: Sequence[Intent], now: float) -> list[NewPress]:
        """One press for each intent that means something, in order; a later one may take back an earlier one.

        What would not fit on the wire is left out here: on the disk it could never be sent."""
        wall, made = self._wall() if intents else None, []
        for intent in intents:
            named = self._named(intent, now)
            if named is None:
                log.info("nothing to do for it", extra={"action": "intent.void", "kind": intent.kind.value})
                continue
            at = now if named.at is None else min(named.at, now)
            press = NewPress(
                id=self._new_id(),
                input=named.input,
                pushed_boot=at,
                boot=self._boot,
                ttl_s=self._ttl_s,
                wall=None if wall is None else wall - timedelta(seconds=now - at),
                kind=named.kind,
                purpose=named.purpose,
                ref=named.ref,
                via_input=named.via_input,
            )
            self.remember(press)
            made.append(press)
        return made

    def remember(self, press: NewPress) -> None:
        """A press that is on the disk, or will be in a moment. Its `pushed_boot` counts in this boot."""
        if press.input not in self._recent:
            return
        if press.is_shown:
            self._recent[press.input].append(press)
        elif press.kind is PressKind.UNDO and press.ref is not None:
            self._undone.append(press.ref)
            kept = [one for one in self._recent[press.input] if one.id != press.ref]
            self._recent[press.input] = deque(kept, maxlen=KEPT)

    def standing(self, button: int, now: float) -> NewPress | None:
        """The last press of this button that nobody took back and that may still call somebody."""
        last = self._last(button)
        return None if last is None or now - last.pushed_boot >= self._ttl_s else last

    def is_undone(self, press: UUID) -> bool:
        return press in self._undone

    def _last(self, button: int) -> NewPress | None:
        recent = self._recent.get(button)
        return recent[-1] if recent else None

    def _begun(self, button: int, at: float) -> NewPress | None:
        return next((one for one in self._recent[button] if one.pushed_boot == at), None)

    def _named(self, intent: Intent, now: float) -> Intent | None:
        """The intent with the press that it takes back, or None when it means nothing."""
        via = intent.via_input
        if intent.input not in self._recent or not (via is None or 1 <= via <= HIGHEST_INPUT):
            return None
        if intent.kind is not PressKind.UNDO:
            return intent if intent.ref is None else None
        if intent.ref is not None:
            return intent
        last = self._last(intent.input) if intent.of is None else self._begun(intent.input, intent.of)
        if last is None or now - last.pushed_boot > LAST_S:
            return None
        return replace(intent, ref=last.id, purpose=last.purpose)
