"""How a tablet is let in, listed and taken back; how people choose their PIN and a manager clears one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from server.db import pins
from server.db.tables import Pin, Store, Tablet
from server.web.services import Services
from server.web.tablet.access import COOKIE
from tests.unit.server.api.shop import QUICK
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.tablet_stage import PIN, SHOWN, enrol, give_pins


@pytest.fixture
def people(shop: Shop) -> Shop:
    shop.account("marina", "Marina Kask", role="manager", carrier=shop.carriers[2])
    shop.account("jaan", "Jaan Tamm", carrier=shop.carriers[0])
    return shop


def url(shop: Shop, path: str = "") -> str:
    return f"/s/{shop.store}/setup/tablets{path}"


def number_on(tablet: TestClient) -> str:
    found = SHOWN.search(tablet.get("/tablet").text)
    assert found is not None
    return found[1] + found[2]


def test_the_whole_ceremony(people: Shop, client_for: ClientFor) -> None:
    manager, tablet = client_for("marina"), client_for()
    assert "A manager lets it in" in tablet.get("/tablet").text
    assert manager.post(url(people, "/open")).status_code == 303
    text = manager.get(url(people)).text
    assert "http://testserver/tablet" in text
    assert "<svg" in text
    assert "Show the number" in tablet.get("/tablet").text
    answer = tablet.post("/tablet/ask")
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    number = number_on(tablet)
    assert tablet.get("/tablet/calls/1").status_code == 303, "the number alone opens nothing"
    answer = manager.post(
        url(people, "/let-in"), data={"number": f"{number[:3]} {number[3:]}", "name": "Till 1"}
    )
    assert answer.status_code == 303
    assert "Nobody is waiting" in tablet.get("/tablet").text
    text = manager.get(url(people)).text
    assert "Till 1" in text
    assert "let in by Marina Kask" in text
    (row,) = rows(people, Tablet)
    assert manager.post(url(people, f"/{row.id}/revoke")).status_code == 303
    assert "taken back" in tablet.get("/tablet").text
    assert "1 was taken back" in manager.get(url(people)).text


def rows(shop: Shop, table: type[Any]) -> list[Any]:
    with shop.db.reading() as session:
        return list(session.exec(select(table)).all())


def test_behind_https_the_secret_cannot_be_set_by_a_neighbour(people: Shop, client_for: ClientFor) -> None:
    client_for("marina").post(url(people, "/open"))
    tablet = client_for()
    answer = tablet.post("https://testserver/tablet/ask", headers={"Origin": "https://testserver"})
    assert answer.headers["set-cookie"].startswith(f"__Host-{COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))


def test_while_nobody_waits_for_one_nothing_is_written(people: Shop, client_for: ClientFor) -> None:
    tablet = client_for()
    answer = tablet.post("/tablet/ask")
    assert "set-cookie" not in answer.headers
    client_for("marina").post(url(people, "/open"))
    client_for("marina").post(url(people, "/close"))
    tablet.post("/tablet/ask")
    assert rows(people, Tablet) == []


def test_a_number_that_no_tablet_shows(people: Shop, client_for: ClientFor) -> None:
    manager = client_for("marina")
    manager.post(url(people, "/open"))
    for number, words in (("123456", "No tablet shows this number"), ("12", "six figures")):
        answer = manager.post(url(people, "/let-in"), data={"number": number, "name": "Till"})
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{number}"' in answer.text
        assert 'value="Till"' in answer.text
    assert manager.post(url(people, "/let-in"), data={"number": "123456"}).status_code == 422


def test_only_who_gives_sign_ins_lets_tablets_in(people: Shop, client_for: ClientFor) -> None:
    found = enrol(people.db, people.store, people.accounts["marina"])
    people.account("lena", "Lena", role="shift_lead")
    for login in ("jaan", "lena"):
        client = client_for(login)
        for path in ("/open", "/close", "/let-in", f"/{found}/revoke", "/pins/1/clear"):
            assert client.post(url(people, path)).status_code == 403, path
        assert client.get(url(people)).status_code == 403
    assert client_for().get(url(people)).status_code == 303


def test_a_manager_of_another_store_takes_nothing_back(people: Shop, client_for: ClientFor) -> None:
    found = enrol(people.db, people.store, people.accounts["marina"])
    people.account("mart", "Mart", role="manager", store_id=people.store)
    assert client_for("mart").post(f"/s/elsewhere/setup/tablets/{found}/revoke").status_code == 404
    (row,) = rows(people, Tablet)
    assert row.revoked_at is None


def test_taking_one_back_ends_open_streams_at_once(
    people: Shop, client_for: ClientFor, given: Services
) -> None:
    found = enrol(people.db, people.store, people.accounts["marina"])
    before = given.bell.recalls
    client_for("marina").post(url(people, f"/{found}/revoke"))
    assert given.bell.recalls == before + 1


def test_somebody_chooses_and_changes_their_pin(people: Shop, client_for: ClientFor) -> None:
    client, path = client_for("jaan"), f"/s/{people.store}/me/pin"
    assert path in client.get(f"/s/{people.store}/me").text
    assert "You have a PIN" not in client.get(path).text
    assert client.post(path, data={"pin": PIN["jaan"], "again": PIN["jaan"]}).status_code == 303
    text = client.get(path).text
    assert "You have a PIN since" in text
    assert PIN["jaan"] not in text
    (row,) = rows(people, Pin)
    assert row.pin_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("pin", "again", "words"),
    [
        ("123456", "123456", "Everybody would try this one first"),
        ("48291", "48291", "six figures"),
        ("48291a", "48291a", "six figures"),
        ("482913", "482914", "not the same PIN"),
        ("", "", "six figures"),
    ],
)
def test_a_pin_that_is_no_good(people: Shop, client_for: ClientFor, pin: str, again: str, words: str) -> None:
    answer = client_for("jaan").post(f"/s/{people.store}/me/pin", data={"pin": pin, "again": again})
    assert answer.status_code == 422
    assert words in answer.text
    assert not pin or pin not in answer.text
    assert rows(people, Pin) == []


def test_who_answers_no_calls_has_no_pin(people: Shop, client_for: ClientFor) -> None:
    people.account("audrey", "Audrey", role="auditor")
    path = f"/s/{people.store}/me/pin"
    assert client_for("audrey").post(path, data={"pin": "482913", "again": "482913"}).status_code == 403
    assert client_for().post(path, data={"pin": "482913", "again": "482913"}).status_code == 303
    assert rows(people, Pin) == []


def test_a_manager_clears_a_pin_and_sees_none(people: Shop, client_for: ClientFor) -> None:
    give_pins(people)
    manager = client_for("marina")
    text = manager.get(url(people)).text
    assert "Jaan Tamm" in text
    assert not re.search("|".join(PIN.values()), text)
    assert "argon2" not in text
    assert manager.post(url(people, f"/pins/{people.accounts['jaan']}/clear")).status_code == 303
    assert [row.account_id for row in rows(people, Pin)] == [people.accounts["marina"]]


def test_a_pin_that_is_not_of_this_store_alone_stays(people: Shop, client_for: ClientFor) -> None:
    people.account("mart", "Mart", role="manager", store_id=people.store)
    with people.db.transaction() as session:
        session.add(Store(id="tartu", name="Tartu"))
    people.account("zoe", "Zoe", store_id="tartu")
    for login, status in (("zoe", 404), ("jaan", 403)):
        pins.choose(people.db, people.accounts[login], "482913", people.now, QUICK)
        path = url(people, f"/pins/{people.accounts[login]}/clear")
        answer = client_for("mart").post(path)
        assert answer.status_code == status, login
        assert path not in client_for("mart").get(url(people)).text
    assert len(rows(people, Pin)) == 2
