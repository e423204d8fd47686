""" "Nobody paged me": the incident's own screen says for each person why a pager rang, or why not."""

from __future__ import annotations

from server.db import incidents
from server.rules.journal import Action
from server.web.frame.words import Words, read_catalogues
from server.web.incident.called import Called, called
from tests.unit.server.web.factory import Shop

T = Words("en", read_catalogues(), "Europe/Tallinn")


def told(shop: Shop, number: int) -> Called:
    with shop.db.reading() as session:
        whole = incidents.whole(session, shop.store, number)
        assert whole is not None
        return called(whole, T)


def test_who_was_called_and_why(shop: Shop) -> None:
    number = shop.incident(0, 60, pages=False)
    shop.say(number, Action.STEP, 0.1, step=1, target="zone", called=1, who=[["JT", "shift"]])
    shop.page(number, 0, 0.1)
    shop.page(number, 0, 30, reason="repeat", state="failed")
    (one,) = told(shop, number).rang
    assert (one.who, one.mood) == ("Jaan Tamm", "good")
    assert one.why == "on shift, nobody answered yet"
    assert one.what == "accepted by the transmitter \u00b7 14:06:31 \u00b7 2 pages"


def test_who_was_left_out_and_who_was_never_asked_for(shop: Shop) -> None:
    number = shop.incident(0, 60, pages=False)
    shop.say(number, Action.STEP_SKIPPED, 0.1, step=1, target="zone", left=[["OS", "break"]])
    found = told(shop, number)
    assert found.rang == ()
    assert [(one.who, one.what, one.why) for one in found.left_out] == [
        ("Olga Smirnova", "not called", "on a break")
    ]
    assert found.rest == ("Jaan Tamm", "Marina Kask")


def test_who_was_called_later_is_not_among_those_left_out(shop: Shop) -> None:
    number = shop.incident(0, 60, pages=False)
    shop.say(number, Action.STEP, 0.1, step=1, called=1, who=[["JT", "here"]], left=[["OS", "passed"]])
    shop.say(number, Action.STEP, 20, step=2, called=1, who=[["OS", "shift"]])
    shop.page(number, 0, 0.1)
    shop.page(number, 1, 20, state="expired")
    found = told(shop, number)
    assert [(one.who, one.mood) for one in found.rang] == [("Jaan Tamm", "good"), ("Olga Smirnova", "bad")]
    assert found.left_out == ()
    assert found.rest == ("Marina Kask",)


def test_a_pager_of_a_group_is_named_by_its_label(shop: Shop) -> None:
    number = shop.incident(0, 60, nobody=True)
    shop.page(number, 2, 0.5, reason="fallback", worn=False)
    (one,) = told(shop, number).rang
    assert (one.who, one.why) == ("Pager 3", "nobody else could be called")


def test_who_was_only_told_was_not_called(shop: Shop) -> None:
    number = shop.incident(0, 60, pages=False)
    shop.page(number, 0, 0.1, reason="taken")
    assert told(shop, number).rang == ()


def test_initials_of_two_people_name_neither(shop: Shop) -> None:
    from server.db.tables import Carrier

    with shop.db.transaction() as session:
        session.add(Carrier(store_id=shop.store, name="Juhan Tee", initials="JT"))
    number = shop.incident(0, 60, pages=False)
    shop.say(number, Action.STEP_SKIPPED, 0.1, step=1, left=[["JT", "away"]])
    assert [one.who for one in told(shop, number).left_out] == ["JT"]


def test_what_a_newer_version_wrote_breaks_nothing(shop: Shop) -> None:
    number = shop.incident(0, 60, pages=False)
    shop.say(number, Action.STEP, 0.1, step=1, who="everybody", left=[["OS"], 7, ["JT", "asleep"]])
    assert [(one.who, one.why) for one in told(shop, number).left_out] == [("Jaan Tamm", "asleep")]
