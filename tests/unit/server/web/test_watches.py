"""The screen on which watches are taught: what it shows, sends and takes, and what it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from broker_config.messages import CommandName
from server.db.connect import Database
from server.db.tables import Button, DeviceCommand, Pager, Store, Transmitter, WatchCode, Zone
from server.requests import DeskClosed, Refusal, RefusalReason, SendCode, ShopChanged
from server.rules.watch_codes import CodeReason
from server.web.frame.words import Words, read_catalogues
from server.web.setup import watches
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.setup_stage import Setup
from tests.unit.server.web.stage import FakeDesk

PAGE = "/watches"


@pytest.fixture
def setup(client_for: ClientFor, database: Database, desk: FakeDesk, shop: Shop) -> Setup:
    shop.account("wire", "Wire", role="installer", store_id=shop.store)
    with database.transaction() as session:
        line = session.get_one(Transmitter, 1)
        line.driver, line.name = "rf-bridge", "wrists"
    return Setup(client_for("wire"), database, desk, shop)


@pytest.fixture
def worn(setup: Setup) -> Setup:
    """One pager becomes a group of watches on the ordinary form."""
    pager = setup.row(Pager, label="Pager 1")
    fields: dict[str, Any] = {
        "label": "Waiters",
        "transmitter_id": "1",
        "address": "1",
        "format": "code",
        "charset": "ascii",
    }
    setup.save(f"/pagers/{pager.id}", **fields, longest="6", alert="1", language="en")
    return setup


def codes(setup: Setup, place: int = 1) -> dict[str, str]:
    found = [row for row in setup.rows(WatchCode) if (row.device, row.input) == ("hall", place)]
    return {row.reason: row.learned or row.own for row in found}


def test_the_codes_come_with_the_first_watch_and_with_each_new_button(worn: Setup) -> None:
    assert len(worn.rows(WatchCode)) == 9 * len(CodeReason)
    values: dict[str, Any] = {
        "where": "hall/12",
        "zone_id": worn.shop.zones[0],
        "label": "New",
        "colour": "red",
    }
    worn.save("/buttons/new", **values)
    assert len(codes(worn, 12)) == len(CodeReason)
    text = worn.get(PAGE)
    for code in codes(worn).values():
        assert code in text
    assert "Dairy &amp; Eggs, Button 01" in text
    assert "A button that nobody has set up" in text


def test_the_hub_leads_there_only_where_there_is_something_to_teach(
    setup: Setup, client_for: ClientFor, shop: Shop
) -> None:
    assert "/setup/watches" in setup.get()
    with setup.db.transaction() as session:
        session.get_one(Transmitter, 1).driver = "tap"
    assert "/setup/watches" not in setup.get()
    assert "No watch yet." in setup.get(PAGE)


def test_send_asks_the_engine_and_leads_back_to_the_place(worn: Setup) -> None:
    group = worn.row(Pager, label="Waiters").id
    worn.desk.asked.clear()
    answer = worn.post(f"{PAGE}/send", group=group, where="hall-2", reason="drill")
    assert answer.headers["location"].endswith(f"/setup/watches?at=hall-2&of={group}#hall-2")
    account = worn.shop.accounts["wire"]
    assert worn.desk.asked == [SendCode(worn.shop.store, account, group, "hall", 2, CodeReason.DRILL)]
    worn.post(f"{PAGE}/send", group=group, where="elsewhere-0", reason="call")
    assert worn.desk.asked[1:] == [SendCode(worn.shop.store, account, group, "", 0, CodeReason.CALL)]


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (Refusal(None, RefusalReason.AWAY), 409, "The gateway of these watches is not there"),
        (Refusal(None, RefusalReason.BAD_VALUE), 409, "This code is not there any more"),
        (DeskClosed("busy"), 503, "did not answer in time"),
    ],
)
def test_a_code_that_cannot_be_sent_now(worn: Setup, answer: Any, status: int, words: str) -> None:
    worn.desk.answers.append(answer)
    found = worn.post(f"{PAGE}/send", status, group="1", where="hall-2", reason="call")
    assert words in found.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("send", {"group": "1", "where": "hall", "reason": "call"}),
        ("send", {"group": "x", "where": "hall-1", "reason": "call"}),
        ("send", {"group": "1", "where": "hall-1", "reason": "calls"}),
        ("send", {}),
        ("take", {"code": "12345", "where": "hall-1", "reason": "call"}),
        ("take", {"code": "000000", "where": "hall-1", "reason": "call"}),
        ("take", {"code": "ffffff", "where": "hall-1", "reason": "call"}),
        ("take", {"code": "A1B2C8", "where": "hall-1", "reason": "never"}),
        ("take", {"code": "A1B2C8", "where": "-1", "reason": "call"}),
        ("own", {"where": "1"}),
    ],
)
def test_what_no_form_of_ours_sends(worn: Setup, path: str, fields: dict[str, str]) -> None:
    before = codes(worn)
    assert "This code is not there any more" in worn.post(f"{PAGE}/{path}", 422, **fields).text
    assert codes(worn) == before


def test_a_place_that_is_not_there(worn: Setup) -> None:
    for path in ("take", "own"):
        worn.post(f"{PAGE}/{path}", 404, code="A1B2C8", where="hall-15", reason="call")


def _heard(setup: Setup, *heard: tuple[str, int]) -> None:
    with setup.db.transaction() as session:
        line = session.get_one(Transmitter, 1)
        line.heard = [{"code": code, "te_us": te} for code, te in heard]
        line.heard_at = NOW - timedelta(seconds=5)


def test_a_heard_code_becomes_that_of_a_place_until_it_is_given_back(worn: Setup) -> None:
    own = codes(worn)
    _heard(worn, ("A1B2C8", 341), (own["call"], 320))
    text = worn.get(f"{PAGE}/now")
    assert "A1B2C8" in text
    assert "341 µs" in text
    assert "in use: Dairy &amp; Eggs, Button 01" in text
    assert "14:07:26" in text
    form = worn.get(f"{PAGE}?take=A1B2C8")
    assert 'name="code" value="A1B2C8"' in form
    worn.desk.asked.clear()
    answer = worn.post(f"{PAGE}/take", code="A1B2C8", where="hall-1", reason="calls")
    assert answer.headers["location"].endswith("?at=hall-1#hall-1")
    assert codes(worn) == {**own, "call": "A1B2C8", "again": "A1B2C8"}
    (told,) = worn.desk.asked
    assert isinstance(told, ShopChanged)
    assert (told.what, told.name) == ("watch_code", "Dairy & Eggs, Button 01")
    assert "another maker&#39;s code" in worn.get(PAGE)
    clash = worn.post(f"{PAGE}/take", 422, code="A1B2C8", where="hall-2", reason="call").text
    assert "Dairy &amp; Eggs, Button 01 has this code already" in clash
    assert 'value="hall-2" selected' in clash
    worn.post(f"{PAGE}/own", where="hall-1")
    assert codes(worn) == own


@pytest.mark.parametrize(
    ("state", "text", "words"),
    [
        ("asked", "", "being sent"),
        ("done", "on_air", "sent at 14:07:01."),
        ("refused", "no answer: cable?", "not sent: no answer: cable?"),
        ("no_answer", "", "the gateway never said"),
    ],
)
def test_what_came_of_the_last_code(worn: Setup, state: str, text: str, words: str) -> None:
    args = {"code": "123451", "place": "hall/1", "reason": "call", "pager": "Waiters"}
    asked: dict[str, Any] = {
        "store_id": worn.shop.store,
        "device": "gw",
        "asked_at": NOW - timedelta(seconds=30),
    }
    worn.add(DeviceCommand(id=uuid4(), name="watch_code", args=args, state=state, text=text, **asked))
    worn.add(DeviceCommand(id=UUID(int=1), name=CommandName.PROBE.value, **asked))
    shown = worn.get(f"{PAGE}/now")
    assert "Dairy &amp; Eggs, Button 01, Call" in shown
    assert words in shown
    assert "Code for a watch" in worn.client.get(f"/s/{worn.shop.store}/devices/gw").text


def test_several_groups_and_a_silent_transmitter(worn: Setup) -> None:
    assert "Sent by the transmitter of" not in worn.get(PAGE)
    with worn.db.transaction() as session:
        session.add(
            Transmitter(id=2, store_id=worn.shop.store, gateway="gw", name="back", driver="rf-bridge")
        )
        session.flush()
        line = session.get_one(Transmitter, 2)
        line.state, line.cause = "dead", "no carrier: cable?"
        session.add(
            Pager(id=70, store_id=worn.shop.store, label="Back", transmitter_id=2, address="2", format="code")
        )
    _heard(worn, ("A1B2C8", 341))
    text = worn.get(f"{PAGE}?of=70")
    assert 'value="70" selected' in text
    assert 'name="group" value="70"' in text
    assert "Transmitter back is silent: no carrier: cable?" in text
    assert "by wrists" in text


def test_nothing_of_another_store_is_shown_or_changed(worn: Setup) -> None:
    with worn.db.transaction() as session:
        session.add(Store(id="other", name="Other"))
        session.flush()
        session.add(Zone(id=900, store_id="other", name="Theirs", pager_name="T"))
        session.flush()
        session.add(Button(store_id="other", device="b9", input=1, zone_id=900, label="Secret"))
        row: dict[str, Any] = {"store_id": "other", "device": "b9", "input": 1, "reason": "call"}
        session.add(WatchCode(**row, own="ABCDE1"))
    assert "ABCDE1" not in worn.get(PAGE)
    worn.post(f"{PAGE}/take", 404, code="A1B2C8", where="b9-1", reason="call")


def test_a_key_is_read_back() -> None:
    for place in (("hall", 1), ("b-1", 16), ("", 0)):
        assert watches.place_of(watches.place_key(place)) == place
    for key in ("", "hall", "hall-", "-1", "hall-x", "hall-1000"):
        assert watches.place_of(key) is None


def test_every_reason_has_its_words() -> None:
    words = Words("en", read_catalogues(), "Europe/Tallinn")
    shown = [watches.reason_word(one, words) for one in CodeReason]
    assert len({*shown, *CodeReason}) == 2 * len(CodeReason)
    assert all(watches.meaning(one, words) for one in CodeReason)
