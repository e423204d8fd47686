"""Our own Mosquitto: its files, its rights, its life and death."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker_config import topics
from broker_config.broker import check
from broker_config.broker.run import Broker, find_mosquitto, free_port
from broker_config.errors import SetupError
from broker_config.link import Connected, Delivery, Disconnected, Publication, Published
from broker_config.paho_link import PahoLink
from broker_config.presence import link_setup
from tests.conformance.links import Client, MosquittoBench
from tests.live.brokers import BUTTONS, STORE, users

pytestmark = pytest.mark.live


@pytest.fixture
def bench(broker: Broker) -> Iterator[MosquittoBench]:
    made = MosquittoBench(broker)
    yield made
    made.finish()


def join(bench: MosquittoBench, device: str, **changes: object) -> Client:
    setup = link_setup(users()[device], run="aaaa", boot="bbbb", sw="1", port=bench.port())
    client = Client(bench, bench.make(replace(setup, **changes)))  # type: ignore[arg-type]
    client.link.open(client.take)
    client.next(Connected)
    return client


def test_all_files_are_for_their_owner_only_and_check_finds_nothing(broker: Broker) -> None:
    assert check.problems(broker.paths.folder, now=datetime.now(UTC)) == []
    for path in (broker.paths.config, broker.paths.acl, broker.paths.passwords):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "password of b1" not in broker.paths.passwords.read_text()


def test_every_button_comes_in_with_its_own_password(bench: MosquittoBench) -> None:
    clients = [join(bench, device) for device in BUTTONS[:10]]
    assert all(client.link.connected for client in clients)


def test_stop_keeps_folder_and_port(broker: Broker) -> None:
    port, first = broker.port, broker.pid
    broker.stop()
    assert not broker.running
    broker.start()
    assert broker.running
    assert (broker.port, broker.pid != first) == (port, True)
    broker.start()
    assert broker.running


def test_reload_takes_a_right_away_from_a_connected_device(bench: MosquittoBench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    press = topics.build(STORE, "b", "b1", "press")
    button.link.publish(Publication(press, b"one"))
    server.next(Delivery, lambda event: event.topic == press)
    assert button.next(Published).accepted
    bench.broker.reload([user for name, user in users().items() if name != "b1"])
    refused = False

    def try_again() -> bool:
        nonlocal refused
        if button.link.connected:
            button.link.publish(Publication(press, b"revoked"))
        refused = any(not each.accepted for each in button.seen(Published)) or bool(button.seen(Disconnected))
        return refused

    bench.until_often(try_again, "the revoked button is refused or thrown out")
    assert refused


def test_a_taken_port_is_told(tmp_path: Path, broker: Broker) -> None:
    second = Broker(tmp_path / "second", users().values(), port=broker.port)
    with pytest.raises(SetupError, match=str(broker.port)):
        second.start()
    assert not second.running
    assert broker.running


def test_a_missing_mosquitto_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *args, **kwargs: None)
    with pytest.raises(SetupError, match="apt-get install mosquitto"):
        find_mosquitto()


def test_a_free_port_is_a_port() -> None:
    assert 1024 < free_port() < 65_536


def test_an_owner_that_takes_no_events_ends_the_process_aloud(bench: MosquittoBench) -> None:
    deaths: list[BaseException] = []

    def die(error: BaseException) -> None:
        deaths.append(error)
        bench.notice()

    def full(event: object) -> None:
        raise OverflowError("nobody reads")

    link = PahoLink(
        link_setup(users()["b2"], run="aaaa", boot="bbbb", sw="1", port=bench.port()), on_death=die
    )
    link.open(full)
    bench.until(lambda: bool(deaths), "the death of the link")
    assert isinstance(deaths[0], OverflowError)
    assert not link.connected
    link.close()


def test_a_frozen_process_reconnects_and_what_waited_comes_again_with_its_age(bench: MosquittoBench) -> None:
    now = [1_000.0]
    server = Client(
        bench,
        bench.make(
            link_setup(users()["srv"], run="aaaa", boot="bbbb", sw="1", port=bench.port()),
            boot_clock=lambda: now[0],
        ),
    )
    button = join(bench, "b1")
    server.link.open(server.take)
    server.next(Connected)
    press = topics.build(STORE, "b", "b1", "press")
    now[0] += 5.0  # as if the process had stood still until now
    button.link.publish(Publication(press, b"one", expiry_s=60))
    assert "stood still" in server.next(Disconnected).reason
    again = server.next(Connected)
    assert again.session_present
    assert server.next(Delivery, lambda event: event.topic == press).connection == again.connection


def test_links_leave_no_file_open(bench: MosquittoBench) -> None:
    join(bench, "b3").link.close()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        join(bench, "b3").link.close()
    assert len(os.listdir("/proc/self/fd")) <= before
