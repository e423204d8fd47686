"""Policies on screen: the list, the form with its steps, errors at their field, and a press that is tried out."""

from __future__ import annotations

import re
from datetime import time

import pytest
from sqlmodel import col, select

from server.db.engine_store import read_store
from server.db.tables import Opening, Policy, Store
from server.requests import DeskClosed, ShopChanged
from server.rules.facts import Policy as PolicyFact
from server.rules.facts import PolicyUse, Span, Step
from server.web.frame.words import LANGUAGES
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.roster_stage import JAAN, signed_up, staffed
from tests.unit.server.web.stage import FakeDesk
from tests.unit.server.web.test_roster_screens import revision, words

SCREENS = (
    "setup/policies",
    "setup/policies/new",
    "setup/policies/2",
    "setup/try",
    "setup/try?button=hall/7&day=2026-11-28&time=18:30",
    "setup/try?button=nonsense&day=x&time=99",
)
FORM = {
    "name": "Evening",
    "zone": "",
    "use": "call",
    "tell_others": "yes",
    "ttl_s": "120",
    "exit_s": "60",
    "attend_s": "90",
    "patience_s": "12",
    "repeat_s": "30",
    "repeats": "3",
    "priority": "1",
    "step-0-after": "0",
    "step-0-whom": "zone",
    "step-0-most": "2",
    "step-0-alert": "3",
    "step-1-after": "15",
    "step-1-whom": "role-shift_lead",
    "step-1-most": "",
    "step-1-alert": "",
    "act": "save",
}
HOURS = {"hours-0-days": ["4", "5"], "hours-0-starts": "17:00", "hours-0-ends": "21:00"}


@pytest.fixture
def store(shop: Shop) -> Shop:
    return staffed(signed_up(shop))


def kept(shop: Shop, name: str) -> PolicyFact:
    with shop.db.reading() as session:
        found = read_store(session, shop.store, NOW)
    assert found is not None
    (policy,) = [one for one in found.policies.values() if one.name == name]
    return policy


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_renders_in_every_language(
    store: Shop, client_for: ClientFor, screen: str, language: str
) -> None:
    answer = client_for("marina", language).get(f"/s/{store.store}/{screen}")
    assert answer.status_code == 200
    assert "%(" not in answer.text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", answer.text)


@pytest.mark.parametrize("screen", SCREENS)
def test_they_are_for_managers(store: Shop, client_for: ClientFor, screen: str) -> None:
    assert client_for("jaan").get(f"/s/{store.store}/{screen}").status_code == 403


def test_the_list_says_what_each_does(store: Shop, client_for: ClientFor) -> None:
    said = words(client_for("marina").get(f"/s/{store.store}/setup/policies").text)
    assert "Saturday evening" in said
    assert "Dairy & Eggs · Ordinary calls · Sat 17:00–21:00" in said
    assert "20 seconds later, if nobody answers: everybody here with this role: Shift lead." in said
    assert "Old one" in said[said.index("Switched off") :]
    assert said.count("Built in") == 1  # the store has one for everywhere, and none for security
    assert "Built in Wherever no other holds · Quiet calls for security" in said
    assert "Outside the opening hours a press" not in said  # it is always open


def test_what_closed_hours_do_is_said(store: Shop, client_for: ClientFor) -> None:
    with store.db.transaction() as session:
        session.add(Opening(store_id=store.store, weekday=0, opens=time(9), closes=time(21)))
    client, url = client_for("marina"), f"/s/{store.store}/setup"
    assert "Outside the opening hours a press is recorded" in client.get(f"{url}/policies").text
    tried = words(client.get(f"{url}/try?button=hall/1&day=2026-11-21&time=14:00").text)
    assert "The store is closed then: the press is recorded and nobody is called." in tried
    client.post(f"{url}/policies/new", data={**FORM, "use": "closed"})
    assert "Outside the opening hours a press" not in client.get(f"{url}/policies").text


def test_a_shop_without_policies_shows_what_holds_all_the_same(shop: Shop, client_for: ClientFor) -> None:
    signed_up(shop)
    with shop.db.transaction() as session:
        for row in session.exec(select(Policy)):
            row.active = False
    said = words(client_for("marina").get(f"/s/{shop.store}/setup/policies").text)
    assert "Built in Wherever no other holds" in said


def test_one_that_never_holds_is_pointed_out(store: Shop, client_for: ClientFor) -> None:
    client_for("marina").post(f"/s/{store.store}/setup/policies/new", data=FORM)
    said = words(client_for("marina").get(f"/s/{store.store}/setup/policies").text)
    assert said.count("It never holds") == 1
    assert "“Everywhere” comes first" in said


def test_a_policy_is_made(store: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    before = revision(store)
    answer = client_for("marina").post(f"/s/{store.store}/setup/policies/new", data={**FORM, **HOURS})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{store.store}/setup/policies")
    found = kept(store, "Evening")
    assert found.steps == (
        Step(1, 0, "zone", most=2, alert=3),
        Step(2, 15, "role", "shift_lead"),
    )
    assert found.hours == (Span(4, time(17), time(21)), Span(5, time(17), time(21)))
    assert (found.exit_s, found.attend_s, found.repeats, found.priority) == (60, 90, 3, 1)
    assert (found.use, found.zone_id, found.tell_others) == (PolicyUse.CALL, None, True)
    assert revision(store) == before + 1
    assert desk.asked == [ShopChanged(store.store, store.accounts["marina"], "policy", "Evening")]


def test_an_engine_that_does_not_answer_finds_it_by_itself(
    store: Shop, client_for: ClientFor, desk: FakeDesk
) -> None:
    desk.answers = [DeskClosed()]
    answer = client_for("marina").post(f"/s/{store.store}/setup/policies/new", data=FORM)
    assert answer.status_code == 303
    assert kept(store, "Evening").repeats == 3


def test_what_is_shown_is_what_is_kept(store: Shop, client_for: ClientFor) -> None:
    """The form of a policy, sent back untouched, changes nothing."""
    client = client_for("marina")
    group = next(
        value
        for value in re.findall(r'value="(group-\d+)"', client.get(f"/s/{store.store}/setup/policies/2").text)
    )
    whole = {
        **FORM,
        **HOURS,
        "step-2-after": "5",
        "step-2-whom": group,
        "step-2-most": "",
        "step-2-alert": "",
    }
    whole |= {
        "step-3-after": "5",
        "step-3-whom": f"carrier-{store.carriers[JAAN]}",
        "zone": str(store.zones[2]),
    }
    client.post(f"/s/{store.store}/setup/policies/new", data={**whole, "use": "quiet"})
    found = kept(store, "Evening")
    text = client.get(f"/s/{store.store}/setup/policies/{found.id}").text
    client.post(f"/s/{store.store}/setup/policies/{found.id}", data={**form_of(text), "act": "save"})
    assert kept(store, "Evening") == found
    assert [one.target for one in found.steps] == ["zone", "role", "group", "carrier"]


def form_of(text: str) -> dict[str, list[str]]:
    """What a browser would send back."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ("checkbox" not in tag or "checked" in tag):
            found.setdefault(name[1], []).append(value[1])
    for name, inside in re.findall(r'(?s)<select name="([^"]+)"[^>]*>(.*?)</select>', text):
        chosen = re.search(r'value="([^"]*)" selected', inside) or re.search(r'value="([^"]*)"', inside)
        assert chosen is not None
        found[name] = [chosen[1]]
    return found


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"zone": "999"}, "zone"),
        ({"use": "other"}, "use"),
        ({"ttl_s": "9"}, "ttl_s"),
        ({"exit_s": "-1"}, "exit_s"),
        ({"attend_s": "1.5"}, "attend_s"),
        ({"patience_s": "3"}, "patience_s"),
        ({"repeat_s": ""}, "repeat_s"),
        ({"repeats": "51"}, "repeats"),
        ({"priority": "4"}, "priority"),
        ({"step-0-after": "4000"}, "step-0-after"),
        ({"step-0-after": ""}, "step-0-after"),
        ({"step-1-whom": "carrier-999"}, "step-1-whom"),
        ({"step-1-whom": ""}, "step-1-whom"),
        ({"step-0-most": "0"}, "step-0-most"),
        ({"step-0-alert": "9"}, "step-0-alert"),
        ({"hours-0-days": ["0"], "hours-0-starts": "x", "hours-0-ends": "12:00"}, "hours-0-starts"),
        ({"hours-0-starts": "10:00", "hours-0-ends": "12:00"}, "hours-0-days"),
    ],
)
def test_an_error_stands_at_its_field(
    store: Shop, client_for: ClientFor, desk: FakeDesk, wrong: dict[str, object], field: str
) -> None:
    answer = client_for("marina").post(f"/s/{store.store}/setup/policies/new", data={**FORM, **wrong})
    assert answer.status_code == 422
    assert re.findall(r'id="error-([a-z0-9_-]+)"', answer.text) == [field]
    assert "Nothing is saved yet" in answer.text
    assert desk.asked == []


def test_without_steps_nothing_is_kept(store: Shop, client_for: ClientFor) -> None:
    bare = {name: value for name, value in FORM.items() if not name.startswith("step-")}
    answer = client_for("marina").post(f"/s/{store.store}/setup/policies/new", data=bare)
    assert answer.status_code == 422
    assert "A policy needs at least one step." in answer.text


@pytest.mark.parametrize(
    ("act", "whoms"),
    [
        ("add-step", ["zone", "role-shift_lead", "everybody"]),
        ("up-1", ["role-shift_lead", "zone"]),
        ("down-0", ["role-shift_lead", "zone"]),
        ("up-0", ["zone", "role-shift_lead"]),
        ("down-1", ["zone", "role-shift_lead"]),
        ("remove-0", ["role-shift_lead"]),
        ("remove-7", ["zone", "role-shift_lead"]),
    ],
)
def test_steps_are_added_moved_and_removed_before_anything_is_saved(
    store: Shop, client_for: ClientFor, desk: FakeDesk, act: str, whoms: list[str]
) -> None:
    answer = client_for("marina").post(
        f"/s/{store.store}/setup/policies/new", data={**FORM, "act": act, "name": ""}
    )
    assert answer.status_code == 200  # an error elsewhere is no reason not to go on
    sent = form_of(answer.text)
    assert [sent[f"step-{at}-whom"][0] for at in range(len(whoms))] == whoms
    assert f"step-{len(whoms)}-whom" not in sent
    assert desk.asked == []


def test_hours_are_added_and_removed(store: Shop, client_for: ClientFor) -> None:
    client, url = client_for("marina"), f"/s/{store.store}/setup/policies/new"
    sent = form_of(client.post(url, data={**FORM, **HOURS, "act": "add-hours"}).text)
    assert sent["hours-0-days"] == ["4", "5"]
    assert sent["hours-1-starts"] == ["09:00"]
    left = form_of(client.post(url, data={**sent, "act": "remove-hours-0"}).text)
    assert left["hours-0-starts"] == ["09:00"]
    assert "hours-1-starts" not in left


def test_trying_shows_what_the_form_says_and_keeps_nothing(
    store: Shop, client_for: ClientFor, desk: FakeDesk
) -> None:
    question = {"button": "hall/1", "day": "2026-11-21", "time": "14:07", "act": "try"}
    before = revision(store)
    answer = client_for("marina").post(f"/s/{store.store}/setup/policies/2", data={**FORM, **question})
    said = words(answer.text)
    assert answer.status_code == 200
    assert "Dairy & Eggs · Button 01, Saturday 21 November 2026 14:07" in said
    assert "Jaan Tamm (Pager 1) on shift, until 18:00" in said
    assert "Step 2 calls everybody here with this role: Shift lead Kadri Mets" in said
    assert "+0:15" in said
    assert "As it stands in the form" in said
    assert (revision(store), desk.asked) == (before, [])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("button=hall/1&day=2026-11-28&time=18:30", "It is made for the zone of this button."),
        ("button=hall/7&day=2026-11-28&time=18:30", "It is made for a zone above that of this button."),
        ("button=hall/7&day=2026-11-28&time=16:59", "It holds for the whole store"),
        ("button=hall/7&day=2026-11-21&time=14:10", "Olga Smirnova on a break, until 14:15"),
        ("button=hall/7&day=2026-11-21&time=14:10", "Sergei Volkov carries no pager"),
        ("button=hall/2&day=2027-03-28&time=03:30", "Nobody can be called: the board shouts"),
        ("button=hall/2&day=2027-03-28&time=03:30", "Light: nobody can be called"),
    ],
)
def test_any_button_at_any_time(store: Shop, client_for: ClientFor, query: str, expected: str) -> None:
    assert expected in words(client_for("marina").get(f"/s/{store.store}/setup/try?{query}").text)


def test_who_speaks_the_language_is_said_in_the_language_of_the_screen(
    store: Shop, client_for: ClientFor
) -> None:
    said = words(
        client_for("marina").get(f"/s/{store.store}/setup/try?button=hall/7&day=2026-11-21&time=16:00").text
    )
    assert "Tanel Rebane (Pager 7) by rotation, until 23:00, speaks the language asked for (Russian)" in said


def test_a_policy_is_switched_off_and_on(store: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    client, url = client_for("marina"), f"/s/{store.store}/setup/policies"
    assert client.post(f"{url}/2/off").status_code == 303
    assert client.get(f"{url}/2").status_code == 404
    assert client.post(f"{url}/2", data=FORM).status_code == 404
    assert client.post(f"{url}/2/on").status_code == 303
    assert client.get(f"{url}/2").status_code == 200
    assert client.post(f"{url}/999/off").status_code == 404
    assert len(desk.asked) == 2


def test_a_policy_of_another_store_cannot_be_touched(store: Shop, client_for: ClientFor) -> None:
    with store.db.transaction() as session:
        session.add(Store(id="other", name="Other"))
        session.flush()
        session.add(Policy(id=900, store_id="other", name="Theirs"))
    client, url = client_for("marina"), f"/s/{store.store}/setup/policies/900"
    assert client.get(url).status_code == 404
    assert client.post(url, data=FORM).status_code == 404
    assert client.post(f"{url}/off").status_code == 404
    with store.db.reading() as session:
        theirs = session.exec(select(Policy).where(col(Policy.id) == 900)).one()
    assert (theirs.name, theirs.active) == ("Theirs", True)


def test_what_somebody_else_changed_meanwhile_stays(store: Shop, client_for: ClientFor) -> None:
    """Also after the form was tried and its steps were moved about: it knows what it was made of."""
    first, second = client_for("marina"), client_for("marina")
    url = f"/s/{store.store}/setup/policies/2"
    mine = form_of(first.get(url).text)
    mine = form_of(first.post(url, data={**mine, "act": "add-step"}).text)
    theirs = {**form_of(second.get(url).text), "name": "Theirs", "act": "save"}
    assert second.post(url, data=theirs).status_code == 303
    answer = first.post(url, data={**mine, "name": "Mine", "act": "save"})
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile" in answer.text
    assert form_of(answer.text)["name"] == ["Theirs"]
    assert kept(store, "Theirs")
    again = {**form_of(answer.text), "name": "Both", "act": "save"}
    assert first.post(url, data=again).status_code == 303
    assert kept(store, "Both")
