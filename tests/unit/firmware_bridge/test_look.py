"""The bridge looks at its contacts and its spool even when nothing happens: a lost edge is found, a tick is told."""

from __future__ import annotations

from uuid import uuid4

from firmware_bridge.bridge import Bridge
from firmware_bridge.debounce import Rules
from firmware_bridge.outbox import Identity
from firmware_bridge.ports import Plan, Ports
from firmware_bridge.pulse import Pulse
from firmware_bridge.spool import Spool
from tests.unit.firmware_bridge.desk import BOOT, DEVICE, RUN, STORE, Desk, RecordingLink


def test_an_edge_that_got_lost_is_found_within_five_seconds() -> None:
    desk = Desk()
    desk.advance(60.0)
    desk.levels[1] = True  # and no edge
    desk.advance(5.2)
    assert desk.bridge.waiting == 1


class Dumb:
    """Contacts that are open and outputs that nobody sees."""

    def closed(self, input_number: int) -> bool:
        return False

    def show(self, input_number: int, pattern: object) -> None: ...


def test_contacts_and_spool_tick_when_they_were_looked_at() -> None:
    spool, pulse = Spool(":memory:"), Pulse(("contacts", "spool"), watchdog_s=30.0)
    ports = Ports(
        RecordingLink(),
        spool,
        Dumb(),
        Dumb(),
        uuid4,
        lambda: None,
        lambda: 0.5,
        tick=pulse.tick,
        look_s=pulse.look_s,
    )
    bridge = Bridge(Identity(STORE, DEVICE, RUN, BOOT, "1.0"), Plan({1: Rules()}), ports, 1_000.0)
    assert not pulse.has_begun()
    bridge.handle((), 1_000.0)
    assert pulse.has_begun()

    bridge.handle((), 1_005.0)
    assert pulse.silent(1_014.0) == {}
    bridge.handle((), 1_006.0)  # not due: no tick
    assert set(pulse.silent(1_016.0)) == {"contacts", "spool"}
