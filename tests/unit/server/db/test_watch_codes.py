"""Codes of watches as rows: made once and kept, taken from other makers' buttons, given back."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from broker_config.errors import SetupError
from server.db.connect import Database
from server.db.engine_store import read_store
from server.db.shop import load_shop
from server.db.shop_export import export_text
from server.db.tables import Button, Pager, Store, WatchCode, WatchSite
from server.db.watch_book import has_watches, read_watches
from server.db.watch_codes import CodeInUse, give_back, provide, read_codes, take
from server.rules.fallback_plan import plan
from server.rules.watch_codes import CALLS, ELSEWHERE, CodeReason, lacking
from server.shop_file import parse_shop
from tests import small_shop
from tests.small_shop import ANNA, STORE
from tests.unit.server.db.test_setup_write import NOW
from tests.unit.server.test_shop_file import small
from tests.unit.server.web.stage import memory

PLACE = ("b1", 1)


@pytest.fixture
def shop(db: Database) -> Database:
    with db.transaction() as session:
        small_shop.fill(session)
    return db


def _watch(session: Session, number: int = ANNA) -> None:
    session.get_one(Pager, number).format = "code"
    session.flush()


def test_a_store_without_watches_gets_none(shop: Database) -> None:
    with shop.transaction() as session:
        assert not provide(session, STORE)
        assert read_codes(session, STORE) == {}
        assert not has_watches(session, STORE)


def test_each_red_button_gets_its_codes_once(shop: Database) -> None:
    with shop.transaction() as session:
        _watch(session)
        assert provide(session, STORE, lambda below: below - 1)
        first = read_codes(session, STORE)
        assert not provide(session, STORE)
    assert first.keys() == {ELSEWHERE, ("b1", 1), ("b1", 2), ("b2", 1), ("b2", 2)}
    assert first[ELSEWHERE][CodeReason.CALL] == "FFFFF1"
    assert first[PLACE][CodeReason.AGAIN] == "000002"
    with shop.transaction() as session:
        session.add(Button(store_id=STORE, device="b2", input=9, zone_id=1, label="New"))
        session.flush()
        assert provide(session, STORE)
        assert session.get_one(WatchSite, STORE).used == 6
        assert {
            place: codes for place, codes in read_codes(session, STORE).items() if place in first
        } == first
        store = read_store(session, STORE, NOW)
    assert store is not None
    assert not lacking(store)
    assert store.button("b2", 9).codes[CodeReason.DRILL] == "000043"
    assert store.button("b9", 9).codes == first[ELSEWHERE]


def test_a_switched_off_button_keeps_its_codes_for_later(shop: Database) -> None:
    with shop.transaction() as session:
        _watch(session)
        provide(session, STORE)
        before = read_codes(session, STORE)
        button = session.exec(select(Button).where(Button.device == "b1", Button.input == 1)).one()
        button.active = False
        session.flush()
        assert not provide(session, STORE)
        assert read_codes(session, STORE) == before
        assert PLACE not in {one.place for one in read_watches(session, STORE, NOW).places}


def test_two_stores_of_a_server_never_share_a_code(shop: Database) -> None:
    with shop.transaction() as session:
        _watch(session)
        provide(session, STORE, lambda _: 7)
        session.add(Store(id="s2", name="Next door"))
        session.flush()
        session.add(Pager(id=90, store_id="s2", label="W", transmitter_id=1, address="1", format="code"))
        session.flush()
        provide(session, "s2", lambda _: 7)
        codes = session.exec(select(WatchCode.own)).all()
    assert len(set(codes)) == len(codes) == 30


def test_a_learned_code_is_sent_instead_until_it_is_given_back(shop: Database) -> None:
    with shop.transaction() as session:
        _watch(session)
        provide(session, STORE)
        own = read_codes(session, STORE)
        take(session, STORE, PLACE, CALLS, "A1B2C8")
        now = read_codes(session, STORE)
        assert (now[PLACE]["call"], now[PLACE]["again"]) == ("A1B2C8", "A1B2C8")
        assert now[PLACE]["drill"] == own[PLACE]["drill"]
        with pytest.raises(CodeInUse) as other:
            take(session, STORE, ("b1", 2), CALLS, "A1B2C8")
        assert other.value.place == PLACE
        with pytest.raises(CodeInUse):
            take(session, STORE, ("b1", 2), CALLS, own[PLACE]["quiet"])
        with pytest.raises(LookupError):
            take(session, STORE, ("b9", 1), CALLS, "111111")
        take(session, STORE, PLACE, [CodeReason.CALL], own[PLACE]["call"])
        assert read_codes(session, STORE)[PLACE]["call"] == own[PLACE]["call"]
        give_back(session, STORE, PLACE)
        assert read_codes(session, STORE) == own
        with pytest.raises(LookupError):
            give_back(session, STORE, ("b9", 1))


def test_a_new_place_never_gets_a_code_that_was_learned(shop: Database) -> None:
    with shop.transaction() as session:
        _watch(session)
        provide(session, STORE, lambda _: 0x12345)
        take(session, STORE, PLACE, CALLS, "1234A8")
        session.add(Button(store_id=STORE, device="b2", input=9, zone_id=1, label="New"))
        session.flush()
        provide(session, STORE)
        assert read_codes(session, STORE)["b2", 9]["call"] == "1234B1"


def test_the_plan_of_the_keeper_carries_the_codes(shop: Database) -> None:
    with shop.transaction() as session:
        _watch(session)
        provide(session, STORE, lambda _: 0x12345)
        take(session, STORE, PLACE, CALLS, "A1B2C8")
        store = read_store(session, STORE, NOW)
    assert store is not None
    made = plan(store, NOW, 1)
    order = next(one for one in made.orders if one.slot == f"p{ANNA}")
    assert (order.format, order.body) == ("code", "123451")
    bodies = {(one.device, one.input): one.bodies[order.face or ""] for one in made.buttons}
    assert bodies["b1", 1] == "A1B2C8"
    assert bodies["b1", 2] == "123471"


def watched() -> dict[str, Any]:
    table = small()
    for pager in table["pagers"]:
        pager["format"] = "code"
    return table


def test_a_shop_file_with_watches_brings_codes(db: Database) -> None:
    with db.transaction() as session:
        made = load_shop(session, parse_shop(watched())).added["watch code"]
        first = read_codes(session, "s1")
        assert not load_shop(session, parse_shop(watched()))
        assert read_codes(session, "s1") == first
    assert ELSEWHERE in first
    assert made == len(first) * len(CodeReason) > len(CodeReason)


def test_what_watches_know_goes_with_the_shop_to_another_server(db: Database) -> None:
    with db.transaction() as session:
        load_shop(session, parse_shop(watched()))
        place = next(one for one in read_codes(session, "s1") if one != ELSEWHERE)
        take(session, "s1", place, CALLS, "A1B2C8")
        there = read_codes(session, "s1")
        text = export_text(session, "s1")
        assert not load_shop(session, parse_shop(tomllib.loads(text)))
    other = memory()
    SQLModel.metadata.create_all(other.write_engine)
    with other.transaction() as session:
        load_shop(session, parse_shop(tomllib.loads(text)))
        assert read_codes(session, "s1") == there
        table = tomllib.loads(text)
        table["watch_codes"][0]["call"] = "ABCDE8"
        assert load_shop(session, parse_shop(table)).changed == {"watch code": 1}
        assert read_codes(session, "s1")[ELSEWHERE]["call"] == "ABCDE8"
    other.close()


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"input": 1, "call": "123451"}, "device and input belong together"),
        ({"call": "000000"}, "watch_codes"),
        ({"call": "12345"}, "watch_codes"),
        ({"call": "abcdef"}, "capital letters"),
        ({"device": "b9", "input": 9, "call": "123451"}, "there is no button 'b9, input 9' in buttons"),
    ],
)
def test_codes_that_no_shop_file_may_hold(part: dict[str, Any], words: str) -> None:
    table = watched()
    table["watch_codes"] = [part]
    with pytest.raises(SetupError, match=words):
        parse_shop(table)


def test_two_places_of_a_file_share_no_code() -> None:
    table = watched()
    where = {name: table["buttons"][0][name] for name in ("device", "input")}
    table["watch_codes"] = [{"call": "123451", "again": "123451"}, {**where, "drill": "123451"}]
    with pytest.raises(SetupError, match="the code 123451 stands in"):
        parse_shop(table)
