"""Letting a device in, as a person sees it: open, compare or press, confirm; and taking rights away."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from broker_config.enrolment import fingerprint, read_join
from broker_config.identity import keys
from broker_config.identity.certificate import der_of
from server.db import identities
from server.db.tables import AuditEntry, Claim, Device, Identity, Store
from server.rules.claims import MOST_OPEN, OPEN_FOR
from server.web.app import furnish
from server.web.enrol.codes import Codes
from server.web.frame.screens import Screens
from server.web.services import Services
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.test_enrol_wire import PEM, Way

ClientFor = Callable[..., TestClient]
CSR = keys.request(keys.new_key())


class Enroller:
    """A manager's browser, a device's side, and the rows."""

    def __init__(self, shop: Shop, app: FastAPI, way: Way, client: TestClient) -> None:
        self.shop, self.way, self.client = shop, way, client
        self.device = TestClient(app, base_url="https://testserver")
        self.now: datetime = NOW
        self.base = f"/s/{shop.store}"

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(f"{self.base}{path}")
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, status: int = 303, **data: str) -> str:
        answer = self.client.post(f"{self.base}{path}", data=data)
        assert answer.status_code == status, answer.text
        return answer.headers.get("location", "") if status == 303 else answer.text

    def open(self, kind: str = "b", **data: Any) -> int:
        button = {"zone_2": str(self.shop.zones[0]), "label_2": "Door", "colour_2": "red"}
        fields: dict[str, Any] = {
            "name": "New one",
            "device": f"{kind}7",
            **(button if kind == "b" else {}),
            **data,
        }
        return int(self.post(f"/enrol/new?kind={kind}", **fields).rpartition("/")[2])

    def join(self, number: int) -> str:
        return self.get(f"/enrol/{number}/redbutton.join").strip()

    def ask(self, number: int, kind: str = "b") -> str:
        said = {"code": read_join(self.join(number)).code, "kind": kind, "csr": CSR, "inputs": [1, 2]}
        ticket: str = self.device.post("/enrol/v1/ask", json=said).json()["ticket"]
        return ticket

    def press(self, ticket: str, number: int = 2) -> None:
        said = {"ticket": ticket, "input": number}
        assert self.device.post("/enrol/v1/pressed", json=said).status_code == 204

    def claim(self, number: int) -> Claim:
        with self.shop.db.reading() as session:
            found = session.get(Claim, number)
        assert found is not None
        return found

    def identity(self, device: str, **values: Any) -> None:
        with self.shop.db.transaction() as session:
            fields = {"role": "button", "made_at": NOW, "not_after": NOW + timedelta(days=365), **values}
            identities.add(session, store_id=self.shop.store, device=device, serial=f"{device}f", **fields)

    def states(self, device: str) -> list[str]:
        with self.shop.db.reading() as session:
            rows = session.exec(
                select(Identity.state).where(Identity.device == device).order_by(col(Identity.id))
            )
            return list(rows)


@pytest.fixture
def enroller(
    client_for: ClientFor, given: Services, shop: Shop, screens: Screens, one_app: FastAPI
) -> Enroller:
    shop.account("marina", "Marina Kask", role="manager", store_id=shop.store)
    client, way = client_for("marina"), Way(shop.store)
    made = Enroller(shop, one_app, way, client)
    furnish(one_app, replace(given, door=way, now=lambda: made.now), screens)
    return made


def clock(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("Europe/Tallinn")).strftime("%H:%M:%S")


def big(text: str) -> str:
    found = re.search(r'answer__big" role="status">([^<]*)<', text)
    assert found, text
    return found[1]


def test_a_button_unit_from_opening_to_confirming(enroller: Enroller) -> None:
    number = enroller.open()
    text = enroller.get(f"/enrol/{number}")
    assert big(text) == "Nobody has asked yet"
    join = read_join(enroller.join(number))
    assert (join.host, join.port, join.authority) == ("shop.local", 8443, fingerprint(der_of(PEM)))
    assert str(join) in text and "15:00 left" in text
    assert "<svg" in text and 'hx-get="/s/ulemiste/enrol/1/now"' in text and "load delay:2s" in text

    ticket = enroller.ask(number)
    text = enroller.get(f"/enrol/{number}/now")
    assert big(text) == "A button unit asks: press its button now"
    assert str(join) not in text  # spent
    assert 'id="confirm"' not in text
    assert "Nobody has pressed its button yet." in enroller.post(f"/enrol/{number}/confirm", 409)

    enroller.press(ticket)
    text = enroller.get(f"/enrol/{number}/now")
    assert (
        big(text) == f"Its button 2 was pressed at {'14' if '14:' in text else '12'}:00:00"
        or "Its button 2 was pressed" in text
    )
    assert 'id="confirm"' in text
    enroller.post(f"/enrol/{number}/confirm")
    row = enroller.claim(number)
    assert (row.state, row.decided_by_id) == ("confirmed", enroller.shop.accounts["marina"])
    assert row.inputs == [{"input": 2, "zone_id": enroller.shop.zones[0], "label": "Door", "colour": "red"}]
    assert enroller.way.woken == 1
    assert big(enroller.get(f"/enrol/{number}/now")) == "Letting it in"


def test_what_was_granted_is_over_when_the_device_is_there(enroller: Enroller) -> None:
    number = enroller.open()
    with enroller.shop.db.transaction() as session:
        row = session.get(Claim, number)
        assert row is not None
        row.state, row.granted_at = "granted", NOW
        device = Device(store_id=enroller.shop.store, device="b7", kind="b", state="online", changed_at=NOW)
        session.add(device)
        device.changed_at = NOW - timedelta(seconds=1)  # the one before it
    text = enroller.get(f"/enrol/{number}/now")
    assert big(text) == "It may come in" and "hx-get" in text
    with enroller.shop.db.transaction() as session:
        session.exec(select(Device).where(Device.device == "b7")).one().changed_at = NOW
    text = enroller.get(f"/enrol/{number}/now")
    assert big(text) == "It is connected" and "hx-get" not in text


def test_a_gateway_is_confirmed_by_its_figures(enroller: Enroller) -> None:
    number = enroller.open("g")
    enroller.ask(number, "g")
    text = enroller.get(f"/enrol/{number}/now")
    figures = enroller.claim(number).figures
    assert f"{figures[:3]} {figures[3:]}" in text
    assert "Compare the figures first" in enroller.post(f"/enrol/{number}/confirm", 409)
    enroller.post(f"/enrol/{number}/confirm", compared="1")
    assert enroller.claim(number).state == "confirmed"


def test_what_is_refused_can_never_be_confirmed(enroller: Enroller) -> None:
    number = enroller.open()
    enroller.press(enroller.ask(number))
    enroller.post(f"/enrol/{number}/refuse")
    text = enroller.post(f"/enrol/{number}/confirm", 409)
    assert "too late" in text and big(text) == "Refused"


def test_after_a_quarter_of_an_hour_it_is_opened_anew(enroller: Enroller) -> None:
    number = enroller.open()
    enroller.press(enroller.ask(number))
    enroller.now += OPEN_FOR
    text = enroller.get(f"/enrol/{number}")
    assert big(text) == "Too late" and "Open it anew" in text
    enroller.post(f"/enrol/{number}/confirm", 409)
    assert enroller.claim(number).state == "asked"
    enroller.get(f"/enrol/{number}/redbutton.join", 404)


def test_a_code_that_was_forgotten_by_a_restart_is_not_shown(enroller: Enroller, one_app: FastAPI) -> None:
    number = enroller.open()
    one_app.state.enrol_codes = Codes()
    assert "Open it anew" in enroller.get(f"/enrol/{number}")
    enroller.get(f"/enrol/{number}/redbutton.join", 404)


def test_the_file_for_the_memory_card_is_a_download_that_nobody_keeps(enroller: Enroller) -> None:
    number = enroller.open()
    answer = enroller.client.get(f"{enroller.base}/enrol/{number}/redbutton.join")
    assert answer.headers["content-disposition"] == 'attachment; filename="redbutton.join"'
    assert answer.headers["cache-control"] == "no-store"
    assert read_join(answer.text).code


def test_the_drawing_passes_the_strict_policy(enroller: Enroller) -> None:
    text = enroller.get(f"/enrol/{enroller.open()}")
    assert "<svg" in text and "style=" not in text and "<style" not in text


def test_one_who_replaces_ends_the_old_one_when_confirmed_and_not_before(enroller: Enroller) -> None:
    enroller.identity("hall")
    text = enroller.get("/enrol/new?kind=b&device=hall")
    assert "Replace Hall buttons" in text and 'name="zone_1"' not in text
    number = int(enroller.post("/enrol/new?kind=b", replaces="hall").rpartition("/")[2])
    enroller.press(enroller.ask(number))
    assert enroller.states("hall") == ["active"]
    enroller.post(f"/enrol/{number}/confirm")
    assert enroller.states("hall") == ["revoked"]
    with enroller.shop.db.reading() as session:
        assert session.exec(select(Identity)).one().told_at is None  # the door has to see to it


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"device": "Hall!"}, "Small letters"),
        ({"device": "-a"}, "Small letters"),
        ({"device": "a" * 33}, "Small letters"),
        ({"device": "janitor"}, "taken by the shop itself"),
        ({"device": "srv"}, "taken by the shop itself"),
        ({"device": "gw"}, "There is a device of this name"),
        ({"device": "hall"}, "There is a device of this name"),
        ({"name": ""}, "Please write something here."),
        ({"zone_2": ""}, "Choose a zone for at least one input."),
        ({"zone_2": "900"}, "Please choose from the list."),
        ({"label_2": ""}, "Please write something here."),
        ({"colour_2": "blue"}, "Please choose from the list."),
    ],
)
def test_what_was_typed_wrongly_is_said_at_its_field(
    enroller: Enroller, data: dict[str, str], words: str
) -> None:
    enroller.identity("hall")
    good = {"name": "New one", "device": "b7", "zone_2": str(enroller.shop.zones[0]), "label_2": "Door"}
    assert words in enroller.post("/enrol/new?kind=b", 422, **{**good, "colour_2": "red", **data})
    with enroller.shop.db.reading() as session:
        assert session.exec(select(Claim)).all() == []


def test_nobody_replaces_what_is_not_there(enroller: Enroller) -> None:
    enroller.post("/enrol/new?kind=b", 404, replaces="b99")
    enroller.post("/enrol/new?kind=b", 404, replaces="gw")
    enroller.post("/enrol/new?kind=g", 404, replaces="srv")


def test_ten_at_a_time_and_one_for_each_device(enroller: Enroller) -> None:
    first = enroller.open()
    enroller.open()
    assert enroller.claim(first).state == "refused"
    for place in range(MOST_OPEN - 1):
        enroller.open(device=f"c{place}")
    assert "Too many devices" in enroller.post("/enrol/new?kind=g", 409, name="One more", device="g9")


def test_revoking_asks_first_and_says_what_it_did(enroller: Enroller) -> None:
    enroller.identity("hall")
    text = enroller.get("/enrol")
    assert "/enrol/of/hall/revoke" in text and "Let in" not in text
    assert "Take away the rights of Hall buttons?" in enroller.get("/enrol/of/hall/revoke")
    assert enroller.states("hall") == ["active"]
    enroller.post("/enrol/of/hall/revoke")
    assert (enroller.states("hall"), enroller.way.woken) == (["revoked"], 1)
    text = enroller.get("/enrol")
    assert "Revoked by Marina Kask" in text and "Not done yet" in text and "enrol-now" in text
    with enroller.shop.db.transaction() as session:
        session.exec(select(Identity)).one().told_at = NOW
    text = enroller.get("/enrol-now")
    assert "It was thrown out" in text and "enrol-now" not in text
    assert "No identity: it cannot connect" in text
    enroller.post("/enrol/of/hall/revoke", 404)


def test_the_servers_own_identity_is_not_revoked_from_a_screen(enroller: Enroller) -> None:
    enroller.identity("srv", role="server")
    assert "/enrol/of/srv/revoke" not in enroller.get("/enrol")
    enroller.get("/enrol/of/srv/revoke", 404)
    enroller.post("/enrol/of/srv/revoke", 404)
    assert enroller.states("srv") == ["active"]


def test_the_list_of_devices_says_who_may_not_come_in(enroller: Enroller) -> None:
    enroller.identity("gw", role="gateway")
    text = enroller.get("/devices")
    assert text.count("No identity: it cannot connect") == 1
    assert "/enrol/new?kind=b&amp;device=hall" in text and "Add a device" in text


@pytest.mark.parametrize("language", ["en", "ru", "et"])
def test_every_screen_in_every_language(enroller: Enroller, language: str) -> None:
    enroller.client.headers["Accept-Language"] = language
    enroller.identity("hall")
    number = enroller.open()
    for path in (
        "",
        "/new?kind=b",
        "/new?kind=g",
        "/new?kind=b&device=hall",
        f"/{number}",
        "/of/hall/revoke",
    ):
        assert f'<html lang="{language}"' in enroller.get(f"/enrol{path}")


PATHS = ("/enrol", "/enrol-now", "/enrol/new", "/enrol/1", "/enrol/1/now", "/enrol/1/redbutton.join")


@pytest.mark.parametrize("role", ["staff", "shift_lead", "security", "auditor"])
def test_who_may_not_let_in_sees_nothing_of_it(enroller: Enroller, client_for: ClientFor, role: str) -> None:
    number = enroller.open()
    enroller.press(enroller.ask(number))
    enroller.identity("hall")
    enroller.shop.account("olga", "Olga", role=role)
    client = _again(enroller, client_for, "olga")
    for path in (*PATHS, "/enrol/of/hall/revoke"):
        assert client.get(f"{enroller.base}{path}").status_code == 403
    for path in (
        "/enrol/new",
        f"/enrol/{number}/confirm",
        f"/enrol/{number}/refuse",
        "/enrol/of/hall/revoke",
    ):
        assert client.post(f"{enroller.base}{path}", data={"compared": "1"}).status_code == 403
    assert enroller.claim(number).state == "asked" and enroller.states("hall") == ["active"]


def test_an_installer_lets_in_and_a_manager_of_another_store_does_not(
    enroller: Enroller, client_for: ClientFor
) -> None:
    number = enroller.open()
    enroller.press(enroller.ask(number))
    with enroller.shop.db.transaction() as session:
        session.add(Store(id="other", name="Other"))
    enroller.shop.account("boss", "Boss", role="manager", store_id="other")
    enroller.shop.account("fitter", "Fitter", role="installer", store_id=enroller.shop.store)
    boss = _again(enroller, client_for, "boss")
    assert boss.post(f"{enroller.base}/enrol/{number}/confirm").status_code == 404
    assert boss.post(f"/s/other/enrol/{number}/confirm").status_code == 404
    assert enroller.claim(number).state == "asked"
    fitter = _again(enroller, client_for, "fitter")
    assert fitter.post(f"{enroller.base}/enrol/{number}/confirm").status_code == 303


def _again(enroller: Enroller, client_for: ClientFor, login: str) -> TestClient:
    """Another browser at the same services: making one furnishes nothing anew."""
    return client_for(login)


def test_a_server_without_a_door_opens_nothing(client_for: ClientFor, shop: Shop) -> None:
    shop.account("marina", "Marina Kask", role="manager", store_id=shop.store)
    client = client_for("marina")
    assert "lets nobody in by itself" in client.get(f"/s/{shop.store}/enrol").text
    assert client.get(f"/s/{shop.store}/enrol/new").status_code == 404
    assert client.post(f"/s/{shop.store}/enrol/new", data={"name": "x"}).status_code == 404
    assert "Add a device" not in client.get(f"/s/{shop.store}/devices").text


def test_who_let_in_and_who_took_away_is_in_the_audit_log(enroller: Enroller) -> None:
    number = enroller.open()
    enroller.press(enroller.ask(number))
    enroller.post(f"/enrol/{number}/confirm")
    enroller.post(f"/enrol/{enroller.open('g')}/refuse")
    enroller.identity("hall")
    enroller.post("/enrol/of/hall/revoke")
    with enroller.shop.db.reading() as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    found = [(one.action, one.who_kind, one.target_id) for one in entries]
    assert found == [
        ("claim.opened", "account", "b7"),
        ("claim.asked", "nobody", "b7"),
        ("identity.given", "account", "b7"),
        ("claim.opened", "account", "g7"),
        ("claim.closed", "account", "g7"),
        ("identity.revoked", "account", "hall"),
    ]
