"""Incidents by JSON: lists, one, the three actions, and who may."""

from __future__ import annotations

from typing import Any

import pytest

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
from tests.unit.server.api.shop import ANNA, BORIS, CHIEF, Shop, done, incident_id

LIST = "/api/v1/stores/s1/incidents"


def _numbers(shop: Shop, query: str = "", who: int = ANNA) -> list[int]:
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
    headers = shop.as_(ANNA)
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


PATHS = ["", "/1", "/1/acknowledge", "/1/arrive", "/1/close"]


def _call(shop: Shop, url: str, headers: dict[str, str]) -> Any:
    if url.endswith("close"):
        return shop.client.post(url, headers=headers, json={"outcome": "recovered"})
    if url.endswith(("acknowledge", "arrive")):
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


def test_acknowledge_arrive_and_close_ask_the_desk(shop: Shop) -> None:
    headers = shop.as_(ANNA)
    for verb, body, state in (
        ("acknowledge", None, State.ACKNOWLEDGED),
        ("arrive", None, State.ATTENDED),
        ("close", {"outcome": "recovered"}, State.CLOSED),
    ):
        shop.desk.answer = done(4, state)
        answer = shop.client.post(f"{LIST}/4/{verb}", headers=headers, json=body)
        assert (answer.status_code, answer.json()) == (200, {"state": state.value})
    which = incident_id(4)
    assert shop.desk.asked == [
        Acknowledge(which, ANNA),
        Arrive(which, ANNA),
        Close(which, ANNA, Ending(Outcome.RECOVERED)),
    ]


def test_somebody_else_was_faster(shop: Shop) -> None:
    shop.desk.answer = Refusal(incident_id(3), RefusalReason.TOO_LATE, State.ACKNOWLEDGED, CHIEF)
    answer = shop.client.post(f"{LIST}/3/acknowledge", headers=shop.as_(ANNA))
    assert answer.status_code == 409
    assert answer.json() == {"reason": "too_late", "state": "acknowledged", "by": "Chief"}


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
