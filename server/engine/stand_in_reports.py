"""What the keeper gateway did while the server was silent becomes an incident with the true times and its pages.

The report and the press itself come in any order, late and more than once; whichever comes first opens the incident
and the other one joins it. Nobody is called for what is too old, and no page of the stand-in is ordered again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import FallbackReport, PageState, ReportReceipt
from broker_config.messages.fallback import ReportedPage
from server.db.stand_ins import Found
from server.engine.calls import NewId
from server.engine.closing import close_by_itself
from server.engine.results import Results
from server.engine.steps import Steps
from server.engine.stood_in import Told, incident_of, join, late_before, opened, told_of, with_true_times
from server.engine.work import Work
from server.rules.facts import Incident, Page, Pager
from server.rules.groups import ring_of
from server.rules.incidents import Event, Outcome, State
from server.rules.journal import Action
from server.rules.pager_codes import tone
from server.rules.pages import any_hope, reached
from server.rules.stand_in import REASON, after_report
from server.rules.wording import page_body

_RANG = frozenset({PageState.TRANSMITTED, PageState.CONFIRMED})


class StandInReports:
    """`look_up(store, report, pressed_at)` gives what the database holds about it."""

    def __init__(
        self,
        steps: Steps,
        results: Results,
        new_id: NewId,
        look_up: Callable[[str, FallbackReport, datetime], Found],
    ) -> None:
        self._steps, self._results = steps, results
        self._new_id, self._look_up = new_id, look_up

    def take(
        self, work: Work, store: str, gateway: str, report: FallbackReport, pressed_at: datetime
    ) -> None:
        """`pressed_at`: by what the report says of its age, and how long it was on the way."""
        told = told_of(work, store, gateway, report, self._look_up(store, report, pressed_at), pressed_at)
        incident = incident_of(work, told)
        is_new = incident is None
        if incident is None:
            incident = join(work, told)
            is_new = incident is None
            if incident is None:
                incident = opened(work, told, self._new_id())
                work.say(
                    Action.OPENED,
                    incident,
                    new=incident.state.value,
                    number=incident.number,
                    again=incident.again,
                )
        incident = with_true_times(told, incident)
        work.put_incident(incident)
        if not told.found.seen and report.id not in work.reports:
            self._write_down(work, told, incident)
        self._take_in_pages(work, told, incident)
        if is_new:
            self._go_on(work, told, work.picture.incidents[incident.id])
        self._receipt(work, store, gateway, report)

    def _write_down(self, work: Work, told: Told, incident: Incident) -> None:
        report = told.report
        work.reports[report.id] = {
            "id": report.id,
            "store_id": told.store.id,
            "gateway": told.gateway,
            "press_id": report.press,
            "incident_id": incident.id,
            "reason": report.reason,
            "received_at": work.now,
        }
        known = [one for one in report.pages if _pager(told, one) is not None]
        work.say(
            Action.STOOD_IN,
            incident,
            press=report.press,
            gateway=told.gateway,
            reason=report.reason,
            called=sum(one.state in _RANG for one in report.pages),
            unknown=len(report.pages) - len(known) or None,
        )
        if told.found.press_state is None and report.press not in work.presses:
            work.picture.note(work.picture.reported, report.press, incident.id, work.undo)
        else:
            work.change_press(report.press, incident_id=incident.id)
        late = late_before(work, told)
        if late:
            for press in sorted(late):
                work.change_press(press, incident_id=incident.id)
            work.put_incident(replace(incident, presses=incident.presses + len(late)))

    def _take_in_pages(self, work: Work, told: Told, incident: Incident) -> None:
        for said in told.report.pages:
            pager = _pager(told, said)
            if (
                said.page not in work.picture.pages
                and said.page not in told.found.strange
                and pager is not None
            ):
                page = _held(told, incident, said, pager, work.now)
                work.put_page(page)
                work.say(
                    Action.PAGE,
                    incident,
                    page=page.id,
                    new=page.state.value,
                    to=pager.label,
                    reason=REASON,
                    gateway=page.gateway,
                    transmitter=page.transmitter,
                )
        # those that rang first: with one of them there is no need to call the next step at once
        for said in sorted(told.report.pages, key=lambda one: one.state not in _RANG):
            page_now = work.picture.pages.get(said.page)
            if page_now is not None and page_now.incident_id == incident.id:
                asked = work.picture.asked.get(said.page)
                new = after_report(page_now, said, told.pressed_at, work.now, asked)
                self._change(work, told, page_now, new)

    def _change(self, work: Work, told: Told, page: Page, new: Page) -> None:
        incident = work.picture.incidents[page.incident_id]
        if reached(new) and not reached(page) and incident.state is State.TRIGGERED:
            assert new.final_at is not None
            called = min(incident.called_at or new.final_at, new.final_at)
            work.put_incident(replace(incident, called_at=called))
            _remember_who(work, new)
        if not told.calm:
            self._results.change(work, page, new)
        elif new is not page:
            work.put_page(new)
            work.say(
                Action.PAGE,
                incident,
                page=page.id,
                old=page.state.value,
                new=new.state.value,
                proof=new.proof,
                error=new.error_code,
            )

    def _go_on(self, work: Work, told: Told, incident: Incident) -> None:
        """From where the stand-in has left it."""
        if told.undone:
            close_by_itself(work, incident, Event.UNDO, Outcome.FALSE_PRESS)
        elif not told.calm and incident.state is State.TRIGGERED:
            if incident.nobody_at is not None:
                incident = self._steps.last_resort(work, incident)
            if not any_hope(work.picture.pages_for(incident.id)):
                incident = replace(incident, due_at=work.now)
            work.put_incident(incident)

    def _receipt(self, work: Work, store: str, gateway: str, report: FallbackReport) -> None:
        message = ReportReceipt(id=report.id)
        work.receipts.append((store, publication(channels.PLAN_REPORT_RECEIPT, store, "g", gateway, message)))


def _held(told: Told, incident: Incident, said: ReportedPage, pager: Pager, now: datetime) -> Page:
    """The page as it was when the stand-in ordered it. What is too old is never ordered by the server, yet its gateway
    has time to say what became of it."""
    deadline = max(told.pressed_at + timedelta(seconds=told.policy.ttl_s), now)
    members = ring_of(pager, told.found.pagers).members
    return Page(
        id=said.page,
        store_id=told.store.id,
        incident_id=incident.id,
        press_id=told.report.press,
        step=min(told.first.step, len(told.policy.steps)),
        reason=REASON,
        pager_id=pager.id,
        carrier_id=pager.carrier_id,
        gateway=told.gateway,
        transmitter=said.transmitter or pager.transmitter,
        address=pager.address,
        format=pager.format,
        charset=pager.charset,
        body=page_body(told.button, pager, REASON, drill=False),
        alert=tone(REASON).value if pager.format == "tone" else pager.alert,
        priority=incident.priority,
        purpose=incident.purpose,
        state=PageState.HELD,
        created_at=told.stood_at,
        deadline_at=deadline,
        ordered_at=told.stood_at,
        held_at=told.stood_at,
        attempt=said.attempt,
        members=members,
        heads=len(members),
    )


def _pager(told: Told, said: ReportedPage) -> Pager | None:
    number = said.slot.removeprefix("p")
    return told.found.pagers.get(int(number)) if number.isdecimal() and said.slot != number else None


def _remember_who(work: Work, page: Page) -> None:
    """Whose turn it was: the burden is shared."""
    for _, carrier in page.rings:
        last = work.picture.last_paged.get(carrier or 0)
        if carrier is not None and page.final_at is not None and (last is None or last < page.final_at):
            work.picture.note(work.picture.last_paged, carrier, page.final_at, work.undo)
