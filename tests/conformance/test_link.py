"""What every Link must do, tried on paho with a real Mosquitto and on the in-memory broker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker_config import topics
from broker_config.link import (
    Connected,
    Delivery,
    Disconnected,
    Link,
    LinkSetup,
    Publication,
    Published,
    Subscription,
)
from tests.conformance.links import STORE, USERS, Bench, Client, MemoryBench, MosquittoBench, setup_of

PRESS = topics.build(STORE, "b", "b1", "press")
RECEIPT = topics.build(STORE, "b", "b1", "receipt")
ORDER = topics.build(STORE, "g", "g1", "order")
SETTINGS = topics.build(STORE, "b", "b1", "cfg")
STATUS_B1 = topics.build(STORE, "b", "b1", "status")
STATUS_SRV = topics.build(STORE, "s", "srv", "status")
TELEMETRY = topics.build(STORE, "b", "b1", "telemetry")


@pytest.fixture(params=["memory", pytest.param("mosquitto", marks=pytest.mark.live)])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    made: Bench = MemoryBench() if request.param == "memory" else MosquittoBench.fresh(tmp_path)
    yield made
    made.finish()


def join(bench: Bench, device: str, **changes: object) -> Client:
    """A client that is connected."""
    client = dial(bench, device, **changes)
    client.next(Connected)
    return client


def dial(bench: Bench, device: str, **changes: object) -> Client:
    client = Client(bench, bench.make(setup_of(bench, device, **changes)))
    client.link.open(client.take)
    return client


def body(*texts: str):  # type: ignore[no-untyped-def]
    return lambda event: event.payload.decode() in texts


def fence(bench: Bench, sender: Client, reader: Client, topic: str) -> None:
    """Whatever was sent before this has reached the reader by now, or never will."""
    sender.link.publish(Publication(topic, b"fence"))
    reader.next(Delivery, body("fence"))


def test_a_message_arrives_and_its_sender_hears_so(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    handle = button.link.publish(Publication(PRESS, b"one", expiry_s=60))
    assert handle
    delivery = server.next(Delivery, body("one"))
    assert (delivery.topic, delivery.qos, delivery.retain, delivery.dup) == (PRESS, 1, False, False)
    assert delivery.expiry_s in (59, 60)
    published = button.next(Published)
    assert (published.handle, published.accepted) == (handle, True)


def test_messages_of_one_sender_keep_their_order(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    handles = [button.link.publish(Publication(PRESS, f"{n}".encode())) for n in range(150)]
    assert None not in handles
    assert len(set(handles)) == 150
    got: list[str] = []
    while len(got) < 150:
        delivery = server.next(Delivery, lambda event: event.topic == PRESS)
        server.link.settle(delivery)
        got.append(delivery.payload.decode())
    assert got == [str(n) for n in range(150)]
    for handle in handles:
        assert button.next(Published).handle == handle


def test_nothing_is_queued_without_a_connection(bench: Bench) -> None:
    server = join(bench, "srv")
    button = Client(bench, bench.make(setup_of(bench, "b1")))
    assert button.link.publish(Publication(PRESS, b"before open")) is None
    button.link.open(button.take)
    button.next(Connected)
    bench.kill()
    button.next(Disconnected)
    assert not button.link.connected
    assert button.link.publish(Publication(PRESS, b"while away")) is None
    bench.start()
    button.next(Connected)
    server.next(Connected)
    fence(bench, button, server, PRESS)
    assert {event.payload for event in server.seen(Delivery) if event.topic == PRESS} == {b"fence"}


def test_a_press_without_listener_is_not_accepted(bench: Bench) -> None:
    button = join(bench, "b1")
    button.link.publish(Publication(PRESS, b"one"))
    published = button.next(Published)
    assert not published.accepted
    assert published.reason == "No matching subscribers"


def test_a_write_beyond_its_rights_is_not_accepted(bench: Bench) -> None:
    gateway, button = join(bench, "g1"), join(bench, "b1")
    for topic in (ORDER, topics.build(STORE, "b", "b2", "press"), RECEIPT):
        button.link.publish(Publication(topic, b"forged"))
        published = button.next(Published)
        assert (published.accepted, published.reason) == (False, "Not authorized")
    fence(bench, button, gateway, PRESS)
    assert not [event for event in gateway.seen(Delivery) if event.payload == b"forged"]


def test_a_subscription_beyond_its_rights_brings_nothing(bench: Bench) -> None:
    curious = Subscription(topics.build_filter(STORE, "b", None, "press"))
    own = Subscription(RECEIPT)
    eavesdropper = join(
        bench, "b2", subscriptions=[curious, Subscription(topics.build(STORE, "b", "b2", "light"))]
    )
    server, button = join(bench, "srv"), join(bench, "b1", subscriptions=[own])
    button.link.publish(Publication(PRESS, b"private"))
    server.next(Delivery, body("private"))
    fence(bench, server, eavesdropper, topics.build(STORE, "b", "b2", "light"))
    assert {event.payload for event in eavesdropper.seen(Delivery)} == {b"fence"}


def test_expiry_is_counted_down_while_the_broker_holds_a_message(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    server.link.reconnect("let it settle once")  # the session is known from here on
    server.next(Connected)
    server.link.close()
    button.link.publish(Publication(PRESS, b"held", expiry_s=60))
    button.link.publish(Publication(PRESS, b"dies", expiry_s=1))
    assert button.next(Published).accepted
    bench.pass_time(2.2)
    again = join(bench, "srv")
    delivery = again.next(Delivery, body("held", "dies"))
    assert delivery.payload == b"held"
    assert delivery.expiry_s in (57, 58)
    fence(bench, button, again, PRESS)
    assert b"dies" not in {event.payload for event in again.seen(Delivery)}


def test_in_its_last_second_a_message_comes_without_its_expiry(bench: Bench) -> None:
    """Not to be read as: it never had any. The memory's seconds begin with the message, a broker's with its clock."""
    server, button = join(bench, "srv"), join(bench, "b1")
    server.link.reconnect("let it settle once")
    server.next(Connected)
    server.link.close()
    for seconds in (3, 4):
        button.link.publish(Publication(PRESS, f"{seconds} s".encode(), expiry_s=seconds))
        assert button.next(Published).accepted
    bench.pass_time(3.1)
    again = join(bench, "srv")
    fence(bench, button, again, PRESS)
    seen = [event for event in again.seen(Delivery) if event.topic == PRESS]
    left = {event.payload: event.expiry_s for event in seen}
    assert left.get(b"3 s") is None
    assert left[b"4 s"] in (None, 1)
    assert isinstance(bench, MosquittoBench) or left == {b"4 s": None, b"fence": None}


def test_what_is_not_settled_comes_again_after_a_reconnect(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    button.link.publish(Publication(PRESS, b"settled", expiry_s=60))
    button.link.publish(Publication(PRESS, b"open", expiry_s=60))
    first = server.next(Delivery, body("settled"))
    assert server.next(Delivery, body("open")).connection == first.connection
    server.link.settle(first)
    fence(bench, button, server, PRESS)  # the settle is on its way before the connection goes
    server.link.reconnect("on purpose")
    assert server.next(Disconnected).reason == "on purpose"
    connected = server.next(Connected)
    assert connected.session_present
    delivery = server.next(Delivery, lambda event: event.topic == PRESS)
    assert (delivery.payload, delivery.dup) == (b"open", True)
    assert delivery.connection == connected.connection > first.connection


def test_a_settle_on_a_later_connection_does_nothing(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    button.link.publish(Publication(PRESS, b"one"))
    old = server.next(Delivery, body("one"))
    server.link.reconnect("on purpose")
    server.next(Connected)
    new = server.next(Delivery, body("one"))
    server.link.settle(old)
    server.link.reconnect("again")
    server.next(Connected)
    assert server.next(Delivery, body("one")).dup
    server.link.settle(new)
    assert new.dup


def test_a_clean_start_remembers_nothing(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    server.link.publish(Publication(RECEIPT, b"one", expiry_s=60))
    button.next(Delivery, body("one"))
    button.link.reconnect("on purpose")
    assert not button.next(Connected).session_present
    fence(bench, server, button, RECEIPT)
    assert len([event for event in button.seen(Delivery) if event.payload == b"one"]) == 1


def test_the_broker_stops_at_the_receive_maximum_until_something_is_settled(bench: Bench) -> None:
    server, button = join(bench, "srv", receive_maximum=3), join(bench, "b1", subscriptions=[])
    press = Subscription(topics.build_filter(STORE, "b", None, "press"), retain_handling=2)
    server.link.close()
    server = join(bench, "srv", receive_maximum=3, clean_start=True, subscriptions=[press], birth=None)
    for n in range(5):
        button.link.publish(Publication(PRESS, f"{n}".encode()))
        assert button.next(Published).accepted
    held = [server.next(Delivery) for _ in range(3)]
    assert [event.payload for event in held] == [b"0", b"1", b"2"]
    keeper = join(bench, "g1")
    fence(bench, button, keeper, PRESS)
    assert len(server.seen(Delivery)) == 3
    server.link.settle(held[0])
    assert server.next(Delivery).payload == b"3"
    # No more is promised: after the first settle Mosquitto 2.0 hands over all that waits, whatever the maximum says.


def test_settings_are_retained_and_come_to_whoever_connects_later(bench: Bench) -> None:
    server = join(bench, "srv")
    server.link.publish(Publication(SETTINGS, b"rev 1", retain=True))
    server.link.publish(Publication(SETTINGS, b"rev 2", retain=True))
    server.next(Published)
    server.next(Published)
    button = join(bench, "b1")
    delivery = button.next(Delivery, lambda event: event.topic == SETTINGS)
    assert (delivery.payload, delivery.retain) == (b"rev 2", True)
    janitor = join(bench, "jan")
    janitor.link.publish(Publication(SETTINGS, b"", retain=True))
    janitor.next(Published)
    late = join(bench, "b1")
    fence(bench, server, late, RECEIPT)
    assert not [event for event in late.seen(Delivery) if event.topic == SETTINGS]


def test_a_retained_press_is_seen_as_one_and_never_comes_by_itself(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    button.link.publish(Publication(PRESS, b"forged", retain=True))
    assert server.next(Delivery, body("forged")).retain
    server.link.reconnect("on purpose")
    server.next(Connected)
    keeper = join(bench, "g1")
    fence(bench, button, keeper, PRESS)
    assert not [event for event in keeper.seen(Delivery) if event.payload == b"forged"]


def test_will_and_birth(bench: Bench) -> None:
    server = join(bench, "srv")
    button = join(bench, "b1")
    online = server.next(Delivery, lambda event: event.topic == STATUS_B1)
    assert (b"online" in online.payload, online.retain) == (True, True)
    button.link.reconnect("on purpose")
    assert b"online" in server.next(Delivery, lambda event: event.topic == STATUS_B1).payload
    button.link.close()
    assert b"offline" in server.next(Delivery, lambda event: event.topic == STATUS_B1).payload
    assert not button.link.connected
    button.link.close()


def test_two_clients_with_one_name_throw_each_other_out(bench: Bench) -> None:
    first = join(bench, "b1")
    second = join(bench, "b1")
    first.next(Disconnected)
    first.next(Connected)
    second.next(Disconnected)


def test_the_servers_status_reaches_every_device(bench: Bench) -> None:
    server = join(bench, "srv")
    button, gateway = join(bench, "b1"), join(bench, "g2")
    for device in (button, gateway):
        assert b"online" in device.next(Delivery, lambda event: event.topic == STATUS_SRV).payload
    server.link.close()
    for device in (button, gateway):
        assert b"offline" in device.next(Delivery, lambda event: event.topic == STATUS_SRV).payload


def test_telemetry_needs_no_settle_and_no_answer(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    assert button.link.publish(Publication(TELEMETRY, b"warm", qos=0)) == 0
    delivery = server.next(Delivery, body("warm"))
    assert delivery.qos == 0
    server.link.settle(delivery)
    assert not button.seen(Published)


def test_a_killed_broker_is_found_again_with_all_subscriptions(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    bench.kill()
    server.next(Disconnected)
    button.next(Disconnected)
    bench.start()
    server.next(Connected)
    button.next(Connected)
    handle = button.link.publish(Publication(PRESS, b"after"))
    server.next(Delivery, body("after"))
    assert button.next(Published, lambda event: event.handle == handle).accepted
    server.link.publish(Publication(RECEIPT, b"stored"))
    button.next(Delivery, body("stored"))


def test_a_stopped_broker_keeps_sessions_and_retained(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    server.link.publish(Publication(SETTINGS, b"kept", retain=True))
    button.link.publish(Publication(PRESS, b"unsettled", expiry_s=600))
    server.next(Delivery, body("unsettled"))
    button.next(Published)
    bench.stop()
    server.next(Disconnected)
    bench.start()
    assert server.next(Connected).session_present
    assert server.next(Delivery, body("unsettled")).dup
    assert button.next(Delivery, body("kept")).retain


def test_a_broker_that_answers_no_publish_for_5_s_is_left(bench: Bench) -> None:
    server, button = join(bench, "srv"), join(bench, "b1")
    bench.freeze()
    assert button.link.publish(Publication(PRESS, b"into the void", expiry_s=60))
    assert "no answer to a publish" in button.next(Disconnected).reason
    bench.thaw()
    button.next(Connected)
    fence(bench, button, server, PRESS)


def test_a_wrong_password_never_connects(bench: Bench) -> None:
    refused = dial(bench, "b1", password="guessed")
    stranger = dial(bench, "b9")
    server = join(bench, "srv")
    fence(bench, server, server, topics.build(STORE, "s", "srv", "probe"))
    assert not refused.link.connected
    assert not stranger.link.connected
    assert not refused.events + stranger.events
    refused.link.close()
    stranger.link.close()


def test_close_before_open_and_close_while_away(bench: Bench) -> None:
    idle: Link = bench.make(
        LinkSetup("s1.b1", "s1.b1", USERS["b1"].password, port=bench.port(), tls=bench.tls)
    )
    idle.close()
    bench.kill()
    away = dial(bench, "b2")
    away.link.close()
    bench.start()
    assert not away.seen(Connected)
