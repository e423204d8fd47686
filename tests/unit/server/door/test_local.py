"""Devices of the server's own machine: written down when their certificate is new, and revoked like all others."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from pathlib import Path

import pytest

from broker_config.identity import authority, keys
from broker_config.identity.certificate import facts
from broker_config.identity.folder import IdentityFolder
from server.db.tables import Device, Identity
from server.door.local import Local
from tests.unit.server.door.conftest import Stage


class Machine:
    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.folder, self.local = stage, folder / "identities", Local(folder / "identities")
        self.times = 0

    def make(self, device: str, name: str | None = None) -> str:
        """As `redbutton up` does. The serial."""
        signer, key = self.stage.door.signer.authority, keys.new_key()
        pem = signer.device(
            keys.request(key), name or f"s1.{device}", now=self.stage.now, serial=authority.new_serial()
        )
        made = IdentityFolder(self.folder / device)
        made.write(key=key, certificate=pem, authority=signer.certificate)
        self.times += 1
        os.utime(made.certificate, (self.times, self.times))
        return f"{facts(pem).serial:x}"

    def register(self) -> list[str]:
        return self.local.register(self.stage.db, ("s1",), self.stage.now)


@pytest.fixture
def machine(stage: Stage, tmp_path: Path) -> Machine:
    with stage.db.transaction() as session:
        for device, kind in (("b5", "b"), ("g5", "g")):
            session.add(Device(store_id="s1", device=device, kind=kind))
    return Machine(stage, tmp_path)


def test_each_certificate_is_written_down_once(machine: Machine) -> None:
    serials = {device: machine.make(device) for device in ("b5", "g5")}
    assert machine.register() == ["b5", "g5"]
    assert machine.register() == []
    assert Local(machine.folder).register(machine.stage.db, ("s1",), machine.stage.now) == []  # a later start
    for device, role in (("b5", "button"), ("g5", "gateway")):
        [row] = machine.stage.rows(device)
        assert (row.serial, row.role, row.state, row.told_at) == (serials[device], role, "active", None)


def test_a_renewed_one_ends_the_one_before_it(machine: Machine) -> None:
    machine.make("b5")
    machine.register()
    machine.stage.now += timedelta(days=250)
    serial = machine.make("b5")
    assert machine.register() == ["b5"]
    old, new = machine.stage.rows("b5")
    assert (old.state, new.state, new.serial) == ("replaced", "active", serial)


def test_who_was_revoked_does_not_come_back_by_a_new_certificate(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    machine.make("b5")
    machine.register()
    machine.stage.revoke("b5")
    assert machine.register() == []
    machine.make("b5")
    with caplog.at_level(logging.ERROR):
        assert machine.register() == []
    assert [row.state for row in machine.stage.rows("b5")] == ["revoked"]
    assert "b5 was revoked" in caplog.text


def test_strange_folders_are_left_alone(machine: Machine) -> None:
    machine.make("b8")  # not of this shop, or not yet
    machine.make("b9", "s2.b5")
    (machine.folder / "empty").mkdir()
    (machine.folder / "b5").mkdir()
    (machine.folder / "b5" / "device.crt").write_bytes(b"\xff nonsense")
    assert machine.register() == []
    with machine.stage.db.transaction() as session:
        session.add(Device(store_id="s1", device="b8", kind="b"))
    assert machine.register() == ["b8"]
    assert Local(machine.folder / "nowhere").register(machine.stage.db, ("s1",), machine.stage.now) == []


def test_the_first_files_are_right_before_anybody_connects(machine: Machine) -> None:
    stage = machine.stage
    machine.make("b5")
    object.__setattr__(stage.door, "local", machine.local)
    stage.book.runs = False
    stage.door.begin()
    assert "user s1.b5\n" in stage.acl
    assert stage.book.done == []
    assert isinstance(stage.rows("b5")[0], Identity)
