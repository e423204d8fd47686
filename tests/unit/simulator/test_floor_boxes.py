"""Devices in their boxes: what a visitor may do, what the page is told, and that a device there is nobody yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broker_config.enrolment import Join, fingerprint
from broker_config.identity import authority, keys
from broker_config.identity.certificate import der_of
from broker_config.identity.folder import IdentityFolder
from simulator.floor.box_items import BoxItems
from simulator.floor.boxes import Boxes
from simulator.floor.core import FloorCore
from simulator.floor.events import BoxIs, FloorEvent, LetGo, Pushed, Showed
from simulator.floor.layout import boxed_buttons, buttons_of
from simulator.floor.words import catalogue
from simulator.pager import Air
from tests.enrolment_peer import NOW
from tests.unit.simulator.floor_settings import Items, settings

CA = authority.make("s1", now=NOW, serial=1)
JOIN = Join("127.0.0.1", 8443, "7KQ2M9XD", fingerprint(der_of(CA.certificate)))
SLEEPER = "tests.unit.simulator.sleeper"


def boxes_in(folder: Path) -> list[dict[str, Any]]:
    return [
        {"name": "new-1", "kind": "button", "folder": folder / "new-1", "control": folder / "c1"},
        {"name": "new-gw", "kind": "gateway", "folder": folder / "new-gw", "control": folder / "c2"},
    ]


class Stand:
    def __init__(self, folder: Path) -> None:
        self.settings = settings(folder, boxes=boxes_in(folder))
        self.events: list[FloorEvent] = []
        self.boxes = Boxes(
            self.settings.boxes,
            Air({}, known_only=True),
            1,
            self.events.append,
            lambda: 5.0,
            button_module=SLEEPER,
            gateway_module=SLEEPER,
        )

    def stages(self) -> list[tuple[str, str]]:
        """What was told since the last time."""
        self.boxes.look()
        found = [(one.box, one.stage) for one in self.events if isinstance(one, BoxIs)]
        self.events.clear()
        return found


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    made = Stand(tmp_path)
    yield made
    made.boxes.ask_to_end()
    made.boxes.close()


def test_a_box_is_unpacked_handed_a_string_and_packed_again(stand: Stand, tmp_path: Path) -> None:
    assert stand.stages() == [("new-1", "closed"), ("new-gw", "closed")]
    assert stand.stages() == []
    stand.boxes.unpack("new-1")
    assert stand.stages() == [("new-1", "no_join")]
    stand.boxes.hand("new-1", f"  {JOIN}\n")
    file = tmp_path / "new-1" / "redbutton.join"
    assert file.read_text() == f"{JOIN}\n"
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    said = {"stage": "confirm", "trouble": None, "figures": "123456", "words": ""}
    (tmp_path / "new-1" / "claim.json").write_text(json.dumps(said))
    assert stand.stages() == [("new-1", "confirm")]
    stand.boxes.pack("new-1")
    assert stand.stages() == [("new-1", "closed")]
    assert not (tmp_path / "new-1").exists()


def test_what_it_has_become_is_read_from_its_own_disk(stand: Stand, tmp_path: Path) -> None:
    stand.boxes.unpack("new-1")
    folder, key = tmp_path / "new-1" / "identity", keys.new_key()
    certificate = CA.device(keys.request(key), "s1.b7", now=NOW, serial=2)
    IdentityFolder(folder).write(key=key, certificate=certificate, authority=CA.certificate)
    file = tmp_path / "new-1" / "button.toml"
    file.write_text(f'device = "b7"\nidentity = "{folder}"\n' + file.read_text())
    stand.boxes.look()
    [last] = [one for one in stand.events if isinstance(one, BoxIs) and one.box == "new-1"]
    assert (last.stage, last.device, last.fingerprint) == ("granted", "b7", fingerprint(der_of(certificate)))


def test_what_nobody_may_hand_over(stand: Stand) -> None:
    with pytest.raises(KeyError):
        stand.boxes.unpack("new-9")
    with pytest.raises(ValueError, match="in its box"):
        stand.boxes.hand("new-1", str(JOIN))
    stand.boxes.unpack("new-1")
    with pytest.raises(ValueError, match="no join string"):
        stand.boxes.hand("new-1", "http://elsewhere/")


def test_the_story_is_told_once_and_not_of_an_earlier_visitor() -> None:
    items, told = Items(), list[str]()
    boxes = BoxItems(["new-1", "new-2"], items.put, lambda at, what, box: told.append(f"{box} {what}"))
    boxes.show()
    boxes.happened(BoxIs("new-2", 1.0, "granted"))
    for stage in ("closed", "no_join", "reaching", "press", "press", "granted"):
        boxes.happened(BoxIs("new-1", 1.0, stage))
    assert told == ["new-1 box_unpacked", "new-1 box_press", "new-1 box_granted"]
    assert items.now["box:new-1"]["stage"] == "granted"
    assert not boxes.is_nobody("new-1")
    assert not boxes.is_nobody("b1")


class NoHands:
    def release(self, contact: str) -> None:
        """Nobody holds anything."""


def test_no_customer_comes_to_a_device_that_is_being_claimed(tmp_path: Path) -> None:
    shop = settings(tmp_path, boxes=boxes_in(tmp_path))
    items, buttons = Items(), (*buttons_of(shop), *boxed_buttons(shop, catalogue("en")))
    core = FloorCore(buttons, (), (), (), items.put, NoHands(), 0.0, ["new-1", "new-gw"])
    core.handle([BoxIs("new-1", 1.0, "press"), Pushed("new-1.1", 2.0), LetGo("new-1.1", 2.2)], 2.2)
    core.handle([Showed("new-1.1", 2.3, shown="sending", lit=True)], 2.3)
    assert items.now["customer:new-1.1"] == {}
    assert items.now["button:new-1.1"]["lit"]
    core.handle([BoxIs("new-1", 3.0, "granted"), Pushed("new-1.1", 4.0), LetGo("new-1.1", 4.2)], 4.2)
    assert items.now["customer:new-1.1"]["mood"] == "waiting"


def test_a_new_button_has_a_place_of_its_own_on_the_plan(tmp_path: Path) -> None:
    shop = settings(tmp_path, boxes=boxes_in(tmp_path))
    [one] = boxed_buttons(shop, catalogue("et"))
    assert (one.key, one.colour, one.zone) == ("new-1.1", "red", "Äsja lahti pakitud")
