"""The line to a unit's control socket, against a unit that is only a socket."""

from __future__ import annotations

import queue
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.control import ControlSocket, Item
from simulator.floor.controls import FloorControls
from simulator.floor.events import Counted, Deed, Did, FloorEvent, LetGo, Pushed, Showed, UnitIs
from simulator.floor.layout import buttons_of
from simulator.floor.unit_line import UnitLine, UnitSilent
from simulator.staff import Verb
from tests.unit.simulator.floor_settings import settings

PATIENCE_S = 30.0


class FakeUnit:
    """Remembers what it was told; its watchers get what the test puts in. None ends a watcher's stream."""

    def __init__(self, path: Path) -> None:
        self.told: list[dict[str, Any]] = []
        self.shows: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self.socket = ControlSocket(path, self._answer)
        self.socket.open()

    def _answer(self, request: dict[str, Any]) -> Iterator[Item]:
        if request["do"] == "watch":
            while (item := self.shows.get()) is not None:
                yield item
            raise ConnectionError
        if request["do"] == "explode":
            raise ValueError("no such verb")
        self.told.append(request)
        yield {"ok": True}


@pytest.fixture
def path() -> Iterator[Path]:
    """Socket paths must be short."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "b1.sock"


@pytest.fixture
def unit(path: Path) -> Iterator[FakeUnit]:
    made = FakeUnit(path)
    yield made
    made.shows.put(None)
    made.socket.close()


def shown(light: int, state: str = "called") -> dict[str, Any]:
    return {
        "input": 1,
        "light": light,
        "buzzer": 1 - light,
        "volume": 7,
        "state": state,
        "finger": True,
        "stuck": False,
        "switch": "stop",
        "pushes": 2,
        "refused": {"short": 1, "lockout": 3},
        "bounce_ms": None,
        "faults": ["flood"],
        "at": 12.5,
    }


def test_lights_are_watched_from_the_moment_the_unit_is_there(path: Path, unit: FakeUnit) -> None:
    seen: queue.SimpleQueue[FloorEvent] = queue.SimpleQueue()
    line = UnitLine("b1", path, seen.put, lambda: 7.0)
    line.open()
    unit.shows.put(shown(1))
    assert seen.get(timeout=PATIENCE_S) == UnitIs("b1", True, 7.0)
    assert seen.get(timeout=PATIENCE_S) == Showed(
        "b1.1",
        12.5,
        shown="called",
        lit=True,
        volume=7,
        finger=True,
        switch="stop",
        counted=Counted(2, (("lockout", 3), ("short", 1)), None, ("flood",)),
    )
    unit.shows.put(None)
    assert seen.get(timeout=PATIENCE_S) == UnitIs("b1", False, 7.0)
    unit.shows.put(shown(0))
    assert seen.get(timeout=PATIENCE_S) == UnitIs("b1", True, 7.0)
    line.close()


def test_closing_does_not_wait_for_the_unit(path: Path, unit: FakeUnit) -> None:
    seen: queue.SimpleQueue[FloorEvent] = queue.SimpleQueue()
    line = UnitLine("b1", path, seen.put, lambda: 7.0)
    line.open()
    unit.shows.put(shown(1))
    seen.get(timeout=PATIENCE_S)
    line.close()
    assert not line.is_open


def test_contacts_are_moved(path: Path, unit: FakeUnit) -> None:
    line = UnitLine("b1", path, lambda event: None, lambda: 7.0)
    line.tell("press", 2, ms=200)
    assert unit.told == [{"do": "press", "input": 2, "ms": 200}]


def test_a_refusal_of_the_unit_is_an_error(path: Path, unit: FakeUnit) -> None:
    with pytest.raises(ValueError, match="no such verb"):
        UnitLine("b1", path, lambda event: None, lambda: 7.0).tell("explode", 1)


def test_nobody_there(path: Path) -> None:
    with pytest.raises(UnitSilent):
        UnitLine("b1", path, lambda event: None, lambda: 7.0).tell("press", 1)


def test_a_visitors_finger_moves_the_contact_and_is_seen(path: Path, unit: FakeUnit) -> None:
    events: list[FloorEvent] = []
    buttons = {button.key: button for button in buttons_of(settings(path.parent))}
    line = UnitLine("b1", path, events.append, lambda: 7.0)
    controls = FloorControls(buttons, {"b1": line}, {}, None, events.append, lambda: 7.0)
    controls.hold("b1.1")
    controls.lift("b1.1")
    controls.press("b1.2", 300)
    controls.hold("b1.9")
    controls.release("b1.9")
    assert [(one["do"], one["input"]) for one in unit.told] == [
        ("hold", 1),
        ("lift", 1),
        ("press", 2),
        ("hold", 9),
        ("lift", 9),
    ]
    assert events == [
        Pushed("b1.1", 7.0),
        LetGo("b1.1", 7.0),
        Pushed("b1.2", 7.0),
        LetGo("b1.2", 7.3),
        Pushed("b1.9", 7.0),
    ]
    with pytest.raises(KeyError):
        controls.staff(True)


def test_deeds_reach_the_unit_and_wishes_the_staff(path: Path, unit: FakeUnit) -> None:
    class Staff:
        asked: list[tuple[str, Verb]] = []

        def switch(self, on: bool) -> None: ...

        def ask(self, login: str, verb: Verb) -> None:
            self.asked.append((login, verb))

        def away(self, login: str, away: bool) -> None: ...

    events: list[FloorEvent] = []
    buttons = {button.key: button for button in buttons_of(settings(path.parent))}
    line = UnitLine("b1", path, events.append, lambda: 7.0)
    controls = FloorControls(buttons, {"b1": line}, {}, Staff(), events.append, lambda: 7.0)
    for deed in Deed:
        controls.do("b1.1", deed)
    assert unit.told == [{"do": deed.value, "input": 1} for deed in Deed]
    assert events == [Did("b1.1", deed, 7.0) for deed in Deed]
    controls.fit("b1.1", "mushroom")
    assert unit.told[-1] == {"do": "fit", "input": 1, "switch": "mushroom"}
    with pytest.raises(KeyError):
        controls.do("b1.2", Deed.QUIET)
    with pytest.raises(KeyError):
        controls.do("b1.9", Deed.BRUSH)
    with pytest.raises(KeyError):
        controls.fit("b1.1", "jelly")
    with pytest.raises(KeyError):
        controls.fit("b1.9", "mushroom")
    with pytest.raises(KeyError):
        controls.hold("b1.8")
    controls.ask("anna", Verb.HELP)
    assert Staff.asked == [("anna", Verb.HELP)]
    alone = FloorControls(buttons, {"b1": line}, {}, None, events.append, lambda: 7.0)
    with pytest.raises(KeyError):
        alone.ask("anna", Verb.HELP)


def test_a_finger_on_a_dead_unit_pushes_nothing(path: Path) -> None:
    events: list[FloorEvent] = []
    buttons = {button.key: button for button in buttons_of(settings(path.parent))}
    line = UnitLine("b1", path, events.append, lambda: 7.0)
    controls = FloorControls(buttons, {"b1": line}, {}, None, events.append, lambda: 7.0)
    with pytest.raises(UnitSilent):
        controls.hold("b1.1")
    controls.release("b1.1")
    assert events == []
