"""A quiet call is on no screen, list, search, count, figure or stream of anybody but security and managers."""

from __future__ import annotations

import pytest

from server.db import incidents, places
from server.requests import DeskClosed, Looked
from server.rules.incidents import State
from server.rules.rights import Right
from server.web.board.boards import Boards
from server.web.frame.screens import Screens
from server.web.services import Services
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.stage import FakeDesk

PLACE = "Wine"
"""Where the quiet call is; nothing else happens there."""


@pytest.fixture
def hushed(shop: Shop) -> Shop:
    """Call 1 is open, call 2 is quiet and open, call 3 is quiet and closed."""
    shop.account("jaan", "Jaan Tamm", role="shift_lead", carrier=shop.carriers[0])
    shop.account("boss", "Marina Kask", role="manager")
    shop.account("guard", "Igor Valve", role="shift_lead", carrier=shop.carriers[2])
    with shop.db.transaction() as session:
        from server.db.tables import Carrier

        guard = session.get(Carrier, shop.carriers[2])
        assert guard is not None
        guard.role = "security"
    shop.incident(0, 30)
    shop.change(shop.incident(3, 40), quiet=True)
    closed = shop.incident(
        3, 400, state=State.CLOSED, answered=9, attended=20, closed=90, outcome="recovered"
    )
    shop.change(closed, quiet=True)
    return shop


SCREENS = ("board", "board?wall=1", "history", "history?q=wine", "history?q=2", "history?zone=4", "me")


def cards(text: str) -> bool:
    """Whether anything of it is on the screen: its place stands in the lists to choose from, so only links count."""
    return any(f'incidents/{number}"' in text or f"incidents/{number}/" in text for number in (2, 3))


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("login", ["jaan", "boss", "guard"])
def test_it_is_on_no_common_screen(hushed: Shop, client_for: ClientFor, screen: str, login: str) -> None:
    text = client_for(login).get(f"/s/{hushed.store}/{screen}").text
    if login == "jaan" or screen != "me":
        assert not cards(text)
    if screen == "history":
        assert "<b>1 call</b>" in text


def test_no_figure_and_no_stream_counts_it(hushed: Shop, given: Services, screens: Screens) -> None:
    with hushed.db.reading() as session:
        store = places.store(session, hushed.store)
    assert store is not None
    boards = Boards(given, screens)
    view, _ = boards.view(store, screens.words("en", "Europe/Tallinn"), frozenset(Right), wall=False)
    assert (view.tiles[0].value, view.closed_count, view.recovered) == ("1", 0, ())
    assert not cards(boards.shown(store, "en", frozenset(), wall=True).html)


VERBS = ("acknowledge", "arrive", "help", "false-press", "pass", "close")


def test_for_others_there_is_nothing(hushed: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    client, url = client_for("jaan"), f"/s/{hushed.store}"
    there, nowhere = client.get(f"{url}/incidents/2"), client.get(f"{url}/incidents/99")
    assert there.status_code == 404
    assert there.text.replace("/2", "/99") == nowhere.text, "not to be told from one that never was"
    assert client.get(f"{url}/quiet").status_code == 404
    assert f"{url}/quiet" not in client.get(f"{url}/board").text
    for form in ("close", "pass"):
        assert client.get(f"{url}/incidents/2/{form}").status_code == 404
    for verb in VERBS:
        assert client.post(f"{url}/incidents/2/{verb}", data={"outcome": "recovered"}).status_code == 404
    assert desk.asked == []


@pytest.mark.parametrize("login", ["boss", "guard"])
def test_each_look_is_written_down_before_anything_is_shown(
    hushed: Shop, client_for: ClientFor, desk: FakeDesk, login: str
) -> None:
    client, url = client_for(login), f"/s/{hushed.store}"
    listed = client.get(f"{url}/quiet").text
    assert "incidents/2" in listed
    assert "incidents/3" in listed
    assert "incidents/1" not in listed
    assert desk.asked == [], "the list says nothing of them but place and time"
    with hushed.db.reading() as session:
        which = incidents.find(session, hushed.store, 2, quiet=True)
    assert which is not None
    answer = client.get(f"{url}/incidents/2")
    assert answer.status_code == 200
    assert PLACE in answer.text
    assert desk.asked == [Looked(which.id, hushed.accounts[login])]
    desk.answers = [DeskClosed()]
    unwritten = client.get(f"{url}/incidents/2")
    assert unwritten.status_code == 503
    assert PLACE not in unwritten.text


def test_an_ordinary_call_is_looked_at_by_nobody_in_particular(
    hushed: Shop, client_for: ClientFor, desk: FakeDesk
) -> None:
    assert client_for("boss").get(f"/s/{hushed.store}/incidents/1").status_code == 200
    assert desk.asked == []


def test_security_of_another_store_is_nobody_here(hushed: Shop, client_for: ClientFor) -> None:
    from server.db.tables import Carrier, Store

    with hushed.db.transaction() as session:
        session.add(Store(id="elsewhere", name="Elsewhere"))
        session.flush()
        carrier = Carrier(store_id="elsewhere", name="Far Guard", initials="FG", role="security")
        session.add(carrier)
        session.flush()
        far = carrier.id
    hushed.account("far", "Far Guard", carrier=far)
    assert client_for("far").get(f"/s/{hushed.store}/incidents/2").status_code == 404


def test_the_phone_of_security_has_it(hushed: Shop, client_for: ClientFor) -> None:
    hushed.page(2, 2, 1)
    text = client_for("guard").get(f"/s/{hushed.store}/me").text
    assert 'id="i2"' in text
    assert "quiet call" in text
    assert 'id="i2"' not in client_for("jaan").get(f"/s/{hushed.store}/me").text


def test_it_is_passed_only_to_those_who_may_know(hushed: Shop, client_for: ClientFor) -> None:
    hushed.on_shift(0)
    hushed.on_shift(2)
    text = client_for("boss").get(f"/s/{hushed.store}/incidents/2/pass").text
    assert "Jaan Tamm" not in text
    assert "<b>Marina Kask</b>" in text, "the carrier who is security"


@pytest.mark.parametrize("before", ["0", "x", "9" * 30])
def test_nonsense_in_the_address_of_the_list(hushed: Shop, client_for: ClientFor, before: str) -> None:
    assert client_for("boss").get(f"/s/{hushed.store}/quiet?before={before}").status_code == 422
    assert "incidents/2" in client_for("boss").get(f"/s/{hushed.store}/quiet?before=3").text


def test_a_guard_who_left_is_no_guard_any_more(hushed: Shop, client_for: ClientFor) -> None:
    """A shop file switches people off and knows nothing of their sign-ins."""
    client = client_for("guard")
    assert client.get(f"/s/{hushed.store}/quiet").status_code == 200
    with hushed.db.transaction() as session:
        from server.db.tables import Carrier

        guard = session.get(Carrier, hushed.carriers[2])
        assert guard is not None
        guard.active = False
    for path in ("quiet", "incidents/2", "incidents/3"):
        assert client.get(f"/s/{hushed.store}/{path}").status_code == 404
    assert not cards(client.get(f"/s/{hushed.store}/me").text)


def test_it_is_passed_to_nobody_who_may_not_know_of_it(
    hushed: Shop, client_for: ClientFor, desk: FakeDesk
) -> None:
    """The form does not offer them; a form that was made up gets no further."""
    url, jaan, guard = f"/s/{hushed.store}/incidents/2/pass", hushed.carriers[0], hushed.carriers[2]
    script = f"/api/v1/stores/{hushed.store}/incidents/2/pass"
    for who in (jaan, 999):
        assert client_for("boss").post(url, data={"to": str(who)}).status_code == 409
        assert client_for("boss").post(script, json={"to": who}).json()["reason"] == "bad_value"
    assert desk.asked == []
    assert client_for("boss").post(url, data={"to": str(guard)}).status_code == 303
    assert client_for("boss").post(script, json={"to": None}).status_code == 200
    assert len(desk.asked) == 2
