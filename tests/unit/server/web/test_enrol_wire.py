"""What a device that is nobody yet may say, and what it hears: over HTTPS only, and never more than it must know."""

from __future__ import annotations

import json
import logging
import threading
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from broker_config import enrolment
from broker_config.enrolment import Fetched, new_code
from broker_config.identity import keys
from server.db import claims, identities
from server.db.connect import Database
from server.db.tables import AuditEntry, Claim, Device
from server.door.address import Address
from server.rules.audit import Action
from server.rules.claims import FETCH_FOR, OPEN_FOR
from server.web.app import create_app, furnish
from server.web.enrol import limits, wire
from server.web.enrol.tickets import Tickets
from server.web.frame.screens import Screens
from server.web.services import Services
from tests.identities import shop_authority
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.stage import services

CSR = keys.request(keys.new_key())
PEM = shop_authority().certificate


class Way:
    def __init__(self, store: str) -> None:
        self.addresses = {store: Address("srv", "shop.local", 8443, 8883, PEM)}
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


class Wire:
    """A device's side, and the rows."""

    def __init__(self, db: Database, shop: Shop, client: TestClient) -> None:
        self.db, self.shop, self.client = db, shop, client
        self.now: datetime = NOW

    def open(self, kind: str = "b", **values: Any) -> str:
        code = new_code()
        row = Claim(
            store_id=self.shop.store,
            device="b9",
            kind=kind,
            code_hash=claims.hashed(code),
            made_at=self.now,
            expires_at=self.now + OPEN_FOR,
            **values,
        )
        with self.db.transaction() as session:
            session.add(row)
        return code

    def post(self, what: str, **said: Any) -> Response:
        return self.client.post(f"/enrol/v1/{what}", json=said)

    def ask(self, code: str, kind: str = "b", **more: Any) -> Response:
        return self.post("ask", **{"code": code, "kind": kind, "csr": CSR, **more})

    def ticket(self, kind: str = "b", **more: Any) -> str:
        answer = self.ask(self.open(kind), kind, **more)
        assert answer.status_code == 200, answer.text
        found: str = answer.json()["ticket"]
        return found

    def row(self) -> Claim:
        with self.db.reading() as session:
            found = session.get(Claim, 1)
        assert found is not None
        return found

    def grant(self) -> None:
        with self.db.transaction() as session:
            row = session.get(Claim, 1)
            assert row is not None
            made = identities.add(
                session,
                store_id=row.store_id,
                device=row.device,
                role="button",
                certificate=PEM,
                made_at=self.now,
            )
            session.add(Device(store_id=row.store_id, device=row.device, kind="b"))
            row.identity_id, row.state = made.id, "granted"

    def state(self, ticket: str) -> str:
        answer = self.post("fetch", ticket=ticket)
        return str(answer.json()["state"]) if answer.status_code == 200 else str(answer.status_code)


@pytest.fixture
def device(given: Services, shop: Shop, screens: Screens, one_app: FastAPI) -> Wire:
    client = TestClient(one_app, base_url="https://testserver")
    made = Wire(given.db, shop, client)
    furnish(one_app, replace(given, door=Way(shop.store), now=lambda: made.now), screens)
    return made


def test_the_authority_is_shown_to_everybody(device: Wire) -> None:
    answer = device.client.get("/enrol/v1/ca")
    assert (answer.status_code, answer.text) == (200, PEM)


def test_a_button_unit_asks_is_pressed_and_gets_its_certificate(device: Wire) -> None:
    code = device.open()
    answer = device.ask(code, inputs=[1, 2], sw="1.2.3")
    ticket = answer.json()["ticket"]
    assert answer.json()["expires_s"] == 900
    row = device.row()
    assert (row.state, row.sw, row.has_inputs, row.address) == ("asked", "1.2.3", [1, 2], "testclient")
    assert row.figures == enrolment.check_figures(keys.public_key(CSR))
    assert ticket not in str(row) and code not in str(row)
    assert device.state(ticket) == "waiting"
    assert device.post("pressed", ticket=ticket, input=2).status_code == 204
    assert device.row().pressed_input == 2
    device.grant()
    answer = device.post("fetch", ticket=ticket)
    grant = Fetched.model_validate_json(answer.content).grant
    assert grant is not None
    assert (grant.store, grant.device, grant.server) == (device.shop.store, "b9", "srv")
    assert (grant.certificate, grant.authority) == (PEM, PEM)
    assert (grant.broker_host, grant.broker_port, grant.keeper) == ("shop.local", 8883, False)
    assert device.post("fetch", ticket=ticket).content == answer.content  # the answer may have been lost


def test_a_wrong_code_a_spent_one_and_an_old_one_get_the_same_answer(device: Wire) -> None:
    spent = device.open()
    assert device.ask(spent, csr=keys.request(keys.new_key())).status_code == 200
    old = device.open()
    device.now += OPEN_FOR
    other_kind = device.open("g")
    found = [device.ask(code) for code in (new_code(), spent, old, other_kind)]
    assert {(one.status_code, one.text) for one in found} == {(403, found[0].text)}
    assert device.ask(other_kind, "g").status_code == 200  # it was not spent by the wrong one


def test_who_lost_the_answer_asks_again_and_hears_the_same(device: Wire) -> None:
    key, code = keys.new_key(), device.open()
    first = device.ask(code, csr=keys.request(key), inputs=[1, 2])
    device.now += timedelta(minutes=14)
    again = device.ask(code, csr=keys.request(key), inputs=[1, 2])  # signed anew: other bytes, the same key
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == {"ticket": first.json()["ticket"], "expires_s": 60}
    assert device.state(again.json()["ticket"]) == "waiting"
    with device.db.reading() as session:
        noted = [one.action for one in session.exec(select(AuditEntry))]
    assert noted == [Action.CLAIM_ASKED], "once"


def test_another_key_with_a_spent_code_is_refused_and_changes_nothing(device: Wire) -> None:
    key, code = keys.new_key(), device.open()
    ticket = device.ask(code, csr=keys.request(key)).json()["ticket"]
    before = device.row()
    refused = device.ask(code, csr=keys.request(keys.new_key()), inputs=[7], sw="9.9")
    assert (refused.status_code, refused.text) == (403, device.ask(new_code()).text)
    assert device.row() == before
    assert device.state(ticket) == "waiting"
    assert device.ask(code, csr=keys.request(key)).json()["ticket"] == ticket


def test_another_kind_with_the_same_key_is_refused(device: Wire) -> None:
    code = device.open()
    assert device.ask(code).status_code == 200
    assert device.ask(code, "g").status_code == 403


def test_a_request_for_our_key_that_another_key_signed_is_none(device: Wire) -> None:
    """Whoever saw the unit's public key has not its private one."""
    key, code = keys.new_key(), device.open()
    device.ask(code, csr=keys.request(key))
    forged = signed_by_another(keys.request(key))
    assert device.ask(code, csr=forged).status_code == 422


def signed_by_another(csr: str) -> str:
    """The signature of another request put in the place of its own."""
    lines = [x509.load_pem_x509_csr(one.encode()) for one in (csr, keys.request(keys.new_key()))]
    mine, other = (one.public_bytes(serialization.Encoding.DER) for one in lines)
    whole = mine.replace(lines[0].signature, lines[1].signature)
    if len(lines[0].signature) != len(lines[1].signature):
        return signed_by_another(csr)
    assert other != mine
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{b64encode(whole).decode()}\n-----END CERTIFICATE REQUEST-----\n"


@pytest.mark.parametrize(
    ("state", "status"), [("asked", 200), ("confirmed", 200), ("granted", 200), ("refused", 403)]
)
def test_a_person_may_be_faster_than_the_answer(device: Wire, state: str, status: int) -> None:
    """A gateway shows its figures before it hears anything."""
    code = device.open("g")
    first = device.ask(code, "g")
    with device.db.transaction() as session:
        session.get_one(Claim, 1).state = state
    again = device.ask(code, "g")
    assert again.status_code == status
    if status == 200:
        assert again.json() == first.json()
        assert device.row().state == state


@pytest.mark.parametrize("state", ["asked", "confirmed", "granted"])
def test_after_the_quarter_of_an_hour_the_same_key_is_refused_too(device: Wire, state: str) -> None:
    code = device.open()
    assert device.ask(code).status_code == 200
    with device.db.transaction() as session:
        session.get_one(Claim, 1).state = state
    device.now += OPEN_FOR
    assert device.ask(code).status_code == 403


def test_a_server_that_started_anew_gives_a_ticket_that_counts(device: Wire, one_app: FastAPI) -> None:
    code = device.open()
    lost = device.ask(code).json()["ticket"]
    one_app.state.enrol_tickets = Tickets(b"another start".ljust(32))
    found = device.ask(code).json()["ticket"]
    assert found != lost
    assert (device.state(found), device.state(lost)) == ("waiting", "403")


def test_who_asks_again_without_end_is_slowed_down_as_everybody(device: Wire) -> None:
    code = device.open()
    answers = [device.ask(code).status_code for _ in range(limits.ASKS + 1)]
    assert answers == [200] * limits.ASKS + [429]


def test_two_who_ask_at_once_with_one_code(db: Database, screens: Screens) -> None:
    """On PostgreSQL too: of two keys one gets in, and it alone hears its answer twice."""
    shop = Shop(db).build()
    app = create_app(replace(services(db), door=Way(shop.store)), screens)
    mine, theirs = keys.new_key(), keys.new_key()
    device = Wire(db, shop, TestClient(app, base_url="https://testserver"))
    code = device.open()
    clients = [TestClient(app, base_url="https://testserver") for _ in range(8)]
    start = threading.Barrier(len(clients))

    def ask(number: int) -> Response:
        start.wait(10)
        csr = keys.request((mine, theirs)[number % 2])
        return Wire(db, shop, clients[number]).ask(code, csr=csr)

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(ask, range(len(clients))))
    by_key = [{one.status_code for one in answers[number::2]} for number in (0, 1)]
    assert sorted(by_key, key=min) == [{200}, {403}]
    tickets = {one.json()["ticket"] for one in answers if one.status_code == 200}
    assert len(tickets) == 1
    assert device.state(tickets.pop()) == "waiting"


def test_a_request_that_is_none_does_not_spend_the_code(device: Wire) -> None:
    code = device.open()
    bad = device.post("ask", code=code, kind="b", csr="-----BEGIN CERTIFICATE REQUEST-----" + "A" * 64)
    assert bad.status_code == 422
    assert device.ask(code).status_code == 200


def test_a_press_counts_with_the_ticket_of_who_asked_and_no_other(device: Wire) -> None:
    device.ticket()
    assert device.post("pressed", ticket="x" * 43, input=1).status_code == 403
    assert device.row().pressed_at is None


def test_a_press_after_the_end_counts_for_nothing(device: Wire) -> None:
    ticket = device.ticket()
    device.now += OPEN_FOR
    assert device.post("pressed", ticket=ticket, input=1).status_code == 403
    assert device.state(ticket) == "expired"
    device.now += FETCH_FOR
    assert device.state(ticket) == "403"


def test_what_was_taken_back_before_it_was_fetched_is_refused(device: Wire) -> None:
    ticket = device.ticket()
    device.grant()
    with device.db.transaction() as session:
        identities.end(session, device.shop.store, "b9", NOW)
    assert device.state(ticket) == "refused"


@pytest.mark.parametrize("path", ["ca", "ask", "pressed", "fetch"])
def test_in_clear_nobody_hears_anything(device: Wire, one_app: FastAPI, path: str) -> None:
    code, plain = device.open(), TestClient(one_app, base_url="http://testserver")
    said = {"code": code, "kind": "b", "csr": CSR, "ticket": "x" * 43, "input": 1}
    answer = plain.get("/enrol/v1/ca") if path == "ca" else plain.post(f"/enrol/v1/{path}", json=said)
    assert (answer.status_code, answer.json()) == (403, {"detail": "only over HTTPS"})
    assert device.row().state == "open"


def test_a_browser_with_a_cookie_that_another_site_sends_here_is_refused_by_the_guard(device: Wire) -> None:
    headers = {"Cookie": "redbutton=x", "Sec-Fetch-Site": "cross-site"}
    answer = device.client.post("/enrol/v1/fetch", json={"ticket": "x" * 43}, headers=headers)
    assert (answer.status_code, "another site" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"code": 1, "kind": "b", "csr": "x"}',
        b'{"kind": "b"}',
        b'{"code": "AAAAAAAA", "kind": "s", "csr": "x"}',
        json.dumps({"code": "AAAAAAAA", "kind": "b", "csr": CSR, "inputs": list(range(1, 18))}).encode(),
        json.dumps({"code": "AAAAAAAA", "kind": "b", "csr": CSR, "inputs": ["1"]}).encode(),
        json.dumps({"code": "AAAAAAAA", "kind": "b", "csr": CSR, "sw": "a\x00"}).encode(),
        json.dumps({"secret-word": 1, "code": "secret-word", "kind": "b", "csr": CSR}).encode(),
    ],
)
def test_what_is_no_request_is_refused_and_not_repeated(device: Wire, body: bytes) -> None:
    answer = device.client.post("/enrol/v1/ask", content=body)
    assert answer.status_code == 422
    assert "secret-word" not in answer.text


def test_nobody_sends_more_than_is_wanted(device: Wire) -> None:
    code = device.open()
    said = {"code": code, "kind": "b", "csr": CSR, "more": "x" * wire.MOST_BYTES}
    assert device.client.post("/enrol/v1/ask", json=said).status_code == 413
    assert device.row().state == "open"


def test_one_address_tries_twenty_codes_a_minute(device: Wire) -> None:
    code = device.open()
    for _ in range(limits.ASKS):
        assert device.ask(new_code()).status_code == 403
    answer = device.ask(code)
    assert (answer.status_code, 0 < int(answer.headers["Retry-After"]) <= 60) == (429, True)
    device.now += timedelta(minutes=1)
    assert device.ask(code).status_code == 200


def test_many_addresses_together_try_three_hundred(device: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = iter(range(1_000))
    monkeypatch.setattr(wire, "_address", lambda request: f"10.0.0.{next(addresses)}")
    code = device.open()
    answers = [device.ask(new_code()).status_code for _ in range(limits.WRONG_CODES)]
    assert set(answers) == {403}
    assert device.ask(code).status_code == 429


def test_a_ticket_is_asked_about_often_but_not_without_end(device: Wire) -> None:
    ticket = device.ticket()
    assert {device.post("fetch", ticket=ticket).status_code for _ in range(limits.POLLS)} == {200}
    assert device.post("fetch", ticket=ticket).status_code == 429


def test_nothing_secret_is_in_the_logs(device: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong, code = new_code(), device.open()
    device.ask(wrong)
    ticket = device.ask(code).json()["ticket"]
    device.post("pressed", ticket=ticket, input=1)
    device.post("fetch", ticket=ticket)
    said = " ".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records if one.name != "httpx2")
    assert "a device asks" in said
    assert not any(secret in said for secret in (wrong, code, ticket, CSR[60:100]))


def test_a_server_that_lets_nobody_in_says_so(
    given: Services, shop: Shop, screens: Screens, one_app: FastAPI, client_for: Callable[..., TestClient]
) -> None:
    client_for()
    client = TestClient(one_app, base_url="https://testserver")
    assert client.get("/enrol/v1/ca").status_code == 404
    wire_ = Wire(given.db, shop, client)
    assert wire_.ask(wire_.open()).status_code == 403
