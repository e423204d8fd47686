"""Plain forms: go, arrive, close; every answer is a screen, and a refusal says who was faster."""

from __future__ import annotations

from uuid import uuid4

import pytest

from server.requests import Acknowledge, Arrive, Close, DeskClosed, Refusal, RefusalReason
from server.rules.incidents import Outcome, State
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.stage import FakeDesk, busy_day


@pytest.mark.parametrize(("verb", "kind"), [("acknowledge", Acknowledge), ("arrive", Arrive)])
def test_going_and_arriving(
    shop: Shop, client_for: ClientFor, desk: FakeDesk, verb: str, kind: type[Acknowledge | Arrive]
) -> None:
    busy_day(shop)
    answer = client_for("olga").post(f"/s/{shop.store}/incidents/9/{verb}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{shop.store}/board")
    (asked,) = desk.asked
    assert isinstance(asked, kind)
    assert asked.account == shop.accounts["olga"]


def test_closing_from_the_incident_returns_to_it(shop: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    busy_day(shop)
    answer = client_for("olga").post(
        f"/s/{shop.store}/incidents/9/close", data={"outcome": "recovered", "back": "incident"}
    )
    assert answer.headers["location"] == f"/s/{shop.store}/incidents/9"
    (asked,) = desk.asked
    assert isinstance(asked, Close)
    assert asked.outcome is Outcome.RECOVERED


@pytest.mark.parametrize("outcome", ["", "drill", "unanswered", "rubbish"])
def test_only_what_a_person_may_say_closes(
    shop: Shop, client_for: ClientFor, desk: FakeDesk, outcome: str
) -> None:
    busy_day(shop)
    answer = client_for("olga").post(f"/s/{shop.store}/incidents/9/close", data={"outcome": outcome})
    assert answer.status_code == 422
    assert "Choose how it ended." in answer.text
    assert desk.asked == []


@pytest.mark.parametrize("back", ["", "incident"])
def test_somebody_was_faster(shop: Shop, client_for: ClientFor, desk: FakeDesk, back: str) -> None:
    busy_day(shop)
    desk.answers = [Refusal(uuid4(), RefusalReason.TOO_LATE, State.ACKNOWLEDGED, shop.accounts["olga"])]
    answer = client_for("jaan").post(f"/s/{shop.store}/incidents/9/acknowledge", data={"back": back})
    assert answer.status_code == 409
    assert "Olga Smirnova was faster. The call is now: On the way." in answer.text


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal(uuid4(), RefusalReason.WRONG_STATE, State.CLOSED), "closed already"),
        (Refusal(uuid4(), RefusalReason.WRONG_STATE, State.ATTENDED), "Not possible any more"),
        (Refusal(uuid4(), RefusalReason.UNKNOWN), "not there any more"),
    ],
)
def test_refusals_in_plain_words(
    shop: Shop, client_for: ClientFor, desk: FakeDesk, refusal: Refusal, words: str
) -> None:
    busy_day(shop)
    desk.answers = [refusal]
    assert words in client_for("jaan").post(f"/s/{shop.store}/incidents/9/acknowledge").text


def test_a_desk_that_does_not_answer(shop: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    busy_day(shop)
    desk.answers = [DeskClosed()]
    answer = client_for("jaan").post(f"/s/{shop.store}/incidents/9/acknowledge")
    assert answer.status_code == 503
    assert "did not answer in time" in answer.text


def test_forged_and_foreign_requests_reach_nobody(shop: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    busy_day(shop)
    url = f"/s/{shop.store}/incidents/9/acknowledge"
    assert client_for("jaan").post(url, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client_for().post(url).status_code == 303
    shop.account("far", "Far Away", store_id=shop.store)
    assert client_for("far").post("/s/other/incidents/9/acknowledge").status_code == 404
    assert client_for("jaan").post(f"/s/{shop.store}/incidents/77/acknowledge").status_code == 404
    assert desk.asked == []
