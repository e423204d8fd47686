"""The shipped scenarios in a world of their own: each ends as its file says, and each can fail."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from broker_config.errors import SetupError
from simulator.scenarios.ending import Ending
from simulator.scenarios.format import Scenario, Step
from simulator.scenarios.shelf import ORDER, find
from simulator.world.pacing import run_at
from simulator.world.play import play_in_terminal
from simulator.world.scene import WorldScene
from simulator.world.shop import EXAMPLE


def played(scenario: Scenario, seed: int | None = None) -> WorldScene:
    scene = WorldScene(scenario, EXAMPLE, seed=seed)
    try:
        scene.open()
        run_at(scene, 0.0, lambda seconds: None, lambda: 0.0)
    finally:
        scene.close()
    return scene


def found(scene: WorldScene) -> dict[str, str]:
    """Whatever did not happen as expected, with what was found instead."""
    pairs = zip(scene.scenario.whole.expect, scene.verdicts, strict=True)
    return {one.that.value: verdict.found for one, verdict in pairs if not verdict.ok}


@pytest.mark.long  # tests/live/test_scenarios.py has all of them at once, by the page
@pytest.mark.parametrize("name", ORDER)
def test_it_ends_as_its_file_says(name: str) -> None:
    scene = played(find(name))
    assert found(scene) == {}
    assert scene.passed


def changed(name: str, head: Mapping[str, Any], *steps: Mapping[str, Any]) -> Scenario:
    """The same with other circumstances, and with these steps instead of its own where there are any."""
    scenario = find(name)
    made = scenario.model_copy(update={"scenario": scenario.scenario.model_copy(update=dict(head))})
    if steps:
        made = made.model_copy(update={"steps": tuple(Step.model_validate(one) for one in steps)})
    return made


def step(after: str, do: str, **more: Any) -> dict[str, Any]:
    return {"after": after, "do": do, **more}


SHORT = {"lasts": 900.0, "settles": 240.0}
GATEWAY_DIES = step("1s", "power", part="gateway", verb="kill")
SPOILT: dict[str, tuple[Scenario, set[str]]] = {
    "nobody wears a pager any more": (
        changed("quiet_day", {"lasts": 7_200.0}, step("1s", "away", who="everybody", on=True)),
        {"outcome"},
    ),
    "there is no gateway": (
        changed("saturday_rush", SHORT, GATEWAY_DIES),
        {"answered", "outcome"},
    ),
    "there is no stand-in": (
        changed(
            "server_dies_at_noon",
            {"lasts": 1_380.0, "settles": 60.0},
            GATEWAY_DIES,
            *(
                step(f"{after}m", "power", part="server", verb=verb)
                for after, verb in ((10, "kill"), (20, "start"))
            ),
            *(step(f"{after}m", "press", button="any") for after in (12, 14, 16)),
        ),
        {"stood_in", "answered", "back_within"},
    ),
    "nobody plugs the cable in": (
        changed(
            "transmitter_cable_out",
            {"lasts": 420.0, "settles": 60.0},
            step("2m", "cable", verb="pull"),
            step("3m", "press", button="any"),
        ),
        {"back_within", "ready"},
    ),
    "the child is slow": (
        changed("prankster", SHORT, step("1m", "hammer", button="any", count=20, every="20s")),
        {"fault"},
    ),
    "there is internet": (
        changed("night_without_internet", {"internet": True, "lasts": 18_000.0, "settles": 600.0}),
        {"letters_stuck"},
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_it_can_fail(how: str) -> None:
    scenario, missed = SPOILT[how]
    assert missed <= set(found(played(scenario)))


def test_the_same_seed_has_the_same_ending() -> None:
    short = changed("prankster", {"lasts": 330.0, "settles": 0.0})
    endings: list[Ending | None] = [played(short, seed).ending for seed in (13, 13, 14)]
    assert endings[0] is not None
    assert endings[0] == endings[1] != endings[2]


def test_a_shop_without_what_it_needs_is_told_so_before_anything_happens() -> None:
    scenario = changed("prankster", {}, step("1s", "press", button="Toy shelf"))
    with pytest.raises(
        SetupError, match="prankster: step 1: there is no red button 'Toy shelf' in this shop"
    ):
        WorldScene(scenario, EXAMPLE)


def test_it_is_stopped_and_leaves_the_shop_in_order() -> None:
    scene = WorldScene(find("server_dies_at_noon"), EXAMPLE)
    scene.open()
    scene.advance(900)
    assert not scene.shop.server.running
    scene.stop()
    assert scene.over
    assert scene.shop.server.running
    assert (scene.ending, scene.passed) == (None, False)
    scene.close()


def test_the_terminal_tells_what_happens_and_what_was_expected() -> None:
    said = io.StringIO()
    waits: list[float] = []
    scenario = changed("prankster", {"lasts": 400.0, "settles": 60.0})
    now = iter(range(1_000_000))
    passed = play_in_terminal(
        scenario,
        None,
        3,
        120.0,
        console=Console(file=said, width=200),
        wait=waits.append,
        monotonic=lambda: next(now) / 1_000,
    )
    text = said.getvalue()
    assert "The prankster" in text
    assert "Fri 17:04:00" in text
    assert "is hammered" in text
    assert "wrist of" in text
    assert "✓ A fault for the technician was written down: hammered button 1" in text
    assert "seed 3" in text
    assert passed == ("✗" not in text)
    assert waits


def test_an_own_file_in_an_own_shop(tmp_path: Path) -> None:
    """With a place by its name; a shop without yellow and green buttons has no faces to count."""
    whole = EXAMPLE.read_text("utf-8").replace('name = "Kadriorg Food Market"', 'name = "Other"')
    shop = tmp_path / "shop.toml"
    shop.write_text(whole, "utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(
        """
[scenario]
id = "mine"
starts = "mon 12:00"
lasts = "5m"
settles = "0s"
title = { en = "a", ru = "b", et = "c" }
summary = { en = "a", ru = "b", et = "c" }
[[at]]
after = "10s"
do = "press"
button = "milk fridge"
[[expect]]
that = "answered"
within = "2s"
""",
        "utf-8",
    )
    scene = WorldScene(find(path), shop)
    scene.open()
    run_at(scene, 0.0, lambda seconds: None, lambda: 0.0)
    assert scene.shop.plan.name == "Other"
    assert scene.passed
    scene.close()
