"""Page rows: one text for one pager, ordered right after the commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from broker_config.messages import PageState, Purpose
from server.dispatch import TAKEN_OVER, asked_back, cancel
from server.engine.work import Work
from server.ids import first_page_id
from server.rules.alerts import alert as pattern
from server.rules.attempts import moved
from server.rules.facts import Button, Incident, Page, Pager, Policy, Store, Way, Worn
from server.rules.groups import rings
from server.rules.journal import Action
from server.rules.lines import can_ring, choose, may_come
from server.rules.pager_codes import tone
from server.rules.pages import TELLS, Wish, wish
from server.rules.policies import policy_of
from server.rules.takeover import Known, asks_back, takeover
from server.rules.wording import page_body, repeated

NewId = Callable[[], UUID]
LEAST_URGENT = 3


class Calls:
    """`new_id` makes UUIDv7; `connected` tells whether a store's link can carry an order right now."""

    def __init__(self, new_id: NewId, connected: Callable[[str], bool]) -> None:
        self.new_id = new_id
        self.connected = connected

    def page(
        self,
        work: Work,
        incident: Incident,
        pagers: Sequence[Pager],
        reason: str,
        *,
        step: int | None = None,
        alert: int | None = None,
        first: bool = False,
        press: UUID | None = None,
        who: str = "",
    ) -> int:
        """One page row per pager; gives how many. A pager that waits to be transmitted for this incident is not
        called twice. `who`: initials, for the reason `taken`."""
        store, button, policy = context(work, incident)
        press = press or incident.press_id
        waiting = {
            pager_id
            for page in work.picture.pages_for(incident.id)
            if may_ring(page, incident, work.now) and page.reason not in TELLS
            for pager_id, _ in page.rings
        }
        lines = work.picture.lines_of(store.id)
        free = [pager for pager in pagers if pager.id not in waiting]
        deadline = deadline_of(incident, policy, work.now, first=first)
        sendable = self.connected(incident.store_id)
        drill = incident.purpose is Purpose.DRILL
        shares_burden = incident.purpose is Purpose.CALL and not incident.quiet
        made = 0
        for ring in rings(free, store.pagers, lambda group: can_ring(group, lines, work.now)):
            pager = ring.pager
            made += ring.count
            way = choose(pager.ways, lines)
            page = Page(
                id=first_page_id(press, pager.id) if first else self.new_id(),
                store_id=incident.store_id,
                incident_id=incident.id,
                press_id=press,
                step=incident.step if step is None else step,
                reason=reason,
                pager_id=pager.id,
                carrier_id=pager.carrier_id,
                gateway=way[0],
                transmitter=way[1],
                address=pager.address,
                format=pager.format,
                charset=pager.charset,
                body=body(button, pager, reason, incident, who),
                alert=tone(reason, drill=drill, quiet=incident.quiet, offered=lines.alerts(way)).value
                if pager.format == "tone"
                else pattern(
                    pager.alert,
                    priority=incident.priority,
                    reason=reason,
                    offered=lines.alerts(way),
                    step=alert,
                ),
                priority=LEAST_URGENT if reason in TELLS else incident.priority,
                purpose=incident.purpose,
                state=PageState.ORDERED if sendable else PageState.QUEUED,
                created_at=work.now,
                deadline_at=deadline,
                ordered_at=work.now if sendable else None,
                ways=pager.ways if pager.standby is not None else (),
                members=ring.members,
                heads=len(ring.members),
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
                gateway=way[0],
                transmitter=way[1],
                standby=standby(page, way) or None,
                members=_names(store, ring.members) or None,
            )
            if reason not in TELLS and shares_burden:
                for _, carrier in page.rings:
                    if carrier is not None:
                        work.picture.note(work.picture.last_paged, carrier, work.now, work.undo)
        return made

    def may_come(self, work: Work, page: Page) -> bool:
        """Whether a page without a final state may still go out, as far as anybody knows."""
        return may_come(page, work.picture.lines_of(page.store_id), work.now)

    def take_over(self, work: Work, page: Page, incident: Incident) -> Page | None:
        """The same page as an attempt of another gateway, if it is time for that; it is ordered there and asked back
        here. The caller puts it down."""
        if not self._may_leave(work, page, incident):
            return None
        move = takeover(page, *self._about(work, page, incident))
        if move is None:
            return None
        new = moved(page, move.gateway, work.now, sendable=True)
        if move.doubt:
            new = _marked(work, incident, new)
        work.others.extend((page.store_id, packet) for packet in asked_back(new))
        work.orders.append((page.store_id, new))
        work.say(
            Action.PAGE,
            incident,
            page=page.id,
            old=page.state.value,
            new=new.state.value,
            gateway=move.gateway,
            transmitter=new.transmitter,
            attempt=new.attempt,
            taken_from=page.transmitter,
            why=move.why.value,
            doubt=move.doubt or None,
            error=page.error_code,
            said=page.error_text,
        )
        return new

    def ask_back(self, work: Work, page: Page, incident: Incident) -> bool:
        """Its gateway is told to let go of it, if that is time: another one takes over when it has."""
        wanted = self._may_leave(work, page, incident) and asks_back(page, *self._about(work, page, incident))
        if wanted:
            work.others.append((page.store_id, cancel(page, TAKEN_OVER)))
        return wanted

    def known(self, work: Work, page: Page) -> Known:
        """Of the gateway that is asked for it."""
        picture, place = work.picture, (page.store_id, page.gateway)
        lines = picture.lines_of(page.store_id)
        return Known(
            dead=lines.given_up,
            long_dead=lambda way: lines.long_given_up(way, work.now),
            since=picture.asks_since(*place),
            answered_at=picture.answered.get(place),
            gone_at=lines.gone.get(page.gateway),
            linked_at=picture.linked_at.get(page.store_id),
        )

    def _may_leave(self, work: Work, page: Page, incident: Incident) -> bool:
        """Whether another gateway is of any use. What was taken back for somebody who then did not come is called for
        anew, in other words."""
        before = page.state is PageState.CANCELLED and page.created_at < incident.triggered_at
        wanted = bool(page.ways) and wish(page, incident) is Wish.ORDER and not before
        return wanted and self.connected(page.store_id)

    def _about(
        self, work: Work, page: Page, incident: Incident
    ) -> tuple[timedelta, datetime, Callable[[Way], bool], Known]:
        """Patience, now, which ways are any good, and what is known of its gateway."""
        lines = work.picture.lines_of(page.store_id)
        _, _, policy = context(work, incident)
        patience = timedelta(seconds=policy.patience_s)
        return patience, work.now, lambda way: not lines.down(way), self.known(work, page)


def _marked(work: Work, incident: Incident, page: Page) -> Page:
    """The same page, which says that it may have rung before."""
    store, button, _ = context(work, incident)
    pager = next((one for one in store.pagers if one.id == page.pager_id), None)
    if pager is None or page.reason in TELLS:
        return page
    about: Any = {"drill": incident.purpose is Purpose.DRILL, "quiet": incident.quiet}
    if page.format == "tone":
        offered = work.picture.lines_of(store.id).alerts((page.gateway, page.transmitter))
        return replace(page, alert=tone(repeated(page.reason), offered=offered, **about).value)
    return replace(page, body=page_body(button, pager, page.reason, again=True, **about))


def standby(page: Page, way: Way) -> bool:
    """Whether this is not the way that its pager prefers."""
    return bool(page.ways) and page.ways[0] != way


def _names(store: Store, members: Iterable[Worn]) -> list[str]:
    """Who wears them; of one that nobody wears what is written on it."""
    labels = {pager.id: pager.label for pager in store.pagers}
    return [
        store.carriers[carrier].initials
        if carrier is not None and carrier in store.carriers
        else labels.get(pager, "?")
        for pager, carrier in members
    ]


def body(button: Button, pager: Pager, reason: str, incident: Incident, who: str) -> str:
    drill = incident.purpose is Purpose.DRILL
    return page_body(button, pager, reason, drill=drill, quiet=incident.quiet, who=who)


def context(work: Work, incident: Incident) -> tuple[Store, Button, Policy]:
    """Shop, button and the policy under which the incident was opened."""
    store = work.picture.stores[incident.store_id]
    button = store.button(incident.device, incident.input)
    return store, button, policy_of(store, incident.policy_id, quiet=incident.quiet)


def may_ring(page: Page, incident: Incident, now: datetime) -> bool:
    """Whether it waits to be transmitted: neither over, nor too old to be ordered, nor being taken back."""
    alive = not page.state.is_final and page.deadline_at - now >= timedelta(seconds=1)
    return alive and wish(page, incident) is Wish.ORDER


def deadline_of(incident: Incident, policy: Policy, now: datetime, *, first: bool) -> datetime:
    """Until when a page may go on the air: the press's own time to live, later pages a full one of their own."""
    at_the_press = first and incident.triggered_at == now  # a first step may be told to wait
    start = incident.opened_at if at_the_press else now
    return max(start + timedelta(seconds=policy.ttl_s), now + timedelta(seconds=1))
