"""Physical verbs of the in-memory broker that the conformance suite cannot try on a real one in short time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broker_config import topics
from broker_config.channels import Role
from broker_config.link import Connected, Delivery, Disconnected, LinkEvent, Publication, Published
from broker_config.presence import link_setup
from broker_config.rights import User
from simulator.broker import MemoryBroker
from simulator.broker_link import MemoryLink
from simulator.clock import FakeClock

SERVER = User("s1", "srv", Role.SERVER, "x")
BUTTON = User("s1", "b1", Role.BUTTON, "y")
PRESS = topics.build("s1", "b", "b1", "press")
RECEIPT = topics.build("s1", "b", "b1", "receipt")
STATUS = topics.build("s1", "b", "b1", "status")


class Net:
    """A broker, a server and a button, connected."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.broker = MemoryBroker(self.clock, [SERVER, BUTTON])
        self.heard: dict[str, list[LinkEvent]] = {"srv": [], "b1": []}
        self.server, self.button = self.join(SERVER), self.join(BUTTON)
        self.clock.advance(0.1)
        for delivery in self.deliveries("srv"):
            self.server.settle(delivery)
        self.clock.advance(0.1)

    def join(self, user: User, **changes: object) -> MemoryLink:
        setup = replace(link_setup(user, run="aaaa", boot="bbbb", sw="1"), **changes)  # type: ignore[arg-type]
        link = self.broker.link(setup)
        link.open(self.heard[user.device].append)
        return link

    def deliveries(self, device: str, topic: str | None = None) -> list[Delivery]:
        found = [event for event in self.heard[device] if isinstance(event, Delivery)]
        return [event for event in found if topic in (None, event.topic)]

    def last_status(self) -> bytes:
        return self.deliveries("srv", STATUS)[-1].payload

    def kinds(self, device: str) -> list[type[LinkEvent]]:
        return [type(event) for event in self.heard[device] if not isinstance(event, Delivery)]


@pytest.fixture
def net() -> Net:
    return Net()


def test_a_message_takes_two_hops_and_nothing_happens_inside_of_publish(net: Net) -> None:
    start = net.clock.boot()
    net.button.publish(Publication(PRESS, b"one"))
    assert not net.deliveries("srv", PRESS)
    net.clock.advance(0.01)
    assert net.deliveries("srv", PRESS)[0].at == pytest.approx(start + 0.000_5)


def test_a_slow_way_keeps_its_order_when_it_gets_faster(net: Net) -> None:
    net.broker.delay("s1.b1", 0.5)
    net.button.publish(Publication(PRESS, b"slow"))
    net.broker.delay("s1.b1", None)
    net.button.publish(Publication(PRESS, b"fast"))
    net.clock.advance(0.4)
    assert not net.deliveries("srv", PRESS)
    net.clock.advance(0.2)
    assert [each.payload for each in net.deliveries("srv", PRESS)] == [b"slow", b"fast"]


def test_after_a_kill_what_was_settled_since_the_last_save_comes_again_and_newer_things_are_gone(
    net: Net,
) -> None:
    net.clock.advance(5.0 - net.clock.boot() % 5.0)
    net.button.publish(Publication(PRESS, b"saved", expiry_s=600))
    net.clock.advance(5.1)
    net.server.settle(net.deliveries("srv", PRESS)[0])
    net.button.publish(Publication(PRESS, b"not saved", expiry_s=600))
    net.clock.advance(0.1)
    net.broker.kill()
    net.clock.advance(0.1)
    assert not net.button.connected
    assert net.button.publish(Publication(PRESS, b"offline")) is None
    net.broker.start()
    net.heard["srv"].clear()
    net.clock.advance(10.0)
    assert isinstance(net.heard["srv"][0], Connected)
    assert [(each.payload, each.dup) for each in net.deliveries("srv", PRESS)] == [(b"saved", True)]


def test_a_kill_before_the_first_save_leaves_no_session(net: Net) -> None:
    fresh = MemoryBroker(net.clock, [SERVER])
    net.broker = fresh
    net.heard["srv"].clear()
    net.join(SERVER)
    net.clock.advance(0.01)
    fresh.kill()
    fresh.start()
    net.clock.advance(10.0)
    assert [event.session_present for event in net.heard["srv"] if isinstance(event, Connected)] == [
        False,
        False,
    ]


def test_a_cut_device_gets_its_will_after_one_and_a_half_keepalives(net: Net) -> None:
    net.broker.cut("s1.b1")
    net.clock.advance(22.0)
    assert b"online" in net.last_status()
    net.clock.advance(1.0)
    assert b"offline" in net.last_status()
    assert net.button.connected  # it has not noticed yet
    net.clock.advance(8.0)
    assert not net.button.connected
    net.broker.mend("s1.b1")
    net.clock.advance(10.0)
    assert net.button.connected
    assert b"online" in net.last_status()


def test_what_waits_in_a_cut_connection_arrives_unaged_when_it_is_mended_in_time(net: Net) -> None:
    net.broker.cut("s1.b1")
    net.server.publish(Publication(RECEIPT, b"stored", expiry_s=60))
    net.clock.advance(3.0)
    assert not net.deliveries("b1", RECEIPT)
    net.broker.mend("s1.b1")
    assert [each.expiry_s for each in net.deliveries("b1", RECEIPT)] == [60]
    assert net.button.connected


def test_a_publish_into_a_cut_connection_gives_it_up_after_five_seconds(net: Net) -> None:
    net.broker.cut("s1.b1")
    assert net.button.publish(Publication(PRESS, b"one"))
    net.clock.advance(5.1)
    assert net.kinds("b1")[-1] is Disconnected
    assert Published not in net.kinds("b1")
    net.broker.mend("s1.b1")
    net.clock.advance(10.0)
    assert net.button.connected


def test_a_killed_process_leaves_its_will_and_hears_nothing(net: Net) -> None:
    told = len(net.heard["b1"])
    net.button.vanish()
    net.server.publish(Publication(RECEIPT, b"to nobody"))
    net.clock.advance(60.0)
    assert b"offline" in net.last_status()
    assert len(net.heard["b1"]) == told


def test_a_frozen_broker_reads_nothing_and_delivers_it_all_when_it_thaws(net: Net) -> None:
    net.broker.freeze()
    net.button.publish(Publication(PRESS, b"one", expiry_s=60))
    net.clock.advance(4.0)
    assert not net.deliveries("srv", PRESS)
    net.broker.thaw()
    net.clock.advance(0.1)
    assert net.deliveries("srv", PRESS)[0].expiry_s == 60
    assert net.kinds("b1")[-1] is Published


def test_a_session_ends_when_its_time_is_over(net: Net) -> None:
    net.server.close()
    net.clock.advance(86_399.0)
    net.button.publish(Publication(PRESS, b"kept"))
    net.clock.advance(0.5)
    assert net.heard["b1"][-1] == Published(1, True, "Success", net.heard["b1"][-1].at)
    net.clock.advance(2.0)
    net.button.publish(Publication(PRESS, b"for nobody"))
    net.clock.advance(0.5)
    last = net.heard["b1"][-1]
    assert isinstance(last, Published)
    assert not last.accepted


def test_a_forgotten_session_is_not_present(net: Net) -> None:
    net.server.close()
    net.clock.advance(0.1)
    net.broker.forget("s1.srv")
    net.heard["srv"].clear()
    net.join(SERVER)
    net.clock.advance(0.1)
    assert isinstance(net.heard["srv"][0], Connected)
    assert not net.heard["srv"][0].session_present


def test_the_receive_maximum_holds_after_a_settle_too(net: Net) -> None:
    """As MQTT 5 says. Mosquitto 2.0 keeps it only until the first settle, so the conformance suite asks for less."""
    net.server.close()
    net.heard["srv"].clear()
    server = net.join(SERVER, receive_maximum=3, clean_start=True, birth=None)
    net.clock.advance(0.1)
    for delivery in net.deliveries("srv"):
        server.settle(delivery)
    net.clock.advance(0.1)
    for n in range(5):
        net.button.publish(Publication(PRESS, f"{n}".encode()))
    net.clock.advance(1)
    held = net.deliveries("srv", PRESS)
    assert [one.payload for one in held] == [b"0", b"1", b"2"]
    server.settle(held[0])
    net.clock.advance(1)
    assert [one.payload for one in net.deliveries("srv", PRESS)] == [b"0", b"1", b"2", b"3"]


def test_a_kill_ends_connections_that_their_clients_had_given_up_before(net: Net) -> None:
    net.broker.freeze()
    net.clock.advance(60)  # every few seconds another try waits to be accepted
    net.broker.kill()
    net.broker.start()
    net.clock.advance(10)
    connects = net.kinds("b1").count(Connected)
    net.broker.thaw()
    net.clock.advance(10)
    assert net.button.connected
    assert net.kinds("b1").count(Connected) == connects
