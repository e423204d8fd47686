"""Shop files: the example is believable, every mistake is told at once and in words that help."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.capcodes import Trouble
from broker_config.errors import SetupError
from server.db.connect import Database
from server.db.engine_store import read_store
from server.db.shop import load_shop
from server.rules.facts import PolicyUse
from server.rules.policies import policy_for
from server.rules.roster import roster
from server.rules.routing import candidates
from server.shop_checks import CAPCODES
from server.shop_file import ShopFile, parse_shop, read_shop
from server.shop_words import days_words

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
    (
        _set("shifts", 0, "to", value="18:00Z"),
        'shifts[1].to: write times as "09:00", by the clock on the wall',
    ),
    (_set("shifts", 0, "to", value=18), 'shifts[1].to: write times as "09:00"'),
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
        "policies[2]: a policy without hours for calls in every zone without its own stands in policies[1] already",
    ),
    (
        _set("policies", 0, "steps", value=[{"target": "group"}]),
        'policies[1].steps[1]: a step with target = "group" needs pager',
    ),
    (
        _set("policies", 0, "steps", value=[{"target": "group", "pager": "P7"}]),
        "policies[1].steps[1].pager: there is no pager 'P7' in pagers",
    ),
    (_set("policies", 0, "steps", 0, "most", value=0), "policies[1].steps[1].most: Input should be greater"),
    (_set("policies", 0, "use", value="night"), "policies[1].use: Input should be"),
    (_set("policies", 0, "priority", value=4), "policies[1].priority: Input should be less"),
    (
        _set("policies", 0, "hours", value=[{"days": "mon", "from": "08:00"}]),
        "policies[1].hours[1].to: Field",
    ),
    (_set("zones", 0, "parent", value="Food"), "zones[1].parent: there is no zone 'Food' in zones"),
    (
        _set("zones", 0, "parent", value="Bakery"),
        "zones[1].parent: 'Bakery' in 'Bakery' goes round in a ring",
    ),
    (_set("carriers", 0, "languages", value=["Estonian"]), "carriers[1].languages[1]: String should match"),
    (_set("carriers", 0, "skills", value=["x" * 31]), "carriers[1].skills[1]: String should have at most 30"),
    (_set("buttons", 0, "language", value="E"), "buttons[1].language: String should match pattern"),
    (
        _set("opening", value=[{"days": "mon", "from": "8", "to": "20:00"}]),
        "opening[1].from: Input should be",
    ),
    (
        _set("special_days", value=[{"day": "2026-02-30"}]),
        "special_days[1].day: Input should be a valid date",
    ),
    (
        _set("special_days", value=[{"day": "2026-12-24", "from": "10:00"}]),
        "special_days[1]: a special day has from and to, or neither",
    ),
    (
        _set("special_days", value=[{"day": "2026-12-24"}, {"day": "2026-12-24"}]),
        "special_days[2]: the day 2026-12-24 stands in special_days[1] already",
    ),
    (
        _set("rotations", value=[{"name": "R", "starts_on": "2026-03-02", "carriers": ["AK", "QQ"]}]),
        "rotations[1].carriers: there is no person 'QQ' in carriers",
    ),
    (
        _set("rotations", value=[{"name": "R", "starts_on": "2026-03-02", "carriers": []}]),
        "rotations[1].carriers",
    ),
    (_set("shifts", 0, "rotation", value="R"), "shifts[1]: a shift has either carrier or rotation"),
    (
        _set("shifts", 0, value={"rotation": "R", "days": "mon", "from": "08:00", "to": "16:00"}),
        "shifts[1].rotation: there is no rotation 'R' in rotations",
    ),
    (_set("last_resort", value=[{"kind": "sms", "to": "1"}]), "last_resort[1].kind: Input should be"),
    (
        _set("last_resort", value=[{"kind": "mail", "to": "boss"}]),
        "last_resort[1]: write the e-mail address as",
    ),
    (_set("last_resort", value=[{"kind": "webhook", "to": "ftp://x"}]), "last_resort[1]: a URL begins with"),
    (
        _set("last_resort", value=[{"kind": "mail", "to": "a@b.ee"}] * 2),
        "last_resort[2]: mail 'a@b.ee' stands in last_resort[1] already",
    ),
    (_set("causes", value=[{"code": "cats"}]), "causes[1]: code is one of service, competence,"),
    (_set("causes", value=[{}]), "causes[1]: a cause needs a name of its own, or a code"),
    (_set("causes", value=[{"name": "queue"}]), "causes[1]: a cause needs a name of its own, or a code"),
    (
        _set("causes", value=[{"name": "A"}, {"name": "A"}]),
        "causes[2]: the name 'A' stands in causes[1] already",
    ),
    (
        _set("causes", value=[{"name": "A", "parent": "B"}]),
        "causes[1].parent: there is no cause 'B' in causes",
    ),
    (
        _set(
            "causes",
            value=[{"name": "A", "parent": "Slow"}, {"code": "queue", "name": "Slow", "parent": "A"}],
        ),
        "causes[1].parent: 'A' in 'queue' in 'A' goes round in a ring",
    ),
    (
        _set("gateways", value=[{"id": "g1", "keeper": True}, {"id": "g2", "keeper": True}]),
        "gateways[2].keeper: 'g1' is the keeper already, and there is one only",
    ),
    (
        _set("gateways", value=[{"id": "g1"}, {"id": "g2", "keeper": True}]),
        "gateways[2].keeper: no transmitter hangs on 'g2'",
    ),
    (
        _set("gateways", 0, "id", value="b1"),
        "the device id 'b1' is used for a gateway and for a button unit: choose another one",
    ),
    (_set("transmitters", 0, "standby", value="t9"), "transmitters[1].standby: there is no transmitter 't9'"),
    (_set("transmitters", 0, "standby", value="t1"), "transmitters: 'g1/t1' for 'g1/t1': no transmitter"),
    (_set("pagers", 0, "members", value=["P9"]), "pagers[1].members: there is no pager 'P9' in pagers"),
    (_set("pagers", 0, "members", value=["P1"]), "pagers[1].members: 'P1' is a group itself"),
    (
        _set("pagers", 0, "members", value=["P1"]),
        "pagers[1].members: the capcode of a group is worn by nobody",
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


def test_a_long_ring_of_zones_is_told_once_and_what_hangs_below_it_not_at_all() -> None:
    table = small()
    table["zones"] = [
        {"name": name, "pager_name": name, "parent": parent}
        for name, parent in (("Bakery", "A"), ("A", "B"), ("B", "C"), ("C", "A"))
    ] + [{"name": "Fish", "pager_name": "FISH"}]
    assert mistakes(table) == ["zones[2].parent: 'A' in 'B' in 'C' in 'A' goes round in a ring"]


def test_policies_may_differ_by_the_hour_and_by_use() -> None:
    table = small()
    step = [{"target": "everybody"}]
    night = [{"days": "sat-mon", "from": "22:00", "to": "06:00"}]
    table["policies"] += [
        {"name": "Night", "steps": step, "hours": night},
        {"name": "Weekend", "steps": step, "hours": night},
        {"name": "Quiet", "use": "quiet", "priority": 1, "tell_others": False, "steps": step},
        {"name": "Closed", "use": "closed", "steps": step},
    ]
    shop = parse_shop(table)
    assert shop.policies[1].hours[0].days == (0, 5, 6)
    assert (shop.policies[3].use, shop.policies[3].priority) == ("quiet", 1)


def test_times_and_dates_may_be_of_toml_or_in_quotes() -> None:
    table = small()
    table["opening"] = [{"days": "mon-sun", "from": time(9), "to": "24:00"}]
    table["special_days"] = [
        {"day": date(2026, 12, 24)},
        {"day": "2026-12-31", "from": "10:00", "to": time(15)},
    ]
    shop = parse_shop(table)
    assert (shop.opening[0].starts, shop.opening[0].ends) == (time(9), time(0))
    assert [(one.day.day, one.opens, one.closes) for one in shop.special_days] == [
        (24, None, None),
        (31, time(10), time(15)),
    ]


def test_the_keeper_is_the_chosen_gateway_or_the_first_one_with_a_transmitter() -> None:
    table = small()
    table["gateways"] = [{"id": "a1"}, {"id": "g1"}, {"id": "g2"}]
    table["transmitters"] = [{"gateway": "g2", "name": "t2"}, {"gateway": "g1", "name": "t1"}]
    assert parse_shop(table).keeper() == "g2"
    table["gateways"][1]["keeper"] = True
    assert parse_shop(table).keeper() == "g1"
    for section in ("transmitters", "gateways", "pagers"):
        table[section] = []
    assert parse_shop(table).keeper() is None


@given(st.sets(st.integers(0, 6), min_size=1))
def test_days_are_written_as_they_are_read(days: set[int]) -> None:
    table = small()
    table["shifts"][0]["days"] = days_words(days)
    assert parse_shop(table).shifts[0].days == tuple(sorted(days))


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


@pytest.mark.parametrize("driver", ["pocsag-raw", "pocsag-mmdvm", "tap"])
def test_a_capcode_that_the_air_would_lose_is_refused(driver: str) -> None:
    table = small()
    table["transmitters"][0]["driver"] = driver
    table["pagers"] = [
        {"label": f"P{number}", "transmitter": line, "address": address}
        for number, (line, address) in enumerate(
            [
                ("t1", "2007665"),
                ("g1/t1", "2045060"),
                ("t1", "0007"),
                ("t1", "2097152"),
                ("t1", "12Z"),
                ("t1", "8A"),
            ]
        )
    ]
    if driver == "tap":
        assert len(parse_shop(table).pagers) == 6, "a paging terminal has ids of its own"
        return
    told = mistakes(table)
    assert len(told) == 5
    for number, words in enumerate(
        ("an idle channel", "the beat", "taken for noise", "2097151", "seven digits")
    ):
        assert told[number].startswith(f"pagers[{number + 1}].address: ")
        assert words in told[number]
        assert told[number].endswith(f"(driver {driver})")


def test_every_trouble_of_a_capcode_has_words() -> None:
    assert set(CAPCODES) == set(Trouble)


def test_a_set_of_letters_is_one_that_a_pager_has() -> None:
    table = small()
    table["pagers"][0]["charset"] = "linguist"
    assert parse_shop(table).pagers[0].charset == "linguist"
    table["pagers"][0]["charset"] = "utf-8"
    assert mistakes(table) == [
        "pagers[1].charset: no pager shows utf-8: choose what this one's display knows, "
        "one of ascii, de, se, koi7, linguist, philips"
    ]
    table["pagers"][0]["charset"] = "cp1251"
    assert "'cp1251' is no set of letters of a pager" in mistakes(table)[0]


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
    assert (colours.count("red"), colours.count("yellow"), colours.count("green")) == (14, 1, 1)
    roles = [carrier.role for carrier in example.carriers]
    assert [roles.count(role) for role in ("staff", "shift_lead", "manager", "security")] == [8, 2, 1, 1]
    worn = {pager.carrier for pager in example.pagers if pager.carrier}
    assert worn == {one.initials for one in example.carriers}
    above = {zone.parent for zone in example.zones if zone.parent}
    assert above == {"Fresh", "Tills"}
    assert {button.zone for button in example.buttons} | above == {zone.name for zone in example.zones}
    assert sum(pager.fallback for pager in example.pagers) == 1
    skills = {skill for one in example.carriers for skill in one.skills}
    assert {button.skill for button in example.buttons if button.skill} == skills == {"Wine"}
    assert not example.opening, "somebody is here at every hour"


def test_the_example_has_something_to_try_with(example: ShopFile) -> None:
    spare = [pager for pager in example.pagers if pager.label.startswith("Spare")]
    assert [pager.carrier for pager in spare] == [None] * 3
    assert [one.zone for one in example.buttons if one.label.startswith("Spare")] == ["Entrance"] * 2


def test_at_every_hour_each_step_of_the_example_finds_somebody(db: Database, example: ShopFile) -> None:
    monday = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    with db.transaction() as session:
        load_shop(session, example)
        store = read_store(session, example.store.id, monday)
    assert store is not None
    for hour in range(0, 7 * 24, 3):
        now = monday + timedelta(hours=hour)
        here = roster(store, now)
        for button in store.buttons.values():
            policy = policy_for(store, button.zone_id, now)
            assert policy is not None
            assert policy.name == ("Fresh counters" if button.place in FRESH else "Normal")
            for step in policy.steps:
                assert candidates(store, button, step, here, {}), (now, button.label, step)


FRESH = {"FRUIT+VEG", "DAIRY", "BAKERY", "DELI", "FISH"}


def test_a_quiet_call_of_the_example_finds_somebody_at_every_hour(db: Database, example: ShopFile) -> None:
    monday = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    with db.transaction() as session:
        load_shop(session, example)
        store = read_store(session, example.store.id, monday)
    assert store is not None
    button = store.button("b1", 1)
    for hour in range(24):
        now = monday + timedelta(hours=hour)
        policy = policy_for(store, button.zone_id, now, quiet=True)
        assert policy is not None
        assert (policy.name, policy.use) == ("Quiet call", PolicyUse.QUIET)
        found = [candidates(store, button, step, roster(store, now), {}) for step in policy.steps]
        assert any(found), now
        assert not {one.carrier.role for who in found for one in who if one.carrier} & {"staff"}
