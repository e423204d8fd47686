"""What people do to an incident. The first one wins; everybody else hears who was faster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from broker_config.messages import Purpose
from server.engine.calls import context
from server.engine.closing import close, take_back_pages, was_undone
from server.engine.steps import Steps
from server.engine.work import Work
from server.requests import (
    AboutIncident,
    Acknowledge,
    Answer,
    Arrive,
    Close,
    Done,
    Ending,
    NeedHelp,
    PassOn,
    Refusal,
    RefusalReason,
)
from server.rules.escalation import ASK_TO_CLOSE
from server.rules.facts import Incident, Page, Store
from server.rules.incidents import SAID_BY_STAFF, Event, Outcome, State, WrongMove, move
from server.rules.journal import Action
from server.rules.pages import TAKEN, UNDONE, reached
from server.rules.remedies import MOST_CENTS
from server.rules.routing import pagers_of

MAY_KNOW = frozenset({"security", "manager"})
"""Roles to which a quiet call may be passed by name."""


class People:
    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def answer(self, work: Work, request: AboutIncident) -> Answer:
        incident = work.picture.incidents.get(request.incident)
        if incident is None or incident.state is State.CLOSED:
            return Refusal(request.incident, RefusalReason.UNKNOWN)
        if request.account not in work.picture.stores[incident.store_id].accounts:
            return Refusal(request.incident, RefusalReason.UNKNOWN)
        try:
            match request:
                case Acknowledge():
                    done: Incident | RefusalReason = self._acknowledge(work, incident, request)
                case PassOn():
                    done = self._pass_on(work, incident, request)
                case NeedHelp():
                    done = self._need_help(work, incident, request.account)
                case Arrive():
                    done = self._arrive(work, incident, request)
                case Close():
                    done = self._close(work, incident, request)
        except WrongMove as wrong:
            taken = isinstance(request, Acknowledge) and wrong.state is not State.CLOSED
            done = RefusalReason.TOO_LATE if taken else RefusalReason.WRONG_STATE
        if isinstance(done, RefusalReason):
            by = incident.acknowledged_by_id or incident.attended_by_id
            return Refusal(incident.id, done, incident.state, by)
        return Done(done.id, done.state)

    def _acknowledge(self, work: Work, incident: Incident, request: Acknowledge) -> Incident:
        account = request.account
        _, _, policy = context(work, incident)
        changed = replace(
            incident,
            state=move(incident.state, Event.ACKNOWLEDGE),
            acknowledged_at=work.now,
            acknowledged_by_id=account,
            due_at=work.now + timedelta(seconds=policy.attend_s),
        )
        work.put_incident(changed)
        work.say(
            Action.ACKNOWLEDGED,
            changed,
            account=account,
            old=incident.state,
            new=changed.state,
            tablet=request.tablet,
        )
        take_back_pages(work, changed)
        self.tell_others(work, changed, account)
        return changed

    def _pass_on(self, work: Work, incident: Incident, request: PassOn) -> Incident | RefusalReason:
        """Without a name: the policy begins anew without whoever passed it on."""
        store, _, _ = context(work, incident)
        me = store.accounts[request.account]
        mine = incident.acknowledged_by_id in (None, request.account)
        if not mine and request.to is None:
            return RefusalReason.NOT_YOURS
        state = move(incident.state, Event.PASS_ON)
        here = {
            one.carrier_id
            for one in self._steps.roster(work, store)
            if one.present and pagers_of(store, one.carrier_id)
        }
        gone = {*incident.passed_ids, *((me,) if me is not None else ())} - {request.to}
        if incident.quiet:
            here = {one for one in here if store.carriers[one].role in MAY_KNOW}
        if request.to is not None and (request.to not in here or request.to == me):
            return RefusalReason.NOBODY if request.to in store.carriers else RefusalReason.BAD_VALUE
        if request.to is None and not self._steps.anybody(work, incident, gone):
            return RefusalReason.NOBODY
        back = replace(
            incident,
            state=state,
            triggered_at=work.now,
            acknowledged_at=None,
            acknowledged_by_id=None,
            passed_ids=tuple(sorted(gone)),
            repeats=0,
            nobody_at=None,
        )
        named = store.carriers[request.to].initials if request.to is not None else None
        work.put_incident(back)
        work.say(
            Action.PASSED_ON,
            back,
            account=request.account,
            old=incident.state,
            new=back.state,
            to=named,
            tablet=request.tablet,
        )
        take_back_pages(work, back)
        if request.to is not None:
            return self._steps.to_one(work, back, request.to)
        return self._steps.next_step(work, replace(back, step=0), reason="pass")

    def _need_help(self, work: Work, incident: Incident, account: int) -> Incident | RefusalReason:
        store, _, _ = context(work, incident)
        state = move(incident.state, Event.NEED_HELP)
        busy = {
            store.accounts.get(who)
            for who in (account, incident.acknowledged_by_id, incident.attended_by_id)
            if who is not None
        }
        changed = replace(incident, state=state, priority=1)
        called = self._steps.help(work, changed, [one for one in busy if one is not None])
        if not called:
            return RefusalReason.NOBODY
        work.put_incident(changed)
        work.say(Action.HELP, changed, account=account, called=called)
        return changed

    def _arrive(self, work: Work, incident: Incident, request: Arrive) -> Incident:
        account = request.account
        changed = replace(
            incident,
            state=move(incident.state, Event.ARRIVE),
            attended_at=work.now,
            attended_by_id=account,
            attended_how="screen",
            due_at=work.now + ASK_TO_CLOSE,
        )
        work.put_incident(changed)
        work.say(
            Action.ATTENDED,
            changed,
            account=account,
            old=incident.state,
            new=changed.state,
            how="screen",
            tablet=request.tablet,
        )
        take_back_pages(work, changed)
        if incident.state is State.TRIGGERED:
            self.tell_others(work, changed, account)
        return changed

    def _close(self, work: Work, incident: Incident, request: Close) -> Incident | RefusalReason:
        ending = request.ending
        store = work.picture.stores[incident.store_id]
        if incident.purpose is Purpose.DRILL:
            ending = replace(ending, outcome=Outcome.DRILL)
        elif ending.outcome not in SAID_BY_STAFF:
            return RefusalReason.BAD_VALUE
        if not _sensible(ending, store):
            return RefusalReason.BAD_VALUE
        return close(work, incident, Event.CLOSE, ending, request.account, request.tablet)

    def tell_others(self, work: Work, incident: Incident, account: int | None) -> None:
        """Whose pager rang too hears who goes, so that nobody runs for nothing."""
        called = [page for page in work.picture.pages_for(incident.id) if reached(page)]
        self._tell(work, incident, account, called)

    def tell_undone(self, work: Work, incident: Incident, rang: Iterable[Page]) -> None:
        """The press was taken back: whose pager rang hears it, so that nobody runs for nothing. A pager that shows no
        words is left alone: it would ring like another call."""
        store = work.picture.stores[incident.store_id]
        pages = work.picture.pages_for(incident.id)
        told = {pager for page in pages if page.reason == UNDONE for pager, _ in page.rings}
        wanted = {pager for page in rang if reached(page) for pager, _ in page.rings} - told
        pagers = [pager for pager in store.pagers if pager.id in wanted and pager.format == "text"]
        if pagers:
            made = self._steps.calls.page(work, incident, pagers, UNDONE)
            work.say(Action.TOLD_OTHERS, incident, called=made)

    def tell_late(self, work: Work, incident: Incident, page: Page) -> None:
        """A page that was on the air when somebody acknowledged, or when the press was taken back: its wearer hears
        it after all."""
        if was_undone(incident):
            self.tell_undone(work, incident, [page])
            return
        if page.reason in (TAKEN, "joined", "help"):
            return
        account = incident.attended_by_id or incident.acknowledged_by_id
        self._tell(work, incident, account, [page])

    def _tell(self, work: Work, incident: Incident, account: int | None, called: list[Page]) -> None:
        store, _, policy = context(work, incident)
        if not policy.tell_others:
            return
        owner = store.accounts.get(account) if account is not None else None
        told = {
            pager
            for page in work.picture.pages_for(incident.id)
            if page.reason == TAKEN and page.created_at >= incident.triggered_at
            for pager, _ in page.rings
        }
        wanted = {
            pager
            for page in called
            if page.created_at >= incident.triggered_at
            for pager, carrier in page.rings
            if owner is None or carrier != owner
        }
        pagers = [pager for pager in store.pagers if pager.id in wanted - told and pager.format == "text"]
        if pagers:
            who = store.carriers[owner].initials if owner is not None and owner in store.carriers else ""
            made = self._steps.calls.page(work, incident, pagers, TAKEN, who=who)
            work.say(Action.TOLD_OTHERS, incident, called=made)


def _sensible(ending: Ending, store: Store) -> bool:
    cost = ending.cost_cents
    return (ending.cause is None or ending.cause in store.causes) and (
        cost is None or 0 <= cost <= MOST_CENTS
    )
