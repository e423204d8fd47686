"""The started unit on a disk that takes nothing: it starts, keeps presses in memory, sends them, and tells."""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config import machine
from broker_config.broker.run import Broker
from broker_config.files import write_private
from firmware_bridge.press import NewPress
from firmware_bridge.spool import Spool
from tests.live.as_nobody import NOBODY
from tests.live.brokers import STORE, users
from tests.live.live_unit import Unit
from tests.live.processes import wait_until
from tests.live.receiver import Receiver

pytestmark = pytest.mark.live

DEVICE = "b1"
OLD = 5


@dataclass
class Place:
    """A unit whose data folder can be taken from it."""

    folder: Path
    unit: Unit
    receiver: Receiver

    @property
    def data(self) -> Path:
        return self.folder / DEVICE

    def become_nobody(self) -> None:
        """The unit has no more rights than a unit has."""
        self.unit._command[2:2] = ["tests.live.as_nobody"]
        for path in (self.unit.ready.parent, self.folder / f"{DEVICE}.word"):
            self.own(path)

    def own(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)

    def lock(self) -> None:
        for one in self.data.iterdir():
            one.chmod(0o444)
        self.data.chmod(0o555)

    def unlock(self) -> None:
        self.data.chmod(0o755)
        for one in (self.data, *self.data.iterdir()):
            self.own(one)
            if one.is_file():
                one.chmod(0o644)

    def waiting(self) -> int:
        self.receiver.work()
        return self.unit.waiting()


@pytest.fixture
def place(broker: Broker) -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="rb-unit-"))
    folder.chmod(0o755)
    run = folder / "run"
    run.mkdir()
    write_private(folder / f"{DEVICE}.word", users()[DEVICE].password)
    unit = Unit(
        folder,
        run / "s",
        store=STORE,
        device=DEVICE,
        port=broker.port,
        inputs=2,
        ttl_s=120,
        proof=f'password_file = "{folder / DEVICE}.word"',
    )
    receiver = Receiver(broker.port, DEVICE)
    yield Place(folder, unit, receiver)
    unit.kill()
    receiver.close()
    shutil.rmtree(folder)


def old_spool(place: Place) -> list[int]:
    """What a killed unit leaves: presses in the file and in its log."""
    at_work = place.folder / "at-work"
    now, boot = machine.boot_clock(), machine.boot_id()
    with closing(Spool(str(at_work / "spool.sqlite"))) as spool:
        rows = [spool.add([NewPress(uuid4(), 1, now - 900, boot, 120)])[0] for _ in range(OLD)]
        shutil.copytree(at_work, place.data, ignore=shutil.ignore_patterns("*-shm"))
    return [one.seq for one in rows]


def test_a_unit_on_a_read_only_folder_starts_sends_what_is_there_and_works_from_memory(place: Place) -> None:
    old = old_spool(place)
    place.become_nobody()
    place.lock()
    place.unit.start()
    receiver = place.receiver
    wait_until(lambda: receiver.seqs == old, "the old presses are sent")
    place.unit.press(1)
    wait_until(lambda: receiver.seqs == [*old, OLD + 1], "the new one too")
    assert place.unit.light(1) in ("idle", "nobody")  # the disk does not have it, and neither has the server
    wait_until(lambda: receiver.faults == ["disk_read_only"], "it tells")
    receiver.answers = True
    wait_until(lambda: (receiver.work(), place.unit.light(1))[1] == "received", "the light says so")  # type: ignore[func-returns-value]
    place.unit.press(2)
    wait_until(lambda: receiver.seqs == [*old, OLD + 1, OLD + 2], "the next one")
    assert place.waiting() == OLD
    place.unlock()
    wait_until(lambda: place.waiting() == 0, "what is settled leaves the disk when it works again")
    wait_until(lambda: receiver.faults == [], "it tells that it is over")
    place.unit.press(1)
    wait_until(lambda: receiver.seqs[-1] == OLD + 3, "numbers go on")
    wait_until(lambda: place.unit.accepted() == OLD + 3, "and on the disk again")
    assert {press.age_known for press in receiver.presses.values()} == {True}
    assert place.unit.stop() == 0
    assert "Traceback" not in place.unit.text()


def test_a_unit_whose_files_cannot_grow_sends_and_brings_to_the_disk_later(place: Place) -> None:
    """The kernel's limit on a file's size: SQLite gets the errors of a disk that takes no more."""
    place.unit.start()
    receiver = place.receiver
    place.unit.press(1)
    wait_until(lambda: receiver.seqs == [1], "the disk is fine")
    wait_until(lambda: place.unit.light(1) == "sending", "the light says so")
    size = (place.data / "spool.sqlite-wal").stat().st_size
    limit_files(place.unit.pid, size)
    place.unit.press(2)
    wait_until(lambda: receiver.seqs == [1, 2], "a press is sent all the same")
    assert place.unit.accepted() == 1
    assert place.unit.light(2) in ("idle", "nobody")
    wait_until(lambda: receiver.faults == ["disk_failed"], "it tells")
    limit_files(place.unit.pid, resource.RLIM_INFINITY)
    wait_until(
        lambda: place.unit.accepted() == place.waiting() == 2, "it is on the disk when that works again"
    )
    wait_until(lambda: receiver.faults == [], "it tells that it is over")
    place.unit.kill()
    receiver.presses.clear()
    place.unit.start()
    wait_until(lambda: receiver.seqs == [1, 2], "a kill loses neither")
    receiver.answers = True
    wait_until(lambda: place.waiting() == 0, "both have their receipts")


def limit_files(pid: int, most: int) -> None:
    highest = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most if most >= 0 else highest, highest))
