"""The simulated unit is the real core: what it does on the in-memory broker, and how it dies and comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker_config.channels import Role
from broker_config.link import Delivery, Link, LinkEvent, LinkSetup, Publication, Subscription
from broker_config.rights import User
from firmware_bridge.light import Shown
from simulator.broker import MemoryBroker
from simulator.button import SimulatedUnit
from simulator.clock import FakeClock

STORE = "s1"
KEY = 3
"""The staff key of button 1."""


class Server:
    """Answers presses by hand-written JSON; it does not know the production codec."""

    def __init__(self, clock: FakeClock, broker: MemoryBroker) -> None:
        self.answers = True
        self.presses: list[dict[str, object]] = []
        self.statuses: list[str] = []
        self._clock = clock
        setup = LinkSetup(
            f"{STORE}.srv",
            f"{STORE}.srv",
            "pw",
            subscriptions=(
                Subscription(f"rb/1/{STORE}/b/+/press", retain_handling=2),
                Subscription(f"rb/1/{STORE}/b/+/status"),
            ),
        )
        self._link = broker.link(setup)
        self._link.open(self._hear)

    def light(self, device: str, number: int, state: str, rev: int) -> None:
        self._say(device, "light", {"v": 1, "input": number, "run": "5e12", "rev": rev, "state": state})

    def _hear(self, event: LinkEvent) -> None:
        if not isinstance(event, Delivery):
            return
        body, device = json.loads(event.payload), event.topic.split("/")[4]
        self._link.settle(event)
        if event.topic.endswith("status"):
            self.statuses.append(body["state"])
            return
        self.presses.append({**body, "expiry": event.expiry_s})
        if self.answers:
            at = self._clock.now().isoformat()
            self._say(device, "receipt", {"v": 1, "id": body["id"], "result": "stored", "at": at})

    def _say(self, device: str, tail: str, body: dict[str, object]) -> None:
        self._link.publish(
            Publication(f"rb/1/{STORE}/b/{device}/{tail}", json.dumps(body).encode(), expiry_s=60)
        )


class Shop:
    def __init__(self, tmp_path: Path | None = None, keys: dict[int, int] | None = None) -> None:
        self.clock = FakeClock()
        users = [User(STORE, "b1", Role.BUTTON, "pw"), User(STORE, "srv", Role.SERVER, "pw")]
        self.broker = MemoryBroker(self.clock, users)
        self.server = Server(self.clock, self.broker)
        path = ":memory:" if tmp_path is None else str(tmp_path / "spool.sqlite")
        self.unit = SimulatedUnit(
            self.clock,
            self.broker.link,
            STORE,
            "b1",
            [1, 2, *(keys or {})],
            path,
            seed=3,
            password="pw",
            keys=keys,
        )
        self.clock.advance(3)


@pytest.fixture(params=["memory", "file"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    return Shop(tmp_path if request.param == "file" else None)


@pytest.fixture
def keyed() -> Shop:
    return Shop(keys={KEY: 1})


def test_a_press_reaches_the_server_and_the_light_answers(shop: Shop) -> None:
    shop.unit.button(1).press()
    shop.clock.advance(0.07)
    assert shop.unit.lights_seen(1) == [Shown.IDLE, Shown.SENDING, Shown.RECEIVED]
    (press,) = shop.server.presses
    assert (press["input"], press["seq"], press["try"]) == (1, 1, 1)
    shop.server.light("b1", 1, "coming", 1)
    shop.clock.advance(1)
    assert shop.unit.light(1) is Shown.COMING
    assert shop.unit.is_lit(1)
    assert shop.unit.light(2) is Shown.IDLE
    assert not shop.unit.is_lit(2)
    assert shop.unit.waiting == 0
    assert shop.server.statuses == ["online"]


@pytest.mark.parametrize("profile", ["mushroom", "dirty", "tactile"])
def test_a_dirty_contact_is_one_press(shop: Shop, profile: str) -> None:
    shop.unit.button(2).bounce(profile, seed=11, seconds=0.5)
    shop.clock.advance(20)
    assert [press["input"] for press in shop.server.presses] == [2]


def test_killed_before_the_server_answers_it_tells_after_the_restart(shop: Shop) -> None:
    shop.server.answers = False
    shop.unit.button(1).press()
    shop.clock.advance(0.5)
    shop.unit.kill()
    assert shop.unit.light(1) is Shown.IDLE
    shop.clock.advance(2)
    shop.server.answers = True
    shop.unit.start()
    shop.clock.advance(3)
    first, *_, last = shop.server.presses
    assert first["id"] == last["id"]
    assert first["run"] != last["run"]
    assert isinstance(last["age_ms"], int)
    assert 2_400 <= last["age_ms"] <= 6_000
    assert shop.unit.light(1) is Shown.RECEIVED
    assert shop.unit.waiting == 0
    assert "offline" in shop.server.statuses


def test_a_press_survives_a_reboot_and_says_what_it_knows_of_its_age(shop: Shop) -> None:
    shop.server.answers = False
    shop.unit.button(1).press()
    shop.clock.advance(0.5)
    shop.unit.synced = False
    shop.unit.restart(reboot=True)
    shop.clock.advance(40)
    last = shop.server.presses[-1]
    assert last["age_known"] is False
    assert isinstance(last["age_ms"], int)
    assert last["age_ms"] <= 40_000
    shop.unit.synced = True
    shop.clock.advance(20)
    last = shop.server.presses[-1]
    assert last["age_known"] is True
    assert isinstance(last["age_ms"], int)
    assert last["age_ms"] >= 40_000


def test_a_clean_stop_says_offline(shop: Shop) -> None:
    shop.unit.stop()
    shop.clock.advance(1)
    assert shop.server.statuses == ["online", "offline"]


def test_presses_while_the_broker_is_down_come_with_their_age_when_it_is_back(shop: Shop) -> None:
    shop.broker.kill()
    for _ in range(3):
        shop.unit.button(1).press()
        shop.clock.advance(10)
    assert shop.unit.light(1) in (Shown.SENDING, Shown.NOBODY)
    shop.broker.start()
    shop.clock.advance(30)
    assert {press["seq"] for press in shop.server.presses} == {1, 2, 3}
    assert shop.unit.waiting == 0


def test_a_wall_clock_that_jumps_changes_no_age(shop: Shop) -> None:
    shop.server.answers = False
    shop.unit.button(1).press()
    shop.clock.advance(1.5)
    shop.clock.jump_wall(timedelta(days=-4_000))
    shop.clock.advance(5)
    assert all(int(str(press["age_ms"])) < 10_000 for press in shop.server.presses)


def said(shop: Shop) -> list[tuple[object, ...]]:
    in_order = sorted(shop.server.presses, key=lambda press: int(str(press["seq"])))
    return [(press["kind"], press["purpose"], press.get("via_input")) for press in in_order]


def test_staff_arrive_call_quietly_and_drill_with_the_key(keyed: Shop) -> None:
    button = keyed.unit.button(1)
    button.arrive()
    keyed.clock.advance(5)
    button.quiet()
    keyed.clock.advance(5)
    assert keyed.unit.lights_seen(1) == [Shown.IDLE]
    button.drill()
    keyed.clock.advance(5)
    assert keyed.unit.light(1) is Shown.RECEIVED
    assert said(keyed) == [("arrive", "call", KEY), ("quiet", "call", KEY), ("press", "drill", KEY)]
    assert {press["input"] for press in keyed.server.presses} == {1}
    assert keyed.unit.waiting == 0


def test_a_customer_takes_the_press_back_by_a_second_push_that_is_held(keyed: Shop) -> None:
    button = keyed.unit.button(1)
    button.press()
    keyed.clock.advance(1.5)
    button.undo()
    keyed.clock.advance(2.5)
    assert keyed.unit.light(1) is Shown.COUNTING
    keyed.clock.advance(5)
    first, second = sorted(keyed.server.presses, key=lambda press: int(str(press["seq"])))
    assert (first["kind"], second["kind"], second["ref"]) == ("press", "undo", first["id"])
    seen = keyed.unit.lights_seen(1)
    assert seen[seen.index(Shown.COUNTING) :] == [Shown.COUNTING, Shown.UNDONE, Shown.IDLE]


def test_a_key_can_be_pushed_by_itself(keyed: Shop) -> None:
    keyed.unit.button(KEY).press()
    keyed.clock.advance(5)
    assert said(keyed) == [("arrive", "call", KEY)]


def test_without_a_wired_key_nobody_can_turn_it(shop: Shop) -> None:
    button = shop.unit.button(1)
    for turn in (button.arrive, button.quiet, button.drill):
        with pytest.raises(ValueError, match="no staff key is wired"):
            turn()
    shop.clock.advance(5)
    assert shop.server.presses == []


def test_a_dead_unit_feels_no_key(keyed: Shop) -> None:
    keyed.unit.kill()
    keyed.unit.button(1).arrive()
    keyed.clock.advance(1)
    keyed.unit.start()
    keyed.clock.advance(5)
    assert keyed.server.presses == []


def test_a_child_that_hammers_calls_once(shop: Shop) -> None:
    shop.unit.button(1).hammer(count=20, every_s=0.25)
    shop.clock.advance(20)
    assert said(shop) == [("press", "call", None)]


@pytest.mark.parametrize("switch", ["clean", "tactile", "mushroom"])
def test_a_finger_that_comes_and_goes_later_presses_once_on_every_switch(shop: Shop, switch: str) -> None:
    finger = shop.unit.button(1)
    finger.fit(switch)
    finger.down()
    finger.down()
    shop.clock.advance(0.3)
    assert finger.on
    finger.up()
    finger.up()
    assert not finger.on
    shop.clock.advance(5)
    assert said(shop) == [("press", "call", None)]


def test_a_switch_that_nobody_sells_is_refused(shop: Shop) -> None:
    with pytest.raises(ValueError, match="mushroom-nc"):
        shop.unit.button(1).fit("jelly")


def test_one_seed_one_story() -> None:
    def story() -> list[dict[str, object]]:
        shop = Shop()
        shop.unit.button(1).press(0.3, "mushroom")
        shop.clock.advance(5)
        shop.unit.restart()
        shop.unit.button(2).press()
        shop.clock.advance(70)
        return shop.server.presses

    assert story() == story()


def test_a_link_that_cannot_die_is_refused() -> None:
    class Immortal:
        connected = True

        def open(self, sink: object) -> None: ...

        def publish(self, publication: Publication) -> int | None: ...

        def settle(self, delivery: Delivery) -> None: ...

        def reconnect(self, reason: str) -> None: ...

        def close(self) -> None: ...

    def make(setup: LinkSetup) -> Link:
        return Immortal()

    unit = SimulatedUnit(FakeClock(), make, STORE, "b1", [1])
    with pytest.raises(TypeError, match="vanish"):
        unit.kill()


def test_it_keeps_the_clock_that_the_press_names() -> None:
    shop = Shop()
    shop.unit.button(1).press()
    shop.clock.advance(1)
    pushed = datetime.fromisoformat(str(shop.server.presses[0]["wall"]).replace("Z", "+00:00"))
    assert pushed.astimezone(UTC) == shop.clock.now() - timedelta(seconds=1)
