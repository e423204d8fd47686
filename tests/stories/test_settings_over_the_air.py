"""The server says how a unit works, whenever the unit listens; the unit keeps it when nobody can say it again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from broker_config.channels import Role
from broker_config.link import Delivery, LinkEvent, LinkSetup, Publication, Subscription
from broker_config.rights import User
from firmware_bridge.kept import KeptFiles
from firmware_bridge.light import LIGHT_SETS, Shown
from simulator.broker import MemoryBroker
from simulator.button import COMES_BACK_S, SimulatedUnit
from simulator.clock import FakeClock

STORE, DEVICE = "s1", "b1"
EVENING = datetime(2026, 3, 2, 19, 30, tzinfo=UTC)  # 21:30 in Tallinn
QUIET = {
    "volume": 8,
    "night": {"starts": "22:00", "ends": "06:00", "volume": 1},
    "timezone": "Europe/Tallinn",
}


class Shop:
    """One unit, a broker, and a server by hand that knows no codec of ours."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(EVENING)
        self.users = [User(STORE, DEVICE, Role.BUTTON, "first"), User(STORE, "srv", Role.SERVER, "pw")]
        self.broker = MemoryBroker(self.clock, self.users)
        self.heard: list[tuple[str, dict[str, Any]]] = []
        tails = ("press", "telemetry", "cfg/state", "cmd/answer", "status")
        topics = [Subscription(f"rb/1/{STORE}/b/+/{tail}") for tail in tails]
        self.server = self.broker.link(LinkSetup(f"{STORE}.srv", f"{STORE}.srv", "pw", subscriptions=topics))
        self.server.open(self._hear)
        self.unit = SimulatedUnit(
            self.clock, self.broker.link, STORE, DEVICE, [1, 2, 3], password="first", kept=KeptFiles(folder)
        )
        self.clock.advance(1)

    def _hear(self, event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            self.server.settle(event)
            self.heard.append((event.topic.split("/", 5)[5], json.loads(event.payload)))

    def say(self, tail: str, body: dict[str, Any], *, retain: bool = False) -> None:
        topic = f"rb/1/{STORE}/b/{DEVICE}/{tail}"
        self.server.publish(Publication(topic, json.dumps({"v": 1, **body}).encode(), retain=retain))
        self.clock.advance(0.1)

    def settings(self, rev: int, **values: Any) -> None:
        self.say("cfg", {"rev": rev, **values}, retain=True)

    def command(self, name: str, **args: Any) -> str:
        number = str(uuid4())
        self.say("cmd", {"id": number, "name": name, "args": args})
        return number

    def told(self, tail: str) -> list[dict[str, Any]]:
        return [body for one, body in self.heard if one == tail]

    @property
    def volume(self) -> int:
        return self.unit.outputs.patterns[1].volume


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_settings_for_a_unit_that_is_off_are_in_force_when_it_comes_and_stay_without_a_broker(
    shop: Shop,
) -> None:
    shop.unit.stop()
    shop.settings(7, lights="slow", inputs=[{"n": 3, "role": "key", "for": 2}], **QUIET)
    assert shop.told("cfg/state") == []
    shop.unit.start()
    shop.clock.advance(10)
    assert shop.told("cfg/state") == [{"v": 1, "rev": 7, "ok": True, "errors": {}}]
    assert shop.told("telemetry")[-1]["cfg_rev"] == 7
    assert shop.volume == 8

    shop.broker.stop()
    shop.unit.restart(reboot=True)
    shop.clock.advance(5)
    assert shop.volume == 8
    shop.unit.button(1).press()
    shop.clock.advance(1)
    assert shop.unit.light(1) is Shown.SENDING
    assert shop.unit.outputs.patterns[1].light == LIGHT_SETS["slow"][Shown.SENDING]
    shop.unit.button(3).press()
    shop.clock.advance(1)
    assert 3 not in shop.unit.outputs.patterns or shop.unit.light(3) is Shown.IDLE

    shop.broker.start()
    shop.clock.advance(30)
    assert {(body["kind"], body["input"]) for body in shop.told("press")} == {("press", 1), ("arrive", 2)}
    assert shop.told("cfg/state")[-1]["ok"] is True


def test_the_night_comes_and_goes_by_the_shops_clock(shop: Shop) -> None:
    shop.settings(1, **QUIET)
    shop.clock.advance(29 * 60)
    assert shop.volume == 8
    shop.clock.advance(60)
    assert shop.volume == 1
    shop.unit.restart()
    assert shop.volume == 1
    shop.clock.advance(8 * 3_600 - 70)
    assert shop.volume == 1
    shop.clock.advance(70)
    assert shop.volume == 8


def test_a_unit_that_does_not_know_the_time_is_loud_until_it_does(shop: Shop) -> None:
    shop.settings(1, **QUIET)
    shop.unit.synced = False
    shop.unit.restart(reboot=True)
    shop.clock.advance(3_600)
    assert shop.volume == 8
    shop.unit.synced = True
    shop.clock.advance(61)
    assert shop.volume == 1


def test_what_cannot_be_is_answered_by_field_and_the_last_good_one_goes_on(shop: Shop) -> None:
    shop.settings(1, volume=3)
    shop.settings(2, volume=4, inputs=[{"n": 1}, {"n": 2}, {"n": 9}])
    assert shop.told("cfg/state")[-1]["errors"] == {"inputs.2.n": "this unit has no pin for input 9"}
    assert shop.volume == 3
    shop.unit.restart()
    shop.clock.advance(2)
    assert shop.volume == 3
    assert [(body["rev"], body["ok"]) for body in shop.told("cfg/state")] == [
        (1, True),
        (2, False),
        (2, False),
    ]
    shop.settings(3)
    assert shop.volume == 10


def test_settings_in_the_middle_of_a_press_lose_nothing(shop: Shop) -> None:
    shop.unit.button(1).press(2.0)
    shop.clock.advance(0.5)
    shop.settings(1, inputs=[{"n": 1, "role": "key", "for": 2, "lockout_ms": 0}], ttl_s=30)
    shop.clock.advance(20)
    pressed = {body["id"]: body for body in shop.told("press")}
    assert [(body["kind"], body["input"], body["ttl_s"]) for body in pressed.values()] == [("press", 1, 120)]
    shop.say("receipt", {"id": next(iter(pressed)), "result": "stored", "at": "2026-03-02T19:30:00Z"})
    shop.clock.advance(1)
    assert shop.unit.waiting == 0


def test_a_restart_by_command_is_answered_first_and_done_once(shop: Shop) -> None:
    before = shop.told("status")[-1]["run"]
    number = shop.command("restart")
    assert shop.told("cmd/answer") == [
        {"v": 1, "id": number, "ok": True, "text": "the unit ends and starts anew"}
    ]
    shop.clock.advance(COMES_BACK_S + 1)
    assert [body["state"] for body in shop.told("status")] == ["online", "offline", "online"]
    after = shop.told("status")[-1]["run"]
    assert after != before
    shop.say("cmd", {"id": number, "name": "restart"})
    shop.clock.advance(COMES_BACK_S + 1)
    assert shop.told("status")[-1]["run"] == after
    assert shop.told("cmd/answer")[-1]["ok"] is True


def test_a_new_password_is_taken_by_command_and_an_old_one_refused(shop: Shop) -> None:
    shop.command("rotate")
    assert shop.told("cmd/answer")[-1]["ok"] is False
    shop.unit.password_file = "second"
    shop.broker.set_password(f"{STORE}.{DEVICE}", "second")
    shop.command("rotate")
    assert shop.told("cmd/answer")[-1]["ok"] is True
    shop.clock.advance(COMES_BACK_S + 3)
    assert shop.told("status")[-1]["state"] == "online"
