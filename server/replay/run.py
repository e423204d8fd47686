"""A recorded period through the rules with a shop: the same presses, other policies or people, nothing by chance.

    replay(store, head, habits(file.lines()), file.lines())

Merging, late presses, closed hours, damped buttons, passing on and forgotten calls are those of the engine's rules;
what people would have done is the model of `people.py`. A record of any length is read once, and only what is open
is kept in mind, besides how each call went."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from broker_config.messages import Purpose
from server.replay.call import Call, opened
from server.replay.floors import Floors
from server.replay.life import Life
from server.replay.lines import Head, Line, PressLine, PressPart
from server.replay.moments import Moments, Rank
from server.replay.people import Habits
from server.replay.rounds import NOTHING_KNOWN, Story, story
from server.replay.steps import Steps
from server.replay.went import Replayed, Tally
from server.rules import dedup
from server.rules.facts import Button, Policy, Store
from server.rules.fatigue import IN_FUN, is_damped, recent
from server.rules.incidents import Event, State
from server.rules.policies import BUILT_IN, policy_for
from server.rules.routing import pagers_of

Place = tuple[str, int]
CALLS = "red"
MILLISECOND = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Push:
    place: Place
    quiet: bool
    press: PressPart
    real: Story
    number: int | None
    """Of the call that it opened in truth."""


def replay(store: Store, head: Head, known: Habits, lines: Iterable[Line]) -> Replayed:
    """`lines` in the order of their moments, as a record gives them; `known`: the habits of that whole record."""
    return _Run(store, head, known).run(lines)


class _Run:
    """Presses: what opens a call, joins one, or is history."""

    def __init__(self, store: Store, head: Head, known: Habits) -> None:
        self._store, self._head = store, head
        self._floors = Floors(store)
        self._moments = Moments()
        numbers = {one.initials: one.id for one in store.carriers.values()}
        last = {numbers[who]: at for who, at in head.last_called.items() if who in numbers}
        self._steps = Steps(store, self._floors, last)
        self._life = Life(self._steps, numbers, known, self._moments, self._closed)
        self._open: dict[Place, list[Call]] = {}
        self._closed_at: dict[Place, datetime] = {}
        self._in_fun: dict[Place, tuple[datetime, ...]] = {}
        self._fresh: dict[str, deque[datetime]] = {}
        self._seen: set[int] = set()
        self._tally = Tally()

    def run(self, lines: Iterable[Line]) -> Replayed:
        source = iter(lines)
        line = next(source, None)
        while line is not None or self._moments.next_at is not None:
            at = self._moments.next_at
            if line is not None and (at is None or line.moment <= at):
                self._read(line)
                line = next(source, None)
            elif at is not None and at > self._head.recorded_at:
                break
            else:
                self._moments.pop()
        still_open = [call for calls in self._open.values() for call in calls]
        self._tally.calls += [call.went() for call in still_open]
        self._tally.people |= {self._store.carriers[one].initials for one in self._seen}
        return self._tally.replayed(self._floors.empty_minutes(self._head.first_day, self._head.last_day))

    def _read(self, line: Line) -> None:
        place, quiet = (line.device, line.input), line.kind == "quiet"
        if isinstance(line, PressLine):
            if line.state == "late":
                self._tally.late += 1
            elif line.state == "stored":
                push = _Push(place, quiet, line.press, NOTHING_KNOWN, None)
                self._comes(push, line.press.received_at)
            return
        first, *others = line.presses
        self._comes(_Push(place, quiet, first, story(line), line.number), first.received_at)
        for press in others:  # never before the one that opened the call
            at = max(press.received_at, first.received_at)
            self._comes(_Push(place, quiet, press, NOTHING_KNOWN, None), at)

    def _comes(self, push: _Push, at: datetime) -> None:
        self._moments.put(at, Rank.PRESS, self._pressed, push)

    def _pressed(self, now: datetime, push: _Push) -> None:
        button = self._store.button(*push.place)
        if button.colour != CALLS and not push.quiet:
            self._tally.counted += 1
            return
        policy = policy_for(self._store, button.zone_id, now, quiet=push.quiet)
        if policy is None:  # it closed while the press was on its way
            policy = policy_for(self._store, button.zone_id, push.press.pressed_at)
        age = (now - push.press.pressed_at) // MILLISECOND
        ttl_s = (policy or BUILT_IN).ttl_s
        if dedup.is_late(age, ttl_s, ttl_s):
            self._tally.late += 1
            return
        calls = self._open.setdefault(push.place, [])
        flood = self._is_flood(push.place[0], now)
        incidents = (one.incident for one in calls)
        joined = dedup.joins(incidents, Purpose.CALL, now, flood=flood, quiet=push.quiet)
        if joined is not None:
            self._join(next(one for one in calls if one.incident is joined), push, now, flood=flood)
        elif policy is None:
            self._tally.closed += 1
        else:
            calls.append(self._call(push, button, policy, now))
            self._seen.update(self._floors.can_be_called(now))
            self._life.begin(calls[-1], now)

    def _call(self, push: _Push, button: Button, policy: Policy, now: datetime) -> Call:
        pressed = push.press.pressed_at
        incident = opened(
            self._store,
            button,
            policy,
            push.press.id,
            pressed_at=pressed,
            now=now,
            quiet=push.quiet,
            again=not push.quiet and dedup.is_again(self._closed_at.get(push.place), pressed),
            damped=not push.quiet and is_damped(self._in_fun.get(push.place, ()), now),
        )
        return Call(button, policy, incident, push.real, push.number)

    def _join(self, call: Call, push: _Push, now: datetime, *, flood: bool) -> None:
        incident, pressed = call.incident, push.press.pressed_at
        call.change(
            presses=incident.presses + 1,
            opened_at=min(incident.opened_at, pressed),
            exit_at=min(incident.exit_at, pressed + timedelta(seconds=call.policy.exit_s)),
        )
        if not flood:
            self._life.awake(call, now)
        if incident.state is State.ACKNOWLEDGED and not flood and call.owner is not None:
            self._steps.page(call, pagers_of(self._store, call.owner), "joined", now)
        self._life.plan(call, now)

    def _is_flood(self, device: str, now: datetime) -> bool:
        fresh = self._fresh.setdefault(device, deque())
        while fresh and now - fresh[0] > MINUTE:
            fresh.popleft()
        fresh.append(now)
        return len(fresh) > dedup.FLOOD_PER_MINUTE

    def _closed(self, call: Call, event: Event, now: datetime, *, staff: bool) -> None:
        """What the next press here must know: as in the engine."""
        incident = call.incident
        place = (incident.device, incident.input)
        self._open[place].remove(call)
        if event is not Event.UNDO and not incident.quiet:
            self._closed_at[place] = now
        if staff and incident.outcome in IN_FUN and not incident.quiet:
            self._in_fun[place] = (*recent(self._in_fun.get(place, ()), now), now)
        self._tally.calls.append(call.went())
