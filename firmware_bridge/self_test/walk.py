"""The whole self-test in its order: from the file to the server's receipt. Nothing in it disturbs a running unit."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import broker_config
from broker_config import machine
from broker_config.config import load
from broker_config.errors import SetupError
from broker_config.link import LinkSetup
from broker_config.notify import Notifier
from firmware_bridge import readings
from firmware_bridge.__main__ import compose, spool_path
from firmware_bridge.buttons import PinFactory, pin_factory
from firmware_bridge.config import ButtonUnitSettings
from firmware_bridge.errors import DataFolderBusy, PinError, UnitError
from firmware_bridge.lock import FolderLock
from firmware_bridge.outbox import Identity
from firmware_bridge.self_test import broker, disk, pins
from firmware_bridge.self_test import machine as judge
from firmware_bridge.self_test.drill import Drill, waiting_before
from firmware_bridge.self_test.findings import NOTHING_DONE, Finding, Level, exit_code, fine, note, wrong
from firmware_bridge.self_test.installer import Installer
from firmware_bridge.self_test.pins import NextEdge, Pins
from firmware_bridge.setup import link_setup


class SelfTest:
    """`factory`, `next_edge` and `user` are for tests."""

    def __init__(
        self,
        installer: Installer,
        *,
        factory: PinFactory | None = None,
        clock: Callable[[], float] = machine.boot_clock,
        next_edge: Callable[[Pins], NextEdge] = lambda pins: pins.next_edge,
        user: Callable[[], int] = os.geteuid,
    ) -> None:
        self._installer = installer
        self._user = user
        self._factory = factory
        self._clock = clock
        self._next_edge = next_edge
        self._found: list[Finding] = []

    def run(self, path: Path) -> int:
        """The exit code; every finding was shown."""
        logging.getLogger().addHandler(logging.NullHandler())  # what happens is said here, not twice
        try:
            settings = load(ButtonUnitSettings, path)
        except SetupError as error:
            for line in str(error).splitlines():
                self._show(wrong("config", line, "correct the file"))
            return NOTHING_DONE
        try:
            lock = FolderLock(settings.data)
            owner = settings.data.stat().st_uid
        except DataFolderBusy:
            do = "sudo systemctl stop redbutton-button, test, then start it again"
            self._show(wrong("service", f"it is running on {settings.data}, and is left alone", do))
            return NOTHING_DONE
        except OSError as error:
            why = error.strerror or str(error)
            self._show(
                wrong(
                    "data folder", f"{settings.data}: {why}", "is its partition mounted, and who may use it?"
                )
            )
            return NOTHING_DONE
        if owner != self._user():
            lock.close()  # what root writes here the service could not write any more
            saw = f"{settings.data} belongs to user {owner}, this is user {self._user()}"
            self._show(
                wrong("user", saw, "test as the user of the service: sudo -u redbutton redbutton button ...")
            )
            return NOTHING_DONE
        self._show(fine("config", f"{settings.store}.{settings.device}"))
        try:
            self._all(settings, lock)
        finally:
            lock.close()
        return exit_code(self._found)

    def _all(self, settings: ButtonUnitSettings, lock: FolderLock) -> None:
        for finding in self._machine(settings.data):
            self._show(finding)
        factory = self._pins(settings)
        reached = [self._show(finding) for finding in broker.check(self._setup(settings), self._clock)]
        if factory is None or any(finding.level is Level.WRONG for finding in reached):
            self._show(note("drill", "not tried", "put right what is above, then test again"))
        else:
            self._show(self._drill(settings, factory, lock))

    def _machine(self, data: Path) -> Iterator[Finding]:
        synced = readings.kernel_clock_synced()
        seen = readings.reader(synced, data)()
        yield judge.clock(synced())
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace")
        kind = judge.file_system(mounts, data.resolve())
        yield judge.folder(data, kind, *disk.commits(data, self._clock), seen)
        yield judge.power(seen)
        radio = judge.radio(seen)
        if radio is not None:
            yield radio

    def _pins(self, settings: ButtonUnitSettings) -> PinFactory | None:
        """The factory, when the pins can be used."""
        try:
            factory = pin_factory(settings.pin_factory) if self._factory is None else self._factory
        except PinError as error:
            self._show(wrong("pins", str(error), "run this on the Pi, as a user of group gpio"))
            return None
        found = pins.check(
            settings.inputs, settings.plan.inputs, factory, self._clock, self._installer, self._next_edge
        )
        usable = True
        for finding in found:
            self._show(finding)
            usable = usable and not (finding.name == "pins" and finding.level is Level.WRONG)
        return factory if usable else None

    def _setup(self, settings: ButtonUnitSettings) -> LinkSetup:
        who = Identity(
            settings.store, settings.device, machine.new_run(), machine.boot_id(), broker_config.__version__
        )
        return link_setup(who, settings.host, settings.port, settings.credentials)

    def _drill(self, settings: ButtonUnitSettings, factory: PinFactory, lock: FolderLock) -> Finding:
        number = next(one.n for one in settings.inputs if one.key_for is None)
        if not self._installer.has_hands:
            return note("drill", "not sent: nobody was asked")
        if not self._installer.ask(
            f"Send one drill from button {number}? A pager may ring; it says that it is a drill."
        ):
            return note("drill", "not sent, as you wished")
        try:
            before = waiting_before(spool_path(settings.data))
            unit = compose(settings, factory, notifier=Notifier(None), lock=lock)
        except UnitError as error:
            return wrong("drill", str(error), "put that right, then test again")
        return Drill(unit, number, before, self._clock).walk()

    def _show(self, finding: Finding) -> Finding:
        self._found.append(finding)
        self._installer.show(finding)
        return finding
