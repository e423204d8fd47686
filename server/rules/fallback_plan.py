"""What the keeper gateway does alone: per red button and stretch of time the pagers of the first step with anybody.

A plan for a large shop is thousands of look-ups, so that a `Draft` is made piece by piece: whoever makes it goes on
with other things in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from broker_config.channels import PLAN
from broker_config.codec import encode
from broker_config.messages import FallbackPlan
from broker_config.messages.fallback import Slot
from server.ids import slot
from server.rules.edges import edges
from server.rules.facts import Button, Pager, Policy, Store
from server.rules.fallback_texts import NOWHERE, buttons_of, orders_of
from server.rules.policies import policy_for
from server.rules.roster import Standing, roster
from server.rules.routing import candidates, fallback_pagers

HORIZON = timedelta(hours=48)
SHORTER = (48, 36, 24, 12, 6, 3, 1)
"""Hours that are tried in turn, until the plan fits into its packet."""
MOST_MOMENTS = 400
MOST_SLOTS = 64
LONGEST_REV = 2**53
"""Stands for the real one while the size is tried."""

Slots = tuple[Slot, ...]
Place = tuple[str, int]
"""(device, input)."""
Kind = tuple[int | None, str | None, str | None]
"""What routing knows of a button: zone, skill, language."""


def plan(
    store: Store, now: datetime, rev: int, last_paged: Mapping[int, datetime] | None = None
) -> FallbackPlan:
    """The whole plan at once. `last_paged` as in `routing.candidates`."""
    draft = Draft(store, now, last_paged or {})
    while not draft.go_on(1_000):
        pass
    return draft.finished(rev)


def no_plan(rev: int) -> FallbackPlan:
    """For a gateway that is not the keeper, or not any more."""
    return FallbackPlan(rev=rev, keeper=False, orders=[], buttons=[])


@dataclass(frozen=True, slots=True)
class First:
    """Who rings first at a moment. `step` counts from 1; with nobody on any step it is one past the last."""

    policy: Policy | None
    """None: the shop is closed and calls nobody."""
    step: int
    pagers: tuple[tuple[Pager, int | None], ...]
    """With the alert pattern of the step, if it has one."""


def first_called(
    store: Store,
    button: Button,
    at: datetime,
    standings: Iterable[Standing],
    last_paged: Mapping[int, datetime],
    *,
    gateway: str | None = None,
) -> First:
    """What a press at `at` calls first; with `gateway`, as far as that one reaches."""
    policy = policy_for(store, button.zone_id, at)
    if policy is None:
        return First(None, 0, ())
    here = tuple(standings)
    for number, step in enumerate(policy.steps, 1):
        found = candidates(store, button, step, here, last_paged)
        reached = [pager for one in found for pager in one.pagers if gateway in (None, pager.gateway)]
        if reached:
            return First(policy, number, tuple((pager, step.alert) for pager in reached))
    spare = [pager for pager in fallback_pagers(store) if gateway in (None, pager.gateway)]
    return First(policy, len(policy.steps) + 1, tuple((pager, None) for pager in spare))


class Draft:
    """A plan in the making, for one shop as it was at `now`."""

    def __init__(self, store: Store, now: datetime, last_paged: Mapping[int, datetime]) -> None:
        self.store = store
        self._last_paged = dict(last_paged)
        start = now.astimezone(UTC).replace(microsecond=0)
        self._moments = [start, *edges(store, start, start + HORIZON)][:MOST_MOMENTS]
        self._end = start + HORIZON if len(self._moments) < MOST_MOMENTS else self._moments.pop()
        self._red = [one for one in store.buttons.values() if one.colour == "red"]
        self._answers: dict[Kind, list[Slots]] = {_kind(button): [] for button in self._red}
        self._alerts: dict[Slot, int | None] = {}
        self._pagers: dict[Slot, Pager] = {}
        self._floors: dict[tuple[Standing, ...], int] = {}
        self._same: dict[tuple[Kind, int | None, int], Slots] = {}
        """Answers so far, by button, policy and who is on the floor."""
        self.by_load = False
        """Whether a page changes who would be called next."""
        self._made = no_plan(LONGEST_REV)
        self._work = self._all()

    def go_on(self, most: int) -> bool:
        """Do so many look-ups or tries to pack it more; True: it is done."""
        return any(next(self._work, True) for _ in range(most))

    def finished(self, rev: int) -> FallbackPlan:
        """The plan, with as many hours as fit into a packet; the texts of the buttons go last."""
        return self._made.model_copy(update={"rev": rev})

    def _all(self) -> Iterator[bool]:
        yield from self._look_up()
        for texts in (True, False):
            for hours in SHORTER:
                try:
                    self._made = self._cut(
                        min(self._moments[0] + timedelta(hours=hours), self._end), texts=texts
                    )
                except ValidationError:  # more buttons, hours or people than the message has room for
                    yield False
                    continue
                if len(encode(self._made)) <= PLAN.max_bytes:
                    return
                yield False
        self._made = no_plan(LONGEST_REV)  # a shop too large for any plan: nobody stands in

    def _look_up(self) -> Iterator[bool]:
        for moment in self._moments:
            standings = roster(self.store, moment)
            # who is here, and where: why and until when do not change who is called
            here = tuple(
                Standing(one.carrier_id, True, one.zones, one.why) for one in standings if one.present
            )
            floor = self._floors.setdefault(here, len(self._floors))
            done: set[Kind] = set()
            for button in self._red:
                kind = _kind(button)
                if kind not in done:
                    done.add(kind)
                    self._answers[kind].append(self._answer(button, kind, moment, here, floor))
                    yield False

    def _answer(
        self, button: Button, kind: Kind, at: datetime, here: tuple[Standing, ...], floor: int
    ) -> Slots:
        store = self.store
        policy = policy_for(store, button.zone_id, at)
        if policy is None:
            return ()
        found = self._same.get((kind, policy.id, floor))
        if found is None:
            first = first_called(store, button, at, here, self._last_paged, gateway=store.keeper)
            self.by_load |= any(step.most is not None for step in policy.steps)
            for pager, alert in first.pagers:
                self._pagers[slot(pager.id)] = pager
                self._alerts.setdefault(slot(pager.id), alert)
            found = tuple(dict.fromkeys(slot(pager.id) for pager, _ in first.pagers))[:MOST_SLOTS]
            self._same[kind, policy.id, floor] = found
        return found

    def _cut(self, end: datetime, *, texts: bool) -> FallbackPlan:
        """What holds before `end`; moments at which nothing changes for any button are left out."""
        times = [moment for moment in self._moments if moment < end]
        told = {kind: _runs(answers[: len(times)]) for kind, answers in self._answers.items()}
        kept = sorted({0, *(index for runs in told.values() for index, _ in runs)})
        at = {index: place for place, index in enumerate(kept)}
        calls: dict[Slots, int] = {}
        windows = {
            kind: tuple((at[index], calls.setdefault(slots, len(calls))) for index, slots in runs)
            for kind, runs in told.items()
        }
        hours = {one: number for number, one in enumerate(dict.fromkeys(windows.values()))}
        rung = {name for slots in calls for name in slots} or {slot(one.id) for one in self._reachable()}
        pagers = {slot(one.id): one for one in self._reachable()} | self._pagers
        used = [pagers[name] for name in sorted(rung, key=lambda name: pagers[name].id)]
        return FallbackPlan(
            rev=LONGEST_REV,
            keeper=True,
            orders=orders_of(used, self._alerts, replace(NOWHERE, codes=self.store.elsewhere)),
            moments=[*(times[index] for index in kept), end],
            calls=[list(slots) for slots in calls],
            hours=[list(one) for one in hours],
            buttons=buttons_of(self._red, used if texts else [], lambda one: hours[windows[_kind(one)]]),
            everybody=[slot(one.id) for one in used][:MOST_SLOTS],
        )

    def _reachable(self) -> list[Pager]:
        return [one for one in self.store.pagers if one.gateway == self.store.keeper]


def same_while(old: FallbackPlan, new: FallbackPlan) -> bool:
    """Whether the two say the same from the start of the new one to the end of the old one."""
    if (old.keeper, old.orders) != (new.keeper, new.orders):
        return False
    if [(one.device, one.input, one.bodies) for one in old.buttons] != [
        (one.device, one.input, one.bodies) for one in new.buttons
    ]:
        return False
    if not old.moments or not new.moments:
        return old.moments == new.moments
    moments = sorted({*old.moments[:-1], *new.moments[:-1], new.moments[0]})
    shared = [moment for moment in moments if new.moments[0] <= moment < old.moments[-1]]
    pairs = {
        (before.hours, after.hours): (before, after)
        for before, after in zip(old.buttons, new.buttons, strict=True)
    }
    return bool(shared) and all(
        old.slots(before, moment) == new.slots(after, moment)
        for before, after in pairs.values()
        for moment in shared
    )


def _kind(button: Button) -> Kind:
    return (button.zone_id, button.skill, button.language)


def _runs(answers: list[Slots]) -> list[tuple[int, Slots]]:
    """Where the answer changes, and what it is from there on."""
    return [(index, now) for index, now in enumerate(answers) if index == 0 or answers[index - 1] != now]
