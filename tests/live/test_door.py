"""The door and a real Mosquitto: who is revoked loses rights, connection and name within five seconds, and for good."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from broker_config import channels, topics
from broker_config.broker.run import Broker
from broker_config.channels import KIND_OF, Role
from broker_config.codec import publication
from broker_config.identity.certificate import facts
from broker_config.identity.folder import IdentityFolder
from broker_config.link import (
    Connected,
    Delivery,
    Disconnected,
    LinkSetup,
    Published,
    Subscription,
    Tls,
)
from broker_config.messages import DeviceState, DeviceStatus, Probe, SettingsAnswer
from broker_config.paho_link import PahoLink
from broker_config.presence import link_setup
from broker_config.rights import User
from server.db import identities
from server.db.connect import Database
from server.db.tables import Account, Device, Identity, Store
from server.db.upgrade import upgrade
from server.device_passwords import give
from server.door.broker_files import BrokerFiles
from server.door.door import Door
from server.door.doors import Doors
from server.door.signing import Signer
from server.door.visits import Visits
from server.rules.audit import SYSTEM
from tests.conformance.links import STORE, Client, MosquittoBench
from tests.identities import broker_identity, device_identity, shop_authority

pytestmark = pytest.mark.live

SOON_S = 5.0
REFUSED = "Not authorized"
SPARE = "b9"
ROLES = {SPARE: Role.BUTTON, "srv": Role.SERVER, "g1": Role.GATEWAY} | dict.fromkeys(
    ("b1", "b2", "b3", "b4", "b5"), Role.BUTTON
)


@dataclass
class Site:
    bench: MosquittoBench
    db: Database
    doors: Doors
    folder: Path

    def identity(self, device: str) -> IdentityFolder:
        """A folder as enrolment leaves it, and its row."""
        made = device_identity(
            self.folder / f"{device}-{time.monotonic_ns()}", topics.client_id(STORE, device)
        )
        found = facts(made.certificate.read_text())
        role = {Role.SERVER: "server", Role.GATEWAY: "gateway"}.get(ROLES[device], "button")
        with self.db.transaction() as session:
            identities.add(
                session,
                store_id=STORE,
                device=device,
                role=role,
                serial=f"{found.serial:x}",
                not_after=found.not_after,
                made_at=datetime.now(UTC),
            )
        return made

    def known(self, device: str) -> None:
        """Until the broker was told of everything about this device."""
        self.doors.wake()
        self.bench.until_often(lambda: self.told(device), f"{device} is told")

    def told(self, device: str) -> bool:
        with self.db.reading() as session:
            rows = session.exec(select(Identity).where(Identity.device == device)).all()
        return all(row.told_at is not None for row in rows)

    def setup(self, device: str, identity: IdentityFolder) -> LinkSetup:
        return link_setup(
            User(STORE, device, ROLES[device], ""),
            run="aaaa",
            boot="bbbb",
            sw="1",
            port=self.bench.broker.port,
            tls=identity.tls,
        )

    def join(self, device: str, identity: IdentityFolder) -> Client:
        client = Client(self.bench, self.bench.make(self.setup(device, identity)))
        client.link.open(client.take)
        client.next(Connected)
        return client

    def revoke(self, *devices: str) -> float:
        """As a click does. When it was done."""
        with self.db.transaction() as session:
            for device in devices:
                assert identities.end(session, STORE, device, datetime.now(UTC), account=1)
        self.doors.wake()
        return time.monotonic()

    def kept(self, device: str, server: IdentityFolder) -> list[str]:
        """What the broker would give to whoever comes new and asks for it."""
        setup = self.setup("srv", server)
        topic = topics.build_filter(STORE, KIND_OF[ROLES[device]], device, "#")
        asks = replace(setup, subscriptions=[Subscription(topic)], will=None, birth=None)
        client = Client(self.bench, self.bench.make(replace(asks, clean_start=True, session_expiry_s=0)))
        client.link.open(client.take)
        client.next(Connected)
        probe = publication(channels.PROBE, STORE, "s", "srv", Probe(run="aaaa", seq=1, sent_ms=1))
        handle = client.link.publish(probe)
        client.next(Published, lambda event: event.handle == handle)  # retained ones came before this answer
        client.link.close()
        return [one.topic for one in client.seen(Delivery) if one.payload]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("door")
    paths = broker_identity(folder / "broker")
    shop_authority().write(folder / "ca")
    db = Database(f"sqlite:///{folder / 'shop.db'}")
    upgrade(db)
    with db.transaction() as session:
        session.add(Store(id=STORE, name="Shop"))
        session.flush()
        session.add(Account(id=1, login="m", name="Marina", password_hash="x", role="manager"))
        for device, role in ROLES.items():
            session.add(Device(store_id=STORE, device=device, kind=KIND_OF[role]))
    bench = MosquittoBench(Broker(folder / "broker", [], tls=True, password_port=0))
    bench.broker.start()
    signer = Signer(folder / "ca")
    visits = Visits(signer, "127.0.0.1", bench.broker.port)
    now = lambda: datetime.now(UTC)  # noqa: E731
    door = Door({STORE: "srv"}, db, signer, BrokerFiles(paths.folder), visits, now, lambda *_: None)
    doors = Doors([door], {}, db, now)
    doors.start()
    yield Site(bench, db, doors, folder)
    doors.stop()
    bench.part()
    bench.broker.stop()
    db.close()


@pytest.fixture(scope="module")
def server(site: Site) -> IdentityFolder:
    made = site.identity("srv")
    site.known("srv")
    return made


def complaint(site: Site, device: str, identity: IdentityFolder) -> str:
    link = site.bench.make(site.setup(device, identity))
    assert isinstance(link, PahoLink)
    link.open(lambda event: None)
    site.bench.until_often(lambda: bool(link.complaint), "a complaint")
    link.close()
    return link.complaint


def test_a_connected_device_is_out_within_five_seconds_and_its_name_goes_to_another(
    site: Site, server: IdentityFolder
) -> None:
    old = site.identity("b1")
    site.known("b1")
    watcher = site.join("srv", server)
    device = site.join("b1", old)
    watcher.next(Delivery, lambda one: one.topic.endswith("b/b1/status") and bool(one.payload))
    answer = publication(channels.SETTINGS_ANSWER, STORE, "b", "b1", SettingsAnswer(rev=1, ok=True))
    device.link.publish(answer)
    watcher.next(Delivery, lambda one: one.topic.endswith("b/b1/cfg/state"))

    clicked = site.revoke("b1")
    device.next(Disconnected)
    out_s = time.monotonic() - clicked
    watcher.next(Delivery, lambda one: one.topic.endswith("b/b1/status") and not one.payload)
    site.known("b1")
    done_s = time.monotonic() - clicked
    assert max(out_s, done_s) < SOON_S, (out_s, done_s)
    print(f"out after {out_s * 1000:.0f} ms, all done after {done_s * 1000:.0f} ms")
    watcher.link.close()
    assert site.kept("b1", server) == []
    assert isinstance(device.link, PahoLink)
    link = device.link
    site.bench.until_often(lambda: "revoked" in link.complaint, "it is told that it was revoked")
    device.link.close()

    new = site.identity("b1")
    site.known("b1")
    second = site.join("b1", new)
    assert "revoked" in complaint(site, "b1", old)  # a stolen copy of the old one
    handle = second.link.publish(answer)
    assert second.next(Published, lambda event: event.handle == handle).reason != REFUSED
    assert second.seen(Disconnected) == []
    second.link.close()


def test_who_is_still_connected_may_not_act_any_more(site: Site, server: IdentityFolder) -> None:
    """Should the throwing out fail, the rights are gone all the same."""
    identity = site.identity("b2")
    site.known("b2")
    device = site.join("b2", identity)
    said = publication(
        channels.STATUS,
        STORE,
        "b",
        "b2",
        DeviceStatus(state=DeviceState.ONLINE, run="aaaa", boot="bbbb", sw="1"),
    )
    handle = device.link.publish(said)
    assert device.next(Published, lambda event: event.handle == handle).reason != REFUSED
    [door] = site.doors._doors
    usual, door.visits.__dict__["throw_out"] = door.visits.throw_out, _cannot
    try:
        site.revoke("b2")
        refused = False

        def may_not() -> bool:
            nonlocal refused
            handle = device.link.publish(said)
            if handle is not None:
                answer = device.next(Published, lambda event: event.handle == handle)
                refused = answer.reason == REFUSED
            return refused

        site.bench.until_often(may_not, "a refusal")
        assert device.seen(Disconnected) == []
    finally:
        door.visits.__dict__["throw_out"] = usual
    device.next(Disconnected)  # at the next round
    device.link.close()


def _cannot(*_args: object) -> None:
    from server.door.visits import Unreachable

    raise Unreachable("for this test")


def test_two_at_once(site: Site, server: IdentityFolder) -> None:
    found = {device: site.identity(device) for device in ("b3", "b4")}
    for device in found:
        site.known(device)
    clients = [site.join(device, identity) for device, identity in found.items()]
    clicked = site.revoke("b3", "b4")
    for client in clients:
        client.next(Disconnected)
    for device in found:
        site.known(device)
    assert time.monotonic() - clicked < SOON_S
    for client in clients:
        client.link.close()
    for device, identity in found.items():
        assert "revoked" in complaint(site, device, identity)
        assert site.kept(device, server) == []


def test_a_broker_that_was_down_shuts_the_door_when_it_is_back(site: Site, server: IdentityFolder) -> None:
    identity = site.identity("b5")
    site.known("b5")
    device = site.join("b5", identity)
    site.bench.broker.stop()
    device.next(Disconnected)
    device.link.close()
    site.revoke("b5")
    site.bench.until_often(lambda: "s1.b5" not in site.bench.broker.paths.acl.read_text(), "no stanza")
    assert not site.told("b5")
    site.bench.broker.start()
    assert "revoked" in complaint(site, "b5", identity)
    site.known("b5")
    assert site.kept("b5", server) == []


def test_a_device_that_cannot_hold_a_certificate_comes_by_a_password(
    site: Site, server: IdentityFolder, caplog: pytest.LogCaptureFixture
) -> None:
    """Over TLS as well, at a port of its own; and not a second time after it is revoked."""
    secret = site.folder / "spare.password"
    assert give(site.db, SPARE, secret, datetime.now(UTC), SYSTEM) == STORE
    site.known(SPARE)
    user = User(STORE, SPARE, Role.BUTTON, secret.read_text().strip())
    port = site.bench.broker.password_port
    assert port is not None
    by_password = link_setup(
        user,
        run="aaaa",
        boot="bbbb",
        sw="1",
        port=port,
        tls=Tls(server.tls.ca_file if server.tls else Path()),
    )
    device = Client(site.bench, site.bench.make(by_password))
    device.link.open(device.take)
    device.next(Connected)
    packet = publication(channels.SETTINGS_ANSWER, STORE, "b", SPARE, SettingsAnswer(rev=1, ok=True))
    handle = device.link.publish(packet)
    assert device.next(Published, lambda event: event.handle == handle).accepted is not None
    clicked = site.revoke(SPARE)
    device.next(Disconnected)
    assert time.monotonic() - clicked < SOON_S
    site.known(SPARE)
    site.bench.until_often(lambda: REFUSED in caplog.text, "it tries again, and is told that it may not")
    assert len(device.seen(Connected)) == 1
    device.link.close()
