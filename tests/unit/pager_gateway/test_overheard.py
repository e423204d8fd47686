"""Codes of foreign buttons on their way to the server: the newest first, eight at most, at most once a second."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from broker_config.channels import ABILITIES, Role
from broker_config.codec import receive
from broker_config.link import Connected, Delivery, LinkEvent, LinkSetup, Subscription
from broker_config.messages import Abilities
from broker_config.rights import User
from pager_gateway.overheard import MOST, Overheard
from pager_gateway.transmitter import Heard
from simulator.broker import MemoryBroker
from simulator.clock import FakeClock
from simulator.gateway import SimulatedGateway
from simulator.pager import Air
from simulator.transmitters.rf_bridge import RfBridge
from simulator.transmitters.virtual import VirtualTransmitter
from simulator.watch import ForeignButton


def test_the_newest_few_each_once() -> None:
    overheard = Overheard()
    assert overheard.of("rf-1") is None
    for number in (1, 2, 1, *range(3, 12)):
        overheard.put("rf-1", Heard(f"{number:06X}", 320), 0.0)
    found = overheard.of("rf-1") or []
    assert [int(one.code, 16) for one in found] == [11, 10, 9, 8, 7, 6, 5, 4]
    assert len(found) == MOST


def test_it_is_told_at_most_once_a_second_and_the_same_again_is_no_news() -> None:
    overheard = Overheard()
    overheard.put("rf-1", Heard("123451", 320), 10.0)
    assert overheard.due() == 10.0
    assert overheard.take(10.0)
    overheard.put("rf-1", Heard("123451", 330), 10.1)
    assert overheard.due() is None
    overheard.put("rf-1", Heard("A1B2C8", 320), 10.2)
    overheard.put("rf-1", Heard("123451", 320), 10.3)
    assert overheard.due() == 11.0
    assert not overheard.take(10.5)
    assert overheard.take(11.0)
    assert not overheard.take(12.0)


def test_from_a_push_to_the_abilities_on_the_broker(tmp_path: Path) -> None:
    clock, air = FakeClock(), Air()
    users = [User("shop", "gw-1", Role.GATEWAY, "pw"), User("shop", "srv", Role.SERVER, "pw")]
    broker = MemoryBroker(clock, users)
    box = RfBridge()
    line = VirtualTransmitter(clock, box, air, baudrate=19200)
    gateway = SimulatedGateway(
        clock,
        broker.link,
        {"rf-1": line},
        tmp_path / "ledger.sqlite",
        store="shop",
        device="gw-1",
        password="pw",
        drivers={"rf-1": {"driver": "rf-bridge"}},
    )
    told: list[tuple[float, Abilities]] = []

    def hear(event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            message = receive(event).message
            assert isinstance(message, Abilities)
            told.append((clock.boot(), message))
        else:
            assert isinstance(event, Connected)

    topic = f"rb/1/shop/g/gw-1/{ABILITIES.tail}"
    setup = LinkSetup("shop.srv", "shop.srv", "pw", subscriptions=[Subscription(topic)])
    server = broker.link(setup)
    server.open(hear)
    gateway.start()
    clock.advance(5)
    before = len(told)
    assert told[-1][1].transmitters[0].heard is None
    for number in range(1, 21):
        ForeignButton(f"A1B2{number:02X}", air, clock.boot, [(line, box)]).push()
        clock.advance(0.1)
    clock.advance(3)
    heard = told[-1][1].transmitters[0].heard
    assert heard is not None
    assert [one.code for one in heard] == [f"A1B2{number:02X}" for number in range(20, 12, -1)]
    moments = [at for at, _ in told[before:]]
    assert 2 <= len(moments) <= 4
    assert all(later - earlier >= 0.999 for earlier, later in pairwise(moments))
