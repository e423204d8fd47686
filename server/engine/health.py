"""Every device's health: telemetry, presence, gaps and faults, kept in mind and written down in groups.

Telemetry costs no query: it changes memory alone, and a walk over all devices (`walk.py`) writes down what changed.
Only a fault that opens or is over is written at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from broker_config.messages import DeviceState, DeviceStatus, Telemetry
from server.db.connect import Database
from server.db.vitals import read_vitals
from server.engine.vitals import Came, Unit, Vital
from server.engine.work import Work
from server.rules import faults as rules
from server.rules import gaps
from server.rules.faults import Faults, OwnFault
from server.rules.journal import Action
from server.rules.wishes import Wish


class Health:
    def __init__(self, db: Database, telling: timedelta) -> None:
        self.db, self._telling = db, telling
        self.vitals: dict[Unit, Vital] = {}
        self.gone: dict[Unit, Wish] = {}
        """Settings of devices that are not in the shop any more."""
        self._written: dict[Unit, Faults] = {}
        """Open faults as they are in the rows."""
        self._dirty: set[Unit] = set()

    def start(self, stores: Iterable[str]) -> None:
        with self.db.reading() as session:
            for store in stores:
                found, gone = read_vitals(session, store)
                for device, vital in found.items():
                    self._know((store, device), vital)
                self.gone |= {(store, device): wish for device, wish in gone.items()}

    def of_store(self, store: str) -> list[Unit]:
        return sorted(unit for unit in self.vitals if unit[0] == store)

    def of(self, work: Work, unit: Unit) -> Vital | None:
        """None: no device of this shop, or a server."""
        vital = self.vitals.get(unit)
        store = work.picture.stores.get(unit[0])
        kind = store.devices.get(unit[1]) if store is not None else None
        if vital is None and kind is not None and kind != "s":
            self._know(unit, Vital(kind, wish=self.gone.pop(unit, Wish())))
            vital = self.vitals[unit]
        return vital if kind is not None else None

    def put(self, work: Work, unit: Unit, vital: Vital) -> None:
        """It is so from now on. A fault that is new or over is written in this very transaction."""
        work.picture.note(self.vitals, unit, vital, work.undo)
        self._dirty.add(unit)
        written = self._written.get(unit, rules.NONE)
        if vital.faults.keys() != written.keys():
            self._write_faults(work, unit, vital.faults)
            work.vitals.columns[unit] = vital.columns()  # so that the counter and its gap agree after a crash

    def status(self, work: Work, store: str, device: str, status: DeviceStatus) -> None:
        """As the broker tells it, now or once more."""
        unit = (store, device)
        vital = self.of(work, unit)
        if vital is None:
            return
        online = status.state is DeviceState.ONLINE
        changed = vital.state != status.state.value
        faults = vital.faults
        runs, back = vital.runs, False
        if online:
            runs, back = rules.online(vital.runs, status.run, work.now)
            faults = rules.over(faults, OwnFault.DEAD)
        elif not rules.has(faults, OwnFault.DEAD):
            since = work.now if changed else vital.since
            faults = rules.found(rules.over(faults, OwnFault.SILENT), OwnFault.DEAD, work.now, since=since)
        if back:
            faults = rules.taken_over(faults, 1, work.now)
        news = changed or vital.run != status.run
        if news and online:
            faults = rules.over(faults, OwnFault.SILENT)
        if news or faults is not vital.faults or runs is not vital.runs:
            vital = replace(
                vital,
                state=status.state.value,
                since=work.now if changed else vital.since,
                run=status.run if online else vital.run,
                heard_at=work.now if news and online else vital.heard_at,
                runs=runs,
                faults=faults,
            )
            self.put(work, unit, vital)

    def telemetry(self, work: Work, store: str, device: str, told: Telemetry) -> None:
        unit = (store, device)
        vital = self.of(work, unit)
        if vital is None:
            return
        now, before = work.now, vital.telemetry
        faults = rules.listed(rules.over(vital.faults, OwnFault.SILENT), told.faults, now)
        counter = vital.counter
        if vital.kind == "b":
            counter = gaps.told(counter, told.seq, told.spool, told.run)
            faults = rules.missing(faults, vital.counter, counter, now)
        since = 0 if before is None or before.run != told.run else before.takeovers
        lists_it = any(one.kind == OwnFault.TAKEN_OVER for one in told.faults)
        if told.takeovers > since and not lists_it:
            faults = rules.taken_over(faults, told.takeovers - since, now)
        unsynced = (vital.unsynced_since or now) if told.clock == "unsynced" else None
        if unsynced is None:
            faults = rules.over(faults, OwnFault.CLOCK)
        elif now - unsynced > rules.UNSYNCED_FOR and not rules.has(faults, OwnFault.CLOCK):
            faults = rules.found(faults, OwnFault.CLOCK, now, since=unsynced)
        vital = replace(
            vital,
            heard_at=now,
            telemetry=told,
            telemetry_at=now,
            counter=counter,
            faults=faults,
            unsynced_since=unsynced,
        )
        self.put(work, unit, vital)

    def after(self, work: Work) -> None:
        """The presses are committed."""
        for came in work.came:
            self._came(came, work.now)

    def write_down(self, work: Work, unit: Unit) -> None:
        """What of it is not in the rows yet."""
        if unit in self._dirty:
            vital = self.vitals[unit]
            self._dirty.discard(unit)
            work.undo.append(lambda: self._dirty.add(unit))
            work.vitals.columns[unit] = vital.columns()
            if vital.faults != self._written.get(unit, rules.NONE):
                self._write_faults(work, unit, vital.faults)

    def left(self, work: Work, store: str) -> None:
        """Devices that are not in the shop any more: nothing is wrong with them."""
        devices = work.picture.stores[store].devices
        for unit in self.of_store(store):
            if unit[1] not in devices:
                self._write_faults(work, unit, rules.NONE)
                self._forget(work, unit)

    def _forget(self, work: Work, unit: Unit) -> None:
        vital = self.vitals.pop(unit)
        self._dirty.discard(unit)
        work.undo.append(lambda: self.vitals.__setitem__(unit, vital))
        if vital.wish != Wish():
            work.picture.note(self.gone, unit, vital.wish, work.undo)

    def _know(self, unit: Unit, vital: Vital) -> None:
        self.vitals[unit] = replace(vital, tells_every=self._telling)
        self._written[unit] = vital.faults

    def _came(self, came: Came, now: datetime) -> None:
        vital = self.vitals.get(came.unit)
        if vital is None:
            return
        counter = gaps.came(vital.counter, came.seq, came.run)
        pressed_at, presses = vital.pressed_at, vital.presses
        if came.pressed_at is not None:
            pressed_at = max(pressed_at or came.pressed_at, came.pressed_at)
            presses += 1
        faults = vital.faults
        if counter.missing != vital.counter.missing:
            faults = rules.missing(faults, vital.counter, counter, now)
        self.vitals[came.unit] = replace(
            vital, counter=counter, pressed_at=pressed_at, presses=presses, heard_at=now, faults=faults
        )
        self._dirty.add(came.unit)

    def _write_faults(self, work: Work, unit: Unit, faults: Faults) -> None:
        before = self._written.get(unit, rules.NONE)
        work.vitals.faults.append((unit, before, faults))
        work.picture.note(self._written, unit, faults, work.undo)
        opened, over = faults.keys() - before.keys(), before.keys() - faults.keys()
        for word, keys, source in (("open", opened, faults), ("over", over, before)):
            for number, kind in sorted(keys):
                work.say(
                    Action.FAULT,
                    store=unit[0],
                    new=word,
                    device=unit[1],
                    input=number or None,
                    kind=kind,
                    count=source[number, kind].count or None,
                )
        if opened or over:
            work.rang.add(unit[0])
