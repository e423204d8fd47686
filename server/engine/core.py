"""The server's core: deliveries, requests of people and due moments in; committed rows, then words to the world out.

No thread, clock, randomness or socket of its own: see `broker_config.loop.Core`. One group of events is one
transaction. A group that fails is done again one by one, so that a bad one fails alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from broker_config.link import Connected, Delivery, Disconnected, Link, Published
from broker_config.messages import CertificateRequest, FallbackReport
from server.channels_out.letter import Letter, Told
from server.db.connect import Database
from server.db.engine_read import read_known, read_picture
from server.db.engine_store import revision_of
from server.db.stand_ins import Found, find
from server.engine.answers import Answers
from server.engine.arrivals import Known
from server.engine.calls import Calls, NewId
from server.engine.canaries import Canaries
from server.engine.device_commands import DeviceCommands
from server.engine.devices import Devices
from server.engine.effects import Effects
from server.engine.events import Ask, Due, Event, Step, is_press
from server.engine.health import Health
from server.engine.keeping import Keeping
from server.engine.letters import letter, told
from server.engine.line_watch import LineWatch
from server.engine.people import People
from server.engine.phases import Phases
from server.engine.picture import Picture
from server.engine.presses import Presses
from server.engine.results import Results
from server.engine.rhythm import USUAL, Rhythm
from server.engine.shop import provide_codes, read_anew
from server.engine.stand_in_reports import StandInReports
from server.engine.stand_ins import StandIns
from server.engine.steps import Steps
from server.engine.teaching import Teaching
from server.engine.timers import Timers
from server.engine.units import Units
from server.engine.walk import Walk
from server.engine.watch import Watch
from server.engine.wishes import FIRST, Wishes
from server.engine.work import Work
from server.intake import Incoming, Intake, may_be_known, press_of, read
from server.rules.facts import Notice
from server.rules.stalls import Stalls

STOOD_STILL = timedelta(seconds=2)
"""So late with what was due this process, or its database, has stood still."""


class ServerCore:
    """`utc` turns a boot-time moment into a UTC one and `boot` back; both fixed for the life of the process, so that
    no jump of the wall clock moves an escalation. `ring(store, journal id)` is called after each commit, `post` with
    each letter for a slow channel. `watch` False: nobody looks whether everything works. `renew` is called with each
    request of a device for its next certificate."""

    def __init__(
        self,
        *,
        db: Database,
        picture: Picture,
        links: Mapping[str, Link],
        own: Mapping[str, str],
        run: str,
        new_id: NewId,
        utc: Callable[[float], datetime],
        boot: Callable[[datetime], float],
        ring: Callable[[str, int], None],
        post: Callable[[Letter], None],
        started_at: datetime,
        public_url: str | None = None,
        watch: bool = True,
        rhythm: Rhythm = USUAL,
        renew: Callable[[str, str, CertificateRequest], None] = lambda store, device, asked: None,
    ) -> None:
        self._db, self._picture, self._links = db, picture, links
        picture.heard_since = started_at
        self._utc, self._boot = utc, boot
        self._rhythm = rhythm
        self._timers = Timers()
        self._stalls = {store: Stalls() for store in links}
        calls = Calls(new_id, lambda store: links[store].connected)
        steps = Steps(calls)
        self._lines = LineWatch(steps, self._timers)
        people = People(steps)
        self._health = Health(db, rhythm.telling)
        self._walk = Walk(self._health, self._timers, calls.connected, rhythm.walk)
        self._keeping = Keeping(db, self._timers, rhythm.night)
        self._wishes = Wishes(self._health)
        self._commands = DeviceCommands(db, self._health, self._timers, new_id, calls.connected)
        self._devices = Devices(run, own, self._health, self._wishes, self._lines)
        canaries = Canaries(new_id)
        self._watch = Watch(
            db, canaries, self._devices, self._timers, calls.connected, rhythm, scheduled=watch
        )
        teaching = Teaching(self._commands, self._health, new_id, calls.connected)
        self._answers = Answers(db, people, self._watch, self._wishes, self._commands, teaching)
        self._presses = Presses(steps, people, canaries)
        self._results = Results(steps, people)
        self._phases = Phases(steps, self._results, self._lines)
        self._intake = Intake(
            self._presses,
            self._results,
            self._devices,
            canaries,
            StandInReports(steps, self._results, new_id, self._look_up_report),
            self._health,
            self._wishes,
            self._commands,
            teaching,
            lambda store: self._devices.round_trip_s.get(store, 0.0),
            lambda store, at, age_s: self._stalls[store].doubt_s(at, age_s),
            renew,
        )
        self._stand_ins = StandIns(picture, self._timers, rhythm)
        self._effects = Effects(picture, links, self._timers, run, ring, self._post_letter)
        self._units = Units(self, db, picture, links, self._timers)
        self._effects.plan_all()
        for store in picture.stores:
            self._timers.set(("lines", store), started_at)
        self._watch.start(list(picture.stores), started_at)
        self._health.start(picture.stores)
        self._walk.start(picture.stores, started_at)
        self._commands.start(picture.stores, started_at)
        self._keeping.start({name: store.zone for name, store in picture.stores.items()}, started_at)
        self._post, self._public_url = post, public_url
        self._post_all()

    @property
    def picture(self) -> Picture:
        """For those who live in the engine's own thread: to be read."""
        return self._picture

    def due(self) -> float | None:
        moment = self._units.retry_at or self._timers.next()
        return None if moment is None else self._boot(moment)

    def handle(self, events: Sequence[Event], now: float) -> None:
        moment = self._utc(now)
        self._notice_standstill(moment)
        steps = [step for event in events if (step := self._step(event)) is not None]
        if self._units.waits(steps, moment):
            return
        steps += [Due(key) for key in self._timers.take(moment)]
        # A person waits for a press, nobody for a result: presses first, in a transaction of their own.
        presses = [step for step in steps if is_press(step)]
        others = [step for step in steps if not is_press(step)]
        if presses:
            self._units.together(presses, moment, now)
        if self._units.retry_at is not None:
            self._units.put_off(others, moment)
        elif others or self._units.in_doubt:
            self._units.together(others, moment, now)

    def _notice_standstill(self, moment: datetime) -> None:
        """What gateways said meanwhile is still on its way into here: nobody has kept silent."""
        planned = self._timers.next()
        if planned is not None and moment - planned > STOOD_STILL:
            self._picture.heard_since = moment

    def close(self) -> None:
        """The loop has ended: let go of the database."""
        self._units.close()

    def _step(self, event: Event) -> Step | None:
        if isinstance(event, Ask | Told):
            return event
        stalls = self._stalls[event.store]
        if isinstance(event.event, Delivery):
            stalls.heard(event.event.at)
            return read(event.store, event.event, self._picture.stores[event.store].devices)
        if isinstance(event.event, Published):
            stalls.heard(event.event.at)
        if isinstance(event.event, Connected):
            stalls.back(event.event.at, session_present=event.event.session_present)
            self._picture.linked_at[event.store] = self._utc(event.event.at)
            self._lines.linked(event.store, self._utc(event.event.at))
            self._timers.set(("probe", event.store), self._utc(event.event.at))
            self._stand_ins.connected(event.store, self._utc(event.event.at))
            self._walk.connected(event.store, self._utc(event.event.at))
            self._timers.set(("settings", event.store), self._utc(event.event.at) + FIRST)
        if isinstance(event.event, Disconnected):
            stalls.lost(event.event.reason)
            self._devices.lost(event.store)
            self._watch.soon(event.store, self._utc(event.event.at))
            self._walk.disconnected(event.store)
        return None

    def stage(self, work: Work, steps: Sequence[Step], *, look_up_all: bool) -> None:
        known = self._known(steps, look_up_all=look_up_all)
        for step in steps:
            self._stage(work, step, known)
        self._lines.check(work)

    def after(self, work: Work) -> None:
        self._effects.after(work)
        self._stand_ins.after(work)
        self._health.after(work)
        self._watch.after(work)
        if work.swept:
            self._keeping.after(work)

    def look_again(self, moment: datetime, now: float) -> None:
        with self._db.reading() as session:
            self._picture.become(read_picture(session, self._picture.stores, moment))
        self._effects.plan_all()
        work = Work(self._picture, moment, now)
        work.lights |= self._picture.at.keys() | self._picture.lights.keys()
        self._effects.after(work)
        self._post_all()

    def _known(self, steps: Sequence[Step], *, look_up_all: bool) -> Mapping[UUID, Known]:
        ids: set[UUID] = set()
        for step in steps:
            if isinstance(step, Incoming):
                press = press_of(step)
                ids.update(may_be_known(step))
                if look_up_all and press is not None:
                    ids.add(press.id)
        if not ids:
            return {}
        with self._db.reading() as session:
            return read_known(session, ids)

    def _stage(self, work: Work, step: Step, known: Mapping[UUID, Known]) -> None:
        match step:
            case Incoming():
                self._intake.take(work, step, known)
            case Ask():
                found = self._answers.answer(work, step.request)
                work.answers.append(lambda: step.answer(found))
            case Told():
                told(work, step)
            case Due(("incident", UUID() as key)):
                self._phases.incident(work, key)
            case Due(("page", UUID() as key)):
                self._phases.page(work, key)
            case Due(("canary" | "canaries" | "readiness", _) as key):
                self._watch.due(work, key)
            case Due(("command", UUID() as key)):
                self._commands.due(work, key)
            case Due(("lines", str() as store)):
                self._lines.due(work, store)
            case Due(("devices", str() as store)):
                self._walk.due(work, store)
                if self._links[store].connected:
                    self._wishes.clear_gone(work, store)
            case Due(("settings", str() as store)):
                self._wishes.tell_all(work, store)
            case Due(("keeping", str() as store)):
                self._keeping.due(work, store)
            case Due(("plan", str() as store)):
                self._stand_ins.go_on(work, store)
            case Due(("probe", str() as store)):
                work.others.append((store, self._devices.probe_for(store, work.boot)))
                self._look_at_shop(work, store)
                self._timers.set(("probe", store), work.now + self._rhythm.probe)

    def _look_at_shop(self, work: Work, store: str) -> None:
        """Another process may have changed it: `redbutton shop load`."""
        with self._db.reading() as session:
            if revision_of(session, store) != work.picture.stores[store].revision:
                read_anew(work, store, session)
        provide_codes(work, store, self._db)

    def _look_up_report(self, store: str, report: FallbackReport, heard: datetime) -> Found:
        with self._db.reading() as session:
            return find(session, store, report, heard)

    def _post_all(self) -> None:
        """Letters that are not sent as far as the rows know; one that was posted before is not sent twice."""
        for notice in self._picture.notices.values():
            self._post_letter(notice, self._picture)

    def _post_letter(self, notice: Notice, picture: Picture) -> None:
        incident = picture.incidents.get(notice.incident_id)
        if incident is not None:
            store = picture.stores[notice.store_id]
            pages = picture.pages_for(incident.id)
            self._post(letter(notice, incident, store, pages, self._public_url))
