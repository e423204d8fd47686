"""What a gateway says became of a page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from broker_config.messages import PageResult, PageState
from server.dispatch import asked_back
from server.engine.calls import standby
from server.engine.closing import was_undone
from server.engine.people import People
from server.engine.steps import Steps
from server.engine.work import Work
from server.rules.attempts import heard, may_have_rung_elsewhere
from server.rules.escalation import GIVE_UP
from server.rules.facts import Incident, Page
from server.rules.incidents import State
from server.rules.journal import Action
from server.rules.pages import TELLS, any_hope, of_this_round, reached
from server.rules.policies import policy_of
from server.rules.stand_in import REASON, is_too_old

FALLBACK = "fallback"
_LOST = frozenset({PageState.FAILED, PageState.EXPIRED, PageState.UNKNOWN})


class Results:
    def __init__(self, steps: Steps, people: People) -> None:
        self._steps = steps
        self._people = people

    def take(self, work: Work, store: str, gateway: str, result: PageResult) -> bool:
        """False: this gateway has no business with that page (or it is long dealt with)."""
        page = work.picture.pages.get(result.page)
        new = None if page is None else heard(page, gateway, result, work.now)
        if page is None or new is None or page.store_id != store:
            return False
        self.change(work, page, new)
        return True

    def change(self, work: Work, page: Page, new: Page) -> None:
        """Put the new state of a page down and do what follows from it for its incident."""
        if new is page:
            return
        incident = work.picture.incidents[page.incident_id]
        if new.state is not page.state:
            taken = self._steps.calls.take_over(work, new, incident)
            if taken is not None:
                work.put_page(taken)
                return
        work.put_page(new)
        ended = (new.state, new.gateway, new.attempt) != (page.state, page.gateway, page.attempt)
        if new.state.is_final and ended and not new.settled:  # later its own timer asks, not each answer
            work.others.extend((new.store_id, packet) for packet in asked_back(new))
        if (new.state, new.proof) == (page.state, page.proof):
            return
        say_what_became(work, incident, page, new)
        if new.state is page.state:
            return
        heard_of = incident.state in (State.ACKNOWLEDGED, State.ATTENDED) or was_undone(incident)
        if heard_of and reached(new) and new.reason not in TELLS:
            self._people.tell_late(work, incident, new)
        if incident.state is not State.TRIGGERED or new.reason in TELLS:
            return
        if reached(new):
            # the fallback group rang: the light may say "called", the board goes on shouting
            nobody_at = incident.nobody_at if new.reason == FALLBACK else None
            if incident.called_at is None or incident.nobody_at is not nobody_at:
                called = incident.called_at or work.now
                work.put_incident(replace(incident, called_at=called, nobody_at=nobody_at))
        elif new.state in _LOST or taken_back_before(new, incident) or let_go(new):
            self._lost(work, incident, new)

    def _lost(self, work: Work, incident: Incident, page: Page) -> None:
        """Nobody felt this one. Page again what may or may not have been on the air; when a whole step came to
        nothing the next one does not wait; when everything did, the board and the button say so."""
        if work.now - incident.triggered_at >= GIVE_UP:
            return  # its own timer closes it
        store = work.picture.stores[incident.store_id]
        policy = policy_of(store, incident.policy_id, quiet=incident.quiet)
        if page.reason == REASON and is_too_old(policy, incident.opened_at, work.now):
            return  # of a stand-in, told long after
        old = page.created_at < incident.triggered_at
        rung = {pager for pager, carrier in page.rings if not (old and carrier in incident.passed_ids)}
        pagers = [one for one in store.pagers if one.id in rung]
        if pagers and page.state in (PageState.UNKNOWN, PageState.CANCELLED):
            reason = "unknown" if page.state is PageState.UNKNOWN else "not_attended"
            if let_go(page) and not old:
                reason = "unknown" if may_have_rung_elsewhere(page) else page.reason
            if page.reason == FALLBACK:  # it is still nobody's
                reason = FALLBACK
            self._steps.calls.page(work, incident, pagers, reason)
            return
        pages = work.picture.pages_for(incident.id)
        now_rung = of_this_round(pages, incident)
        may_come = partial(self._steps.calls.may_come, work)
        if any_hope((one for one in now_rung if one.step == incident.step), may_come):
            return
        if incident.step < len(policy.steps):
            self._steps.next_step(work, incident)
        elif incident.nobody_at is None and not any_hope(now_rung, may_come):
            work.put_incident(self._steps.nobody(work, incident))


def say_what_became(work: Work, incident: Incident, page: Page, new: Page) -> None:
    """For the timeline: how far it came, by what, and why no further."""
    several = new.attempt > 1 or new.moves > 0
    work.say(
        Action.PAGE,
        incident,
        page=page.id,
        old=page.state.value,
        new=new.state.value,
        proof=new.proof,
        tx_ms=new.tx_ms,
        transmitter=new.transmitter if new.held_at is not None else None,
        gateway=new.gateway if several else None,
        attempt=new.attempt if several else None,
        standby=standby(new, (new.gateway, new.transmitter)) or None,
        error=new.error_code,
        said=new.error_text if new.error_code is not None else None,
    )


def let_go(page: Page) -> bool:
    """Its gateway was asked back for another one to have it."""
    return page.state is PageState.CANCELLED and bool(page.ways)


def taken_back_before(page: Page, incident: Incident) -> bool:
    """Cancelled for somebody who then did not come: in this round it has rung nobody."""
    return page.state is PageState.CANCELLED and page.created_at < incident.triggered_at
