"""Who takes over for which transmitter, and the capcode of a group: what the forms write and refuse."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from server.db.connect import Database
from server.db.tables import AuditEntry, Pager, Transmitter
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.setup_stage import Setup
from tests.unit.server.web.stage import FakeDesk

SHOWS: dict[str, Any] = {
    "transmitter_id": "1",
    "format": "text",
    "charset": "ascii",
    "longest": "40",
    "alert": "1",
    "language": "en",
}


@pytest.fixture
def setup(client_for: ClientFor, database: Database, desk: FakeDesk, shop: Shop) -> Setup:
    shop.account("marina", "Marina Kask", role="manager", store_id=shop.store, carrier=shop.carriers[2])
    made = Setup(client_for("marina"), database, desk, shop)
    made.add(
        Transmitter(id=2, store_id=shop.store, gateway="gw", name="tx2", position=1, state="dead"),
        Transmitter(id=3, store_id=shop.store, gateway="gw", name="tx3", position=2),
    )
    return made


def test_one_stands_by_for_another(setup: Setup) -> None:
    before = setup.revision
    setup.save("/transmitters/1", standby_id="2")
    assert setup.row(Transmitter, id=1).standby_id == 2
    assert setup.revision == before + 1
    assert "standby: tx2" in setup.get("/transmitters")
    assert "does not answer" in setup.get("/transmitters")
    with setup.db.reading() as session:
        entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert entry is not None and (entry.target_kind, list(entry.changes)) == ("transmitter", ["standby_id"])
    setup.save("/transmitters/2", standby_id="1")
    setup.save("/transmitters/1", standby_id="")
    assert setup.row(Transmitter, id=1).standby_id is None


def test_no_ring_of_three_not_for_itself_and_not_of_another_store(setup: Setup) -> None:
    setup.save("/transmitters/1", standby_id="2")
    setup.save("/transmitters/2", standby_id="3")
    answer = setup.save("/transmitters/3", 422, standby_id="1")
    assert "two may, three may not" in answer.text
    setup.save("/transmitters/3", 422, standby_id="3")
    setup.save("/transmitters/3", 422, standby_id="77")
    assert setup.row(Transmitter, id=3).standby_id is None
    assert setup.client.get(setup.url("/transmitters/77")).status_code == 404


def test_what_somebody_else_chose_meanwhile_is_not_overwritten(setup: Setup) -> None:
    seen = setup.seen("/transmitters/1")
    setup.save("/transmitters/1", standby_id="2")
    answer = setup.post("/transmitters/1", 409, seen=seen, standby_id="3")
    assert "Somebody else changed this meanwhile" in answer.text
    assert setup.row(Transmitter, id=1).standby_id == 2


class TestGroup:
    def members(self, setup: Setup) -> list[Any]:
        found = [one for one in setup.rows(Pager) if one.active][:2]
        shows = {name: value for name, value in SHOWS.items() if name not in ("transmitter_id", "alert")}
        with setup.db.transaction() as session:
            for one in found:
                row = session.get_one(Pager, one.id)
                for name, value in shows.items():
                    setattr(row, name, int(value) if name == "longest" else value)
        return [str(one.id) for one in found]

    def test_its_capcode_and_its_members(self, setup: Setup) -> None:
        members = self.members(setup)
        setup.post("/pagers/new", label="All", address="1900", members=members, **SHOWS)
        row = setup.row(Pager, label="All")
        assert row.members == [int(one) for one in members]
        assert "rings 2 pagers" in setup.get("/pagers")
        setup.save(f"/pagers/{row.id}", label="All", address="1900", **SHOWS)
        assert setup.row(Pager, label="All").members == []

    def test_what_cannot_be_one_group(self, setup: Setup) -> None:
        members = self.members(setup)
        new = {"label": "All", "address": "1900", **SHOWS}
        worn = {**new, "carrier_id": str(setup.shop.carriers[0]), "members": members}
        for wrong, words in (
            ({**new, "members": members[:1]}, "two pagers at least"),
            ({**new, "members": [*members, "999"]}, "Please choose from the list."),
            ({**new, "language": "ru", "members": members}, "shows something else"),
            (worn, "worn by nobody alone"),
        ):
            assert words in setup.post("/pagers/new", 422, **wrong).text
        setup.post("/pagers/new", **{**new, "members": members})
        group = str(setup.row(Pager, label="All").id)
        again = {**new, "label": "More", "address": "1901", "members": [*members, group]}
        assert "Please choose from the list." in setup.post("/pagers/new", 422, **again).text
