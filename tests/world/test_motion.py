"""Fast motion: what happens in a world becomes items of the floor page."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from broker_config.errors import SetupError
from server import in_world
from simulator.config import SimulateSettings
from simulator.scenarios.format import Scenario, Step
from simulator.scenarios.item import State
from simulator.scenarios.shelf import find
from simulator.world.motion import Motion
from simulator.world.shop import EXAMPLE


def settings(shop_file: Path | None = EXAMPLE) -> SimulateSettings:
    """The example shop as `up` describes it to the simulator."""
    plan = in_world.shop_plan(EXAMPLE)
    here = Path("/nowhere")
    return SimulateSettings.model_validate(
        {
            "store": plan.store,
            "store_name": plan.name,
            "api_url": "http://127.0.0.1:9",
            "board_url": "http://127.0.0.1:9",
            "shop_file": shop_file,
            "units": [
                {
                    "device": unit.device,
                    "config": here,
                    "control": here,
                    "inputs": [
                        {"n": one.n, "colour": one.colour, "label": one.label, "zone": one.zone}
                        for one in unit.inputs
                    ],
                }
                for unit in plan.units
            ],
            "transmitters": [{"gateway": one.gateway, "name": one.name, "link": here} for one in plan.lines],
            "pagers": [
                {"transmitter": one.transmitter, "address": one.address, "label": one.label}
                for one in plan.pagers
            ],
            "people": [
                {"login": one.login, "name": one.name, "password": "x", "pager": one.pager}
                for one in plan.people
                if one.pager is not None
            ],
        }
    )


def scenario(**head: Any) -> Scenario:
    made = find("transmitter_cable_out")
    steps = [
        {"after": "10s", "do": "press", "button": "Milk fridge"},
        {"after": "40s", "do": "cable", "verb": "pull"},
        {"after": "45s", "do": "power", "part": "b1", "verb": "kill"},
        {"after": "50s", "do": "away", "who": "Anna Kask", "on": True},
        {"after": "60s", "do": "hammer", "button": "Wine shelf"},
    ]
    return made.model_copy(
        update={
            "scenario": made.scenario.model_copy(update={"lasts": 80.0, "settles": 0.0, **head}),
            "steps": tuple(Step.model_validate(one) for one in steps),
            "expect": made.expect[-1:],
        }
    )


def test_a_world_is_seen_on_the_floor() -> None:
    out = io.StringIO()
    now = iter(range(1_000_000))
    waits: list[float] = []
    Motion(scenario(), 20.0, out, lambda: next(now) / 50).play(settings(), 3, waits.append)
    items: dict[str, Any] = {}
    told: set[str] = set()
    troubled: dict[str, Any] = {}
    for line in out.getvalue().splitlines():
        changed = json.loads(line)
        items |= changed
        told |= {entry["what"] for entry in changed.get("story", {"entries": []})["entries"]}
        if items["scenario"]["state"] == "playing":
            troubled = dict(items)
    assert {"pushed", "page", "shown", "unplugged", "did", "unit_down"} <= told
    assert any(what.startswith("closed_") for what in told)
    assert (troubled["line:t1"]["plugged"], items["line:t1"]["plugged"]) == (False, True)
    assert (troubled["button:b1.1"]["up"], items["button:b1.1"]["up"]) == (False, True)
    assert items["button:b2.3"]["pushes"] == 1
    assert items["staff"]["on"] is True
    assert troubled["staff"]["doing"]["anna"]["away"] is True
    assert (troubled["part:b1"]["state"], items["part:b1"]["state"]) == ("dead", "running")
    page = items["pager:1234005"]["entries"][0]
    assert (page["text"], page["after_ms"] < 2_000) == ("DAIRY Milk fridge CALL", True)
    assert items["bytes:t1"]["count"] > 5
    shown = items["scenario"]
    assert (shown["state"], shown["zone"], shown["progress"]) == (State.FAILED, "Europe/Tallinn", 1.0)
    assert shown["virtual_at"] >= 1_772_542_880_000  # Tuesday 15:01:20 in Tallinn
    assert [one["ok"] for one in shown["expectations"]] == [False]


def test_a_shop_without_its_file_is_told_so() -> None:
    with pytest.raises(SetupError, match="no file to make a world of"):
        Motion(scenario(), 0.0, io.StringIO(), lambda: 0.0).play(settings(None), None, lambda seconds: None)
