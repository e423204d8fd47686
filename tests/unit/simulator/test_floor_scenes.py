"""Scenarios on the floor page: who may be played where, what the page is told, and what the API says of the shop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from simulator.floor.app import Busy, Controls, make_app
from simulator.floor.books import ApiBooks
from simulator.floor.events import FloorEvent, StaffIs
from simulator.floor.feed import Feed
from simulator.floor.live_play import LivePlay
from simulator.floor.motion import Motion
from simulator.floor.scenes import FloorScenes
from simulator.floor.screen import Screen
from simulator.floor.staff_api import HttpStaffApi
from simulator.scenarios.ending import Call, FaultSeen, PageSent, Press
from simulator.scenarios.format import Scenario
from simulator.scenarios.item import Where
from simulator.scenarios.shelf import ORDER, find, shipped
from simulator.staff import ServerSilent
from tests.unit.simulator.floor_settings import settings

HOST = "127.0.0.1:1"


class Fast:
    """Fast motion that only remembers."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.busy = False

    def play(self, scenario: Scenario, speed: float, seed: int | None) -> bool:
        self.done.append((scenario.id, speed, seed))
        return not self.busy

    def stop(self, scenario: str | None) -> None:
        self.done.append(("stop", scenario))


class Running:
    """A scenario in the running shop."""

    def __init__(self, scenario: Scenario, seed: int | None, acting: bool) -> None:
        self.id, self.seed, self.acting = scenario.id, seed, acting
        self.over = self.left = False
        self.seen: list[FloorEvent] = []

    def start(self) -> None: ...

    def stop(self) -> None:
        self.over = True

    def leave(self) -> None:
        self.left = True

    def forget(self) -> None:
        self.left = True

    def happened(self, event: FloorEvent) -> None:
        self.seen.append(event)


class Box:
    def __init__(self, fast: Fast | None) -> None:
        self.live, self.motion = Feed(), Feed()
        self.fast = fast
        self.played: list[Running] = []
        self.trouble = ""
        self.scenes = FloorScenes(shipped(), self._make, fast, self.live, self.motion)

    def _make(self, scenario: Scenario, seed: int | None, acting: bool) -> LivePlay:
        if self.trouble:
            raise ValueError(self.trouble)
        self.played.append(Running(scenario, seed, acting))
        return cast(LivePlay, self.played[-1])


@pytest.fixture
def box() -> Box:
    return Box(Fast())


@pytest.fixture
def client(box: Box, tmp_path: Path) -> Iterator[TestClient]:
    app = make_app(
        Screen(settings(tmp_path)), box.live, cast(Controls, None), frozenset({HOST}), scenes=box.scenes
    )
    with TestClient(app, base_url=f"http://{HOST}", headers={"origin": f"http://{HOST}"}) as made:
        yield made


def play(client: TestClient, scenario: str, **more: Any) -> int:
    return client.post(f"/scenarios/{scenario}", json={"action": "play", **more}).status_code


def test_fast_motion_is_played_at_the_speed_that_was_asked_for(client: TestClient, box: Box) -> None:
    assert box.fast is not None
    assert play(client, "quiet_day") == 204
    assert play(client, "quiet_day", where="motion", speed=600, seed=5) == 204
    assert play(client, "quiet_day", speed=0) == 204
    assert box.fast.done == [("quiet_day", 360.0, None), ("quiet_day", 600.0, 5), ("quiet_day", 0.0, None)]
    box.fast.busy = True
    assert play(client, "prankster") == 409
    assert client.post("/scenarios/prankster", json={"action": "stop"}).status_code == 204
    assert box.fast.done[-1] == ("stop", "prankster")


def test_one_at_a_time_in_the_running_shop(client: TestClient, box: Box) -> None:
    box.scenes.happened(StaffIs(True, 1.0))
    assert play(client, "prankster", where="live", seed=4) == 204
    assert play(client, "quiet_day", where="live") == 409
    playing = box.played[0]
    assert (playing.id, playing.seed, playing.acting) == ("prankster", 4, True)
    box.scenes.happened(StaffIs(False, 2.0))
    assert playing.seen == [StaffIs(False, 2.0)]
    for name, ended in (("quiet_day", False), ("prankster", True)):
        assert client.post(f"/scenarios/{name}", json={"action": "stop", "where": "live"}).status_code == 204
        assert playing.over == ended
    assert play(client, "quiet_day", where="live") == 204
    assert playing.left
    assert box.played[1].acting  # what a scenario switched is not what the visitor wanted


def test_why_it_cannot_be_played_is_told(client: TestClient, box: Box) -> None:
    box.trouble = "step 1: there is no green button"
    assert play(client, "quiet_day", where="live") == 204
    item = box.live.items()["scenario"]
    assert (item["id"], item["state"], item["trouble"]) == ("quiet_day", "broken", box.trouble)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/scenarios/loud_day", {"action": "play"}, 404),
        ("/scenarios/loud_day", {"action": "stop"}, 404),
        ("/scenarios/quiet_day", {"action": "rewind"}, 422),
        ("/scenarios/quiet_day", {"action": "play", "speed": -1}, 422),
        ("/scenarios/quiet_day", {"action": "play", "where": "moon"}, 422),
    ],
)
def test_what_nobody_can_play(client: TestClient, path: str, body: dict[str, Any], status: int) -> None:
    assert client.post(path, json=body).status_code == status


def test_the_page_is_told_what_there_is(client: TestClient, box: Box) -> None:
    for feed in (box.live, box.motion):
        item = feed.items()["scenarios"]
        assert item["motion"] is True
        assert [one["id"] for one in item["list"]] == list(ORDER)
        assert all(set(one["title"]) == set(one["summary"]) == {"en", "ru", "et"} for one in item["list"])
    assert '"stream": "/motion/live"' in client.get("/motion").text
    assert '"stream": "/live"' in client.get("/").text


def test_a_shop_without_its_file_has_no_fast_motion() -> None:
    box = Box(None)
    assert box.live.items()["scenarios"]["motion"] is False
    with pytest.raises(KeyError):
        box.scenes.play("quiet_day", Where.MOTION, None, None)
    box.scenes.close()


def test_busy_is_said_by_name() -> None:
    box = Box(Fast())
    box.scenes.play("quiet_day", Where.LIVE, None, None)
    with pytest.raises(Busy):
        box.scenes.play("prankster", Where.LIVE, None, None)


async def until(feed: Feed, state: str) -> Mapping[str, Any]:
    async for items in feed.read():
        if items.get("scenario", {}).get("state") == state:
            return items["scenario"]
    raise AssertionError


CHILD = "tests.unit.simulator.motion_child"


def test_a_world_in_a_child_tells_its_items_line_by_line(tmp_path: Path) -> None:
    feed = Feed()
    mirrored: list[str] = []
    motion = Motion(tmp_path / "simulate.toml", feed, lambda item: mirrored.append(item["state"]), CHILD)
    assert motion.play(find("prankster"), 60.0, None)
    ended = asyncio.run(asyncio.wait_for(until(feed, "passed"), 20))
    assert ended["id"] == "prankster"
    assert feed.items()["pager:1001"] == {"count": 1}
    assert mirrored[:2] == ["idle", "starting"]
    assert mirrored[-1] == "passed"


def test_a_world_that_is_stopped_or_dies_is_said_so(tmp_path: Path) -> None:
    feed = Feed()
    motion = Motion(tmp_path / "simulate.toml", feed, lambda item: None, CHILD)
    assert motion.play(find("quiet_day"), 60.0, None)
    asyncio.run(asyncio.wait_for(until(feed, "playing"), 20))
    assert not motion.play(find("prankster"), 60.0, None)
    motion.stop("prankster")
    assert feed.items()["scenario"]["state"] == "playing"
    motion.stop("quiet_day")
    assert feed.items()["scenario"]["state"] == "stopped"
    assert motion.play(find("saturday_rush"), 60.0, None)
    broken = asyncio.run(asyncio.wait_for(until(feed, "broken"), 20))
    assert broken["trouble"] == "the world ended with code 3"


AT = "2026-03-02T10:00:{:02}Z"
ZERO = 1_772_445_600.0 - 100.0
"""10:00:00 of that day is second 100 of the boot clock."""


class Api(HttpStaffApi):
    """Answers from a table."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__("http://127.0.0.1:9", "s1", {})
        self._answers = answers

    def get(self, login: str, path: str) -> Any:
        assert login == "anna"
        if path not in self._answers:
            raise ServerSilent(path)
        return self._answers[path]


def press(second: int, state: str, incident: int | None, **more: Any) -> dict[str, Any]:
    row = {
        "device": "b1",
        "input": 1,
        "kind": "press",
        "purpose": "call",
        "state": state,
        "incident": incident,
    }
    return {**row, "pressed_at": AT.format(second), **more}


def test_the_books_of_the_running_shop_are_read_as_staff_may_read_them() -> None:
    api = Api(
        {
            "/stores/s1/presses?limit=200": {
                "items": [
                    press(30, "merged", 7),
                    press(25, "stored", 7, kind="arrive"),
                    press(20, "stored", 7),
                    press(1, "stored", 6),
                ],
                "next": "more",
            },
            "/stores/s1/incidents?limit=200": {
                "items": [{"number": 7, "opened_at": AT.format(20)}],
                "next": None,
            },
            "/stores/s1/incidents/7": {
                "state": "closed",
                "outcome": "recovered",
                "pages": [{"body": "DAIRY CALL", "created_at": AT.format(21), "state": "transmitted"}],
                "notices": [{"state": "failed"}],
            },
            "/stores/s1/faults?limit=200": {
                "items": [
                    {"device": "b1", "kind": "flood", "since": AT.format(22), "told_at": AT.format(23)}
                ],
                "next": None,
            },
            "/stores/s1/readiness": {
                "covered": False,
                "lines": [
                    {"cause": "dead", "mood": "bad"},
                    {"cause": "no_keeper", "mood": "warn"},
                    {"cause": None, "mood": "good"},
                ],
            },
        }
    )
    books = ApiBooks(api, "anna", "s1", lambda: 140.0, ZERO)
    found = books.read(110.0)
    assert found.presses == (Press("b1.1", 120.0, "stored", call=7), Press("b1.1", 130.0, "merged", call=7))
    assert found.calls == (
        Call(7, "closed", "recovered", (PageSent("DAIRY CALL", 121.0, "transmitted"),), ("failed",)),
    )
    assert found.faults == (FaultSeen("b1", "flood", 122.0),)
    assert not books.is_calm()
    look = books.look()
    assert look is not None
    assert (look.at, look.covered, look.causes) == (140.0, False, frozenset({"dead"}))


def test_a_server_that_does_not_answer_has_no_books() -> None:
    books = ApiBooks(Api({}), "anna", "s1", lambda: 1.0, ZERO)
    assert books.look() is None
    with pytest.raises(ServerSilent):
        books.read(0.0)
