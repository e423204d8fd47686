"""Pure: one contact with its figures, and what is wrong with it. A fault stands beside a press, never instead of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from broker_config.messages import DeviceFault, FaultKind, InputHealth
from firmware_bridge.debounce import NEVER, Change, Debounce, Push, Rules

STUCK_S = 60.0
CALM_S = 60.0
"""Without anything new for so long, chatter and flood are over."""
WINDOW_S = 30.0
BOUNCE_S = 1.5
"""Edges this soon after a push or a release belong to it: the worst contact bounces for a second."""
NOISY_SECONDS = 5
NOISY_EDGES = 20
"""So many edges without a push, in so many seconds of the window: no finger does that, nor one start of a fridge."""
FLOOD_PUSHES = 5
"""So many pushes in the window beside the one that counted."""
TRAIN_GAP_S = 0.05
"""Edges closer together than this are one bounce."""


@dataclass(slots=True)
class _Trouble:
    since: float
    last: float
    count: int


class Contact:
    def __init__(self, number: int, rules: Rules, closed: bool, at: float) -> None:
        self.number = number
        self._debounce = Debounce(number, rules, closed, at)
        self._pushes = 0
        self._locked_out = 0
        self._moved = -NEVER
        """The last push or release."""
        self._astray: deque[tuple[float, int]] = deque(maxlen=int(WINDOW_S) + 1)
        """Begin of a second, and edges in it that no push explains yet."""
        self._hidden: deque[float] = deque(maxlen=FLOOD_PUSHES)
        self._chatter: _Trouble | None = None
        self._flood: _Trouble | None = None
        self._train = (-NEVER, -NEVER)
        """First and last edge of the newest bounce."""
        self._began = NEVER
        """The last push that became a press."""
        self._bounce_s: float | None = None

    @property
    def held_since(self) -> float | None:
        return self._debounce.held_since

    @property
    def closed(self) -> bool:
        return self._debounce.closed

    def set_rules(self, rules: Rules) -> None:
        self._debounce.set_rules(rules)

    def feed(self, closed: bool, at: float) -> list[Change]:
        """One edge or polled level, see `Debounce.feed`."""
        is_edge = closed != self._debounce.closed
        found = self._debounce.feed(closed, at)
        self._note(found)
        if is_edge:
            self._edge(closed, at)
        self._chatter, self._flood = _unless_calm(self._chatter, at), _unless_calm(self._flood, at)
        return found

    def hidden(self, at: float) -> None:
        """For whoever reads gestures: a push in the lock-out meant nothing."""
        self._locked_out += 1
        self._hidden.append(at)
        if self._flood is not None:
            self._flood.last, self._flood.count = at, self._flood.count + 1
        elif len(self._hidden) == FLOOD_PUSHES and at - self._hidden[0] <= WINDOW_S:
            self._flood = _Trouble(self._hidden[0], at, FLOOD_PUSHES)

    def due(self) -> float | None:
        """The debounce's next decision, or the moment at which a fault begins or ends."""
        moments = [self._debounce.due()]
        moments += [trouble.last + CALM_S for trouble in (self._chatter, self._flood) if trouble is not None]
        return min((moment for moment in moments if moment is not None), default=None)

    def faults(self, now: float) -> list[DeviceFault]:
        found = []
        held = self.held_since
        if held is not None and now - held >= STUCK_S:
            found.append(self._fault(FaultKind.STUCK, now - held, 1, f"closed for {now - held:.0f} s"))
        if (one := self._chatter) is not None:
            text = f"{one.count} edges without a push"
            found.append(self._fault(FaultKind.CHATTER, now - one.since, one.count, text))
        if (one := self._flood) is not None:
            text = f"{one.count} pushes in the lock-out"
            found.append(self._fault(FaultKind.FLOOD, now - one.since, one.count, text))
        return found

    def health(self, now: float, key_of: int | None = None) -> InputHealth:
        """`key_of`: the button that this is a staff key of."""
        held = self.held_since
        refused = dict(self._debounce.refused)
        if self._locked_out:
            refused["lockout"] = self._locked_out
        return InputHealth(
            input=self.number,
            key_of=key_of,
            pushes=self._pushes,
            refused=refused,
            held_ms=None if held is None else max(0, int((now - held) * 1000)),
            bounce_ms=None if self._bounce_s is None else round(self._bounce_s * 1000),
        )

    def _fault(self, kind: FaultKind, for_s: float, count: int, text: str) -> DeviceFault:
        return DeviceFault(
            kind=kind.value, input=self.number, for_s=max(0, int(for_s)), count=count, text=text
        )

    def _note(self, found: list[Change]) -> None:
        for change in found:
            self._moved = change.at
            if isinstance(change, Push):
                self._astray.clear()  # what came just before was its bounce
                if not change.locked:
                    self._pushes, self._began = self._pushes + 1, change.began

    def _edge(self, closed: bool, at: float) -> None:
        self._measure(closed, at)
        if at - self._moved <= BOUNCE_S:
            return
        second, count = self._astray[-1] if self._astray else (-NEVER, 0)
        if at - second < 1.0:
            self._astray[-1] = (second, count + 1)
        else:
            self._astray.append((at, 1))
        if self._chatter is not None:
            self._chatter.last, self._chatter.count = at, self._chatter.count + 1
            return
        recent = [(begin, edges) for begin, edges in self._astray if at - begin <= WINDOW_S]
        edges = sum(number for _, number in recent)
        if len(recent) >= NOISY_SECONDS and edges >= NOISY_EDGES:
            self._chatter = _Trouble(recent[0][0], at, edges)

    def _measure(self, closed: bool, at: float) -> None:
        """How long a push bounced, known when the finger lets go: what comes then is another bounce."""
        first, last = self._train
        if at - last <= TRAIN_GAP_S:
            self._train = (first, at)
            return
        if not closed and first == self._began:
            self._bounce_s = max(self._bounce_s or 0.0, last - first)
        self._train = (at, at)


def _unless_calm(trouble: _Trouble | None, now: float) -> _Trouble | None:
    return None if trouble is None or now >= trouble.last + CALM_S else trouble
