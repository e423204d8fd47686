"""TLS to a real Mosquitto: who comes in, as whom, and what is said to everybody else."""

from __future__ import annotations

import logging
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker_config import topics
from broker_config.broker.run import Broker, free_port
from broker_config.errors import SetupError
from broker_config.identity import authority
from broker_config.link import (
    Connected,
    Delivery,
    Disconnected,
    LinkSetup,
    Publication,
    Published,
    Subscription,
    Tls,
)
from broker_config.paho_link import PahoLink
from broker_config.presence import link_setup
from tests.conformance.links import Client, MosquittoBench
from tests.identities import broker_identity, device_identity, revoke, server_identity
from tests.live.brokers import STORE, users

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One broker with both TLS listeners for all of this file."""
    folder = tmp_path_factory.mktemp("tls") / "broker"
    broker_identity(folder, hosts=("127.0.0.1",))
    made = Broker(folder, users().values(), tls=True, password_port=0)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def bench(shop: Broker) -> Iterator[MosquittoBench]:
    made = MosquittoBench(shop)
    yield made
    made.part()


def setup_for(bench: MosquittoBench, device: str, tls: Tls, **changes: object) -> LinkSetup:
    user = replace(users()[device], password="")
    made = link_setup(user, run="aaaa", boot="bbbb", sw="1", port=bench.broker.port, tls=tls)
    return replace(made, **changes)  # type: ignore[arg-type]


def join(bench: MosquittoBench, setup: LinkSetup) -> Client:
    client = Client(bench, bench.make(setup))
    client.link.open(client.take)
    client.next(Connected)
    return client


def refusal(bench: MosquittoBench, setup: LinkSetup) -> str:
    """What a link says that is not let in."""
    link = bench.make(setup)
    assert isinstance(link, PahoLink)
    link.open(lambda event: None)
    bench.until_often(lambda: bool(link.complaint), "a complaint")
    link.close()
    return link.complaint


def press(device: str) -> str:
    return topics.build(STORE, "b", device, "press")


def test_a_certificate_of_the_store_comes_in_and_its_name_decides_the_rights(
    bench: MosquittoBench, tmp_path: Path
) -> None:
    server = join(bench, setup_for(bench, "srv", device_identity(tmp_path / "srv", f"{STORE}.srv").tls))
    identity = device_identity(tmp_path / "b1", f"{STORE}.b1")
    button = join(
        bench, setup_for(bench, "b1", identity.tls, username=f"{STORE}.srv", password="password of srv")
    )
    button.link.publish(Publication(press("b1"), b"mine"))
    server.next(Delivery, lambda event: event.topic == press("b1"))
    assert button.next(Published).accepted
    button.link.publish(Publication(press("b2"), b"not mine"))
    assert not button.next(Published).accepted


def test_nobody_takes_the_place_of_another_by_a_client_id(bench: MosquittoBench, tmp_path: Path) -> None:
    server = join(bench, setup_for(bench, "srv", device_identity(tmp_path / "srv", f"{STORE}.srv").tls))
    thief = device_identity(tmp_path / "b3", f"{STORE}.b3").tls
    stolen = join(bench, setup_for(bench, "b3", thief, client_id=f"{STORE}.srv", clean_start=True))
    stolen.link.publish(Publication(press("b3"), b"x"))
    server.next(Delivery, lambda event: event.topic == press("b3"))
    assert not server.seen(Disconnected)
    assert server.link.connected


def test_the_same_name_takes_its_own_place_over(bench: MosquittoBench, tmp_path: Path) -> None:
    """So a device whose certificate was revoked is thrown out: by whoever holds a new one of the same name."""
    first = join(bench, setup_for(bench, "b4", device_identity(tmp_path / "old", f"{STORE}.b4").tls))
    join(bench, setup_for(bench, "b4", device_identity(tmp_path / "new", f"{STORE}.b4").tls)).link.close()
    first.next(Disconnected)


def test_large_messages_come_whole(bench: MosquittoBench, tmp_path: Path) -> None:
    """TLS reads 16 KiB at a time, of which paho takes a few bytes: the rest does not wait for the next packet."""
    plan = topics.build(STORE, "g", "g1", "plan")
    server = join(bench, setup_for(bench, "srv", device_identity(tmp_path / "srv", f"{STORE}.srv").tls))
    gateway = join(
        bench,
        setup_for(
            bench,
            "g1",
            device_identity(tmp_path / "g1", f"{STORE}.g1").tls,
            subscriptions=[Subscription(plan)],
        ),
    )
    sizes = [60_000, 1, 16_384, 40_000, *[10] * 200]
    for number, size in enumerate(sizes):
        server.link.publish(Publication(plan, bytes([number % 250]) * size, retain=False))
    for number, size in enumerate(sizes):
        found = gateway.next(Delivery, lambda event: event.topic == plan)
        assert found.payload == bytes([number % 250]) * size
        gateway.link.settle(found)


def test_a_renewed_certificate_counts_from_the_next_connect_on(bench: MosquittoBench, tmp_path: Path) -> None:
    identity = device_identity(tmp_path / "b5", f"{STORE}.b5")
    client = join(bench, setup_for(bench, "b5", identity.tls))
    device_identity(tmp_path / "b5", f"{STORE}.b6")
    client.link.reconnect("a new certificate")
    client.next(Connected)
    client.link.publish(Publication(press("b5"), b"x"))
    assert not client.next(Published).accepted


def test_a_back_dated_certificate_is_believed_by_a_machine_whose_clock_is_two_years_late(
    bench: MosquittoBench, tmp_path: Path
) -> None:
    """The other way round: signed by a clock that is ahead of the broker's."""
    ahead = datetime.now(UTC) + timedelta(days=700)
    identity = device_identity(tmp_path / "b7", f"{STORE}.b7", now=ahead)
    join(bench, setup_for(bench, "b7", identity.tls))
    far = device_identity(tmp_path / "b8", f"{STORE}.b8", now=ahead + timedelta(days=60))
    assert "not valid yet" in refusal(bench, setup_for(bench, "b8", far.tls))


def test_who_is_not_let_in_hears_why(
    bench: MosquittoBench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mine = device_identity(tmp_path / "b1", f"{STORE}.b1")
    other = authority.make(STORE, now=datetime.now(UTC), serial=1)
    foreign = device_identity(tmp_path / "foreign", f"{STORE}.b1", by=other)
    shop_ca = bench.broker.paths.identity.authority
    server_like = server_identity(tmp_path / "server")

    def said(tls: Tls, **changes: object) -> str:
        return refusal(bench, setup_for(bench, "b1", tls, **changes))

    assert said(Tls(shop_ca)) == "the broker wants a certificate, and we have none"
    assert said(foreign.tls) == "the broker's certificate is not of this store"
    refused = "our certificate was refused: "
    assert said(replace(foreign.tls, ca_file=shop_ca)) == f"{refused}it is not of the broker's store"
    assert said(server_like.tls) == f"{refused}it is not one of a device"
    assert said(mine.tls, host="localhost") == "the broker's certificate is for other names than localhost"
    assert "cannot be read" in said(replace(mine.tls, ca_file=tmp_path / "none"))
    assert "cannot be used" in said(replace(mine.tls, key_file=foreign.key))
    with caplog.at_level(logging.WARNING):
        said(foreign.tls)
    assert "not of this store" in caplog.text


def test_an_expired_certificate_is_refused(bench: MosquittoBench, tmp_path: Path) -> None:
    old = device_identity(tmp_path / "b1", f"{STORE}.b1", now=datetime.now(UTC) - timedelta(days=366))
    assert "has run out" in refusal(bench, setup_for(bench, "b1", old.tls))


def test_a_port_without_tls_is_told(bench: MosquittoBench, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as plain:
        plain.settimeout(30)
        tls = device_identity(tmp_path / "b1", f"{STORE}.b1").tls
        told = bench.make(setup_for(bench, "b1", tls, port=plain.getsockname()[1]))
        assert isinstance(told, PahoLink)
        told.open(lambda event: None)
        taken, _ = plain.accept()
        taken.sendall(b"\x20\x02\x00\x00 no TLS here")
        bench.until_often(lambda: bool(told.complaint), "a complaint")
        taken.close()
    assert "no TLS is spoken" in told.complaint


def test_a_password_inside_tls_is_the_other_way_in(bench: MosquittoBench, tmp_path: Path) -> None:
    port, shop_ca = bench.broker.password_port, Tls(bench.broker.paths.identity.authority)
    setup = replace(setup_for(bench, "b9", shop_ca, port=port), password="password of b9")
    join(bench, setup)
    assert "not authorized" in refusal(bench, replace(setup, password="wrong")).lower()
    mine = device_identity(tmp_path / "b9", f"{STORE}.b9")
    assert "not authorized" in refusal(bench, replace(setup, password="", tls=mine.tls)).lower()


def test_older_tls_is_refused(bench: MosquittoBench) -> None:
    old = ssl.create_default_context(cafile=str(bench.broker.paths.identity.authority))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", bench.broker.port)) as plain,
        pytest.raises(ssl.SSLError, match="alert protocol version"),
    ):
        old.wrap_socket(plain, server_hostname="127.0.0.1")


def test_what_is_read_again_at_a_sighup(tmp_path: Path) -> None:
    """Rights, passwords, what was revoked, the broker's own certificate. Who came in by a certificate stays."""
    paths = broker_identity(tmp_path / "broker")
    broker = Broker(tmp_path / "broker", users().values(), tls=True, password_port=0)
    broker.start()
    bench = MosquittoBench(broker)
    try:
        b1 = device_identity(tmp_path / "b1", f"{STORE}.b1", serial=4711).tls
        client = join(bench, setup_for(bench, "b1", b1))
        by_password = replace(
            setup_for(bench, "b2", Tls(paths.identity.authority), port=broker.password_port),
            password="password of b2",
        )
        other = join(bench, by_password)
        assert int(paths.pid.read_text()) == broker.pid
        revoke(paths, 4711, number=2)
        before = server_serial(bench, b1)
        server_identity(paths.identity.path)
        broker.reload([user for name, user in users().items() if name not in ("b1", "b2")])
        other.next(Disconnected)
        client.link.publish(Publication(press("b1"), b"x"))
        assert not client.next(Published).accepted
        assert client.link.connected
        assert server_serial(bench, b1) != before
        client.link.reconnect("to be let in again")
        link = client.link
        assert isinstance(link, PahoLink)
        bench.until_often(lambda: link.complaint.endswith("it was revoked"), "the refusal")
    finally:
        bench.finish()


def server_serial(bench: MosquittoBench, tls: Tls) -> str:
    made = ssl.create_default_context(cafile=str(tls.ca_file))
    with (
        socket.create_connection(("127.0.0.1", bench.broker.port)) as plain,
        made.wrap_socket(plain, server_hostname="127.0.0.1") as encrypted,
    ):
        found = encrypted.getpeercert()
    assert found is not None
    return str(found["serialNumber"])


def test_a_broker_that_must_not_run_is_not_started(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "broker", users().values(), tls=True)
    with pytest.raises(SetupError, match="not started"):
        broker.start()
    with pytest.raises(SetupError, match="in clear"):
        Broker(tmp_path / "open", users().values(), host="0.0.0.0", port=free_port()).start()
