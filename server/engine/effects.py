"""What happens after a commit, in this order: orders, receipts, lights and the rest, settles, answers, the bell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from broker_config import channels
from broker_config.codec import publication
from broker_config.link import Link
from broker_config.messages import Light, LightState
from server.dispatch import order
from server.engine.picture import Picture, Place
from server.engine.timers import Timers
from server.engine.work import Work
from server.rules.escalation import wakes_at
from server.rules.facts import Notice, Page
from server.rules.light import button_light
from server.rules.pages import ASK_AGAIN, ends_at

QUIET = frozenset({LightState.IDLE, LightState.RECEIVED})
"""From idle to received the unit goes by itself, at its receipt: no packet for that."""


class Effects:
    def __init__(
        self,
        picture: Picture,
        links: Mapping[str, Link],
        timers: Timers,
        run: str,
        ring: Callable[[str, int], None],
        post: Callable[[Notice, Picture], None],
    ) -> None:
        self._post = post
        self._picture, self._links, self._timers = picture, links, timers
        self._run = run
        self._ring = ring
        self._rev = 0

    def plan_all(self) -> None:
        """At the start: every open matter gets its timer; a page that was never final is asked about at once."""
        for incident in self._picture.incidents.values():
            self._timers.set(("incident", incident.id), wakes_at(incident))
        for place in self._picture.at:
            self._picture.lights.setdefault(place, button_light(self._picture.open_at(place)))
        for page in self._picture.pages.values():
            if not page.settled:
                self._timers.set(("page", page.id), page.created_at)

    def after(self, work: Work) -> None:
        for store, page in work.orders:
            self._order(store, page, work.now)
        for store, packet in work.receipts:
            self._links[store].publish(packet)
        self._lights(work)
        for store, packet in work.others:
            self._links[store].publish(packet)
        for store, delivery in work.settles:
            self._links[store].settle(delivery)
        for notice in work.letters:
            self._post(notice, self._picture)
        for answer in work.answers:
            answer()
        for key, notice in work.notices.items():
            if notice.final_at is not None:
                self._picture.notices.pop(key, None)
        self._plan(work)
        for store in work.rang:
            self._ring(store, self._picture.journal_id)

    def _order(self, store: str, page: Page, now: datetime) -> None:
        packet = order(page, now)
        if packet is not None:
            self._links[store].publish(packet)
        self._picture.asked[page.id] = now

    def _lights(self, work: Work) -> None:
        for place in sorted(work.lights | work.lights_again):  # in the same order in every process
            now = button_light(self._picture.open_at(place))
            before = self._picture.lights.get(place, LightState.IDLE)
            self._picture.lights[place] = now
            if place not in work.lights_again and (
                now is before or ({now, before} == QUIET and now is not LightState.IDLE)
            ):
                continue
            brief = work.brief.get(place) if now is LightState.IDLE else None
            self._show(place, *(brief or (now, None)))

    def _show(self, place: Place, state: LightState, for_s: int | None) -> None:
        store, device, number = place
        self._rev += 1
        light = Light(input=number, run=self._run, rev=self._rev, state=state, for_s=for_s)
        self._links[store].publish(publication(channels.LIGHT, store, "b", device, light))

    def _plan(self, work: Work) -> None:
        picture = self._picture
        for key in work.incidents:
            incident = picture.incidents.get(key)
            self._timers.set(("incident", key), wakes_at(incident) if incident is not None else None)
        for key in work.pages.keys() | work.asked:
            page = picture.pages[key]
            asked = picture.asked.get(key, page.created_at)
            end = max(ends_at(page, picture.heard_since), work.now)
            self._timers.set(("page", key), None if page.settled else min(asked + ASK_AGAIN, end))
        if work.woken:
            for page in picture.pages.values():
                places = {page.gateway, *(one.gateway for one in page.open_elsewhere)}
                asked_there = any((page.store_id, place) in work.woken for place in places)
                if asked_there and not page.settled:
                    self._timers.set(("page", page.id), work.now)
        touched = {picture.pages[key].incident_id for key in work.pages} | set(work.incidents)
        picture.forget(touched)
