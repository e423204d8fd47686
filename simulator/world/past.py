"""One shop lives through its past: on the virtual clock, by the real rules and engine, never by inserting rows.

Customers, staff and mishaps come from `simulator.business`, everything else is the production cores of
`simulator.world`; what merely repeats does so seldom."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from firmware_bridge.light import Shown
from server import in_world
from server.in_world import Database, DutyKind
from server.requests import RunCanaries, SetDuty
from simulator.business import draw, mishaps, season, staffing, visits
from simulator.business.customers import Customers
from simulator.business.mishaps import Mishap, Trouble
from simulator.business.staffing import Look, Turn
from simulator.business.visits import Button, Visit, What
from simulator.habits import Closing, Die
from simulator.staff import OpenIncident, Verb
from simulator.stage import SERVER, Cable, Power
from simulator.world.pace import Pace
from simulator.world.server import NoAnswer
from simulator.world.shop import WorldShop
from simulator.world.staff import QuickStaffApi
from simulator.world.stage import WorldStage

HOURS = 3_600.0
SELDOM = Pace(
    look_s=12 * HOURS,
    poll_s=1.0,
    telling_s=6 * HOURS,
    probe_s=6 * HOURS,
    walk_s=6 * HOURS,
    look_at_path_s=6 * HOURS,
    try_s=48 * HOURS,
    plan_s=12 * HOURS,
    plan_after_call_s=12 * HOURS,
    plan_after_change_s=12 * HOURS,
    supervise_s=0.0,
)
"""A device that dies or is unplugged is noticed at once all the same: its broker and its line say so."""
QUIET_AT_THE_END = timedelta(minutes=30)
"""Nobody comes any more, so that whatever is open gets its end."""
TRIED_AT_THE_END = timedelta(minutes=4)
"""Then everything is tried, so that the next server finds a shop that works."""
A_LOOK = timedelta(seconds=20)
SAMPLED = 300.0
SHOWN = timedelta(hours=25)
"""The screens show the last day of a device in steps of five minutes ..."""
NIGHT_H = 3.5
"""... so the server is started anew, with that rhythm, in a night before it."""
MANAGER = "manager"
COLLECTED_DAYS = 60
PUSH_S = (0.12, 0.5)
UNDO_AFTER_S = 1.5


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be made of one shop."""

    shop_file: Path
    since: datetime
    until: datetime
    seed: int = 1


class Past:
    """One shop's history. `said(day)` is called after each day."""

    def __init__(self, wish: Wish, db: Database, said: Callable[[date], None] = lambda day: None) -> None:
        self._wish, self._said = wish, said
        self.shop = WorldShop(
            wish.shop_file,
            seed=wish.seed,
            start=wish.since,
            db=db,
            watch=True,
            pace=SELDOM,
            habits=staffing.habits,
            tempo=staffing.TEMPO,
            found=self._found,
            staff_api=QuickStaffApi,
        )
        self._stage = WorldStage(self.shop)
        self._staffing = in_world.Staffing(db, self.shop.plan.store, wish.since)
        self._customers = Customers()
        self._rng = self.shop.stream("customers")
        self._off: dict[int, datetime] = {}
        """Carrier -> until when somebody is on a break or absent."""
        zone = self._staffing.zone
        self._town = visits.Shop(
            self.shop.plan.store,
            [
                Button(unit.device, one.n, one.colour, one.label, one.zone)
                for unit in self.shop.plan.units
                for one in unit.inputs
            ],
            zone,
            wish.since.astimezone(zone).date(),
            wish.seed,
        )

    def make(self) -> None:
        """All of it. Afterwards nothing runs, and no incident is open."""
        end = self._wish.until
        for before, call in ((TRIED_AT_THE_END, self._end), (A_LOOK, self._break_over)):
            self.shop.clock.call_later((end - before - self.shop.clock.now()).total_seconds(), call)
        self.shop.open()
        self.shop.staff(True)
        day, last = self._town.since, self._wish.until.astimezone(self._town.zone).date()
        while day <= last:
            self._plan(day)
            if day == self._last_night.date():
                self._at(self._last_night - A_LOOK, self._break_over)
                self._at(self._last_night, self._look_closely)
            night = season.moment(day + timedelta(days=1), 0.0, self._town.zone)
            self._advance_to(min(night, self._wish.until))
            self._said(day)
            day += timedelta(days=1)
            if (day - self._town.since).days % COLLECTED_DAYS == 0:
                gc.collect()
        self.shop.close()

    @property
    def _last_night(self) -> datetime:
        """The latest one that begins before what the screens show of a device."""
        shown = self._wish.until - SHOWN
        day = shown.astimezone(self._town.zone).date()
        night = season.moment(day, NIGHT_H, self._town.zone)
        return night if night <= shown else season.moment(day - timedelta(days=1), NIGHT_H, self._town.zone)

    def _look_closely(self) -> None:
        self.shop.server.stop()
        self.shop.server.rhythm = replace(self.shop.server.rhythm, walk=timedelta(seconds=SAMPLED))
        self.shop.server.start()

    def _break_over(self) -> None:
        """Somebody says so, and the server looks soon after whether everything works: what it wrote down before a
        restart, or before the end, is seconds old and not hours."""
        for one in self._staffing.people[:1]:
            with suppress(NoAnswer):
                self.shop.server.ask(SetDuty(self.shop.plan.store, one.account, one.carrier, None))

    def _end(self) -> None:
        """The evening's round: what nobody said the end of, and whether everything works."""
        store = self.shop.plan.store
        staff = QuickStaffApi(self.shop.server, self.shop.db, store)
        for incident in staff.open_incidents(MANAGER):
            staff.act(MANAGER, incident.number, Verb.CLOSE, "left_before_contact")
        with suppress(NoAnswer):
            self.shop.server.ask(RunCanaries(store, None))

    @property
    def counters(self) -> Mapping[str, int]:
        """Unit -> the highest number that a press of it got."""
        return {name: unit.last_seq for name, unit in self.shop.units.items()}

    def _advance_to(self, moment: datetime) -> None:
        self.shop.advance(max(0.0, (moment - self.shop.clock.now()).total_seconds()))

    def _plan(self, day: date) -> None:
        town = self._town
        for visit in visits.day(town, day, self._staffing.hours(day)):
            self._at(visit.at, partial(self._come, visit))
        for turn in staffing.day(town.seed, day, town.zone, len(self._staffing.people)):
            self._at(turn.at, partial(self._turn, turn))
        for trouble in mishaps.of_day(town.seed, town.since, day, town.zone):
            if mishaps.ends(trouble) < self._wish.until - QUIET_AT_THE_END:
                if trouble.mishap is Mishap.SERVER:
                    self._at(trouble.at - A_LOOK, self._break_over)
                self._at(trouble.at, partial(self._trouble, trouble, begins=True))
                self._at(mishaps.ends(trouble), partial(self._trouble, trouble, begins=False))

    def _at(self, moment: datetime, call: Callable[[], None]) -> None:
        now = self.shop.clock.now()
        if now <= moment < self._wish.until - QUIET_AT_THE_END:
            self.shop.clock.call_later((moment - now).total_seconds(), call)

    # customers

    def _come(self, visit: Visit) -> None:
        self._customers.came(visit)
        match visit.what:
            case What.QUIET | What.DRILL:
                self._hand(visit, visit.what.value)
            case What.TAKEN_BACK:
                self._push(visit)
                self.shop.clock.call_later(UNDO_AFTER_S, lambda: self._hand(visit, "undo"))
            case _:
                self._push(visit)
        for after_s in visit.again_s:
            self.shop.clock.call_later(after_s, partial(self._again, visit))

    def _again(self, visit: Visit) -> None:
        light = self.shop.units[visit.button.device].light(visit.button.input)
        if light is not Shown.COMING and self._customers.waits(visit, self.shop.clock.now()):
            self._push(visit)

    def _push(self, visit: Visit) -> None:
        self._hand(visit, "press", ms=1000 * self._rng.uniform(*PUSH_S))

    def _hand(self, visit: Visit, verb: str, **figures: float) -> None:
        with suppress(ValueError):  # no key is wired there
            self._stage.hand(visit.button.name, verb, figures)

    # staff

    def _found(self, incident: OpenIncident, die: Die) -> Closing:
        return self._customers.met(incident.button, self.shop.clock.now(), draw.stream(die()))

    def _turn(self, turn: Turn) -> None:
        """Whoever's turn it is says so on the phone; the last one never goes."""
        now = self.shop.clock.now()
        there = [one for one in self._staffing.on_floor(now) if self._off.get(one.carrier, now) <= now]
        if len(there) > 1:
            one = there[turn.number % len(there)]
            until = self._off[one.carrier] = now + timedelta(minutes=turn.minutes)
            kind = DutyKind.BREAK if turn.look is Look.BREAK else DutyKind.AWAY
            with suppress(NoAnswer):
                self.shop.server.ask(SetDuty(self.shop.plan.store, one.account, one.carrier, kind, until))

    # mishaps

    def _trouble(self, trouble: Trouble, *, begins: bool) -> None:
        plan = self.shop.plan
        match trouble.mishap:
            case Mishap.CABLE:
                line = plan.lines[trouble.number % len(plan.lines)]
                self._stage.cable(line.name, Cable.PULL if begins else Cable.PLUG)
            case Mishap.UNIT:
                unit = plan.units[trouble.number % len(plan.units)]
                self._stage.power(unit.device, Power.KILL if begins else Power.START)
            case Mishap.SERVER:
                self._stage.power(SERVER, Power.STOP if begins else Power.START)
            case Mishap.LEAD_MISSING:
                for one in self._staffing.people:
                    if one.role == "shift_lead":
                        self._stage.away(one.login, begins)


def make(wish: Wish, db: Database, said: Callable[[date], None] = lambda day: None) -> Mapping[str, int]:
    """Returns how far each unit's counter got."""
    was_on = gc.isenabled()
    gc.disable()  # a tenth of the time: what grows here is no garbage
    try:
        past = Past(wish, db, said)
        past.make()
        return past.counters
    finally:
        if was_on:
            gc.enable()
