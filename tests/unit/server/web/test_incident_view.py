"""One incident in words: the hops with their times, what each page proved, and what may be done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from server.db import incidents
from server.rules.incidents import State
from server.rules.journal import Action
from server.web.frame.words import Words, read_catalogues
from server.web.incident.timeline import entries
from server.web.incident.view import IncidentView, incident_view
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.stage import busy_day

CATALOGUES = read_catalogues()
T = Words("en", CATALOGUES, "Europe/Tallinn")


def seen(shop: Shop, number: int) -> IncidentView:
    with shop.db.reading() as session:
        whole = incidents.whole(session, shop.store, number)
    assert whole is not None
    return incident_view(whole, NOW, T, url="/s/shop", answers=True)


def test_its_own_latency_hop_by_hop(shop: Shop) -> None:
    busy_day(shop)
    view = seen(shop, 5)
    assert view.latency == "From the press to “accepted by the transmitter”: 0.9 s"
    assert [(hop.label, hop.took) for hop in view.hops] == [
        ("Button to server", "41 ms"),
        ("Server to order", "19 ms"),
        ("Order to gateway", "50 ms"),
        ("Gateway to transmitter", "0.8 s"),
        ("Until somebody went", "50.1 s"),
        ("Until with the customer", "30.0 s"),
        ("Until closed", "2:50"),
    ]
    assert view.hops[3].note == "first byte after 31 ms"


def test_the_timeline_tells_everything_in_order(shop: Shop) -> None:
    busy_day(shop)
    titles = [entry.title for entry in seen(shop, 5).timeline]
    assert titles[:3] == ["Press received", "Call opened", "Step 1: the people of the zone"]
    assert titles[3:8] == [
        "Pager 1: waiting to be sent",
        "Pager 1: ordered",
        "Pager 1: at the gateway",
        "Pager 1: being sent",
        "Pager 1: accepted by the transmitter",
    ]
    assert titles[8:] == ["On the way", "With the customer", "Closed: Put right"]


def test_nobody_could_be_called(shop: Shop) -> None:
    number = shop.incident(1, 30, nobody=True)
    view = seen(shop, number)
    assert [entry.title for entry in view.timeline][-2:] == [
        "Step 1 skipped: the people of the zone",
        "Nobody could be called",
    ]
    assert view.latency is None


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (State.TRIGGERED, {"acknowledge", "pass", "arrive", "close"}),
        (State.ACKNOWLEDGED, {"pass", "help", "arrive", "close"}),
        (State.ATTENDED, {"help", "close"}),
        (State.CLOSED, set()),
    ],
)
def test_what_may_be_done_follows_the_table_of_moves(shop: Shop, state: State, may: set[str]) -> None:
    assert seen(shop, shop.incident(1, 30, state=state)).may == may


def test_waiting_counts_and_answered_stands_still(shop: Shop) -> None:
    shop.account("jaan", "Jaan Tamm")
    waiting = seen(shop, shop.incident(1, 30))
    assert (waiting.time, waiting.since) == ("0:30", (NOW - timedelta(seconds=30)).timestamp())
    going = seen(shop, shop.incident(1, 60, state=State.ACKNOWLEDGED, answered=21, by="jaan"))
    assert (going.time, going.since) == ("0:21", None)
    assert any(fact.value.startswith("Jaan Tamm") for fact in going.facts)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("language", ["en", "ru", "et"])
def test_every_action_of_the_journal_has_words(shop: Shop, action: Action, language: str) -> None:
    number = shop.incident(1, 30)
    with shop.db.reading() as session:
        whole = incidents.whole(session, shop.store, number)
        assert whole is not None
        row, _ = whole.journal[0]
        row.action, row.detail = action.value, {}
        (entry, *_) = entries(whole, Words(language, CATALOGUES, "UTC"))
    assert entry.title != action.value
    assert "%(" not in entry.title


def test_an_action_of_a_newer_version_is_shown_by_its_name(shop: Shop) -> None:
    number = shop.incident(1, 30)
    with shop.db.reading() as session:
        whole = incidents.whole(session, shop.store, number)
        assert whole is not None
        whole.journal[0][0].action = "teleported"
        assert entries(whole, T)[0].title == "teleported"


def test_another_gateway_took_the_page_over(shop: Shop) -> None:
    number = shop.incident(1, 30, pages=False)
    taken: dict[str, Any] = {
        "gateway": "g2",
        "transmitter": "tx2",
        "attempt": 2,
        "taken_from": "tx1",
        "why": "ordered",
    }
    shop.say(number, Action.PAGE, 4, to="Pager 1", old="ordered", new="ordered", **taken)
    by: dict[str, Any] = {"transmitter": "tx2", "standby": True, "attempt": 2}
    shop.say(number, Action.PAGE, 5, to="Pager 1", old="ordered", new="transmitted", proof="accepted", **by)
    better: dict[str, Any] = {"proof": "on_air", **by}
    shop.say(number, Action.PAGE, 6, to="Pager 1", old="transmitted", new="transmitted", **better)
    told = [(one.title, one.note) for one in seen(shop, number).timeline[-3:]]
    assert told == [
        ("Pager 1: tx2 takes over from tx1", "the gateway did not answer · attempt 2"),
        ("Pager 1: accepted by the transmitter", "by tx2 · the standby · attempt 2"),
        ("Pager 1: on the air", "by tx2 · the standby · attempt 2"),
    ]


def test_why_a_page_was_not_sent_in_the_drivers_own_words(shop: Shop) -> None:
    number = shop.incident(1, 30, pages=False)
    why: dict[str, Any] = {"error": "refused", "said": "refuses capcode 1021", "transmitter": "tx1"}
    shop.say(number, Action.PAGE, 1, to="Pager 1", old="held", new="failed", **why)
    entry = seen(shop, number).timeline[-1]
    assert (entry.title, entry.note) == ("Pager 1: not sent", "refuses capcode 1021 · by tx1")


def test_nobody_since_no_page_can_go_out(shop: Shop) -> None:
    number = shop.incident(1, 30, pages=False)
    shop.say(number, Action.NOBODY, 2, why="no_line", cause="no carrier: cable?")
    entry = seen(shop, number).timeline[-1]
    assert (entry.title, entry.note) == (
        "Nobody could be called",
        "no transmitter works · no carrier: cable?",
    )
