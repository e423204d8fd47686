"""Pure: pushes and holds of a unit's contacts in, what was meant out. A press is meant at once, by a push; everything
else by a second push, by holding, or by the staff key.

- **Undo**: a second push, begun within 5 s of the press and held for 3 s. If it came after the lock-out it was sent as
  a press of its own, and both are taken back. The first push never counts, however long it is held.
- **Arrive**: a short push of a button's staff key. **Quiet call**: the key held for 3 s.
- **Drill**: the button pushed while its key has been held for less than those 3 s. Later than that a push is a
  customer's: a key that is stuck or left turned makes no drill of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from broker_config.messages import PressKind, Purpose
from firmware_bridge.debounce import EPSILON, Change, Push
from firmware_bridge.intents import Intent

UNDO_WITHIN_S = 5.0
"""From the beginning of the press to that of the second push."""
HOLD_S = 3.0
COUNT_AFTER_S = 0.5
"""A second push that is held so long begins to count aloud: a short one says nothing."""
OFF_S = 0.1
"""The finger was off for so long before a second push: less is bounce, or a finger that shifts."""
AGAIN_S = 0.04
"""Off for so long, a push in the lock-out is counted as one that was hidden."""
UNSEEN_S = 1.0
"""A hold that nobody looked at for so long takes nothing back: the process stood still, and the finger may have gone.
A key is believed all the same: a quiet call too many is better than one too few."""


@dataclass(slots=True)
class _Hold:
    """A finger on a contact. `takes_back`: beginnings of the presses that an undo by it would take back."""

    began: float
    seen: float
    hidden: bool = False
    """A push in the lock-out, hidden unless it comes to mean something."""
    takes_back: tuple[float, ...] = ()
    done: bool = False
    """It has had its meaning, or can have none any more."""


@dataclass(slots=True)
class Meaning:
    """What came of some changes: intents in order, and inputs whose push in the lock-out meant nothing."""

    intents: list[Intent] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


class Gestures:
    """`keys`: input of a staff key -> input of its button."""

    def __init__(self, keys: Mapping[int, int]) -> None:
        self._keys = dict(keys)
        self._holds: dict[int, _Hold] = {}
        self._pressed: dict[int, float] = {}
        """Beginning of each button's last press."""

    def set_keys(self, keys: Mapping[int, int]) -> None:
        """Other keys from now on. What is held at this moment means nothing any more."""
        if keys != self._keys:
            self._keys = dict(keys)
            for hold in self._holds.values():
                hold.done = True

    def counting(self, button: int, now: float) -> bool:
        """Whether this button's press is about to be taken back."""
        hold = self._holds.get(button)
        return hold is not None and _counts(hold) and now >= hold.began + COUNT_AFTER_S - EPSILON

    def take(self, changes: list[Change], now: float) -> Meaning:
        """Changes in order of time, then everything that is due at `now`."""
        found = Meaning()
        for change in changes:
            self._ripen(change.at, found)
            if isinstance(change, Push):
                self._push(change, now, found)
            else:
                self._release(change.input, change.at, found)
        self._ripen(now, found)
        for hold in self._holds.values():
            hold.seen = now
        return found

    def due(self) -> float | None:
        moments = []
        for number, hold in self._holds.items():
            if _counts(hold) and hold.seen < hold.began + COUNT_AFTER_S:
                moments.append(hold.began + COUNT_AFTER_S)
            elif not hold.done and (number in self._keys or hold.takes_back):
                moments.append(hold.began + HOLD_S)
        return min(moments, default=None)

    def _push(self, push: Push, now: float, found: Meaning) -> None:
        hidden = push.locked and push.off_s >= AGAIN_S
        hold = self._holds[push.input] = _Hold(push.began, max(now, push.at), hidden)
        if push.input in self._keys:
            hold.done = push.off_s < OFF_S  # the bounce of letting go
            return
        key = self._key_held(push)
        if key is not None and (not push.locked or push.off_s >= OFF_S):
            self._holds[key].done = hold.done = True
            found.intents.append(Intent(push.input, purpose=Purpose.DRILL, via_input=key, at=push.began))
            self._pressed[push.input] = push.began
            return
        before = self._pressed.get(push.input)
        if before is not None and push.began - before <= UNDO_WITHIN_S and push.off_s >= OFF_S:
            hold.takes_back = (before,) if push.locked else (push.began, before)
        if not push.locked:
            found.intents.append(Intent(push.input, at=push.began))
            self._pressed[push.input] = push.began

    def _key_held(self, push: Push) -> int | None:
        """A key of this button that is held, for less than it takes to mean something by itself."""
        for key, button in self._keys.items():
            hold = self._holds.get(key)
            if button != push.input or hold is None or hold.done:
                continue
            if 0.0 <= push.began - hold.began <= HOLD_S:
                return key
        return None

    def _release(self, number: int, at: float, found: Meaning) -> None:
        hold = self._holds.pop(number, None)
        if hold is None or hold.done:
            return
        if number in self._keys:
            found.intents.append(
                Intent(self._keys[number], PressKind.ARRIVE, via_input=number, at=hold.began)
            )
        elif hold.hidden:
            found.hidden.append(number)

    def _ripen(self, at: float, found: Meaning) -> None:
        """Holds that are long enough at `at`, if somebody has been looking."""
        for number, hold in self._holds.items():
            if hold.done:
                continue
            if number in self._keys:
                if at - hold.began >= HOLD_S - EPSILON:
                    hold.done = True
                    quiet = Intent(self._keys[number], PressKind.QUIET, via_input=number, at=hold.began)
                    found.intents.append(quiet)
            elif at - hold.seen > UNSEEN_S:
                hold.takes_back = ()
            elif hold.takes_back and at - hold.began >= HOLD_S - EPSILON:
                hold.done = True
                self._pressed.pop(number, None)
                found.intents += [
                    Intent(number, PressKind.UNDO, at=at, of=taken) for taken in hold.takes_back
                ]


def _counts(hold: _Hold) -> bool:
    return bool(hold.takes_back) and not hold.done
