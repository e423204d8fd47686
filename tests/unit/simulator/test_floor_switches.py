"""The actions of trouble over HTTP: who may, what is refused, and what reaches the stage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator.floor.app import make_app
from simulator.floor.events import Play
from simulator.floor.feed import Feed
from simulator.floor.guard import own_hosts
from simulator.floor.screen import Screen
from simulator.floor.switches import PartSilent, add_switches
from simulator.stage import Cable, Network, NoSuchThing, Power
from tests.unit.simulator.floor_settings import settings
from tests.unit.simulator.test_floor_app import PAGE, Controls


class Stage:
    """Remembers what was done."""

    parts = ("server", "b1")

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.silent = False

    def _do(self, *what: Any) -> None:
        if self.silent:
            raise PartSilent("up")
        if what[1] not in ("server", "b1", "anna"):
            raise NoSuchThing(what[1])
        self.done.append(what)

    def power(self, part: str, verb: Power) -> None:
        self._do("power", part, verb)

    def network(self, part: str, verb: Network) -> None:
        self._do("network", part, verb)

    def away(self, login: str, away: bool) -> None:
        self._do("away", login, away)

    def cable(self, transmitter: str, verb: Cable) -> None: ...
    def hand(self, button: str, verb: str, figures: Mapping[str, float | str] | None = None) -> None: ...
    def staff(self, on: bool) -> None: ...

    # plays

    def start(self, play: Play, seed: int | None) -> None:
        self.done.append(("start", play, seed))

    def end(self, play: Play) -> None:
        self.done.append(("end", play))


class Page:
    def __init__(self, folder: Path) -> None:
        self.stage, self.controls = Stage(), Controls()
        app = make_app(
            Screen(settings(folder)),
            Feed(),
            self.controls,
            own_hosts(8081),
            lambda made: add_switches(made, self.stage, self.stage),
        )
        self.client = TestClient(app, base_url="http://127.0.0.1:8081")

    def post(self, path: str, body: object, **headers: str) -> int:
        return self.client.post(path, json=body, headers=PAGE | headers).status_code


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path)


def test_every_action_reaches_the_stage(page: Page) -> None:
    for verb in Power:
        assert page.post("/parts/server/power", {"verb": verb}) == 204
    for cut in Network:
        assert page.post("/parts/b1/network", {"verb": cut}) == 204
    assert page.post("/people/anna/away", {"away": True}) == 204
    assert page.post("/events/rush", {"seed": 7}) == 204
    assert page.post("/events/prank", {}) == 204
    assert page.post("/events/empty_shift", {"on": False}) == 204
    assert page.post("/transmitters/t1", {"garbled": True}) == 204
    assert page.stage.done == [
        *(("power", "server", verb) for verb in Power),
        *(("network", "b1", cut) for cut in Network),
        ("away", "anna", True),
        ("start", Play.RUSH, 7),
        ("start", Play.PRANK, None),
        ("end", Play.EMPTY_SHIFT),
    ]
    assert page.controls.done == [("garble", "t1", True)]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/parts/nobody/power", {"verb": "kill"}, 404),
        ("/parts/server/power", {"verb": "burn"}, 422),
        ("/parts/server/power", {"verb": "kill", "really": True}, 422),
        ("/parts/nobody/network", {"verb": "cut"}, 404),
        ("/parts/b1/network", {"verb": "kill"}, 422),
        ("/people/nobody/away", {"away": True}, 404),
        ("/people/anna/away", {"away": "yes"}, 422),
        ("/events/fire", {}, 422),
        ("/events/rush", {"seed": -1}, 422),
        ("/transmitters/t1", {}, 422),
    ],
)
def test_what_makes_no_sense_is_refused(page: Page, path: str, body: object, status: int) -> None:
    assert page.post(path, body) == status
    assert page.stage.done == []


def test_nobody_answers(page: Page) -> None:
    page.stage.silent = True
    assert page.post("/parts/server/power", {"verb": "kill"}) == 503


@pytest.mark.parametrize(
    "path", ["/parts/server/power", "/parts/b1/network", "/people/anna/away", "/events/rush"]
)
def test_another_site_may_not(page: Page, path: str) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"host": "shop.example:8081"}):
        assert page.post(path, {"verb": "kill"}, **headers) in (403, 421)
    assert page.stage.done == []
