"""What the engine notes of a device: its state, and since when it is so."""

from __future__ import annotations

import pytest
from sqlmodel import select

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import DeviceState, DeviceStatus
from server.db.tables import Device
from tests.engine_box import EngineBox
from tests.small_shop import STORE


def say(box: EngineBox, state: DeviceState, run: str = "aaaa", device: str = "b1") -> None:
    status = DeviceStatus(state=state, run=run, boot="b00b", sw="1.0")
    box.deliver(publication(channels.STATUS, STORE, "b", device, status), retain=True)
    box.time.advance(0)


def row(box: EngineBox, device: str = "b1") -> Device:
    with box.db.reading() as session:
        return session.exec(select(Device).where(Device.device == device)).one()


@pytest.mark.parametrize("restart", [False, True])
def test_since_when_is_not_moved_by_hearing_the_same_again(box: EngineBox, restart: bool) -> None:
    """The broker tells the retained status anew at every connect of the server."""
    say(box, DeviceState.OFFLINE)
    since = row(box).changed_at
    assert since == box.time.now()
    box.time.advance(3600)
    if restart:
        box.restart()
    say(box, DeviceState.OFFLINE)
    assert row(box).changed_at == since
    say(box, DeviceState.ONLINE, "bbbb")
    found = row(box)
    assert (found.state, found.run, found.boot, found.sw) == ("online", "bbbb", "b00b", "1.0")
    assert found.changed_at == box.time.now()


def test_nothing_is_noted_of_a_stranger(box: EngineBox) -> None:
    say(box, DeviceState.ONLINE, device="b9")
    with box.db.reading() as session:
        assert "b9" not in set(session.exec(select(Device.device)))
