"""The shared tablet: it shows who waits, a PIN buys one person one action, and nothing else opens to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from server.db import pins, tablets
from server.db.accounts import set_active
from server.db.tables import Store
from server.requests import Acknowledge, Arrive, Close, DeskClosed, Ending, PassOn, Refusal, RefusalReason
from server.rules.incidents import Outcome, State
from server.rules.pin_tries import FREE
from server.rules.remedies import Remedy
from server.web.app import furnish
from server.web.frame.access import COOKIE as SIGN_IN_COOKIE
from server.web.frame.screens import Screens
from server.web.services import Services
from server.web.tablet.access import COOKIE
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.stage import FakeDesk, busy_day
from tests.unit.server.web.tablet_stage import PIN, SECRET, TabletHand, enrol, give_pins, hand


@pytest.fixture
def tablet(shop: Shop, client_for: ClientFor) -> TabletHand:
    busy_day(shop)
    give_pins(shop)
    shop.on_shift(0)
    return hand(client_for(), shop)


def test_it_shows_who_waits_with_one_thing_to_do_and_initials_only(tablet: TabletHand) -> None:
    text = tablet.get()
    assert "Checkout" in text
    assert re.findall(r'<li id="i(\d+)" class="call">', text) == ["9", "10", "11", "7", "8", "6"]
    assert text.count(">I am going<") == 3
    for name in ("Jaan", "Olga", "Marina"):
        assert name not in text
    assert "data-role" not in text


def test_a_call_is_acknowledged_by_a_pin(tablet: TabletHand, desk: FakeDesk) -> None:
    assert 'href="/tablet/calls/9/who?act=acknowledge"' in tablet.get("/calls/9")
    who = tablet.get("/calls/9/who?act=acknowledge")
    jaan, olga = tablet.shop.accounts["jaan"], tablet.shop.accounts["olga"]
    assert who.index(f"who={jaan}") < who.index("Not on duty now") < who.index(f"who={olga}")
    assert "Jaan&nbsp;T." in who or "Jaan\u00a0T." in who
    pad = tablet.get(f"/calls/9/pin?act=acknowledge&who={jaan}")
    assert 'name="act" value="acknowledge"' in pad
    answer = tablet.do(9, "acknowledge", "jaan")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tablet")
    (asked,) = desk.asked
    assert isinstance(asked, Acknowledge)
    assert (asked.account, asked.tablet) == (jaan, "Checkout")


def test_then_it_is_nobodys_again(tablet: TabletHand, desk: FakeDesk) -> None:
    """A right PIN leaves nothing behind: no cookie, and the next action asks for one again."""
    answer = tablet.do(9, "acknowledge", "jaan")
    assert "set-cookie" not in answer.headers
    assert tablet.do(10, "acknowledge", "jaan", pin="").status_code in (303, 422)
    bare = tablet.client.post("/tablet/calls/10/do", data={"act": "acknowledge", "who": 1})
    assert bare.status_code == 422
    assert len(desk.asked) <= 2


def test_arriving_passing_on_and_closing(tablet: TabletHand, desk: FakeDesk) -> None:
    shop = tablet.shop
    cause = shop.cause("service")
    tablet.do(7, "arrive", "jaan")
    to = tablet.get("/calls/8/pass")
    assert "Jaan\u00a0T." in to
    assert "Tamm" not in to, "customers can read it too"
    assert "Olga" not in to, "she is not here"
    tablet.do(8, "pass", "marina", to=str(shop.carriers[0]))
    tablet.do(8, "pass", "marina")
    ending = {
        "outcome": "recovered",
        "cause": str(cause),
        "apology": "yes",
        "remedy": "coupon",
        "cost": "4,50",
    }
    tablet.do(6, "close", "olga", **ending)
    arrived, named, bare, closed = desk.asked
    assert isinstance(arrived, Arrive)
    assert isinstance(named, PassOn)
    assert isinstance(bare, PassOn)
    assert (named.to, bare.to) == (shop.carriers[0], None)
    assert isinstance(closed, Close)
    assert closed.ending == Ending(Outcome.RECOVERED, cause, True, Remedy.COUPON, 450)
    assert {one.tablet for one in (arrived, named, bare, closed)} == {"Checkout"}


def test_what_was_chosen_for_a_close_goes_along_to_the_pin(tablet: TabletHand) -> None:
    wrong = tablet.get("/calls/6/who?act=close&outcome=recovered&remedy=coupon&cost=4,5x", 422)
    assert "Write euros and cents" in wrong
    assert 'value="4,5x"' in wrong
    who = tablet.get("/calls/6/who?act=close&outcome=recovered&remedy=coupon&cost=4,50")
    (link,) = re.findall(rf'href="/tablet(/calls/6/pin\?[^"]*who={tablet.shop.accounts["olga"]})"', who)
    pad = tablet.get(link.replace("&amp;", "&"))
    for name, value in (("outcome", "recovered"), ("remedy", "coupon"), ("cost", "4,50"), ("act", "close")):
        assert f'name="{name}" value="{value}"' in pad


def test_a_drill_is_ended_without_questions(tablet: TabletHand, desk: FakeDesk) -> None:
    shop = tablet.shop
    number = shop.incident(6, 60, state=State.ATTENDED, answered=9, attended=20, by="jaan", purpose="drill")
    assert "End the drill" in tablet.get(f"/calls/{number}")
    assert tablet.do(number, "close", "jaan").status_code == 303
    assert isinstance(desk.asked[0], Close)


def test_a_wrong_pin_says_so_and_does_nothing(tablet: TabletHand, desk: FakeDesk) -> None:
    for pin in ("000000", "48291", "abcdef", "4829133", "", "' OR 1=1"):
        answer = tablet.do(9, "acknowledge", "jaan", pin or " ")
        assert answer.status_code == 422, pin
        assert "PIN" in answer.text
        assert pin not in answer.text or not pin
    assert desk.asked == []


def test_somebody_elses_pin_is_wrong(tablet: TabletHand, desk: FakeDesk) -> None:
    assert tablet.do(9, "acknowledge", "jaan", PIN["olga"]).status_code == 422
    assert desk.asked == []


def test_too_many_wrong_ones_are_told_how_long_to_wait(tablet: TabletHand, desk: FakeDesk) -> None:
    for _ in range(FREE):
        last = tablet.do(9, "acknowledge", "jaan", "482914")
    assert "wait 1 minute" in last.text
    answer = tablet.do(9, "acknowledge", "jaan")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert desk.asked == []
    assert tablet.do(9, "acknowledge", "olga").status_code == 303


def test_who_was_faster_is_said(tablet: TabletHand, desk: FakeDesk) -> None:
    incident = tablet.shop.accounts["olga"]
    desk.answers = [
        Refusal(None, RefusalReason.TOO_LATE, State.ACKNOWLEDGED, incident),
        DeskClosed(),
        Refusal(None, RefusalReason.BAD_VALUE),
    ]
    answer = tablet.do(9, "acknowledge", "jaan")
    assert answer.status_code == 409
    assert "Olga\u00a0S. was faster" in answer.text
    assert tablet.do(9, "acknowledge", "jaan").status_code == 503
    assert "not there any more" in tablet.do(9, "pass", "jaan", to="999").text


@pytest.mark.parametrize(
    ("number", "act"), [(6, "acknowledge"), (6, "pass"), (7, "acknowledge"), (1, "close"), (99, "arrive")]
)
def test_what_is_not_possible_any_more(tablet: TabletHand, desk: FakeDesk, number: int, act: str) -> None:
    for answer in (
        tablet.client.get(f"/tablet/calls/{number}/who?act={act}"),
        tablet.do(number, act, "jaan"),
    ):
        assert answer.status_code == 409
        assert "Here is how it stands" in answer.text
    assert desk.asked == []


@pytest.mark.parametrize("act", ["help", "false-press", "note", "looked", "", "Acknowledge"])
def test_a_pin_is_good_for_nothing_else(tablet: TabletHand, desk: FakeDesk, act: str) -> None:
    assert tablet.do(9, act, "jaan").status_code == 409
    assert desk.asked == []


def test_a_quiet_call_does_not_exist_on_it_whoever_has_the_pin(tablet: TabletHand, desk: FakeDesk) -> None:
    number = tablet.shop.incident(4, 20)
    tablet.shop.change(number, quiet=True)
    assert f'id="i{number}"' not in tablet.get()
    tablet.get(f"/calls/{number}", 409)
    assert tablet.do(number, "acknowledge", "marina").status_code == 409
    assert desk.asked == []


def test_calls_and_people_of_another_store_do_not_exist_on_it(tablet: TabletHand, desk: FakeDesk) -> None:
    shop = tablet.shop
    other = "tartu"
    with shop.db.transaction() as session:
        session.add(Store(id=other, name="Tartu"))
    shop.account("zoe", "Zoe Kask", store_id=other)
    pins.choose(shop.db, shop.accounts["zoe"], "482913", NOW)
    assert "Zoe" not in tablet.get("/calls/9/who?act=acknowledge")
    assert tablet.do(9, "acknowledge", "zoe", "482913").status_code == 422
    assert desk.asked == []
    away = TestClient(tablet.client.app, client=("127.0.0.1", 5), headers={"Origin": "http://testserver"})
    enrol(shop.db, other, shop.accounts["marina"], "another secret", "Tartu")
    away.cookies.set(COOKIE, "another secret")
    assert 'class="call"' not in away.get("/tablet").text
    assert away.get("/tablet/calls/9").status_code == 409


@pytest.mark.parametrize("role", ["auditor", "installer", "nonsense"])
def test_who_may_not_answer_calls_may_not_here_either(tablet: TabletHand, desk: FakeDesk, role: str) -> None:
    tablet.shop.account("eve", "Eve Ek", role=role)
    pins.choose(tablet.shop.db, tablet.shop.accounts["eve"], "482913", NOW)
    assert "Eve" not in tablet.get("/calls/9/who?act=acknowledge")
    assert tablet.do(9, "acknowledge", "eve", "482913").status_code == 422
    assert desk.asked == []


def test_an_ended_sign_in_ends_the_pin(tablet: TabletHand, desk: FakeDesk) -> None:
    with tablet.shop.db.transaction() as session:
        set_active(session, tablet.shop.accounts["jaan"], False)
    assert tablet.do(9, "acknowledge", "jaan").status_code == 422
    assert desk.asked == []


def test_a_revoked_tablet_is_out_at_once(tablet: TabletHand, desk: FakeDesk) -> None:
    with tablet.shop.db.transaction() as session:
        tablets.revoke(session, tablet.shop.store, tablet.id, tablet.shop.accounts["marina"], NOW)
    assert tablet.do(9, "acknowledge", "jaan").headers["location"] == "/tablet"
    assert desk.asked == []
    text = tablet.get()
    assert "taken back" in text
    assert 'class="call"' not in text
    assert tablet.client.get("/tablet/stream").status_code == 401
    hx = tablet.client.get("/tablet/calls/9", headers={"HX-Request": "true"})
    assert (hx.status_code, hx.headers["hx-redirect"]) == (401, "/tablet")


@pytest.mark.parametrize("cookie", ["", "wrong", SECRET[:-1], SECRET + "x", "é"])
def test_without_its_secret_there_is_no_tablet(
    tablet: TabletHand, client_for: ClientFor, desk: FakeDesk, cookie: str
) -> None:
    client = client_for()
    answer = client.post(
        "/tablet/calls/9/do",
        data={"act": "acknowledge", "who": tablet.shop.accounts["jaan"], "pin": PIN["jaan"]},
        headers=[(b"Cookie", f"{COOKIE}={cookie}".encode())],
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/tablet")
    assert desk.asked == []


def test_a_signed_in_person_is_no_tablet(tablet: TabletHand, client_for: ClientFor) -> None:
    assert client_for("marina").get("/tablet/calls/9").headers["location"] == "/tablet"


def test_in_clear_over_the_network_its_secret_counts_for_nothing(tablet: TabletHand) -> None:
    away = TestClient(
        tablet.client.app,
        client=("192.168.1.20", 5),
        headers={"Origin": "http://testserver"},
        follow_redirects=False,
    )
    away.cookies.set(COOKIE, SECRET)
    assert away.get("/tablet/calls/9").status_code == 303
    assert "can be read by others" in away.get("/tablet").text
    assert away.post("/tablet/ask").status_code == 403
    safe = TestClient(tablet.client.app, base_url="https://testserver", client=("192.168.1.20", 5))
    safe.cookies.set(COOKIE, SECRET)
    assert 'class="call"' not in safe.get("/tablet").text, "a plain cookie may be anybody's"
    safe.cookies.set(f"__Host-{COOKIE}", SECRET)
    assert 'class="call"' in safe.get("/tablet").text


def test_another_site_cannot_act_on_it(tablet: TabletHand, desk: FakeDesk) -> None:
    data = {"act": "acknowledge", "who": tablet.shop.accounts["jaan"], "pin": PIN["jaan"]}
    answer = tablet.client.post("/tablet/calls/9/do", data=data, headers={"Origin": "http://evil.test"})
    assert answer.status_code == 403
    assert desk.asked == []


def served(routes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Every way into the product: (method, path with something in its places)."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from served(route.effective_candidates())
        else:
            path = re.sub(r"{(\w+)(:\w+)?}", lambda name: PLACES.get(name[1], "1"), route.path)
            yield from ((method, path) for method in sorted(set(route.methods) - {"HEAD"}))


PLACES = {"store": "ulemiste", "number": "9", "device": "hall", "path": "style.css"}


def test_nothing_else_in_the_product_opens_to_a_tablet(
    tablet: TabletHand, client_for: ClientFor, desk: FakeDesk, one_app: FastAPI
) -> None:
    """Every route, asked with the tablet's secret as its cookie, as a sign-in and as a token, and with a PIN along:
    the answer is the one that a stranger gets."""
    stranger = client_for()
    ways = [(method, path) for method, path in served(one_app.routes) if not path.startswith("/tablet")]
    assert len(ways) > 80
    assert sum(path.startswith("/s/ulemiste/") for _, path in ways) > 50
    assert sum(path.startswith("/api/") for _, path in ways) > 15
    closed = 0
    for method, path in ways:
        data: dict[str, Any] = {"act": "acknowledge", "who": tablet.shop.accounts["jaan"], "pin": PIN["jaan"]}
        more: dict[str, Any] = {"data": data} if method in ("POST", "PUT", "PATCH") else {}
        expected = stranger.request(method, path, **more)
        closed += expected.status_code in (303, 401)
        for headers in (
            {"Cookie": f"{COOKIE}={SECRET}; {SIGN_IN_COOKIE}={SECRET}"},
            {"Authorization": f"Bearer {SECRET}"},
        ):
            answer = stranger.request(method, path, headers=headers, **more)
            assert (answer.status_code, answer.text) == (expected.status_code, expected.text), (method, path)
    assert closed > 80
    assert desk.asked == []


def test_wearing_a_pager_of_security_shows_nothing_more(tablet: TabletHand) -> None:
    number = tablet.shop.incident(4, 20)
    tablet.shop.change(number, quiet=True)
    for path in ("", "/calls/9", "/calls/9/who?act=acknowledge"):
        assert "quiet" not in re.sub(r'class="[^"]*"', "", tablet.get(path))


@pytest.mark.parametrize("language", ["ru", "et"])
def test_it_speaks_the_language_of_whoever_touches_it(
    tablet: TabletHand, client_for: ClientFor, language: str
) -> None:
    client = client_for(None, language)
    client.cookies.set(COOKIE, SECRET)
    assert f'lang="{language}"' in client.get("/tablet").text
    words = {"ru": "Кто вы?", "et": "Kes sa oled?"}[language]
    assert words in client.get("/tablet/calls/9/who?act=acknowledge").text


def test_a_lock_ends_with_time(
    tablet: TabletHand, given: Services, one_app: FastAPI, screens: Screens, desk: FakeDesk
) -> None:
    for _ in range(FREE):
        tablet.do(9, "acknowledge", "jaan", "482914")
    furnish(one_app, replace(given, now=lambda: NOW + timedelta(seconds=59)), screens)
    assert tablet.do(9, "acknowledge", "jaan").status_code == 429
    furnish(one_app, replace(given, now=lambda: NOW + timedelta(seconds=60)), screens)
    assert tablet.do(9, "acknowledge", "jaan").status_code == 303
    assert len(desk.asked) == 1
