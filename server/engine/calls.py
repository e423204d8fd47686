"""Calling people: a step of the policy, a repeat, one person again. Makes page rows; the orders leave after commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from broker_config.messages import PageState, Purpose
from server.engine.work import Work
from server.ids import first_page_id
from server.rules.escalation import next_step_at
from server.rules.facts import Button, Incident, Page, Pager, Policy, Store
from server.rules.journal import Action
from server.rules.pages import Wish, reached, wish
from server.rules.routing import Floor, called
from server.rules.shifts import on_the_floor
from server.rules.wording import page_body

NewId = Callable[[], UUID]


class Calls:
    """`new_id` makes UUIDv7; `connected` tells whether a store's link can carry an order right now."""

    def __init__(self, new_id: NewId, connected: Callable[[str], bool]) -> None:
        self._new_id = new_id
        self._floors: dict[str, tuple[Store, datetime, Floor]] = {}
        self.connected = connected

    def next_step(self, work: Work, incident: Incident, reason: str = "step") -> Incident:
        """Carry out the next step that has anybody on it; empty ones are skipped at once.

        With nobody on any of them the incident says so (`nobody_at`), aloud and at the button."""
        store, button, policy = context(work, incident)
        number, rang = incident.step, False
        while not rang and number < len(policy.steps):
            step = policy.steps[number]
            number += 1
            target = step.role or step.target
            pagers = called(store, incident.zone_id, step, self._floor(store, work.now))
            if not pagers:
                work.say(Action.STEP_SKIPPED, incident, step=number, target=target)
                continue
            work.say(Action.STEP, incident, step=number, target=target, called=len(pagers))
            if reason == "step" and incident.again and number == 1:
                reason = "again"
            first_round = number == 1 and reason != "not_attended"
            first = first_round and not work.picture.pages_of.get(incident.id)
            self.page(work, incident, button, pagers, reason, step=number, first=first)
            rang = True
        nobody_at = incident.nobody_at
        if not rang and nobody_at is None and not any_hope(work.picture.pages_for(incident.id)):
            nobody_at = work.now
            work.say(Action.NOBODY, incident)
        due_at = next_step_at(incident, number, policy, work.now)
        incident = replace(incident, step=number, due_at=due_at, nobody_at=nobody_at)
        work.put_incident(incident)
        return incident

    def _floor(self, store: Store, now: datetime) -> Floor:
        """Who is on the floor. Shifts start and end on whole seconds, so one look serves a second."""
        second = now.replace(microsecond=0)
        kept = self._floors.get(store.id)
        if kept is not None and kept[0] is store and kept[1] == second:
            return kept[2]
        floor = on_the_floor(store.shifts, second, store.zone)
        self._floors[store.id] = (store, second, floor)
        return floor

    def repeat(self, work: Work, incident: Incident) -> Incident:
        """Everybody called so far rings again, and whoever came on the floor since for the last step."""
        store, button, policy = context(work, incident)
        so_far = {page.pager_id for page in work.picture.pages_for(incident.id)}
        pagers = {pager.id: pager for pager in store.pagers if pager.id in so_far}
        if policy.steps:
            pagers |= {
                pager.id: pager
                for pager in called(store, incident.zone_id, policy.steps[-1], self._floor(store, work.now))
            }
        incident = replace(incident, repeats=incident.repeats + 1)
        incident = replace(incident, due_at=next_step_at(incident, incident.step, policy, work.now))
        if pagers:
            incident = replace(incident, nobody_at=None)
            self.page(work, incident, button, tuple(pagers.values()), "repeat")
        work.put_incident(incident)
        return incident

    def page(
        self,
        work: Work,
        incident: Incident,
        button: Button,
        pagers: Sequence[Pager],
        reason: str,
        *,
        step: int | None = None,
        first: bool = False,
        press: UUID | None = None,
    ) -> None:
        """One page row per pager. A pager that waits to be transmitted for this incident is not called twice."""
        policy = button.policy
        press = press or incident.press_id
        waiting = {
            page.pager_id
            for page in work.picture.pages_for(incident.id)
            if may_ring(page, incident, work.now)
        }
        deadline = deadline_of(incident, policy, work.now, first=first)
        for pager in pagers:
            if pager.id in waiting:
                continue
            sendable = self.connected(incident.store_id)
            page = Page(
                id=first_page_id(press, pager.id) if first else self._new_id(),
                store_id=incident.store_id,
                incident_id=incident.id,
                press_id=press,
                step=incident.step if step is None else step,
                reason=reason,
                pager_id=pager.id,
                carrier_id=pager.carrier_id,
                gateway=pager.gateway,
                transmitter=pager.transmitter,
                address=pager.address,
                format=pager.format,
                charset=pager.charset,
                body=page_body(button, pager, reason, drill=incident.purpose is Purpose.DRILL),
                alert=pager.alert,
                priority=incident.priority,
                purpose=incident.purpose,
                state=PageState.ORDERED if sendable else PageState.QUEUED,
                created_at=work.now,
                deadline_at=deadline,
                ordered_at=work.now if sendable else None,
            )
            work.put_page(page)
            work.orders.append((page.store_id, page))
            work.say(
                Action.PAGE,
                incident,
                page=page.id,
                new=page.state.value,
                to=pager.label,
                reason=reason,
                gateway=pager.gateway,
                transmitter=pager.transmitter,
            )


def context(work: Work, incident: Incident) -> tuple[Store, Button, Policy]:
    store = work.picture.stores[incident.store_id]
    button = store.button(incident.device, incident.input)
    return store, button, button.policy


def may_ring(page: Page, incident: Incident, now: datetime) -> bool:
    """Whether it waits to be transmitted: neither over, nor too old to be ordered, nor being taken back."""
    alive = not page.state.is_final and page.deadline_at - now >= timedelta(seconds=1)
    return alive and wish(page, incident) is Wish.ORDER


def any_hope(pages: Iterable[Page]) -> bool:
    """Whether somebody felt one of these, or may still."""
    return any(reached(page) or not page.state.is_final for page in pages)


def deadline_of(incident: Incident, policy: Policy, now: datetime, *, first: bool) -> datetime:
    """Until when a page may go on the air: the press's own time to live, later pages a full one of their own."""
    at_the_press = first and incident.triggered_at == now  # a first step may be told to wait
    start = incident.opened_at if at_the_press else now
    return max(start + timedelta(seconds=policy.ttl_s), now + timedelta(seconds=1))
