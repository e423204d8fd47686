"""The scenarios of one simulated shop, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from simulator.config import SimulateSettings
from simulator.floor.books import ApiBooks
from simulator.floor.feed import Feed
from simulator.floor.layout import contact
from simulator.floor.live_play import LivePlay
from simulator.floor.motion import Motion
from simulator.floor.scenes import FloorScenes
from simulator.floor.staff_api import HttpStaffApi
from simulator.scenarios.cast import Cast
from simulator.scenarios.ending import spots_of
from simulator.scenarios.format import Scenario
from simulator.scenarios.shelf import shipped
from simulator.stage import Stage


def make_scenes(
    settings: SimulateSettings,
    file: Path | None,
    stage: Stage,
    live: Feed,
    clock: Callable[[], float],
    wall_at_zero: float,
) -> FloorScenes:
    """`file`: where the settings came from. Without it, or without the shop's own file, there is no fast motion."""
    motion = Feed()
    fast = None
    if file is not None and settings.shop_file is not None:
        fast = Motion(file, motion, lambda item: live.put("motion", item))
    passwords = {person.login: person.password.get_secret_value() for person in settings.people}
    api = HttpStaffApi(settings.api_url, settings.store, passwords)
    reads = next((person.login for person in settings.people if person.manages), "")
    books = ApiBooks(api, reads, settings.store, clock, wall_at_zero)
    cast = cast_of(settings)

    def make(scenario: Scenario, seed: int | None, acting: bool) -> LivePlay:
        def put(item: Mapping[str, Any]) -> None:
            live.put("scenario", item)

        return LivePlay(scenario, seed, cast, stage, books, clock, wall_at_zero, put, acting)

    return FloorScenes(shipped(), make, fast, live, motion)


def cast_of(settings: SimulateSettings) -> Cast:
    return Cast(
        spots_of(
            (contact(unit.device, one.n), one.label, one.zone, one.colour)
            for unit in settings.units
            for one in unit.inputs
        ),
        tuple(dict.fromkeys(one.gateway for one in settings.transmitters)),
        tuple(one.name for one in settings.transmitters),
        {person.login: person.name for person in settings.people},
        {one.address: one.holder or one.label for one in settings.pagers},
    )
