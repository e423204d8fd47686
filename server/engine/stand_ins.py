"""The plan on its way to the keeper gateway: made piece by piece between other work, sent when it says something new.

It is looked at anew at the start and now and then, after each change of the shop, when the keeper or the link comes
back, and, where a step calls only some, after each call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import FallbackPlan
from server.engine.picture import Picture
from server.engine.rhythm import Rhythm
from server.engine.timers import Timers
from server.engine.work import Work
from server.rules.facts import Store
from server.rules.fallback_plan import Draft, no_plan, same_while

PIECE = 10
"""Look-ups at a time: 20 ms in the largest of shops."""
PAUSE = timedelta(milliseconds=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass
class _Plan:
    """What is known of one store's plan."""

    store: Store | None = None
    """As it was when the plan was last looked at."""
    draft: Draft | None = None
    sent: FallbackPlan | None = None
    keeper: str | None = None
    """Who got it."""
    anew: bool = True
    """Whether it is sent even if it says nothing new."""
    by_load: bool = False
    rev: int = 0


class StandIns:
    def __init__(self, picture: Picture, timers: Timers, rhythm: Rhythm) -> None:
        self._picture, self._timers, self._rhythm = picture, timers, rhythm
        self._plans = {store: _Plan() for store in picture.stores}

    def connected(self, store: str, now: datetime) -> None:
        """The broker may have forgotten what it was told."""
        self._plans[store].anew = True
        self._timers.set(("plan", store), now)

    def after(self, work: Work) -> None:
        """What was just committed may change the plan."""
        for name, device in work.woken:
            if device == self._picture.stores[name].keeper:
                self.connected(name, work.now)
        for name, store in self._picture.stores.items():
            plan = self._plans[name]
            if plan.store is not None and plan.store is not store:
                plan.store = store
                self._sooner(name, work.now + self._rhythm.plan_after_change)
        for name in {page.store_id for _, page in work.orders}:
            if self._plans[name].by_load:
                self._sooner(name, work.now + self._rhythm.plan_after_call)

    def go_on(self, work: Work, store_id: str) -> None:
        """The moment set for this store has come: look at its plan, or at a piece of it."""
        plan, store = self._plans[store_id], self._picture.stores[store_id]
        if plan.draft is None or plan.draft.store is not store:
            lines = self._picture.lines_of(store_id)
            plan.draft = Draft(store, work.now, self._picture.last_paged, lines.alerts)
            plan.store = store
        if not plan.draft.go_on(PIECE):
            self._timers.set(("plan", store_id), work.now + PAUSE)
            return
        draft, plan.draft = plan.draft, None
        plan.by_load = draft.by_load
        plan.rev = max(plan.rev + 1, (work.now - EPOCH) // MILLISECOND)
        made = draft.finished(plan.rev) if store.keeper is not None else no_plan(plan.rev)
        if plan.anew or plan.sent is None or plan.keeper != store.keeper or _says_more(plan.sent, made):
            self._send(work, plan, store, made)
        self._timers.set(("plan", store_id), work.now + self._until_next_look(made))

    def _send(self, work: Work, plan: _Plan, store: Store, made: FallbackPlan) -> None:
        """The others first, so that there are never two keepers."""
        others = {device for device, kind in store.devices.items() if kind == "g"} | {plan.keeper}
        for device in sorted(one for one in others if one is not None and one != store.keeper):
            packet = publication(channels.PLAN, store.id, "g", device, no_plan(made.rev))
            work.others.append((store.id, packet))
        if store.keeper is not None:
            work.others.append((store.id, publication(channels.PLAN, store.id, "g", store.keeper, made)))

        def sent() -> None:
            plan.sent, plan.keeper, plan.anew = made, store.keeper, False

        work.answers.append(sent)

    def _until_next_look(self, plan: FallbackPlan) -> timedelta:
        every = self._rhythm.plan
        return min(every, (plan.moments[-1] - plan.moments[0]) / 4) if plan.moments else every

    def _sooner(self, store: str, when: datetime) -> None:
        planned = self._timers.when(("plan", store))
        self._timers.set(("plan", store), when if planned is None else min(when, planned))


def _says_more(sent: FallbackPlan, made: FallbackPlan) -> bool:
    """Other words, or a quarter of the old one's time is gone."""
    if made.moments and sent.moments:
        used = made.moments[0] - sent.moments[0]
        if used >= (sent.moments[-1] - sent.moments[0]) / 4:
            return True
    return not same_while(sent, made)
