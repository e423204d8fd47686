"""Incidents by JSON: lists, one, the three actions, and who may."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from server.db.tables import Carrier, Cause, Incident, Notice
from server.requests import (
    Acknowledge,
    Arrive,
    Close,
    Ending,
    Looked,
    NeedHelp,
    PassOn,
    Refusal,
    RefusalReason,
)
from server.rules.incidents import SAID_BY_STAFF, Outcome, State
from server.rules.remedies import Remedy
from tests.unit.server.api.shop import ANNA, BORIS, CHIEF, Shop, done, incident_id

LIST = "/api/v1/stores/s1/incidents"


def _numbers(shop: Shop, query: str = "", who: int = CHIEF) -> list[int]:
    answer = shop.client.get(f"{LIST}{query}", headers=shop.as_(who))
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


def test_the_newest_come_first(shop: Shop) -> None:
    assert _numbers(shop) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("state", "numbers"),
    [
        ("open", [5, 4, 3, 2]),
        ("triggered", [5, 4]),
        ("acknowledged", [3]),
        ("attended", [2]),
        ("closed", [1]),
        ("all", [5, 4, 3, 2, 1]),
    ],
)
def test_the_state_filters(shop: Shop, state: str, numbers: list[int]) -> None:
    assert _numbers(shop, f"?state={state}") == numbers


def test_paging_reaches_every_row_once(shop: Shop) -> None:
    headers = shop.as_(CHIEF)
    seen: list[int] = []
    before: int | None = None
    for _ in range(3):
        query = {"limit": "2"} | ({"before": str(before)} if before else {})
        answer: dict[str, Any] = shop.client.get(LIST, params=query, headers=headers).json()
        seen += [item["number"] for item in answer["items"]]
        before = answer["next"]
    assert seen == [5, 4, 3, 2, 1]
    assert before is None


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=201", "?before=0", "?state=lost", "?before=99999999999"]
)
def test_a_wrong_question_is_refused_by_name(shop: Shop, query: str) -> None:
    answer = shop.client.get(f"{LIST}{query}", headers=shop.as_(ANNA))
    assert answer.status_code == 422
    assert query[1:].split("=")[0] in answer.text


def test_one_incident_with_all_that_belongs_to_it(shop: Shop) -> None:
    answer = shop.client.get(f"{LIST}/3", headers=shop.as_(ANNA)).json()
    assert (answer["state"], answer["zone"], answer["button"]) == ("acknowledged", "Bakery", "Bread counter")
    assert answer["opened_at"] == "2026-03-02T11:53:00Z"
    assert (answer["press_count"], answer["acknowledged_by"], answer["closed_by"]) == (1, "Anna", None)
    assert [press["seq"] for press in answer["presses"]] == [3]
    assert [(page["pager"], page["body"]) for page in answer["pages"]] == [("P1", "BAKERY")]
    assert [(entry["by"], entry["detail"]) for entry in answer["journal"]] == [("Anna", {"n": 3})]


def test_addresses_of_pagers_are_not_told(shop: Shop) -> None:
    assert "1234001" not in shop.client.get(f"{LIST}/3", headers=shop.as_(ANNA)).text


PATHS = ["", "/1", "/1/acknowledge", "/1/pass", "/1/help", "/1/arrive", "/1/close"]


def _call(shop: Shop, url: str, headers: dict[str, str]) -> Any:
    if url.endswith("close"):
        return shop.client.post(url, headers=headers, json={"outcome": "recovered"})
    if url.endswith("pass"):
        return shop.client.post(url, headers=headers, json={"to": None})
    if url.endswith(("acknowledge", "arrive", "help")):
        return shop.client.post(url, headers=headers)
    return shop.client.get(url, headers=headers)


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_store_and_an_unknown_one_look_alike(shop: Shop, path: str) -> None:
    foreign = _call(shop, LIST + path, shop.as_(BORIS))
    unknown = _call(shop, f"/api/v1/stores/s9/incidents{path}", shop.as_(CHIEF))
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json() == unknown.json()
    assert shop.desk.asked == []


@pytest.mark.parametrize("path", PATHS)
def test_nothing_without_a_sign_in(shop: Shop, path: str) -> None:
    answer = _call(shop, LIST + path, {"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert shop.desk.asked == []


def test_the_manager_of_every_store_sees_every_store(shop: Shop) -> None:
    assert _numbers(shop, who=CHIEF) == [5, 4, 3, 2, 1]


def test_an_incident_of_another_store_is_not_reached_by_its_number(shop: Shop) -> None:
    assert shop.client.get(f"{LIST}/77", headers=shop.as_(ANNA)).status_code == 404
    assert _call(shop, f"{LIST}/77/acknowledge", shop.as_(ANNA)).status_code == 404
    assert shop.desk.asked == []


def test_every_action_asks_the_desk(shop: Shop) -> None:
    headers = shop.as_(ANNA)
    for verb, body, state in (
        ("acknowledge", None, State.ACKNOWLEDGED),
        ("pass", {}, State.TRIGGERED),
        ("pass", {"to": 12}, State.TRIGGERED),
        ("help", None, State.ACKNOWLEDGED),
        ("arrive", None, State.ATTENDED),
        ("close", {"outcome": "recovered"}, State.CLOSED),
    ):
        shop.desk.answer = done(4, state)
        answer = shop.client.post(f"{LIST}/4/{verb}", headers=headers, json=body)
        assert (answer.status_code, answer.json()) == (200, {"state": state.value})
    which = incident_id(4)
    assert shop.desk.asked == [
        Acknowledge(which, ANNA),
        PassOn(which, ANNA),
        PassOn(which, ANNA, 12),
        NeedHelp(which, ANNA),
        Arrive(which, ANNA),
        Close(which, ANNA, Ending(Outcome.RECOVERED)),
    ]


def test_somebody_else_was_faster(shop: Shop) -> None:
    shop.desk.answer = Refusal(incident_id(3), RefusalReason.TOO_LATE, State.ACKNOWLEDGED, CHIEF)
    answer = shop.client.post(f"{LIST}/3/acknowledge", headers=shop.as_(ANNA))
    assert answer.status_code == 409
    assert answer.json() == {"reason": "too_late", "state": "acknowledged", "by": "Chief"}


@pytest.mark.parametrize("reason", [RefusalReason.NOT_YOURS, RefusalReason.NOBODY, RefusalReason.BAD_VALUE])
def test_why_nothing_changed_is_told_by_name(shop: Shop, reason: RefusalReason) -> None:
    shop.desk.answer = Refusal(incident_id(3), reason, State.ACKNOWLEDGED, ANNA)
    answer = shop.client.post(f"{LIST}/3/pass", headers=shop.as_(ANNA), json={"to": None})
    assert answer.status_code == 409
    assert answer.json() == {"reason": reason.value, "state": "acknowledged", "by": "Anna"}


@pytest.mark.parametrize("body", [{"to": 0}, {"to": "x"}, {"to": -1}, {"to": 2**40}, {"whom": 1}, []])
def test_whom_to_pass_to_is_a_carrier_or_nobody(shop: Shop, body: object) -> None:
    assert shop.client.post(f"{LIST}/4/pass", headers=shop.as_(ANNA), json=body).status_code == 422
    assert shop.desk.asked == []


def test_how_it_ended_whole(shop: Shop) -> None:
    with shop.db.transaction() as session:
        session.add(Cause(id=1, store_id="s1", code="queue"))
        session.add(Cause(id=2, store_id="s1", name="Kassa", active=False))
        session.add(Cause(id=3, store_id="s2", code="price"))
    shop.desk.answer = done(4, State.CLOSED)
    told = {"outcome": "recovered", "apology": True, "remedy": "coupon", "cost_cents": 450}
    headers = shop.as_(ANNA)
    for cause in ("queue", 1):
        body = told | {"cause": cause}
        assert shop.client.post(f"{LIST}/4/close", headers=headers, json=body).status_code == 200
    whole = Close(incident_id(4), ANNA, Ending(Outcome.RECOVERED, 1, True, Remedy.COUPON, 450))
    assert shop.desk.asked == [whole, whole]
    for wrong in (2, 3, 99, "price", "", -1):
        answer = shop.client.post(f"{LIST}/4/close", headers=headers, json=told | {"cause": wrong})
        assert answer.status_code == 422
        assert "cause" in answer.json()["detail"]
    for more in ({"remedy": "car"}, {"cost_cents": -1}, {"cost_cents": 10**9}, {"apology": "perhaps"}):
        answer = shop.client.post(f"{LIST}/4/close", headers=headers, json=told | more)
        assert answer.status_code == 422
    assert len(shop.desk.asked) == 2
    causes = shop.client.get("/api/v1/stores/s1/causes", headers=headers).json()["items"]
    assert [(one["id"], one["code"], one["active"]) for one in causes] == [
        (1, "queue", True),
        (2, None, False),
    ]


def test_one_incident_says_how_it_ended_and_what_was_tried(shop: Shop) -> None:
    with shop.db.transaction() as session:
        session.add(Cause(id=1, store_id="s1", code="queue"))
        session.add(Carrier(id=1, store_id="s1", name="Anna T.", initials="AT"))
        session.flush()
        row = session.get(Incident, incident_id(1))
        assert row is not None
        row.cause_id, row.apology, row.remedy, row.cost_cents = 1, False, "gift", 250
        row.damped, row.passed_ids = True, [1]
        row.last_resort_at = row.stood_in_at = row.confirmed_at = row.sorry_at = shop.now
        session.add(
            Notice(
                id=UUID(int=5),
                store_id="s1",
                incident_id=row.id,
                kind="mail",
                target="boss@shop.example",
                state="failed",
                created_at=shop.now,
                tries=3,
                error="451 busy",
            )
        )
    text = shop.client.get(f"{LIST}/1", headers=shop.as_(ANNA))
    told = text.json()
    assert told["cause"] == {"id": 1, "code": "queue", "name": ""}
    assert (told["apology"], told["remedy"], told["cost_cents"]) == (False, "gift", 250)
    assert (told["damped"], told["passed_on_by"], told["quiet"]) == (True, ["AT"], False)
    for moment in ("last_resort_at", "stood_in_at", "confirmed_at", "sorry_at"):
        assert told[moment] == "2026-03-02T12:00:00Z"
    assert [(one["kind"], one["state"], one["tries"]) for one in told["notices"]] == [("mail", "failed", 3)]
    assert "boss@shop.example" not in text.text


def test_a_quiet_call_is_not_there_for_others(shop: Shop) -> None:
    with shop.db.transaction() as session:
        row = session.get(Incident, incident_id(4))
        assert row is not None
        row.quiet = True
    shop.desk.answer = done(4, State.TRIGGERED)
    assert _numbers(shop) == [5, 3, 2, 1]
    assert _numbers(shop, who=CHIEF) == [5, 3, 2, 1], "a list of its own"
    assert _numbers(shop, "?quiet=true", who=CHIEF) == [4]
    assert shop.client.get(f"{LIST}?quiet=true", headers=shop.as_(ANNA)).status_code == 404
    for path in PATHS[1:]:
        hidden = _call(shop, LIST + path.replace("/1", "/4"), shop.as_(ANNA))
        nowhere = _call(shop, LIST + path.replace("/1", "/77"), shop.as_(ANNA))
        assert (hidden.status_code, hidden.json()) == (nowhere.status_code, nowhere.json())
    presses = shop.client.get("/api/v1/stores/s1/presses", headers=shop.as_(CHIEF)).json()["items"]
    assert [press["incident"] for press in presses] == [5, 3, 2, 1]
    assert shop.desk.asked == []
    assert shop.client.get(f"{LIST}/4", headers=shop.as_(CHIEF)).json()["quiet"] is True
    assert shop.desk.asked == [Looked(incident_id(4), CHIEF)]
    shop.desk.answer = None
    assert shop.client.get(f"{LIST}/4", headers=shop.as_(CHIEF)).status_code == 503


def test_a_refusal_by_nobody(shop: Shop) -> None:
    shop.desk.answer = Refusal(incident_id(1), RefusalReason.WRONG_STATE, State.CLOSED)
    answer = shop.client.post(f"{LIST}/1/arrive", headers=shop.as_(ANNA))
    assert (answer.status_code, answer.json()["by"]) == (409, None)


def test_a_desk_that_is_closed_says_when_to_try_again(shop: Shop) -> None:
    answer = shop.client.post(f"{LIST}/4/acknowledge", headers=shop.as_(ANNA))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "body", [{}, {"outcome": "lost"}, {"outcome": "unanswered"}, {"outcome": "recovered", "x": 1}, []]
)
def test_how_it_ended_must_be_what_a_person_may_say(shop: Shop, body: object) -> None:
    answer = shop.client.post(f"{LIST}/4/close", headers=shop.as_(ANNA), json=body)
    assert answer.status_code == 422
    assert shop.desk.asked == []


@pytest.mark.parametrize("outcome", SAID_BY_STAFF)
def test_every_word_of_the_staff_is_taken(shop: Shop, outcome: Outcome) -> None:
    shop.desk.answer = done(4, State.CLOSED)
    answer = shop.client.post(f"{LIST}/4/close", headers=shop.as_(ANNA), json={"outcome": outcome})
    assert answer.status_code == 200


def test_the_description_names_every_answer(shop: Shop) -> None:
    paths = shop.client.get("/openapi.json").json()["paths"]
    close = paths[f"{LIST.replace('s1', '{store}')}/{{number}}/close"]["post"]
    assert {"200", "401", "404", "409", "422", "503"} <= set(close["responses"])
    for operations in paths.values():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["tags"]
