"""The refused list by JSON."""

from __future__ import annotations

from server.db.refused import count_refused
from tests.unit.server.api.shop import ANNA, BORIS, CHIEF, NOW, Shop

LIST = "/api/v1/stores/s1/refused"


def test_the_refused_list_and_its_pages(shop: Shop) -> None:
    with shop.db.transaction() as session:
        for device in ("b1", "b2", "b3", "b3"):
            count_refused(session, "s1", device, "json", NOW, "rb/1/s1/b/b1/press", "not JSON", b"\x00<b>")
        count_refused(session, "s2", "b9", "json", NOW, "rb/1/s2/b/b9/press", "not JSON", b"x")
    headers = shop.as_(CHIEF)
    first = shop.client.get(f"{LIST}?limit=2", headers=headers).json()
    assert [(item["device"], item["count"]) for item in first["items"]] == [("b3", 2), ("b2", 1)]
    assert first["items"][0]["sample"] == "\\x00<b>"
    rest = shop.client.get(f"{LIST}?limit=2&before={first['next']}", headers=headers).json()
    assert [item["device"] for item in rest["items"]] == ["b1"]
    assert rest["next"] is None


def test_a_foreign_store(shop: Shop) -> None:
    assert shop.client.get(LIST, headers=shop.as_(BORIS)).status_code == 404


def test_it_is_for_managers_as_the_screen_is(shop: Shop) -> None:
    """A sample may be a quiet call that came in a wrong shape."""
    assert shop.client.get(LIST, headers=shop.as_(ANNA)).status_code == 403
