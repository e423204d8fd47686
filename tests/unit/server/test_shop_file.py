"""Shop files: the example is believable, every mistake is told at once and in words that help."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from broker_config.errors import SetupError
from server.db.connect import Database
from server.db.engine_read import read_store
from server.db.shop import load_shop
from server.rules.routing import called
from server.rules.shifts import on_the_floor
from server.shop_file import ShopFile, parse_shop, read_shop

EXAMPLE = Path(__file__).parents[3] / "server" / "examples" / "shop.toml"

SMALL: dict[str, Any] = {
    "store": {"id": "s1", "name": "Shop"},
    "zones": [{"name": "Bakery", "pager_name": "BAKERY"}, {"name": "Fish", "pager_name": "FISH"}],
    "buttons": [{"device": "b1", "input": 1, "zone": "Bakery", "label": "Bread"}],
    "gateways": [{"id": "g1", "name": "Office"}],
    "transmitters": [{"gateway": "g1", "name": "t1"}],
    "carriers": [
        {"name": "Anna Kask", "initials": "AK"},
        {"name": "Tiina Oja", "initials": "TO", "role": "shift_lead"},
    ],
    "pagers": [{"label": "P1", "carrier": "AK", "transmitter": "t1", "address": "0012"}],
    "shifts": [{"carrier": "AK", "days": "mon-fri", "from": "08:00", "to": "24:00", "zone": "Bakery"}],
    "policies": [{"name": "Normal", "steps": [{"target": "zone"}]}],
}


def small() -> dict[str, Any]:
    return copy.deepcopy(SMALL)


def mistakes(table: dict[str, Any]) -> list[str]:
    with pytest.raises(SetupError) as caught:
        parse_shop(table, "x.toml")
    head, *lines = str(caught.value).splitlines()
    assert head == "x.toml:"
    return [line.strip() for line in lines]


def test_a_small_shop() -> None:
    shop = parse_shop(small())
    assert shop.devices() == {"b1": "b", "g1": "g", "srv": "s"}
    shift = shop.shifts[0]
    assert (shift.carrier, shift.zone, shift.days) == (("AK",), ("Bakery",), (0, 1, 2, 3, 4))
    assert (shift.starts, shift.ends) == (time(8), time(0))
    assert shop.pagers[0].address == "0012"


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("mon-sun", (0, 1, 2, 3, 4, 5, 6)),
        ("Sat - Mon", (0, 5, 6)),
        ("tue", (1,)),
        ("mon,wed, fri-sat", (0, 2, 4, 5)),
    ],
)
def test_days(words: str, days: tuple[int, ...]) -> None:
    table = small()
    table["shifts"][0]["days"] = words
    assert parse_shop(table).shifts[0].days == days


def _set(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def change(table: dict[str, Any]) -> None:
        target: Any = table
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return change


def _add(section: str, **row: object) -> Callable[[dict[str, Any]], None]:
    return lambda table: table.setdefault(section, []).append(row)


MISTAKES: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_set("buttons", 0, "zone", value="Fihs"), "buttons[1].zone: there is no zone 'Fihs' in zones"),
    (_set("buttons", 0, "colour", value="blue"), "buttons[1].colour: Input should be"),
    (_set("buttons", 0, "input", value=17), "buttons[1].input: Input should be less than or equal to 16"),
    (_set("buttons", 0, "pin", value=4), "buttons[1].pin: Extra inputs are not permitted"),
    (_set("store", "timezone", value="Tallinn"), "store.timezone: no such time zone"),
    (_set("store", "id", value="Shop One"), "store.id: String should match pattern"),
    (_set("zones", value=[]), "zones: Tuple should have at least 1 item"),
    (_set("zones", 0, "pager_name", value="x" * 31), "zones[1].pager_name: String should have at most 30"),
    (_add("zones", name="Fish", pager_name="F"), "zones[3]: the name 'Fish' stands in zones[2] already"),
    (
        _add("buttons", device="b1", input=1, zone="Fish", label="x"),
        "buttons[2]: b1, input 1 stands in buttons[1] already",
    ),
    (_set("transmitters", 0, "gateway", value="g7"), "transmitters[1].gateway: there is no gateway 'g7'"),
    (_set("pagers", 0, "transmitter", value="t7"), "pagers[1].transmitter: there is no transmitter 't7'"),
    (_set("pagers", 0, "carrier", value="XX"), "pagers[1].carrier: there is no person 'XX' in carriers"),
    (_set("pagers", 0, "address", value="12-34"), "pagers[1].address: String should match pattern"),
    (
        _add("pagers", label="P2", transmitter="g1/t1", address="0012"),
        "pagers[2].address: 0012 on transmitter g1/t1 belongs to the pager 'P1' already",
    ),
    (
        _add("pagers", label="P1", transmitter="t1", address="0013"),
        "pagers[2]: the label 'P1' stands in pagers[1] already",
    ),
    (
        _add("carriers", name="Andres Kuusk", initials="AK"),
        "carriers[3]: the initials 'AK' stands in carriers[1] already",
    ),
    (_set("shifts", 0, "carrier", value=["AK", "ZZ"]), "shifts[1].carrier: there is no person 'ZZ'"),
    (_set("shifts", 0, "zone", value=["Bakery", "Wien"]), "shifts[1].zone: there is no zone 'Wien'"),
    (_set("shifts", 0, "days", value="weekdays"), 'shifts[1].days: write days as "mon-sun"'),
    (_set("shifts", 0, "to", value="25:00"), "shifts[1].to: Input should be in a valid time format"),
    (_set("policies", 0, "steps", value=[]), "policies[1].steps: Tuple should have at least 1 item"),
    (
        _set("policies", 0, "steps", value=[{"target": "role"}]),
        'policies[1].steps[1]: a step with target = "role" needs role',
    ),
    (
        _set("policies", 0, "steps", value=[{"target": "zone", "role": "staff"}]),
        'policies[1].steps[1]: a step with target = "zone" cannot have role',
    ),
    (
        _set("policies", 0, "steps", value=[{"target": "carrier", "carrier": "QQ"}]),
        "policies[1].steps[1].carrier: there is no person 'QQ'",
    ),
    (
        _add("policies", name="Other", steps=[{"target": "zone"}]),
        "policies[2]: a policy for every zone without its own stands in policies[1] already",
    ),
    (
        _set("gateways", 0, "id", value="b1"),
        "the device id 'b1' is used for a gateway and for a button unit: choose another one",
    ),
    (_set("store", "server", value="g1"), "the device id 'g1' is used for the server and for a gateway"),
    (_set("pasword", value="x"), "pasword: Extra inputs are not permitted"),
    (_set("buttons", value="none"), "buttons: Input should be a valid tuple"),
    (_set("store", value=[]), "store: Input should be a valid dictionary"),
]


@pytest.mark.parametrize(("change", "words"), MISTAKES, ids=[words[:40] for _, words in MISTAKES])
def test_each_mistake_has_its_words(change: Callable[[dict[str, Any]], None], words: str) -> None:
    table = small()
    change(table)
    assert any(line.startswith(words) for line in mistakes(table)), mistakes(table)


def test_mistakes_of_both_sorts_are_told_at_once() -> None:
    table = small()
    table["buttons"][0]["colour"] = "blue"
    table["pagers"][0]["carrier"] = "XX"
    table["shifts"][0]["zone"] = "Wien"
    assert [line.split(":")[0] for line in mistakes(table)] == [
        "buttons[1].colour",
        "pagers[1].carrier",
        "shifts[1].zone",
    ]


def test_a_part_with_a_mistake_still_counts_as_there() -> None:
    table = small()
    table["zones"][0]["pager_name"] = ""
    assert [line.split(":")[0] for line in mistakes(table)] == ["zones[1].pager_name"]


def test_the_same_transmitter_name_on_two_gateways_must_be_told_apart() -> None:
    table = small()
    _add("gateways", id="g2", name="Store room")(table)
    _add("transmitters", gateway="g2", name="t1")(table)
    assert mistakes(table) == ["pagers[1].transmitter: 't1' could be g1/t1 or g2/t1"]
    table["pagers"][0]["transmitter"] = "g1/t1"
    _add("pagers", label="P2", transmitter="g2/t1", address="0012")(table)
    shop = parse_shop(table)
    assert [shop.transmitter(pager.transmitter).gateway for pager in shop.pagers] == ["g1", "g2"]


def test_a_file_that_is_no_toml_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot read the shop file"):
        read_shop(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"zones = [\xff")
    with pytest.raises(SetupError, match="is not TOML"):
        read_shop(tmp_path / "bad.toml")


def test_the_example_holds_no_password() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert "password" not in _keys(tomllib.loads(text))


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in _keys(one)}
    if isinstance(value, list):
        return {key for one in value for key in _keys(one)}
    return set()


@pytest.fixture(scope="module")
def example() -> ShopFile:
    return read_shop(EXAMPLE)


def test_the_example_is_the_shop_of_the_demo(example: ShopFile) -> None:
    colours = [button.colour for button in example.buttons]
    assert (colours.count("red"), colours.count("yellow"), colours.count("green")) == (12, 1, 1)
    roles = [carrier.role for carrier in example.carriers]
    assert (roles.count("staff"), roles.count("shift_lead"), roles.count("manager")) == (8, 2, 1)
    assert {pager.carrier for pager in example.pagers} == {one.initials for one in example.carriers}
    assert {button.zone for button in example.buttons} == {zone.name for zone in example.zones}


def test_at_every_hour_each_step_of_the_example_finds_somebody(db: Database, example: ShopFile) -> None:
    with db.transaction() as session:
        load_shop(session, example)
        store = read_store(session, example.store.id)
    assert store is not None
    monday = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    for hour in range(7 * 24):
        floor = on_the_floor(store.shifts, monday + timedelta(hours=hour), store.zone)
        for button in store.buttons.values():
            for step in button.policy.steps:
                assert called(store, button.zone_id, step, floor)
