"""Scenarios on the floor page of a whole shop: all six in fast motion, and their short versions in the running shop."""

from __future__ import annotations

import json
import select
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from simulator.floor.staff_api import HttpStaffApi
from simulator.scenarios.shelf import ORDER
from tests.live.up_process import Up

pytestmark = pytest.mark.live

PATIENCE_S = 150.0
OVER = ("passed", "failed", "stopped", "broken")


@dataclass
class Floor:
    """The page without a browser: its actions and its streams."""

    address: str
    api: HttpStaffApi

    def post(self, path: str, body: dict[str, Any]) -> int:
        asked = urllib.request.Request(
            self.address + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Origin": self.address},
        )
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def play(self, scenario: str, **more: Any) -> int:
        return self.post(f"/scenarios/{scenario}", {"action": "play", **more})

    def until(self, stream: str, right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Everything that the stream told by the time that this was so."""
        items: dict[str, Any] = {}
        with urllib.request.urlopen(self.address + stream, timeout=PATIENCE_S) as lines:
            end = time.monotonic() + PATIENCE_S
            for line in lines:
                if line.startswith(b"data:"):
                    items |= json.loads(line.removeprefix(b"data:"))
                    if right(items):
                        return items
                assert time.monotonic() < end, f"it never came to this: {items.get('scenario')}"
        pytest.fail("the stream ended")

    def ending(self, scenario: str, stream: str) -> dict[str, Any]:
        def over(items: dict[str, Any]) -> bool:
            shown = items.get("scenario", {})
            return shown.get("id") == scenario and shown["state"] in OVER

        return self.until(stream, over)

    def when_ready(self) -> None:
        """Every light is lit by its unit, and every part runs."""

        def ready(items: dict[str, Any]) -> bool:
            parts = [item["state"] for key, item in items.items() if key.startswith("part:")]
            units = [
                item["up"]
                for key, item in items.items()
                if key.startswith("button:") and not key.startswith("button:new-")  # those are in their boxes
            ]
            return bool(parts) and set(parts) == {"running"} and all(units)

        self.until("/live", ready)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    up = Up(tmp_path_factory.mktemp("scenes") / "data")
    try:
        words = up.open()
        api = HttpStaffApi(words["board"], "kadriorg", {"manager": words["manager"]})
        made = Floor(words["floor"].rstrip("/"), api)
        made.when_ready()
        yield made
    finally:
        up.close()


@pytest.fixture
def floor(shop: Floor) -> Iterator[Floor]:
    """Nothing is played afterwards."""
    yield shop
    for name in ORDER:
        for where in ("live", "motion"):
            shop.post(f"/scenarios/{name}", {"action": "stop", "where": where})


@pytest.fixture
def calm(floor: Floor) -> Floor:
    """Nobody waits for anything: what an ending is judged by is its own."""
    end = time.monotonic() + PATIENCE_S
    while floor.api.open_incidents("manager"):
        assert time.monotonic() < end, "the calls of another test were never closed"
        select.select([], [], [], 1.0)
    return floor


def as_expected(item: dict[str, Any]) -> bool:
    missed = [(one["key"], one["found"]) for one in item["expectations"] if not one["ok"]]
    assert item["state"] == "passed", (item["trouble"], missed)
    return bool(item["expectations"])


def test_all_six_end_as_expected_in_fast_motion_while_one_is_played_in_the_running_shop(calm: Floor) -> None:
    """The running shop does not feel it."""
    assert calm.play("prankster", where="live") == 204
    assert calm.play("prankster", where="live") == 409
    for name in ORDER:
        assert calm.play(name, where="motion", speed=0) == 204
        items = calm.ending(name, "/motion/live")
        assert as_expected(items["scenario"])
        assert items["scenario"]["progress"] == 1.0
        assert any(item["entries"] for key, item in items.items() if key.startswith("pager:"))
    assert as_expected(calm.ending("prankster", "/live")["scenario"])


@pytest.mark.long
def test_the_server_of_the_running_shop_dies_and_the_shop_copes(calm: Floor) -> None:
    assert calm.play("server_dies_at_noon", where="live") == 204
    items = calm.until("/live", lambda items: items.get("part:server", {}).get("state") == "dead")
    assert items["scenario"]["state"] == "playing"
    assert as_expected(calm.ending("server_dies_at_noon", "/live")["scenario"])


def test_one_that_is_stopped_leaves_the_shop_in_order(floor: Floor) -> None:
    assert floor.play("transmitter_cable_out", where="live") == 204
    floor.until("/live", lambda items: items["line:t1"]["plugged"] is False)
    assert floor.post("/scenarios/transmitter_cable_out", {"action": "stop", "where": "live"}) == 204
    items = floor.ending("transmitter_cable_out", "/live")
    assert (items["scenario"]["state"], items["line:t1"]["plugged"]) == ("stopped", True)
    assert floor.play("quiet_day", where="motion", speed=60) == 204
    floor.until("/motion/live", lambda items: items["scenario"]["state"] == "playing")
    assert floor.post("/scenarios/quiet_day", {"action": "stop", "where": "motion"}) == 204
    assert floor.ending("quiet_day", "/motion/live")["scenario"]["state"] == "stopped"
    assert floor.play("loud_day") == 404


@pytest.mark.long
@pytest.mark.parametrize("name", [one for one in ORDER if one not in ("prankster", "server_dies_at_noon")])
def test_it_ends_as_expected_in_the_running_shop(calm: Floor, name: str) -> None:
    assert calm.play(name, where="live") == 204
    assert as_expected(calm.ending(name, "/live")["scenario"])


def test_what_can_be_played_is_told(floor: Floor) -> None:
    told = floor.until("/live", lambda items: "scenarios" in items)
    assert [one["id"] for one in told["scenarios"]["list"]] == list(ORDER)
    assert told["scenarios"]["motion"] is True
    with urllib.request.urlopen(floor.address + "/motion", timeout=20) as page:
        assert b'"stream": "/motion/live"' in page.read()
