"""Pure: raw edges of one contact in, human pushes out; measured shapes are in the notes on contacts.

Two layers. The *filter* turns a bouncing level into pushes and releases. The *lock-out* decides which of the
pushes is a new human intention: bounce after the push and at the release must not become a second press.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

POLL_S = 0.020
"""How often the level is read while anything moves: interrupts get lost under a thousand edges."""
POLL_HELD_S = 0.200
"""The same while a finger rests on the button: only a lost release can be found."""
STEP_S = 0.001
BURST_GAP_S = 1.0
"""Edges nearer together than this belong to one push; a spike later on does not prolong the lock-out."""
EPSILON = 1e-9
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Edge:
    """One electrical change at one input. `closed`: the contact, not the pin's voltage. `at`: boot seconds."""

    input: int
    closed: bool
    at: float


@dataclass(frozen=True, slots=True)
class Push:
    """The contact is really held. `locked`: it came too soon after another one to count as a press, but a
    gesture may still use it. `off_s`: how long the finger had been off the contact before it."""

    input: int
    began: float
    at: float
    locked: bool
    off_s: float = NEVER


@dataclass(frozen=True, slots=True)
class Release:
    input: int
    at: float


@dataclass(frozen=True, slots=True)
class Rules:
    """All in seconds. A push counts once it is `shortest_s` old, is closed, and either held for `hold_s`
    unbroken or was closed for `share` of the last `window_s`. A sleeve lets go before `shortest_s`; a finger
    does not, and big mushrooms never hold a level for `hold_s`."""

    hold_s: float = 0.030
    window_s: float = 0.060
    share: float = 0.6
    shortest_s: float = 0.060
    release_s: float = 0.030
    lockout_s: float = 3.0
    lockout_limit_s: float = 10.0
    """A child that hammers prolongs the lock-out no further than this from its first push."""
    lockout_gap_s: float = 0.1
    """Past the limit the contact must have been open this long: chatter alone is no new press."""
    poll_s: float = POLL_S


Change: TypeAlias = Push | Release


class Debounce:
    """One contact. `feed` every edge and polled level in order of time; `advance` at `due()`.

    A contact that is closed at the start is held, not pushed: nobody saw it close."""

    def __init__(self, input_number: int, rules: Rules, closed: bool, at: float) -> None:
        self._input = input_number
        self._rules = rules
        self._now = at
        self._edges: deque[tuple[float, bool]] = deque([(at - rules.window_s, closed)])
        self._held = closed
        self._began: float | None = None
        self._burst: float | None = None
        self._burst_end = at - BURST_GAP_S
        self._locked_push = False
        self._released = -NEVER
        self._moved = at if closed else at - BURST_GAP_S
        self.refused: dict[str, int] = {}
        """What became no push, by reason: `short` (sleeve, spike)."""

    @property
    def closed(self) -> bool:
        return self._edges[-1][1]

    def set_rules(self, rules: Rules) -> None:
        """Other figures from now on. What is held stays held: no new rule makes a press of it."""
        self._rules = rules

    @property
    def held_since(self) -> float | None:
        """When the contact closed for good; None while it is open."""
        return self._edges[-1][0] if self.closed and self._held else None

    def feed(self, closed: bool, at: float) -> list[Change]:
        """One edge or polled level. A level that is known already changes nothing but the clock."""
        at = max(at, self._now)
        found = self.advance(at)
        if closed == self.closed:
            return found
        if closed and self._began is None and not self._held:
            self._began = at
        self._note_burst(at)
        self._moved = at
        self._edges.append((at, closed))
        return found

    def advance(self, now: float) -> list[Change]:
        """Let time pass up to `now`: every decision gets the exact moment at which it became true."""
        found: list[Change] = []
        while (moment := self._next()) is not None and moment <= now + EPSILON:
            self._now = max(self._now, moment)
            change = self._decide()
            if change is not None:
                found.append(change)
        self._now = max(self._now, now)
        self._forget()
        return found

    def due(self) -> float | None:
        """When to call again, with the level read anew: the next decision, or the next poll."""
        moment = self._next()
        if self._now - self._moved < BURST_GAP_S or self._began is not None:
            poll = self._now + self._rules.poll_s
        elif self.closed or self._held:
            poll = self._now + POLL_HELD_S
        else:
            return moment
        return poll if moment is None else min(moment, poll)

    def _next(self) -> float | None:
        """A lower bound of the next decision if the level stays as it is; None: nothing is open."""
        rules, (since, closed) = self._rules, self._edges[-1]
        if self._held:
            if closed:
                return None
            return max(self._now, min(since + rules.release_s, self._mostly(False)))
        if self._began is None:
            return None
        if closed:
            sure = min(since + rules.hold_s, self._mostly(True))
            return max(self._now, self._began + rules.shortest_s, sure)
        return max(self._now, since + rules.release_s)

    def _mostly(self, closed: bool) -> float:
        """Earliest moment at which the level may have been `closed` for the share of the window."""
        missing = self._rules.share * self._rules.window_s - self._time_at(closed)
        return self._now if missing <= EPSILON else self._now + max(missing, STEP_S)

    def _decide(self) -> Change | None:
        now, rules, (since, closed) = self._now, self._rules, self._edges[-1]
        enough = rules.share * rules.window_s - EPSILON
        if self._held:
            if not closed and (now - since >= rules.release_s - EPSILON or self._time_at(False) >= enough):
                self._held, self._released = False, now
                return Release(self._input, now)
            return None
        assert self._began is not None
        if not closed:
            if now - since >= rules.release_s - EPSILON:
                alone = self._burst is None or self._began - self._burst_end >= BURST_GAP_S
                self._began = None
                if alone:
                    self._count("short")
            return None
        old = now - self._began >= rules.shortest_s - EPSILON
        if old and (now - since >= rules.hold_s - EPSILON or self._time_at(True) >= enough):
            return self._push()
        return None

    def _push(self) -> Push:
        assert self._began is not None
        off_s = max(0.0, self._began - self._released)
        push = Push(self._input, self._began, self._now, self._is_locked(), off_s)
        self._held, self._began, self._locked_push = True, None, push.locked
        if not push.locked:
            self._burst = push.began
        self._burst_end = self._edges[-1][0]
        return push

    def _is_locked(self) -> bool:
        if self._burst is None or self._now - self._burst_end >= self._rules.lockout_s:
            return False
        past_limit = self._now - self._burst >= self._rules.lockout_limit_s
        return not (past_limit and self._open_for() >= self._rules.lockout_gap_s)

    def _open_for(self) -> float:
        """From the last release to this push: a finger that comes again takes its time, bounce does not."""
        return self._now - self._released

    def _note_burst(self, at: float) -> None:
        """Bounce prolongs the lock-out. So does the end of the push, however long it was held."""
        if self._burst is None:
            return
        near = at - self._burst_end < min(BURST_GAP_S, self._rules.lockout_s)
        if self._held and not near and not self._locked_push:
            self._burst = at
        if self._held or near:
            self._burst_end = at

    def _time_at(self, level: bool) -> float:
        """Seconds of the last window that the contact spent at `level`."""
        start, end, total = self._now - self._rules.window_s, self._now, 0.0
        for at, closed in reversed(self._edges):
            if closed == level:
                total += end - max(at, start)
            end = at
            if at <= start:
                break
        return total

    def _forget(self) -> None:
        start = self._now - self._rules.window_s
        while len(self._edges) > 1 and self._edges[1][0] <= start:
            self._edges.popleft()

    def _count(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1
