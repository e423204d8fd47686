"""Who may set up a shop, what every form does, and that nothing of somebody else's is overwritten."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from server.db.connect import Database
from server.db.tables import Button, Carrier, Cause, Pager, Policy, PolicyStep, PressRow, Shift, Store, Zone
from server.requests import DeskClosed, ShopChanged
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.setup_stage import Setup
from tests.unit.server.web.stage import FakeDesk

TEXT: dict[str, Any] = {"transmitter_id": "1", "format": "text", "charset": "ascii", "longest": "40"}
LISTS = ("zones", "buttons", "people", "pagers", "causes", "channels")


@pytest.fixture
def setup(client_for: ClientFor, database: Database, desk: FakeDesk, shop: Shop) -> Setup:
    shop.account("marina", "Marina Kask", role="manager", store_id=shop.store, carrier=shop.carriers[2])
    return Setup(client_for("marina"), database, desk, shop)


@pytest.mark.parametrize(
    "path", ["", "/hours", *(f"/{one}" for one in LISTS), *(f"/{one}/new" for one in LISTS)]
)
def test_staff_are_told_that_their_role_does_not_open_it(
    client_for: ClientFor, shop: Shop, path: str
) -> None:
    shop.account("olga", "Olga Smirnova")
    answer = client_for("olga").get(f"/s/{shop.store}/setup{path}")
    assert answer.status_code == 403
    assert "Your role does not open this screen." in answer.text
    assert client_for("olga").post(f"/s/{shop.store}/setup/zones/new", data={"name": "x"}).status_code == 403
    assert client_for().get(f"/s/{shop.store}/setup{path}").status_code == 303


def test_a_manager_of_another_store_sees_nothing_and_changes_nothing(
    client_for: ClientFor, shop: Shop
) -> None:
    with shop.db.transaction() as session:
        session.add(Store(id="other", name="Other"))
        session.flush()
        session.add(Zone(id=900, store_id="other", name="Theirs", pager_name="T"))
    shop.account("boss", "Boss", role="manager", store_id="other")
    assert client_for("boss").get(f"/s/{shop.store}/setup").status_code == 404
    mine = client_for("boss")
    assert mine.get("/s/other/setup/zones/900").status_code == 200
    for path in (
        f"zones/{shop.zones[0]}",
        f"people/{shop.carriers[0]}",
        f"people/{shop.carriers[0]}/sign-in",
    ):
        assert mine.get(f"/s/other/setup/{path}").status_code == 404
    for path in (f"zones/{shop.zones[0]}", f"zones/{shop.zones[0]}/off", f"zones/{shop.zones[0]}/move"):
        assert mine.post(f"/s/other/setup/{path}", data={"name": "x", "way": "up"}).status_code == 404
    taken = {"label": "P", "address": "9", "transmitter_id": "1", "carrier_id": str(shop.carriers[0])}
    assert mine.post("/s/other/setup/pagers/new", data=taken).status_code == 422


@pytest.mark.parametrize("language", ["en", "ru", "et"])
def test_every_screen_in_every_language(client_for: ClientFor, setup: Setup, language: str) -> None:
    setup.post("/causes/new", name="Till")
    setup.post("/channels/new", kind="mail", target="boss@shop.example")
    client = client_for("marina", language)
    ids = {"zones": 1, "buttons": 1, "people": 1, "pagers": 1, "causes": 1, "channels": 1}
    for path in (
        "",
        "/hours",
        "/people/1/sign-in",
        *(f"/{one}{end}" for one in LISTS for end in ("", "/new", f"/{ids[one]}")),
    ):
        answer = client.get(setup.url(path))
        assert answer.status_code == 200, path
        assert f'<html lang="{language}"' in answer.text


def test_a_zone_is_added_and_the_engine_is_told(setup: Setup) -> None:
    before = setup.revision
    setup.post("/zones/new", name=" Cheese ", pager_name="CHEESE", parent_id=str(setup.shop.zones[0]))
    row = setup.row(Zone, name="Cheese")
    assert (row.pager_name, row.parent_id, row.active) == ("CHEESE", setup.shop.zones[0], True)
    assert setup.revision == before + 1
    account = setup.shop.accounts["marina"]
    assert setup.desk.asked == [ShopChanged(setup.shop.store, account, "zone", "Cheese")]


def test_an_engine_that_does_not_answer_is_no_reason_to_lose_a_change(setup: Setup) -> None:
    setup.desk.answers.append(DeskClosed())
    setup.post("/zones/new", name="Cheese", pager_name="CHEESE")
    assert setup.row(Zone, name="Cheese").active


def test_a_form_with_mistakes_changes_nothing_and_keeps_what_was_typed(setup: Setup) -> None:
    before = setup.revision
    answer = setup.post("/zones/new", 422, name="bakery", pager_name="x" * 31, parent_id="9999")
    assert 'id="error-name"' in answer.text
    assert 'id="error-pager_name"' in answer.text
    assert 'id="error-parent_id"' in answer.text
    assert 'value="bakery"' in answer.text
    assert (setup.revision, setup.desk.asked) == (before, [])


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(setup: Setup) -> None:
    path = f"/zones/{setup.shop.zones[3]}"
    seen = setup.seen(path)
    setup.save(path, name="Wine & spirits", pager_name="WINE")
    answer = setup.post(path, 409, seen=seen, name="Wines", pager_name="WINES")
    assert "Somebody else changed this meanwhile." in answer.text
    assert 'value="Wine &amp; spirits"' in answer.text
    assert setup.row(Zone, id=setup.shop.zones[3]).name == "Wine & spirits"
    setup.save(path, name="Wines", pager_name="WINES")
    assert setup.row(Zone, id=setup.shop.zones[3]).name == "Wines"


def test_a_change_elsewhere_in_the_shop_disturbs_no_form(setup: Setup) -> None:
    path = f"/zones/{setup.shop.zones[3]}"
    seen = setup.seen(path)
    setup.save(f"/zones/{setup.shop.zones[4]}", name="Bread", pager_name="BREAD")
    setup.post(path, 303, seen=seen, name="Wines", pager_name="WINES")


def test_a_zone_never_becomes_a_part_of_itself(setup: Setup) -> None:
    first, second = setup.shop.zones[:2]
    setup.save(f"/zones/{second}", name="Fitting rooms", pager_name="FIT", parent_id=str(first))
    for parent in (first, second):
        setup.save(f"/zones/{first}", 422, name="Dairy", pager_name="DAIRY", parent_id=str(parent))
    assert setup.row(Zone, id=first).parent_id is None


def test_a_zone_with_a_button_a_part_a_shift_or_a_policy_stays_on(setup: Setup) -> None:
    busy = setup.shop.zones[0]
    assert "There is a button in this zone" in setup.post(f"/zones/{busy}/off", 409).text
    setup.post("/zones/new", name="A", pager_name="A")
    above = setup.row(Zone, name="A").id
    setup.post("/zones/new", name="B", pager_name="B", parent_id=str(above))
    assert "is a part of this one" in setup.post(f"/zones/{above}/off", 409).text
    below = setup.row(Zone, name="B").id
    shift = Shift(
        store_id=setup.shop.store,
        carrier_id=setup.shop.carriers[0],
        zone_id=below,
        weekday=0,
        starts=time(8),
        ends=time(16),
    )
    setup.add(shift)
    assert "Somebody works in this zone" in setup.post(f"/zones/{below}/off", 409).text
    with setup.db.transaction() as session:
        session.delete(session.get(Shift, shift.id))
    setup.add(Policy(id=70, store_id=setup.shop.store, name="Night", zone_id=below))
    assert "The policy Night is for this zone" in setup.post(f"/zones/{below}/off", 409).text
    with setup.db.transaction() as session:
        session.get(Policy, 70).active = False  # type: ignore[union-attr]
    setup.post(f"/zones/{below}/off")
    assert not setup.row(Zone, name="B").active


def test_a_zone_comes_back_as_itself_by_its_name_or_by_hand(setup: Setup) -> None:
    setup.post("/zones/new", name="Cheese", pager_name="C")
    zone = setup.row(Zone, name="Cheese").id
    setup.post(f"/zones/{zone}/off")
    setup.post("/zones/new", name="Cheese", pager_name="CH")
    assert (setup.row(Zone, name="Cheese").id, setup.row(Zone, name="Cheese").active) == (zone, True)
    setup.post(f"/zones/{zone}/off")
    setup.post("/zones/new", name="CHEESE", pager_name="X", parent_id="")
    assert len([row for row in setup.rows(Zone) if row.name.casefold() == "cheese"]) == 1
    setup.post(f"/zones/{zone}/off")
    setup.post(f"/zones/{zone}/on")
    assert setup.row(Zone, id=zone).active


def test_zones_change_places_with_their_neighbours(setup: Setup) -> None:
    first, second = setup.shop.zones[:2]
    setup.post(f"/zones/{second}/move", way="up")
    places = {row.id: row.position for row in setup.rows(Zone)}
    assert places[second] < places[first]
    before = setup.revision
    setup.post(f"/zones/{second}/move", way="up")
    assert setup.revision == before, "it stands at the top already"


def _press(setup: Setup, device: str, number: int) -> None:
    from uuid import uuid4

    setup.add(
        PressRow(
            id=uuid4(),
            store_id=setup.shop.store,
            device=device,
            input=number,
            run="r",
            boot="b",
            seq=number,
            kind="press",
            purpose="call",
            state="stored",
            pressed_at=NOW,
            received_at=NOW - timedelta(minutes=3),
            age_ms=0,
            age_known=True,
            tries=1,
        )
    )


def test_an_input_that_was_pressed_is_offered_until_it_is_set_up(setup: Setup) -> None:
    _press(setup, "hall", 12)
    _press(setup, "gone", 1)
    assert "Hall buttons, input 12" in setup.get("/buttons")
    assert "gone" not in setup.get("/buttons")
    assert "1 button was pressed that nobody set up." in setup.get()
    assert '<option value="hall/12" selected>' in setup.get("/buttons/new")
    zone = str(setup.shop.zones[0])
    setup.post(
        "/buttons/new",
        where="hall/12",
        zone_id=zone,
        label="Fridge",
        colour="red",
        skill="Wine",
        language="ru",
    )
    row = setup.row(Button, input=12)
    assert (row.device, row.label, row.skill, row.language, row.zone_id) == (
        "hall",
        "Fridge",
        "Wine",
        "ru",
        setup.shop.zones[0],
    )
    assert "Somebody pressed" not in setup.get("/buttons")


@pytest.mark.parametrize("where", ["hall/1", "hall/17", "gw/1", "hall", "hall/x", "", "hall/12/3"])
def test_only_a_free_input_of_a_button_unit_can_be_set_up(setup: Setup, where: str) -> None:
    zone = str(setup.shop.zones[0])
    setup.post("/buttons/new", 422, where=where, zone_id=zone, label="x", colour="red")


def test_a_button_keeps_its_history_when_it_is_switched_off_and_set_up_anew(setup: Setup) -> None:
    button = setup.shop.buttons[0]
    setup.post(f"/buttons/{button}/off")
    assert not setup.row(Button, id=button).active
    setup.post(
        "/buttons/new", where="hall/1", zone_id=str(setup.shop.zones[1]), label="New place", colour="green"
    )
    row = setup.row(Button, id=button)
    assert (row.active, row.label, row.colour, row.skill) == (True, "New place", "green", None)


def test_a_button_in_a_zone_that_is_off_cannot_come_back(setup: Setup) -> None:
    setup.post(f"/buttons/{setup.shop.buttons[0]}/off")
    setup.post(f"/zones/{setup.shop.zones[0]}/off")
    assert "Its zone is switched off" in setup.post(f"/buttons/{setup.shop.buttons[0]}/on", 409).text
    form: dict[str, Any] = {
        "label": "x",
        "colour": "red",
        "zone_id": str(setup.shop.zones[0]),
        "where": "hall/1",
    }
    assert 'id="error-zone_id"' in setup.post("/buttons/new", 422, **form).text


def test_a_pager_is_added_like_the_last_one_and_its_capcode_is_its_own(setup: Setup) -> None:
    form: dict[str, Any] = {
        "transmitter_id": "1",
        "format": "text",
        "charset": "ascii",
        "longest": "40",
        "alert": "2",
        "language": "et",
    }
    answer = setup.post("/pagers/new", 422, label="Pager 9", address="1234000", **form)
    assert "The pager Pager 1 has this capcode already." in answer.text
    setup.post("/pagers/new", label="Pager 9", address="0009", fallback="1", **form)
    row = setup.row(Pager, label="Pager 9")
    assert (row.address, row.alert, row.language, row.fallback, row.carrier_id) == (
        "0009",
        2,
        "et",
        True,
        None,
    )
    assert '<option value="et" selected>' in setup.get("/pagers/new")
    for wrong in ("12-34", "", "\u0661", "x" * 33):
        setup.post("/pagers/new", 422, label="P", address=wrong, **form)


def test_the_pager_of_a_group_is_not_switched_off_nor_offered_to_one_person(setup: Setup) -> None:
    form: dict[str, Any] = {
        "transmitter_id": "1",
        "format": "text",
        "charset": "ascii",
        "longest": "40",
        "alert": "1",
        "language": "en",
    }
    setup.post("/pagers/new", label="All", address="777", **form)
    group = setup.row(Pager, label="All").id
    assert "All</label>" in setup.get("/people/new")
    setup.add(PolicyStep(policy_id=1, position=1, target="group", pager_id=group))
    assert "All</label>" not in setup.get("/people/new")
    assert "The policy Everywhere calls this pager" in setup.post(f"/pagers/{group}/off", 409).text


def test_a_preview_is_what_the_pager_will_show(setup: Setup) -> None:
    zone = setup.shop.zones[0]
    assert "DAIRY Button 01 CALL" in setup.get(f"/preview/zone?pager_name=dairy&of={zone}")
    assert "wrist" not in setup.get("/preview/zone?pager_name=")
    assert "KUTSE" in setup.get("/preview/pager?format=text&longest=40&language=et&charset=ascii")
    assert "It only beeps." in setup.get("/preview/pager?format=tone&longest=40&language=et&charset=ascii")
    assert "&lt;B&gt;" in setup.get("/preview/zone?pager_name=%3Cb%3E")
    for odd in ("longest=x", "longest=0", "longest=999", "format=x", "language=xx", ""):
        assert "wrist" not in setup.get(f"/preview/pager?{odd}")


def test_a_cause_is_renamed_added_below_another_and_switched_off(setup: Setup) -> None:
    setup.add(Cause(id=50, store_id=setup.shop.store, code="queue", position=0))
    assert "Queue" in setup.get("/causes")
    setup.save("/causes/50", name="Till too slow")
    assert setup.row(Cause, id=50).name == "Till too slow"
    setup.save("/causes/50", name="")
    assert setup.row(Cause, id=50).name == ""
    setup.post("/causes/new", 422, name="")
    setup.post("/causes/new", 422, name="queue")
    setup.post("/causes/new", name="Self-checkout", parent_id="50")
    below = setup.row(Cause, name="Self-checkout")
    assert (below.parent_id, below.code) == (50, None)
    assert "Other causes are a part of this one" in setup.post("/causes/50/off", 409).text
    setup.post(f"/causes/{below.id}/off")
    setup.post("/causes/50/off")
    assert not any(row.active for row in setup.rows(Cause))


def test_the_first_screen_says_what_is_missing_and_what_to_do_next(setup: Setup) -> None:
    text = setup.get()
    assert "8 zones" in text
    assert "No pager rings when nobody at all can be called." in text
    assert "Nobody has working times yet." in text
    with setup.db.transaction() as session:
        session.get(Pager, setup.shop.pagers[0]).carrier_id = None  # type: ignore[union-attr]
    text = setup.get()
    assert "Jaan Tamm has no pager." in text
    assert "1 pager lies in the drawer." in text
    assert text.count("act--main") == 1
    for carrier in setup.shop.carriers:
        setup.add(Carrier(store_id=setup.shop.store, name=f"New {carrier}", initials=f"N{carrier}"))
    assert "4 people have no pager." in setup.get()
