"""People, their pagers and their sign-in; opening hours; slow channels; and the shop file of what screens made."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time
from typing import Any

import pytest
from sqlmodel import select

from server.db import accounts, sign_ins
from server.db.connect import Database
from server.db.setup_password import LETTERS, new_password
from server.db.shop import load_shop
from server.db.shop_export import export_text
from server.db.tables import (
    Account,
    Carrier,
    LastResort,
    Opening,
    Pager,
    PolicyStep,
    Rotation,
    RotationMember,
    Shift,
    SignIn,
    SpecialDay,
    Store,
)
from server.requests import ShopChanged
from server.shop_file import parse_shop
from server.web.frame.access import LIMITS
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.setup_stage import Setup
from tests.unit.server.web.stage import FakeDesk

SECRET = re.compile(r'secret__word">([a-z0-9-]+)<')


@pytest.fixture
def setup(client_for: ClientFor, database: Database, desk: FakeDesk, shop: Shop) -> Setup:
    shop.account("marina", "Marina Kask", role="manager", store_id=shop.store, carrier=shop.carriers[2])
    return Setup(client_for("marina"), database, desk, shop)


def _account(setup: Setup, login: str) -> Account:
    with setup.db.reading() as session:
        found = accounts.find(session, login)
    assert found is not None
    return found


def test_a_person_is_added_with_initials_of_the_name_and_goes_on_to_the_sign_in(setup: Setup) -> None:
    answer = setup.post(
        "/people/new",
        name="Jüri Tõnisson",
        role="shift_lead",
        languages=["et", "ru", "<b>"],
        skills="Wine, Fish,, Wine",
    )
    row = setup.row(Carrier, name="Jüri Tõnisson")
    assert (row.initials, row.role) == ("JTÕ", "shift_lead"), "JT is somebody else"
    assert (row.languages, row.skills) == (["et", "ru"], ["Wine", "Fish"])
    assert answer.headers["location"] == setup.url(f"/people/{row.id}/sign-in")


def test_names_and_initials_of_people_differ(setup: Setup) -> None:
    answer = setup.post("/people/new", 422, name="jaan tamm", initials="os", role="staff")
    assert 'id="error-name"' in answer.text
    assert "These are the initials of Olga Smirnova." in answer.text
    for wrong in ({"role": "boss"}, {"skills": "x" * 31}, {"initials": "ABCDE"}, {"name": " "}):
        setup.post("/people/new", 422, **{"name": "New One", "role": "staff", **wrong})


def test_pagers_are_given_out_and_taken_back(setup: Setup) -> None:
    first, second, third = setup.shop.pagers
    path = f"/people/{setup.shop.carriers[0]}"
    form: dict[str, Any] = {"name": "Jaan Tamm", "initials": "JT", "role": "staff"}
    setup.save(path, **form)
    assert setup.row(Pager, id=first).carrier_id is None
    setup.save(path, 422, **form, pagers=[str(first), str(second)])
    assert setup.row(Pager, id=second).carrier_id == setup.shop.carriers[1], "it is on somebody's wrist"
    setup.save(path, **form, pagers=[str(first)])
    assert setup.row(Pager, id=first).carrier_id == setup.shop.carriers[0]
    assert setup.row(Pager, id=third).carrier_id == setup.shop.carriers[2]


def test_a_form_that_knew_other_pagers_changes_nothing(setup: Setup) -> None:
    path = f"/people/{setup.shop.carriers[0]}"
    seen = setup.seen(path)
    with setup.db.transaction() as session:
        session.get(Pager, setup.shop.pagers[0]).carrier_id = None  # type: ignore[union-attr]
    setup.post(
        path,
        409,
        seen=seen,
        name="Jaan Tamm",
        initials="JT",
        role="staff",
        pagers=[str(setup.shop.pagers[0])],
    )
    assert setup.row(Pager, id=setup.shop.pagers[0]).carrier_id is None


def test_who_leaves_has_no_pager_no_shift_no_turn_and_no_sign_in(setup: Setup) -> None:
    who, other = setup.shop.carriers[:2]
    setup.shop.account("jaan", "Jaan Tamm", carrier=who, store_id=setup.shop.store)
    hours: dict[str, Any] = {"store_id": setup.shop.store, "weekday": 0, "starts": time(8), "ends": time(16)}
    setup.add(
        Rotation(id=5, store_id=setup.shop.store, name="Alone", starts_on=date(2026, 1, 5)),
        Rotation(id=6, store_id=setup.shop.store, name="Both", starts_on=date(2026, 1, 5)),
        RotationMember(rotation_id=5, position=1, carrier_id=who),
        RotationMember(rotation_id=6, position=1, carrier_id=who),
        RotationMember(rotation_id=6, position=2, carrier_id=other),
        Shift(carrier_id=who, **hours),
        Shift(carrier_id=other, **hours),
        Shift(rotation_id=5, **hours),
        Shift(rotation_id=6, **hours),
    )
    setup.post(f"/people/{who}/off")
    assert not setup.row(Carrier, id=who).active
    assert setup.row(Pager, id=setup.shop.pagers[0]).carrier_id is None
    assert [(row.carrier_id, row.rotation_id) for row in setup.rows(Shift)] == [(other, None), (None, 6)]
    assert [row.name for row in setup.rows(Rotation)] == ["Both"]
    assert not _account(setup, "jaan").active
    setup.post(f"/people/{who}/on")
    assert setup.row(Carrier, id=who).active
    assert not _account(setup, "jaan").active, "a sign-in is given anew, by hand"


def test_somebody_whom_a_policy_calls_by_name_stays(setup: Setup) -> None:
    setup.add(PolicyStep(policy_id=1, position=1, target="carrier", carrier_id=setup.shop.carriers[0]))
    answer = setup.post(f"/people/{setup.shop.carriers[0]}/off", 409)
    assert "The policy Everywhere calls this person" in answer.text


def test_a_first_password_is_shown_once_works_and_is_kept_nowhere(setup: Setup) -> None:
    path = f"/people/{setup.shop.carriers[0]}/sign-in"
    assert 'value="jaan"' in setup.get(path)
    answer = setup.post(path, 200, login="Jaan", role="staff")
    found = SECRET.search(answer.text)
    assert found is not None
    person = accounts.verify(setup.db, "jaan", found[1])
    assert person is not None
    assert (person.role, person.store_id, person.carrier_id) == (
        "staff",
        setup.shop.store,
        setup.shop.carriers[0],
    )
    assert found[1] not in setup.get(path)
    assert found[1] not in repr(setup.desk.asked)
    assert isinstance(setup.desk.asked[-1], ShopChanged)
    assert answer.headers["cache-control"] == "no-store"
    assert "there is a sign-in already" in setup.post(path, 409, login="jaan2", role="manager").text


def test_a_login_is_one_word_and_nobody_elses(setup: Setup) -> None:
    path = f"/people/{setup.shop.carriers[0]}/sign-in"
    assert 'id="error-login"' in setup.post(path, 422, login="two words", role="staff").text
    assert (
        "Somebody signs in with this name already."
        in setup.post(path, 422, login="MARINA", role="staff").text
    )
    setup.post(path, 422, login="jaan", role="owner")
    with setup.db.reading() as session:
        assert len(session.exec(select(Account)).all()) == 1


def test_a_new_password_ends_the_old_one_on_every_phone(setup: Setup) -> None:
    path = f"/people/{setup.shop.carriers[0]}/sign-in"
    first = SECRET.search(setup.post(path, 200, login="jaan", role="staff").text)
    account = _account(setup, "jaan").id
    assert account is not None and first is not None
    with setup.db.transaction() as session:
        sign_ins.add(session, sign_ins.new_token(), account, NOW, LIMITS)
    second = SECRET.search(setup.post(f"/sign-ins/{account}/password", 200).text)
    assert second is not None
    assert accounts.verify(setup.db, "jaan", first[1]) is None
    assert accounts.verify(setup.db, "jaan", second[1]) is not None
    with setup.db.reading() as session:
        assert session.exec(select(SignIn).where(SignIn.account_id == account)).all() == []


def test_role_and_end_of_a_sign_in(setup: Setup) -> None:
    path = f"/people/{setup.shop.carriers[0]}/sign-in"
    account = setup.shop.account(
        "jaan", "Jaan Tamm", carrier=setup.shop.carriers[0], store_id=setup.shop.store
    )
    setup.post(f"/sign-ins/{account}/role", role="manager")
    assert _account(setup, "jaan").role == "manager"
    setup.post(f"/sign-ins/{account}/role", 403, role="owner")
    setup.post(f"/sign-ins/{account}/role", 422, role="boss")
    setup.post(f"/sign-ins/{account}/off")
    assert not _account(setup, "jaan").active
    assert "may not sign in" in setup.get(path)
    setup.post(f"/sign-ins/{account}/on")
    assert _account(setup, "jaan").active


def test_nobody_locks_themselves_out_nor_touches_who_manages_every_store(setup: Setup) -> None:
    mine = setup.shop.accounts["marina"]
    path = f"/people/{setup.shop.carriers[2]}/sign-in"
    assert "This is your own sign-in" in setup.get(path)
    chain = setup.shop.account("chain", "Chain", role="manager", carrier=setup.shop.carriers[0])
    theirs = f"/people/{setup.shop.carriers[0]}/sign-in"
    assert "This sign-in is for several stores" in setup.get(theirs)
    for target in (mine, chain):
        for what in ("password", "off", "on", "role", "end", "end-all"):
            setup.post(f"/sign-ins/{target}/{what}", 403, role="staff")
    setup.post(f"/people/{setup.shop.carriers[0]}/off")
    assert _account(setup, "chain").active


def test_a_password_can_be_typed() -> None:
    letters = iter("k7mpx3qa9tzf")
    assert new_password(lambda _: next(letters)) == "k7mp-x3qa-9tzf"
    assert not set("01ilo") & set(LETTERS)


HALF: dict[str, Any] = {"f2-0": "09:00"}
WRONG: dict[str, Any] = {"f2-0": "25:00", "t2-0": "x"}
SHORT: dict[str, Any] = {"from": "10:00", "to": "15:00"}
OPEN: dict[str, Any] = {"from": "10:00"}
LATE: dict[str, Any] = {"f4-1": "22:00", "t4-1": "02:00"}
WEEK: dict[str, Any] = {f"f{day}-0": "09:00" for day in range(6)} | {f"t{day}-0": "21:00" for day in range(6)}


def test_hours_of_the_week_and_back_to_always_open(setup: Setup) -> None:
    setup.save("/hours", open="hours", **WEEK, **LATE)
    rows = {(row.weekday, row.opens, row.closes) for row in setup.rows(Opening)}
    assert rows == {(day, time(9), time(21)) for day in range(6)} | {(4, time(22), time(2))}
    assert "open on 6 days a week" in setup.get()
    assert 'name="f4-1" value="22:00"' in setup.get("/hours")
    setup.save("/hours", open="always", **WEEK, **LATE)
    assert setup.rows(Opening) == []


def test_hours_that_cannot_be_meant_are_asked_about(setup: Setup) -> None:
    assert "You wrote hours." in setup.save("/hours", 422, open="always", **WEEK).text
    assert "of one day at least" in setup.save("/hours", 422, open="hours").text
    answer = setup.save("/hours", 422, open="hours", **HALF)
    assert 'id="error-d2"' in answer.text
    assert 'value="09:00"' in answer.text
    setup.save("/hours", 422, open="hours", **WRONG)
    assert setup.rows(Opening) == []


def test_hours_that_somebody_else_changed_meanwhile_stay(setup: Setup) -> None:
    seen = setup.seen("/hours")
    setup.save("/hours", open="hours", **WEEK)
    setup.post("/hours", 409, seen=seen, open="always")
    assert len(setup.rows(Opening)) == 6


def test_special_days(setup: Setup) -> None:
    setup.post("/hours/special", day="2026-12-24", kind="closed")
    setup.post("/hours/special", day="2026-12-31", kind="open", **SHORT)
    found = [(row.day.day, row.opens, row.closes) for row in setup.rows(SpecialDay)]
    assert found == [(24, None, None), (31, time(10), time(15))]
    text = setup.get("/hours")
    assert "24 December 2026" in text
    assert "10:00\u201315:00" in text
    assert 'id="error-day"' in setup.post("/hours/special", 422, day="2026-12-24", kind="closed").text
    assert 'id="error-day"' in setup.post("/hours/special", 422, day="x", kind="closed").text
    wrong = setup.post("/hours/special", 422, day="2026-12-25", kind="open", **OPEN)
    assert 'id="error-from"' in wrong.text
    row = setup.rows(SpecialDay)[0].id
    setup.post(f"/hours/special/{row}/remove")
    setup.post(f"/hours/special/{row}/remove")
    assert len(setup.rows(SpecialDay)) == 1


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("mail", "boss"),
        ("mail", "https://x.example"),
        ("webhook", "ftp://x"),
        ("webhook", "https://a:b@x"),
        ("sms", "1"),
    ],
)
def test_a_slow_channel_must_lead_somewhere(setup: Setup, kind: str, target: str) -> None:
    setup.post("/channels/new", 422, kind=kind, target=target)
    assert setup.rows(LastResort) == []


def test_a_slow_channel_is_called_slow_and_its_address_told_to_no_journal(setup: Setup) -> None:
    setup.post("/channels/new", kind="webhook", target="https://hook.example/secret")
    assert '<span class="tag">slow</span>' in setup.get("/channels")
    assert "secret" not in repr(setup.desk.asked)
    setup.post("/channels/new", 422, kind="webhook", target="https://hook.example/secret")
    row = setup.rows(LastResort)[0].id
    setup.post(f"/channels/{row}/off")
    setup.post("/channels/new", kind="webhook", target="https://hook.example/secret")
    assert [(one.id, one.active) for one in setup.rows(LastResort)] == [(row, True)]


def test_what_the_screens_made_goes_round_as_a_shop_file(setup: Setup) -> None:
    setup.add(PolicyStep(policy_id=1, position=1, target="everybody"))
    setup.post("/zones/new", name="Cheese", pager_name="CHEESE", parent_id=str(setup.shop.zones[0]))
    setup.post("/people/new", name="New One", role="security", languages=["et"], skills="Wine")
    setup.post("/causes/new", name="Till")
    setup.post("/channels/new", kind="mail", target="boss@shop.example")
    setup.save("/hours", open="hours", **WEEK)
    setup.post("/hours/special", day="2026-12-24", kind="closed")
    setup.post(f"/people/{setup.shop.carriers[0]}/off")
    setup.post(f"/zones/{setup.shop.zones[3]}/move", way="up")
    setup.post(f"/buttons/{setup.shop.buttons[5]}/off")
    setup.post(f"/zones/{setup.shop.zones[5]}/off")
    with setup.db.transaction() as session:
        text = export_text(session, setup.shop.store)
        assert (first := load_shop(session, parse_shop(tomllib.loads(text)))).added == {}
        assert (first.changed, first.gone) == ({"device": 1}, {}), "the keeper is named from now on"
        assert not load_shop(session, parse_shop(tomllib.loads(export_text(session, setup.shop.store))))


def test_without_a_transmitter_or_a_button_unit_it_says_where_they_come_from(setup: Setup) -> None:
    with setup.db.transaction() as session:
        session.add(Store(id="bare", name="Bare"))
    setup.shop.account("boss", "Boss", role="manager", store_id=None)
    with setup.db.transaction() as session:
        token = sign_ins.new_token()
        sign_ins.add(session, token, setup.shop.accounts["boss"], NOW, LIMITS)
    headers = {"Authorization": f"Bearer {token}"}
    pagers = setup.client.get("/s/bare/setup/pagers/new", headers=headers).text
    assert "The shop file names the transmitters." in pagers
    buttons = setup.client.get("/s/bare/setup/buttons/new", headers=headers).text
    assert "The shop file names the button units." in buttons
    hub = setup.client.get("/s/bare/setup", headers=headers).text
    for words in ("No zone yet.", "No button is set up yet.", "Nobody can be called yet.", "No policy yet"):
        assert words in hub


def test_nobody_ends_their_own_sign_in_by_leaving(setup: Setup) -> None:
    """Whoever manages the store last would leave it to nobody."""
    answer = setup.post(f"/people/{setup.shop.carriers[2]}/off", 409)
    assert "This is your own sign-in" in answer.text
    assert setup.row(Carrier, id=setup.shop.carriers[2]).active
    assert _account(setup, "marina").active
    setup.get("/people")


def test_a_pager_that_was_lost_comes_back_into_the_drawer(setup: Setup) -> None:
    """Who wore it has left meanwhile: nobody could give it out otherwise."""
    lost, who = setup.shop.pagers[0], setup.shop.carriers[0]
    setup.post(f"/pagers/{lost}/off")
    setup.post(f"/people/{who}/off")
    setup.post(f"/pagers/{lost}/on")
    assert setup.row(Pager, id=lost).carrier_id is None


@pytest.mark.parametrize("login", ["\u0130" * 60, "a\u00a0b", "\u200b", "x" * 61])
def test_a_login_that_cannot_be_kept_is_asked_about(setup: Setup, login: str) -> None:
    path = f"/people/{setup.shop.carriers[0]}/sign-in"
    assert 'id="error-login"' in setup.post(path, 422, login=login, role="staff").text


def test_initials_that_grow_in_capitals_are_still_four_at_most(setup: Setup) -> None:
    setup.post("/people/new", name="\u00dfa \u00dfb \u00dfc", role="staff")
    setup.post("/people/new", name="\u00df \ufb03\ufb03\ufb03", role="staff")
    setup.post("/people/new", name="\ufb03 \u00df", role="staff", initials="\ufb03\ufb03\ufb03\ufb03")
    assert all(1 <= len(row.initials) <= 4 for row in setup.rows(Carrier))


def test_a_day_of_three_stretches_keeps_them(setup: Setup) -> None:
    """As a shop file may have it: a form that showed two of them would take the third one away."""
    hours = [(time(8), time(10)), (time(11), time(13)), (time(14), time(16))]
    setup.add(*(Opening(store_id=setup.shop.store, weekday=0, opens=a, closes=b) for a, b in hours))
    fields = dict(re.findall(r'name="([ft]\d-\d)"[^>]* value="([^"]+)"', setup.get("/hours")))
    setup.save("/hours", open="hours", **fields)
    assert [(row.opens, row.closes) for row in setup.rows(Opening)] == hours


def test_a_field_without_a_name_is_no_hour(setup: Setup) -> None:
    answer = setup.client.post(
        setup.url("/hours"),
        content=f"=x&open=always&seen={setup.seen('/hours')}",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 303
