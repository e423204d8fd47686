"""What the engine notes of a device: its state, and since when it is so."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import select

from broker_config import channels
from broker_config.codec import publication
from broker_config.link import Publication
from broker_config.messages import CertificateRequest, DeviceState, DeviceStatus
from server.db.tables import Device, Refused
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


def test_what_the_broker_no_longer_keeps_of_a_device_says_that_it_is_away(box: EngineBox) -> None:
    topic = online(box)
    box.deliver(Publication(topic, b"", 1, True), retain=True)
    box.time.advance(0)
    with box.db.reading() as session:
        row = session.exec(select(Device).where(Device.device == "b1")).one()
        refused = session.exec(select(Refused)).all()
    assert (row.state, row.sw) == ("offline", "1.0")
    assert not refused


def test_an_empty_message_that_is_not_kept_is_refused_as_ever(box: EngineBox) -> None:
    topic = online(box)
    box.deliver(Publication(topic, b"", 1, False), retain=False)
    box.time.advance(0)
    with box.db.reading() as session:
        assert session.exec(select(Device).where(Device.device == "b1")).one().state == "online"
        assert session.exec(select(Refused)).one().reason == "json"


def test_a_request_for_a_certificate_reaches_the_door_with_the_name_of_its_topic(box: EngineBox) -> None:
    asked = CertificateRequest(id=UUID(int=1), csr="x" * 100)
    box.deliver(publication(channels.IDENTITY_REQUEST, STORE, "b", "b1", asked))
    box.deliver(publication(channels.IDENTITY_REQUEST, STORE, "b", "b99", asked))
    box.time.advance(0)
    assert box.renewals == [(STORE, "b1", asked)]


def online(box: EngineBox) -> str:
    said = DeviceStatus(state=DeviceState.ONLINE, run="aaaa", boot="b00b", sw="1.0")
    found = publication(channels.STATUS, STORE, "b", "b1", said)
    box.deliver(found, retain=True)
    box.time.advance(0)
    return found.topic
