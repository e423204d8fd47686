"""What happens by itself: due steps, repeats, the exit clock, forgotten ends, pages without an answer."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from broker_config.messages import PageState
from server.dispatch import asked_back, cancel
from server.engine.calls import context, may_ring
from server.engine.closing import close_by_itself
from server.engine.line_watch import LineWatch
from server.engine.results import Results
from server.engine.steps import Steps
from server.engine.work import Work
from server.rules.attempts import given_up
from server.rules.escalation import ASK_TO_CLOSE, CLOSE_FORGOTTEN, GIVE_UP, exit_clock_due
from server.rules.facts import Incident, Page
from server.rules.incidents import Event, Outcome, State, move
from server.rules.journal import Action
from server.rules.pages import Wish, end_of_waiting, ends_at, wish


class Phases:
    def __init__(self, steps: Steps, results: Results, lines: LineWatch) -> None:
        self._lines = lines
        self._steps = steps
        self._results = results

    def incident(self, work: Work, key: UUID) -> None:
        incident = work.picture.incidents.get(key)
        if incident is None or incident.state is State.CLOSED:
            return
        ran_out = exit_clock_due(incident, work.now)
        if ran_out:
            incident = replace(incident, sorry_at=work.now)
            work.put_incident(incident)
            work.say(Action.SORRY, incident)
        due = incident.due_at is not None and incident.due_at <= work.now
        match incident.state:
            case State.TRIGGERED if due or ran_out:
                self._triggered(work, incident, due=due)
            case State.ACKNOWLEDGED if due:
                self._not_attended(work, incident)
            case State.ATTENDED if due:
                self._forgotten(work, incident)

    def _triggered(self, work: Work, incident: Incident, *, due: bool) -> None:
        """`due` False: only the exit clock ran out, which brings the next step at once but no repeat."""
        _, _, policy = context(work, incident)
        if due and work.now - incident.triggered_at >= GIVE_UP:  # also when this process was away for long
            close_by_itself(work, incident, Event.FORGOTTEN, Outcome.UNANSWERED)
        elif incident.step < len(policy.steps):
            self._steps.next_step(work, incident)
        elif due:
            self._steps.repeat(work, incident)

    def _not_attended(self, work: Work, incident: Incident) -> None:
        """Somebody said "I am going" and nobody came: it is nobody's again, and pages from the first step."""
        back = replace(
            incident,
            state=move(incident.state, Event.NOT_ATTENDED),
            triggered_at=work.now,
            acknowledged_at=None,
            acknowledged_by_id=None,
            step=0,
            repeats=0,
            nobody_at=None,
        )
        work.put_incident(back)
        work.say(
            Action.NOT_ATTENDED, back, account=incident.acknowledged_by_id, old=incident.state, new=back.state
        )
        if incident.due_at is not None and work.now - incident.due_at >= GIVE_UP:
            close_by_itself(
                work, back, Event.FORGOTTEN, Outcome.UNANSWERED
            )  # this process was away: too old to ring
        else:
            self._steps.next_step(work, back, reason="not_attended")

    def _forgotten(self, work: Work, incident: Incident) -> None:
        assert incident.attended_at is not None
        if work.now - incident.attended_at >= CLOSE_FORGOTTEN:
            outcome = Outcome.NOT_RECORDED
            work.say(Action.FORGOTTEN, incident)
            close_by_itself(work, incident, Event.FORGOTTEN, outcome)
            return
        work.put_incident(replace(incident, due_at=incident.attended_at + CLOSE_FORGOTTEN))
        work.say(Action.ASKED_TO_CLOSE, incident, after_min=int(ASK_TO_CLOSE.total_seconds() // 60))

    def page(self, work: Work, key: UUID) -> None:
        """A page without a final state: ask its gateway again, or stop waiting."""
        page = work.picture.pages.get(key)
        if page is None or page.settled:
            return
        if work.now >= ends_at(page, work.picture.heard_since):
            over = page if page.state.is_final else end_of_waiting(page, work.now)
            self._results.change(work, page, given_up(over))
            return
        incident = work.picture.incidents.get(page.incident_id)
        work.others.extend((page.store_id, packet) for packet in asked_back(page))
        if not page.state.is_final:
            self._ask(work, page, incident)
        work.picture.asked[key] = work.now
        work.asked.add(key)

    def _ask(self, work: Work, page: Page, incident: Incident | None) -> None:
        if incident is None or wish(page, incident) is Wish.CANCEL:
            work.others.append((page.store_id, cancel(page, incident.state.value if incident else "closed")))
            return
        if self._lines.take_over(work, page, incident):
            return
        leaves = self._steps.calls.connected(page.store_id) and may_ring(page, incident, work.now)
        if page.state is PageState.QUEUED and leaves:
            page = replace(page, state=PageState.ORDERED, ordered_at=work.now)
            if page.others:
                page = replace(page, attempt_at=work.now)
            work.put_page(page)
        work.orders.append((page.store_id, page))
        if page.state is PageState.ORDERED and self._steps.calls.connected(page.store_id):
            self._lines.unanswered(work, page, incident)
