"""How the unit introduces itself: birth, will, subscriptions, a clean start."""

from __future__ import annotations

import json

from broker_config.credentials import Credentials
from firmware_bridge.outbox import Identity
from firmware_bridge.setup import link_setup

WHO = Identity("s1", "b7", "00aa11bb", "11111111-1111-4111-8111-111111111111", "1.0")


def test_it_hears_what_is_for_it_and_the_servers_status() -> None:
    setup = link_setup(WHO, "broker", 8883, Credentials("secret"))
    assert {one.topic_filter for one in setup.subscriptions} == {
        "rb/1/s1/b/b7/receipt",
        "rb/1/s1/b/b7/light",
        "rb/1/s1/b/b7/stand-in",
        "rb/1/s1/b/b7/cfg",
        "rb/1/s1/b/b7/cmd",
        "rb/1/s1/b/b7/identity",
        "rb/1/s1/s/+/status",
    }
    assert setup.client_id == setup.username == "s1.b7"
    assert (setup.host, setup.port) == ("broker", 8883)
    assert setup.clean_start
    assert setup.session_expiry_s == 0
    assert "secret" not in repr(setup)


def test_birth_and_will_are_retained_and_carry_the_run() -> None:
    setup = link_setup(WHO, "broker", 8883, Credentials("secret"))
    for packet, state in ((setup.birth, "online"), (setup.will, "offline")):
        assert packet is not None
        assert (packet.topic, packet.qos, packet.retain) == ("rb/1/s1/b/b7/status", 1, True)
        assert json.loads(packet.payload) == {
            "v": 1,
            "state": state,
            "run": WHO.run,
            "boot": WHO.boot,
            "sw": "1.0",
        }
