"""The history by cause, by zone with all in it, by the customer's own word; presses outside the opening hours."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from server.db import cause_tree, zone_tree
from server.db.tables import Button, PressRow, Zone
from server.rules.incidents import State
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop


def numbers(text: str) -> list[int]:
    return sorted(int(number) for number in re.findall(r'<tr id="h(\d+)"', text))


def closed(shop: Shop, place: int, outcome: str = "recovered", **more: Any) -> int:
    number = shop.incident(
        place, 600, state=State.CLOSED, answered=9, attended=20, closed=90, outcome=outcome
    )
    if more:
        shop.change(number, **more)
    return number


def test_a_zone_holds_the_zones_in_it(shop: Shop, client_for: ClientFor) -> None:
    shop.account("jaan", "Jaan Tamm", role="shift_lead")
    with shop.db.transaction() as session:
        for child, parent in ((1, 0), (2, 1)):
            row = session.get(Zone, shop.zones[child])
            assert row is not None
            row.parent_id = shop.zones[parent]
    found = [closed(shop, place) for place in range(4)]
    client = client_for("jaan")

    def of(zone: int) -> list[int]:
        return numbers(client.get(f"/s/{shop.store}/history?zone={shop.zones[zone]}").text)

    assert of(0) == found[:3]
    assert of(1) == found[1:3]
    assert of(2) == found[2:3]
    assert of(3) == found[3:]
    assert "\u2003\u2003Self-checkout" in client.get(f"/s/{shop.store}/history").text


def test_a_ring_of_zones_is_shown_and_ends(shop: Shop) -> None:
    with shop.db.transaction() as session:
        for child, parent in ((0, 1), (1, 0)):
            row = session.get(Zone, shop.zones[child])
            assert row is not None
            row.parent_id = shop.zones[parent]
    with shop.db.reading() as session:
        found = zone_tree.zones(session, shop.store)
    assert {zone.id for zone in found} == set(shop.zones)


def test_a_cause_holds_the_causes_under_it(shop: Shop, client_for: ClientFor) -> None:
    shop.account("jaan", "Jaan Tamm", role="shift_lead")
    queue = shop.cause("queue")
    desk = shop.cause(name="Kassa järjekord", parent=queue)
    gone = shop.cause(name="Old one", active=False)
    a, b, c = (closed(shop, 1, cause_id=cause) for cause in (queue, desk, gone))
    closed(shop, 1)
    client = client_for("jaan")

    def of(cause: int) -> list[int]:
        return numbers(client.get(f"/s/{shop.store}/history?cause={cause}").text)

    assert of(queue) == [a, b]
    assert of(desk) == [b]
    assert of(gone) == [c], "history knows what is switched off"
    with shop.db.reading() as session:
        tree = cause_tree.causes(session, shop.store)
    assert [(one.id, one.depth) for one in tree] == [(queue, 0), (desk, 1), (gone, 0)]
    assert [one.id for one in cause_tree.to_choose(tree)] == [queue, desk]
    assert cause_tree.cause_named(tree, "queue") == queue
    assert cause_tree.cause_named(tree, gone) is None


def test_the_customer_s_word_is_a_filter_and_a_rate_of_its_own(shop: Shop, client_for: ClientFor) -> None:
    shop.account("jaan", "Jaan Tamm", role="shift_lead")
    said = closed(shop, 1)
    both = closed(shop, 1, confirmed_at=shop.now)
    own = closed(shop, 1, "recovered_by_customer", confirmed_at=shop.now)
    closed(shop, 1, "not_recovered")
    client = client_for("jaan")
    url = f"/s/{shop.store}/history"
    assert numbers(client.get(f"{url}?outcome=recovered_by_customer").text) == [both, own]
    assert numbers(client.get(f"{url}?outcome=recovered").text) == [said, both]
    text = client.get(url).text.replace("\u202f", " ").replace("&#39;", "'")
    assert "Put right, by the staff's word: 50 %" in text
    assert "by the customers' own press: 50 %" in text
    assert text.count("confirmed by the customer") == 1


def press(shop: Shop, ago_h: float, place: int = 0, **more: Any) -> None:
    values: dict[str, Any] = {
        "id": uuid4(),
        "store_id": shop.store,
        "device": "hall",
        "input": place + 1,
        "button_id": shop.buttons[place],
        "run": "r",
        "boot": "b",
        "seq": 900,
        "kind": "press",
        "purpose": "call",
        "state": "stored",
        "pressed_at": shop.now - timedelta(hours=ago_h),
        "received_at": shop.now,
        "age_ms": 1,
        "age_known": True,
        "tries": 1,
    }
    with shop.db.transaction() as session:
        session.add(PressRow(**{**values, **more}))


def outside(text: str) -> list[str]:
    return re.findall(r"<b>([^<]+)</b> <span class=\"quiet\">Button", text)


def test_presses_outside_the_opening_hours_are_a_list_of_their_own(shop: Shop, client_for: ClientFor) -> None:
    shop.account("jaan", "Jaan Tamm", role="shift_lead")
    with shop.db.transaction() as session:
        green = session.get(Button, shop.buttons[5])
        assert green is not None
        green.colour = "green"
    press(shop, 10, 3)
    press(shop, 11, 4)
    for number, odd in enumerate(
        ({"kind": "undo"}, {"kind": "quiet"}, {"purpose": "drill"}, {"purpose": "canary"}, {"state": "late"})
    ):
        press(shop, 9, number, **odd)
    press(shop, 9, 5)
    press(shop, 24 * 30, 1)
    closed(shop, 2)
    client, url = client_for("jaan"), f"/s/{shop.store}/history?outside=1"
    assert outside(client.get(url).text) == ["Wine", "Bakery"]
    assert outside(client.get(f"{url}&from=2026-10-01").text) == ["Wine", "Bakery", "Fitting rooms"]
    assert outside(client.get(f"{url}&from=2026-11-22&to=2026-11-23").text) == []


def test_many_of_them_are_paged_through_once(shop: Shop, client_for: ClientFor) -> None:
    shop.account("jaan", "Jaan Tamm", role="shift_lead")
    for number in range(60):
        press(shop, 2 + number // 2, number % 4)
    client, url, seen = client_for("jaan"), f"/s/{shop.store}/history?outside=1", []
    for _ in range(2):
        text = client.get(url).text
        seen += re.findall(r'<tr id="p([^"]+)"', text)
        older = re.search(r'href="([^"]+)" rel="next"', text)
        url = older[1].replace("&amp;", "&") if older else ""
    assert url == ""
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize("query", ["at=x", "at=AAAA", "from=rubbish", "outside=2", "cause=x", "cause=99999"])
def test_nonsense_falls_back(shop: Shop, client_for: ClientFor, query: str) -> None:
    shop.account("jaan", "Jaan Tamm", role="shift_lead")
    assert client_for("jaan").get(f"/s/{shop.store}/history?outside=1&{query}").status_code == 200
    assert client_for("jaan").get(f"/s/{shop.store}/history?{query}").status_code == 200
