"""Ids of another store's rows inside addresses and forms of one's own: not there, not shown, not changed, not used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import SQLModel

from server.db import sign_ins, tables
from server.db.connect import Database
from server.requests import AboutStore, Refusal, RefusalReason
from server.web.frame.access import LIMITS
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.route_table import TABLE
from tests.unit.server.web.stage import FakeDesk

ELSEWHERE = "elsewhere"
SECRET = "Kadunud"
"""Stands in every name of the other store, so that a leak is seen."""
NUMBER = 77


@dataclass
class Two:
    """An owner of the shop of rows, and a store beside it that is none of theirs."""

    client: TestClient
    shop: Shop
    theirs: dict[str, int]
    db: Database

    def ask(self, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        if path.startswith("/api/"):
            return self.client.request(method, path, json=fields or {})
        return self.client.request(method, path, data=fields)

    def rows(self) -> dict[str, list[Any]]:
        """Everything of the other store."""
        with self.db.reading() as session:
            return {
                name: [
                    tuple(row) for row in session.execute(select(table).where(table.c.store_id == ELSEWHERE))
                ]
                for name, table in SQLModel.metadata.tables.items()
                if "store_id" in table.c
            }


@pytest.fixture
def two(shop: Shop, client_for: ClientFor, database: Database) -> Two:
    shop.account("owner", "Olga", role="owner", store_id=shop.store)
    client, theirs = client_for("owner"), {}
    with database.transaction() as session:
        own = session.get(tables.Carrier, shop.carriers[0])
        assert own is not None

        def put(row: Any, name: str = "") -> int:
            session.add(row)
            session.flush()
            theirs[name or type(row).__name__.lower()] = row.id
            found: int = row.id
            return found

        session.add(tables.Store(id=ELSEWHERE, name=SECRET))
        session.flush()
        here: dict[str, Any] = {"store_id": ELSEWHERE}
        zone = put(tables.Zone(**here, name=SECRET, pager_name=SECRET))
        line = put(tables.Transmitter(**here, gateway="far", name=SECRET))
        carrier = put(tables.Carrier(**here, name=SECRET, initials="KK"))
        put(tables.Button(**here, device="far", input=1, zone_id=zone, label=SECRET))
        put(tables.Pager(**here, label=SECRET, transmitter_id=line, address="99"))
        put(tables.Cause(**here, name=SECRET))
        put(tables.LastResort(**here, kind="mail", target=f"{SECRET}@example.test"), "channel")
        put(tables.Policy(**here, name=SECRET))
        turns = put(tables.Rotation(**here, name=SECRET, starts_on=date(2026, 1, 5)))
        session.add(tables.RotationMember(rotation_id=turns, position=0, carrier_id=carrier))
        put(tables.Shift(**here, carrier_id=carrier, weekday=1, starts=time(9), ends=time(18)))
        ends = NOW + timedelta(hours=1)
        put(tables.Duty(**here, carrier_id=carrier, kind="break", starts_at=NOW, ends_at=ends))
        put(tables.SpecialDay(**here, day=date(2026, 12, 24)))
        session.add(tables.Device(**here, device="far", kind="b", name=SECRET, state="online"))
        account = put(
            tables.Account(**here, login=SECRET, name=SECRET, password_hash="!", carrier_id=carrier)
        )
        sign_ins.add(session, sign_ins.new_token(), account, NOW, LIMITS)
        session.add(tables.Pin(account_id=account, pin_hash="!", set_at=NOW))
        later = NOW + timedelta(minutes=9)
        put(tables.Claim(**here, device="far", kind="b", code_hash="!", made_at=NOW, expires_at=later))
        put(tables.Tablet(**here, secret_hash="!", asked_at=NOW, name=SECRET, enrolled_at=NOW, used_at=NOW))
    shop.numbers = NUMBER - 1
    shop.change(shop.incident(0, 100), store_id=ELSEWHERE)
    theirs["number"] = NUMBER
    return Two(client, shop, theirs, database)


PLAIN = {"zones": "zone", "buttons": "button", "people": "carrier", "pagers": "pager", "causes": "cause"}
SORTS = {**PLAIN, "channels": "channel", "policies": "policy", "special": "specialday", "shifts": "shift"}
SORTS |= {"rotations": "rotation", "exceptions": "duty", "incidents": "number", "tablets": "tablet"}
SORTS |= {"enrol": "claim", "transmitters": "transmitter"}
ADDRESSES = [
    (method, path)
    for path, methods in sorted(TABLE.items())
    if "{store}" in path and path.count("{") > 1
    for method in sorted(methods)
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_a_row_of_another_store_is_not_there(two: Two, desk: FakeDesk, method: str, path: str) -> None:
    before, filled = two.rows(), path.replace("{store}", two.shop.store).replace("{device}", "far")
    filled = filled.replace("{account_id}", str(two.theirs["account"]))
    if rest := re.search(r"(\w+)/{(?:number|key|row_id)}", filled):
        filled = re.sub(r"{(?:number|key|row_id)}", str(two.theirs[SORTS[rest[1]]]), filled)
    if path in ASKED:
        desk.answers = [Refusal(None, RefusalReason.UNKNOWN)]
    answer = two.ask(method, filled, BODIES.get(path.rsplit("/", 1)[1]))
    if path in ASKED:  # the engine has units by store and id, and looks where it is told to
        (asked,) = desk.asked
        assert isinstance(asked, AboutStore)
        assert asked.store == two.shop.store
        desk.asked.clear()
    assert answer.status_code in (404, 303), filled
    if answer.status_code == 303:  # taken away already, as far as one can tell
        assert path.endswith("/remove")
    assert SECRET not in answer.text
    assert two.rows() == before
    assert desk.asked == []


ASKED = tuple(f"/api/v1/stores/{{store}}/devices/{{device}}/{what}" for what in ("commands", "settings"))
BODIES: dict[str, dict[str, Any]] = {
    "commands": {"name": "identify"},
    "settings": {"of_rev": 0, "settings": {}},
    "close": {"outcome": "recovered"},
    "do": {"name": "identify"},
    "forget": {"sure": "yes"},
    "move": {"way": "up"},
    "pass": {"to": None},
    "role": {"role": "staff"},
}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("setup/zones/new", {"name": "x", "pager_name": "X", "parent_id": "zone"}),
        ("setup/buttons/new", {"where": "hall/9", "label": "x", "colour": "red", "zone_id": "zone"}),
        ("setup/pagers/new", {"label": "x", "address": "1", "transmitter_id": "transmitter"}),
        ("setup/pagers/new", {"label": "x", "address": "1", "transmitter_id": 1, "carrier_id": "carrier"}),
        ("setup/people/new", {"name": "Xenia", "role": "staff", "pagers": "pager"}),
        ("setup/causes/new", {"name": "x", "parent_id": "cause"}),
        ("setup/policies/new", {"name": "x", "use": "call", "zone": "zone"}),
        ("setup/policies/new", {"name": "x", "use": "call", "step-0-whom": "carrier-{carrier}"}),
        ("setup/policies/new", {"name": "x", "use": "call", "step-0-whom": "group-{pager}"}),
        ("roster/shifts", {"who": "person-{carrier}", "day": 1, "starts": "09:00", "ends": "18:00"}),
        ("roster/shifts", {"who": "rotation-{rotation}", "day": 1, "starts": "09:00", "ends": "18:00"}),
        ("roster/rotations", {"name": "x", "starts_on": "2026-01-05", "days": 7, "person": "carrier"}),
        ("roster/exceptions", {"carrier": "carrier", "kind": "away"}),
        ("roster/duty", {"carrier": "carrier", "say": "leave"}),
        ("incidents/1/close", {"outcome": "recovered", "cause": "cause"}),
    ],
)
def test_a_form_that_names_a_row_of_another_store(
    two: Two, desk: FakeDesk, path: str, fields: dict[str, Any]
) -> None:
    two.shop.numbers = 0
    two.shop.incident(0, 50)
    before = two.rows()
    filled = {
        name: two.theirs.get(value, value.format(**two.theirs)) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    answer = two.ask("POST", f"/s/{two.shop.store}/{path}", filled)
    assert answer.status_code in (404, 409, 422), answer.status_code
    assert SECRET not in answer.text
    assert two.rows() == before
    assert desk.asked == []
