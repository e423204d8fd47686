"""The phone: my calls first, one big action each, live, and never what is not mine to know."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.db import places, sign_ins
from server.db.open_incidents import open_incidents
from server.db.sign_ins import Wearer
from server.rules.incidents import State
from server.rules.journal import Action
from server.web.frame.access import LIMITS, Visitor
from server.web.frame.screens import Screens
from server.web.services import Services
from server.web.staff.phones import Phones
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.stage import busy_day


def mine(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li id="i(\d+)" class="mine"', text)]


def others(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li id="o(\d+)"', text)]


def big(text: str, number: int) -> str:
    found = re.search(rf'id="i{number}-([a-z-]+)" class="act act--go mine__big"', text)
    return found[1] if found else ""


@pytest.fixture
def staffed(shop: Shop) -> Shop:
    shop.account("jaan", "Jaan Tamm", carrier=shop.carriers[0])
    shop.account("olga", "Olga Smirnova", carrier=shop.carriers[1])
    shop.on_shift(0)
    shop.on_shift(1)
    return shop


def test_waiting_ones_stand_on_top_each_with_its_one_action(staffed: Shop, client_for: ClientFor) -> None:
    there = staffed.incident(0, 300, state=State.ATTENDED, answered=10, attended=30, by="olga")
    going = staffed.incident(2, 60, state=State.ACKNOWLEDGED, answered=10, by="olga")
    rung = staffed.incident(1, 30)  # the second place calls the second carrier
    drill = staffed.incident(3, 90, state=State.ATTENDED, answered=9, attended=20, by="olga", purpose="drill")
    foreign = staffed.incident(0, 20)
    text = client_for("olga").get(f"/s/{staffed.store}/me").text
    assert mine(text) == [rung, going, there, drill]
    assert [big(text, number) for number in (rung, going, there, drill)] == [
        "acknowledge",
        "arrive",
        "close",
        "false-press",
    ]
    assert others(text) == [foreign]
    assert "End the drill" in text
    assert "You are here" in text


def test_asking_for_help_and_helping(staffed: Shop, client_for: ClientFor) -> None:
    number = staffed.incident(0, 60, state=State.ATTENDED, answered=10, attended=30, by="jaan")
    staffed.page(number, 1, 40, reason="help")
    staffed.say(number, Action.HELP, 40, "jaan", called=1)
    text = client_for("olga").get(f"/s/{staffed.store}/me").text
    assert mine(text) == [number]
    assert "Jaan Tamm needs help" in text
    assert big(text, number) == ""
    assert f'id="i{number}-help"' in client_for("jaan").get(f"/s/{staffed.store}/me").text


def test_who_was_only_told_is_not_called(staffed: Shop, client_for: ClientFor) -> None:
    number = staffed.incident(0, 60, state=State.TRIGGERED)
    staffed.page(number, 1, 40, reason="taken")
    assert mine(client_for("olga").get(f"/s/{staffed.store}/me").text) == []


def test_nothing_to_do_and_nobody_to_be(shop: Shop, client_for: ClientFor) -> None:
    shop.account("marina", "Marina Kask", role="manager")
    shop.account("olga", "Olga Smirnova", carrier=shop.carriers[1])
    text = client_for("marina").get(f"/s/{shop.store}/me").text
    assert "No pager is yours in this store" in text
    assert "No call for you" in text
    away = client_for("olga").get(f"/s/{shop.store}/me").text
    assert "You are not called now" in away
    assert "not on shift" in away


def visitor(shop: Shop, login: str, carrier: int, role: str = "staff") -> Visitor:
    worn = Wearer(shop.carriers[carrier], shop.store, role)
    return Visitor(shop.accounts[login], login, "staff", None, None, worn)


def test_a_stream_sends_only_what_concerns_its_owner(
    staffed: Shop, given: Services, screens: Screens
) -> None:
    phones = Phones(given, screens)
    with staffed.db.reading() as session:
        store = places.store(session, staffed.store)
    assert store is not None
    key = (staffed.store, "me", "olga")
    olga = visitor(staffed, "olga", 1)
    number = staffed.incident(1, 30)
    first = phones.shown(key, store, olga, "en")
    assert first.ringing == {number}
    given.bell.ring(staffed.store, 1)
    assert phones.shown(key, store, olga, "en").number == first.number, "nothing happened"
    staffed.change(number, presses=2)
    given.bell.ring(staffed.store, 2)
    second = phones.shown(key, store, olga, "en")
    assert second.number != first.number
    assert "pressed 2 times" in second.html


def test_an_old_rendering_is_made_anew_but_is_no_news(
    staffed: Shop, given: Services, screens: Screens
) -> None:
    now = [NOW]
    phones = Phones(replace(given, now=lambda: now[0]), screens)
    with staffed.db.reading() as session:
        store = places.store(session, staffed.store)
    assert store is not None
    staffed.incident(1, 30)
    key, olga = (staffed.store, "me", "olga"), visitor(staffed, "olga", 1)
    first = phones.shown(key, store, olga, "en")
    now[0] += timedelta(seconds=20)
    later = phones.shown(key, store, olga, "en")
    assert later.number == first.number
    assert f'data-now="{now[0].timestamp()}"' in later.html


def test_one_look_at_the_database_serves_every_phone(
    staffed: Shop, given: Services, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def counted(*args: Any, **more: Any) -> Any:
        looks.append(1)
        return open_incidents(*args, **more)

    monkeypatch.setattr("server.web.staff.phones.open_incidents", counted)
    phones = Phones(given, screens)
    with staffed.db.reading() as session:
        store = places.store(session, staffed.store)
    assert store is not None
    staffed.incident(1, 30)
    for login, carrier in (("olga", 1), ("jaan", 0)) * 5:
        phones.shown((staffed.store, "me", login), store, visitor(staffed, login, carrier), "en")
    assert len(looks) == 1
    given.bell.ring(staffed.store, 5)
    for login, carrier in (("olga", 1), ("jaan", 0)):
        phones.shown((staffed.store, "me", login), store, visitor(staffed, login, carrier), "en")
    assert len(looks) == 2


def test_a_stream_ends_when_its_owner_is_somebody_else_now(shop: Shop) -> None:
    """Another role or another pager: the browser connects anew and gets what is right then."""
    shop.account("olga", "Olga Smirnova", carrier=shop.carriers[1])
    token = sign_ins.new_token()
    with shop.db.transaction() as session:
        sign_ins.add(session, token, shop.accounts["olga"], NOW, LIMITS)
        before = sign_ins.find(session, token, NOW, LIMITS)
    assert before is not None
    assert before.carrier == Wearer(shop.carriers[1], shop.store, "staff")


def test_the_phone_in_a_busy_shop(shop: Shop, client_for: ClientFor) -> None:
    busy_day(shop)
    text = client_for("olga").get(f"/s/{shop.store}/me").text
    assert set(mine(text)).isdisjoint(others(text))
    assert len(mine(text)) + len(others(text)) == 6
