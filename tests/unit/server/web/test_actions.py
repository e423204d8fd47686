"""Plain forms: go, arrive, close; every answer is a screen, and a refusal says who was faster."""

from __future__ import annotations

from uuid import uuid4

import pytest

from server.requests import (
    Acknowledge,
    Arrive,
    Close,
    DeskClosed,
    Ending,
    NeedHelp,
    PassOn,
    Refusal,
    RefusalReason,
)
from server.rules.incidents import Outcome, State
from server.rules.remedies import Remedy
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.stage import FakeDesk, busy_day


@pytest.mark.parametrize(
    ("verb", "kind"), [("acknowledge", Acknowledge), ("arrive", Arrive), ("help", NeedHelp), ("pass", PassOn)]
)
def test_one_movement_each(
    shop: Shop,
    client_for: ClientFor,
    desk: FakeDesk,
    verb: str,
    kind: type[Acknowledge | Arrive | NeedHelp | PassOn],
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
    assert asked.ending == Ending(Outcome.RECOVERED)


@pytest.mark.parametrize("outcome", ["", "drill", "unanswered", "rubbish"])
def test_only_what_a_person_may_say_closes(
    shop: Shop, client_for: ClientFor, desk: FakeDesk, outcome: str
) -> None:
    busy_day(shop)
    answer = client_for("olga").post(f"/s/{shop.store}/incidents/9/close", data={"outcome": outcome})
    assert answer.status_code == 422
    assert "Choose how it ended." in answer.text
    assert desk.asked == []


@pytest.mark.parametrize("back", ["", "incident", "me"])
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
        (Refusal(uuid4(), RefusalReason.NOT_YOURS, State.ACKNOWLEDGED), "not yours to do"),
        (Refusal(uuid4(), RefusalReason.NOBODY, State.TRIGGERED), "Nobody else can be called"),
        (Refusal(uuid4(), RefusalReason.BAD_VALUE, State.TRIGGERED), "choose again"),
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


def test_a_false_press_is_one_tap(shop: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    busy_day(shop)
    answer = client_for("olga").post(f"/s/{shop.store}/incidents/9/false-press", data={"back": "me"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{shop.store}/me")
    (asked,) = desk.asked
    assert isinstance(asked, Close)
    assert asked.ending == Ending(Outcome.FALSE_PRESS)


def test_all_that_is_said_at_close_reaches_the_desk(
    shop: Shop, client_for: ClientFor, desk: FakeDesk
) -> None:
    busy_day(shop)
    shop.cause("service")
    own = shop.cause(name="Kassa järjekord")
    fields = {
        "outcome": "recovered",
        "cause": str(own),
        "apology": "yes",
        "remedy": "coupon",
        "cost": "4,50 €",
        "back": "incident",
    }
    client_for("olga").post(f"/s/{shop.store}/incidents/9/close", data=fields)
    (asked,) = desk.asked
    assert isinstance(asked, Close)
    assert asked.ending == Ending(Outcome.RECOVERED, own, True, Remedy.COUPON, 450)


def test_nothing_that_was_typed_is_lost(shop: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    busy_day(shop)
    own = shop.cause(name="Kassa järjekord")
    fields = {"outcome": "recovered", "cause": str(own), "remedy": "gift", "cost": "4,5x", "back": "me"}
    client, url = client_for("olga"), f"/s/{shop.store}/incidents/9/close"
    answer = client.post(url, data=fields)
    assert answer.status_code == 422
    assert desk.asked == []
    assert "Write euros and cents" in answer.text
    assert 'value="4,5x"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    for kept in ('value="recovered" checked', f'value="{own}" checked', 'value="gift" checked'):
        assert kept in answer.text
    assert 'name="back" value="me"' in answer.text
    desk.answers = [DeskClosed()]
    again = client.post(url, data=fields | {"cost": "4,5"})
    assert again.status_code == 503
    assert 'value="4,5"' in again.text
    desk.answers = [Refusal(uuid4(), RefusalReason.BAD_VALUE, State.ATTENDED)]
    refused = client.post(url, data=fields | {"cost": "4,5"})
    assert refused.status_code == 409
    assert "choose again" in refused.text
    assert 'value="4,5"' in refused.text


@pytest.mark.parametrize("cause", ["7777", "x", "-1", "999999999999999999999999"])
def test_a_cause_of_nobody_is_an_error_at_its_field(
    shop: Shop, client_for: ClientFor, desk: FakeDesk, cause: str
) -> None:
    busy_day(shop)
    answer = client_for("olga").post(
        f"/s/{shop.store}/incidents/9/close", data={"outcome": "recovered", "cause": cause}
    )
    assert answer.status_code == 422
    assert desk.asked == []


def test_the_form_of_what_is_closed_leads_back(shop: Shop, client_for: ClientFor) -> None:
    busy_day(shop)
    client = client_for("olga")
    for form in ("close", "pass"):
        answer = client.get(f"/s/{shop.store}/incidents/1/{form}?back=incident")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{shop.store}/incidents/1")
        assert client.get(f"/s/{shop.store}/incidents/77/{form}").status_code == 404


def test_it_is_passed_to_somebody_who_is_here_with_the_reason(
    shop: Shop, client_for: ClientFor, desk: FakeDesk
) -> None:
    busy_day(shop)
    shop.on_shift(0)
    shop.on_shift(1)
    client, url = client_for("olga"), f"/s/{shop.store}/incidents/9/pass"
    text = client.get(f"{url}?back=me").text
    assert "Jaan Tamm" in text
    assert "on shift until" in text
    assert "<b>Olga Smirnova</b>" not in text, "not to oneself"
    assert "Marina Kask" not in text, "she is not here"
    client.post(url, data={"to": str(shop.carriers[0]), "back": "me"})
    assert desk.asked[-1] == PassOn(desk.asked[-1].incident, shop.accounts["olga"], shop.carriers[0])  # type: ignore[union-attr]
    for odd in ("x", "-1", "9" * 30):
        assert client.post(url, data={"to": odd}).status_code == 422
    assert len(desk.asked) == 1


def test_there_is_nobody_to_pass_it_to(shop: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    busy_day(shop)
    desk.answers = [Refusal(uuid4(), RefusalReason.NOBODY, State.TRIGGERED)]
    answer = client_for("olga").post(f"/s/{shop.store}/incidents/9/pass", data={"back": "me"})
    assert answer.status_code == 409
    assert "Nobody else can be called now." in answer.text
    assert "To whoever is next" in answer.text, "the choice stays open"


def test_forged_and_foreign_requests_reach_nobody(shop: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    busy_day(shop)
    url = f"/s/{shop.store}/incidents/9/acknowledge"
    assert client_for("jaan").post(url, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client_for().post(url).status_code == 303
    shop.account("far", "Far Away", store_id=shop.store)
    assert client_for("far").post("/s/other/incidents/9/acknowledge").status_code == 404
    assert client_for("jaan").post(f"/s/{shop.store}/incidents/77/acknowledge").status_code == 404
    assert desk.asked == []
