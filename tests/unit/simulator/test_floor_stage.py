"""The running shop as a stage: power, networks, cables and hands reach whoever runs them, and are watched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.control import ControlSocket, Item
from simulator.floor.controls import FloorControls
from simulator.floor.events import (
    AwayIs,
    Deed,
    Did,
    FloorEvent,
    LineIs,
    PartIs,
    PartState,
    Pushed,
    StaffIs,
)
from simulator.floor.layout import buttons_of
from simulator.floor.stage import FloorStage
from simulator.floor.switches import PartSilent
from simulator.floor.unit_child import UnitChild
from simulator.floor.unit_line import UnitLine
from simulator.staff import Verb
from simulator.stage import BROKER, SERVER, Cable, Network, NoSuchThing, Power, Stage
from simulator.transmitters.base import Trouble
from tests.unit.simulator.floor_settings import settings


class Peer:
    """A control socket that remembers what it was told; `state` is its answer to "state"."""

    def __init__(self, path: Path, state: Item) -> None:
        self.state = state
        self.told: list[dict[str, Any]] = []
        self.socket = ControlSocket(path, self._answer)
        self.socket.open()

    def _answer(self, request: dict[str, Any]) -> Iterator[Item]:
        if request["do"] == "state":
            yield {"ok": True, **self.state}
        else:
            self.told.append(request)
            yield {"ok": True}


class Line(UnitLine):
    """A unit that is there when it says so."""

    def __init__(self, device: str, told: list[Any]) -> None:
        self.device, self.told, self.there = device, told, False

    @property
    def is_watching(self) -> bool:
        return self.there

    def tell(self, do: str, number: int, **more: Any) -> None:
        self.told.append((self.device, do, number, more))


class Child(UnitChild):
    def __init__(self) -> None:
        self.switched: list[Power] = []
        self.now = PartState.RUNNING

    @property
    def state(self) -> PartState:
        return self.now

    def switch(self, verb: Power) -> None:
        self.switched.append(verb)


class Box:
    """Transmitter and staff."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []

    def plug(self, plugged: bool) -> None:
        self.done.append(("plug", plugged))

    def slow(self, slow: bool) -> None: ...

    def trouble(self, kind: Trouble, amount: int) -> None: ...

    def garble(self, garbled: bool) -> None:
        self.done.append(("garble", garbled))

    def switch(self, on: bool) -> None:
        self.done.append(("staff", on))

    def ask(self, login: str, verb: Verb) -> None: ...

    def away(self, login: str, away: bool) -> None:
        if login != "anna":
            raise KeyError(login)
        self.done.append(("away", login, away))


class Shop:
    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        more = {} if alone else {"up": folder / "up.sock", "network": folder / "n.sock"}
        found = settings(folder, **more)
        self.events: list[FloorEvent] = []
        self.hands: list[Any] = []
        self.box = Box()
        self.units = {"b1": Child(), "b2": Child()}
        self.lines = {name: Line(name, self.hands) for name in self.units}
        buttons = {one.key: one for one in buttons_of(found)}
        controls = FloorControls(
            buttons, self.lines, {"t1": self.box}, self.box, self.events.append, lambda: 5.0
        )
        self.made = FloorStage(found, controls, self.units, self.lines, self.events.append, lambda: 5.0)
        self.stage: Stage = self.made

    def news(self) -> list[FloorEvent]:
        self.events.clear()
        self.made.look()
        return list(self.events)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Socket paths must be short."""
    with tempfile.TemporaryDirectory() as found:
        yield Path(found)


@pytest.fixture
def up(folder: Path) -> Iterator[Peer]:
    states = {name: {"state": "running", "pid": 1} for name in ("broker", "server", "simulate", "g1")}
    peer = Peer(folder / "up.sock", {"parts": states})
    yield peer
    peer.socket.close()


@pytest.fixture
def network(folder: Path) -> Iterator[Peer]:
    ways: dict[str, Any] = {name: {"cut": [], "delay": 0.0} for name in ("server", "g1", "b1", "b2")}
    peer = Peer(folder / "n.sock", {"ways": ways})
    yield peer
    peer.socket.close()


@pytest.fixture
def shop(folder: Path, up: Peer, network: Peer) -> Shop:
    return Shop(folder)


def test_every_part_has_its_power(shop: Shop, up: Peer) -> None:
    assert tuple(shop.stage.parts) == (BROKER, SERVER, "g1", "b1", "b2")
    for part in (BROKER, SERVER, "g1"):
        shop.stage.power(part, Power.FREEZE)
    shop.stage.power("b2", Power.KILL)
    assert up.told == [{"do": "freeze", "part": part} for part in (BROKER, SERVER, "g1")]
    assert shop.units["b2"].switched == [Power.KILL]


@pytest.mark.parametrize("part", ["nobody", "simulate", "network"])
def test_what_is_no_part_of_a_shop_is_left_alone(shop: Shop, up: Peer, part: str) -> None:
    with pytest.raises(NoSuchThing):
        shop.stage.power(part, Power.KILL)
    with pytest.raises(NoSuchThing):
        shop.stage.network(part, Network.CUT)
    assert up.told == []


def test_every_part_but_the_broker_has_a_network(shop: Shop, network: Peer) -> None:
    shop.stage.network("server", Network.CUT)
    shop.stage.network("b1", Network.MEND)
    assert network.told == [{"do": "cut", "way": "server"}, {"do": "mend", "way": "b1"}]
    with pytest.raises(NoSuchThing):
        shop.stage.network(BROKER, Network.CUT)


def test_what_became_of_a_part_is_told_once(shop: Shop, up: Peer, network: Peer) -> None:
    assert PartIs(BROKER, 5.0, PartState.RUNNING, None) in shop.news()
    assert shop.news() == []
    up.state = {"parts": {**up.state["parts"], "g1": {"state": "dead", "pid": None}}}
    network.state = {"ways": {**network.state["ways"], "b1": {"cut": ["up"], "delay": 0.0}}}
    shop.lines["b1"].there = True
    shop.units["b2"].now = PartState.FROZEN
    assert shop.news() == [
        PartIs("g1", 5.0, PartState.DEAD, False),
        PartIs("b1", 5.0, PartState.RUNNING, True),
        PartIs("b2", 5.0, PartState.FROZEN, False),
    ]


def test_who_does_not_answer_is_left_as_it_was(shop: Shop, up: Peer) -> None:
    shop.made.look()
    up.socket.close()
    assert shop.news() == []
    with pytest.raises(PartSilent):
        shop.stage.power(SERVER, Power.KILL)


def test_cables_hands_and_people(shop: Shop) -> None:
    for cable in Cable:
        shop.stage.cable("t1", cable)
    shop.stage.staff(True)
    shop.stage.away("anna", True)
    assert shop.box.done == [
        ("plug", False), ("plug", True), ("garble", True), ("garble", False), ("staff", True), ("away", "anna", True)
    ]  # fmt: skip
    assert [one for one in shop.events if isinstance(one, StaffIs | AwayIs)] == [
        StaffIs(True, 5.0),
        AwayIs("anna", True, 5.0),
    ]
    assert LineIs("t1", 5.0, garbled=True) in shop.events

    shop.stage.hand("b1.1", "press", {"ms": 300, "profile": "worn"})
    shop.stage.hand("b1.1", "hammer", {"count": 3})
    shop.stage.hand("b1.2", "bounce", {"profile": "worn", "seed": 3})
    shop.stage.hand("b1.2", "hold")
    shop.stage.hand("b1.2", "lift")
    shop.stage.hand("b1.1", "fit", {"switch": "mushroom"})
    assert shop.hands == [
        ("b1", "press", 1, {"ms": 300, "profile": "worn"}),
        ("b1", "hammer", 1, {"count": 3}),
        ("b1", "bounce", 2, {"profile": "worn", "seed": 3}),
        ("b1", "hold", 2, {}),
        ("b1", "lift", 2, {}),
        ("b1", "fit", 1, {"switch": "mushroom"}),
    ]
    assert [one for one in shop.events if isinstance(one, Pushed | Did)] == [
        Pushed("b1.1", 5.0),
        Did("b1.1", Deed.HAMMER, 5.0),
        Pushed("b1.2", 5.0),
        Pushed("b1.2", 5.0),
    ]


def test_nobody_has_a_thing_that_is_not_there(shop: Shop) -> None:
    with pytest.raises(NoSuchThing):
        shop.stage.cable("t9", Cable.PULL)
    for button, verb in (("b9.1", "press"), ("b1.1", "dance")):
        with pytest.raises(NoSuchThing):
            shop.stage.hand(button, verb)
    with pytest.raises(NoSuchThing):
        shop.stage.away("nobody", True)


def test_a_floor_without_up_handles_only_its_own_units(folder: Path) -> None:
    shop = Shop(folder, alone=True)
    assert tuple(shop.stage.parts) == ("b1", "b2")
    shop.stage.power("b1", Power.STOP)
    for part in (BROKER, SERVER, "g1"):
        with pytest.raises(NoSuchThing):
            shop.stage.power(part, Power.KILL)
    with pytest.raises(NoSuchThing):
        shop.stage.network("b1", Network.CUT)
    assert shop.news() == [PartIs(name, 5.0, PartState.STARTING, None) for name in ("b1", "b2")]
