"""Which transmitters live, and what that means for open calls: another gateway takes over, the next step does not
wait, nobody is said aloud when no page can go out, and whoever was lost is called when a way lives again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from broker_config.messages import Abilities, PageState
from server.engine.calls import Calls, context
from server.engine.steps import Steps
from server.engine.timers import Timers
from server.engine.work import Work
from server.rules.attempts import began, ways_of
from server.rules.escalation import GIVE_UP
from server.rules.facts import Incident, Page, Way
from server.rules.incidents import State
from server.rules.lines import MOST_ALERTS, TRY_AGAIN, Line, Lines, next_look
from server.rules.pages import TELLS, any_hope, of_this_round, reached
from server.rules.takeover import HEARD_OUT, keeps_silent


class LineWatch:
    """`timers` are told when a store must be looked at."""

    def __init__(self, steps: Steps, timers: Timers) -> None:
        self._steps, self._timers = steps, timers
        self._calls: Calls = steps.calls
        self._up: dict[str, set[Way]] = {}
        """Store -> ways that live again, until the calls that were lost on them were looked at."""

    def linked(self, store: str, now: datetime) -> None:
        """This server came to the broker: what happened meanwhile is told in a moment."""
        self._timers.set(("lines", store), now + HEARD_OUT)

    def gateway(self, work: Work, store: str, gateway: str, *, here: bool, same: bool = False) -> None:
        """It came to the broker, perhaps anew, or went. `same`: it is the process that was known before. In the first
        second the broker says once more what it was told before this server came to it: that is no sign of life."""
        old = work.picture.lines_of(store)
        linked = work.picture.linked_at.get(store)
        kept = same and linked is not None and work.now - linked < HEARD_OUT
        if here and kept and gateway not in old.gone:
            return
        gone = _without(old.gone, gateway)
        came = {**old.came, gateway: work.now} if here else old.came
        if not here:
            gone[gateway] = old.gone.get(gateway, linked if kept and linked is not None else work.now)
        self._change(work, store, replace(old, gone=gone, came=came, silent=_without(old.silent, gateway)))

    def answered(self, work: Work, store: str, gateway: str) -> None:
        """A result came from it."""
        work.picture.note(work.picture.answered, (store, gateway), work.now, work.undo)
        old = work.picture.lines_of(store)
        if gateway in old.silent:
            self._change(work, store, replace(old, silent=_without(old.silent, gateway)))

    def take_over(self, work: Work, page: Page, incident: Incident) -> bool:
        """Another gateway takes this page over, or is about to, since this one was told to let go of it."""
        taken = self._calls.take_over(work, page, incident)
        if taken is None:
            return self._calls.ask_back(work, page, incident)
        work.put_page(taken)
        if page.state is PageState.ORDERED or keeps_silent(page, work.now, self._calls.known(work, page)):
            self._silent(work, page)  # it is not asked first again before it says something
        return True

    def unanswered(self, work: Work, page: Page, incident: Incident) -> None:
        """It was just asked for once more."""
        if keeps_silent(page, work.now, self._calls.known(work, page)) and self._silent(work, page):
            self.look(work, incident)

    def _silent(self, work: Work, page: Page) -> bool:
        """Whether that is news. Of one that is away it is clear that it says nothing."""
        lines = work.picture.lines_of(page.store_id)
        if page.gateway in lines.silent or page.gateway in lines.gone:
            return False
        silent = {**lines.silent, page.gateway: work.now}
        self._change(work, page.store_id, replace(lines, silent=silent))
        return True

    def abilities(self, work: Work, store: str, gateway: str, abilities: Abilities) -> None:
        old = work.picture.lines_of(store)
        known = dict(old.known)
        for one in abilities.transmitters:
            before = known.get((gateway, one.id))
            same = before is not None and (before.state == "dead") == (one.state == "dead")
            since = before.since if before is not None and same else work.now
            known[gateway, one.id] = Line(one.state, one.cause, since, min(one.alerts, MOST_ALERTS))
        if known != old.known:
            self._change(work, store, replace(old, known=known))

    def due(self, work: Work, store: str) -> None:
        """Something changed a moment ago, or begins to count."""
        lines = work.picture.lines_of(store)
        for page in list(work.picture.pages.values()):
            if page.store_id == store and page.ways and not page.state.is_final:
                self.take_over(work, page, work.picture.incidents[page.incident_id])
        up = frozenset(self._up.get(store, ()))
        again: list[datetime] = []
        for incident in list(work.picture.incidents.values()):
            if incident.store_id == store and incident.state is State.TRIGGERED:
                self.look(work, incident)
                again += self._revive(work, work.picture.incidents[incident.id], up)
        if not again:
            work.answers.append(lambda: self._up.get(store, set()).difference_update(up))
        later = next_look({*lines.known, *_everywhere(work, store)}, lines, work.now)
        heard = work.picture.linked_at.get(store, work.now) + HEARD_OUT
        moments = [*again, *(one for one in (later, heard) if one is not None and one > work.now)]
        self._timers.set(("lines", store), min(moments, default=None))

    def check(self, work: Work) -> None:
        """What this unit of work has changed may have nobody who can be reached."""
        touched = dict.fromkeys(
            (*work.incidents, *(work.picture.pages[key].incident_id for key in work.pages))
        )
        for key in touched:
            incident = work.picture.incidents.get(key)
            if incident is not None and _any_down(work.picture.lines_of(incident.store_id)):
                self.look(work, incident)

    def look(self, work: Work, incident: Incident) -> None:
        """Nobody whom it called can be reached, and this is known: the next step does not wait, and at the end of all
        steps, or when no way lives for any of them, that is said."""
        if not _goes_on(work, incident):
            return
        pages = of_this_round(work.picture.pages_for(incident.id), incident)
        if not any(page.reason not in TELLS and not page.state.is_final for page in pages):
            return  # what became of pages that are over was dealt with then
        if any_hope(pages, partial(self._calls.may_come, work)):
            return
        _, _, policy = context(work, incident)
        if incident.step < len(policy.steps) and self._steps.can_reach(work, incident, incident.step):
            self._steps.next_step(work, incident)
        elif incident.nobody_at is None:
            work.put_incident(self._steps.nobody(work, incident))

    def _revive(self, work: Work, incident: Incident, up: frozenset[Way]) -> list[datetime]:
        """A way lives again on which everybody was lost whom this call had called. Gives when to try that, if that is
        not now: a line that comes and goes brings no flood of calls."""
        if not up or incident.nobody_at is None or not _goes_on(work, incident):
            return []
        pages = [
            page
            for page in of_this_round(work.picture.pages_for(incident.id), incident)
            if page.reason not in TELLS
        ]
        waiting = {worn for page in pages if not page.state.is_final for worn in page.rings}
        lost = [
            page
            for page in pages
            if page.state.is_final and not up.isdisjoint(ways_of(page)) and not waiting.issuperset(page.rings)
        ]
        if not lost or any(reached(page) for page in pages):
            return []
        earliest = max(began(page) for page in pages) + TRY_AGAIN
        if earliest > work.now:
            return [earliest]
        self._steps.once_more(work, incident)
        return []

    def _change(self, work: Work, store: str, new: Lines) -> None:
        old = work.picture.lines_of(store)
        work.picture.note(work.picture.lines, store, new, work.undo)
        ways = {*old.known, *new.known, *_everywhere(work, store)}
        up = {way for way in ways if old.down(way) and not new.down(way)}
        if up:
            self._up.setdefault(store, set()).update(up)
        if up or any(new.down(way) and not old.down(way) for way in ways):
            self._timers.set(("lines", store), work.now)


def _goes_on(work: Work, incident: Incident) -> bool:
    """Somebody was called for it, and its steps go on."""
    young = work.now - incident.triggered_at < GIVE_UP
    return incident.state is State.TRIGGERED and incident.step > 0 and young


def _without(moments: Mapping[str, datetime], gateway: str) -> dict[str, datetime]:
    return {name: at for name, at in moments.items() if name != gateway}


def _any_down(lines: Lines) -> bool:
    return bool(lines.gone or lines.silent) or any(line.state == "dead" for line in lines.known.values())


def _everywhere(work: Work, store: str) -> set[Way]:
    return {way for pager in work.picture.stores[store].pagers for way in pager.ways}
