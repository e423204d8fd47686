"""A call is dealt with on the shared tablet alone, through the real engine; the timeline says where and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from server.db import pins, sign_ins, tablets
from server.db.tables import Account
from server.rules.pin_tries import FREE
from server.web.app import create_app
from server.web.frame.access import COOKIE as SIGN_IN_COOKIE
from server.web.frame.access import LIMITS
from server.web.frame.bell import Bell
from server.web.services import Services, WebSettings
from server.web.tablet.access import COOKIE
from tests.shop import Shop
from tests.small_shop import ANNA, BORIS, CARMEN, STORE
from tests.stories.test_the_right_person import rung, who_rang
from tests.unit.server.api.shop import QUICK

PIN = {ANNA: "482913", BORIS: "705164"}


@pytest.fixture
def web(shop: Shop) -> Iterator[TestClient]:
    """A tablet by the till and, by a sign-in of its own, Carmen, who manages."""
    now = shop.clock.now()
    for who, pin in PIN.items():
        pins.choose(shop.db, who, pin, now, QUICK)
    shop.edit(Account, CARMEN, role="manager")
    with shop.db.transaction() as session:
        tablets.open_door(session, STORE, CARMEN, now)
        number = tablets.ask(session, "long secret", "", now)
        assert number is not None
        tablets.let_in(session, STORE, number, "Till", CARMEN, now)
        sign_ins.add(session, "carmen", CARMEN, now, LIMITS)
    app = create_app(
        Services(
            db=shop.db,
            desk=shop.server,
            bell=Bell(),
            now=shop.clock.now,
            stopping=lambda: False,
            settings=WebSettings(allowed_hosts=("testserver",)),
        )
    )
    with TestClient(app, client=("127.0.0.1", 5), headers={"Origin": "http://testserver"}) as client:
        client.cookies.set(COOKIE, "long secret")
        yield client


def do(web: TestClient, act: str, who: int, pin: str = "", **more: str) -> int:
    data = {"act": act, "who": who, "pin": pin or PIN[who], **more}
    return web.post("/tablet/calls/1/do", data=data, follow_redirects=False).status_code


def timeline(web: TestClient) -> str:
    web.cookies.set(SIGN_IN_COOKIE, "carmen")
    text = re.sub(r"<[^>]+>", " ", web.get(f"/s/{STORE}/incidents/1").text)
    web.cookies.delete(SIGN_IN_COOKIE)
    return " ".join(text.replace("\u00a0", " ").split())


def test_from_the_press_to_the_end(shop: Shop, web: TestClient) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    assert "Dairy &amp; eggs" in web.get("/tablet").text
    assert do(web, "acknowledge", ANNA) == 303
    assert (shop.incident().state, shop.incident().acknowledged_by_id) == ("acknowledged", ANNA)
    assert do(web, "pass", ANNA, to=str(BORIS)) == 303
    shop.clock.advance(2)
    assert [who for who, _ in rung(shop)] == [BORIS]
    assert do(web, "arrive", BORIS) == 303
    assert do(web, "close", BORIS, outcome="recovered", apology="yes") == 303
    assert (shop.incident().outcome, shop.incident().closed_by_id) == ("recovered", BORIS)
    told = timeline(web)
    for words in (
        "On the way Anna T. · on tablet Till",
        "Passed on to BK Anna T. · on tablet Till",
        "With the customer Boris K. · on tablet Till",
        "Closed: Put right Boris K. · on tablet Till · apologised",
    ):
        assert words in told, told
    assert "Nobody is waiting" in web.get("/tablet").text


def test_a_guesser_is_locked_out_in_virtual_time_and_the_call_waits_for_a_person(
    shop: Shop, web: TestClient
) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    assert [do(web, "acknowledge", ANNA, "482914") for _ in range(FREE + 1)] == [422] * FREE + [429]
    assert shop.incident().state == "triggered"
    assert do(web, "acknowledge", ANNA) == 429
    shop.clock.advance(60)
    who_rang(shop)
    assert do(web, "acknowledge", ANNA) == 303
    assert shop.incident().state == "acknowledged"
    shop.arrive(ANNA)
    assert timeline(web).count("on tablet") == 1, "what is done on a phone says nothing of a tablet"
