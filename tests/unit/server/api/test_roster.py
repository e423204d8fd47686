"""The roster by JSON: who is here, saying where one is, and a press that is tried out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from server.db.connect import Database
from server.db.tables import Account, Carrier, Duty, Pager, Shift
from server.requests import Refusal, RefusalReason, SetDuty, StoreDone
from server.rules.facts import DutyKind
from tests.unit.server.api.shop import ANNA, BORIS, CHIEF, NOW, Shop, shop_on

HOUR = timedelta(hours=1)
ROSTER, DUTY, TRY = (f"/api/v1/stores/s1/{part}" for part in ("roster", "duty", "try-out"))


@pytest.fixture
def shop(db: Database) -> Iterator[Shop]:
    """Anna works Mondays 9-18 in the bakery and is on a break until 14:30; Kai leads and has no pager."""
    with shop_on(db) as made:
        with db.transaction() as session:
            session.add(Carrier(id=1, store_id="s1", name="Anna T.", initials="AT"))
            session.add(Carrier(id=2, store_id="s1", name="Kai L.", initials="KL", role="shift_lead"))
            session.flush()
            for carrier, zone in ((1, 1), (2, None)):
                session.add(
                    Shift(
                        store_id="s1",
                        carrier_id=carrier,
                        zone_id=zone,
                        weekday=0,
                        starts=time(9),
                        ends=time(18),
                    )
                )
            pager, account = session.get(Pager, 1), session.get(Account, ANNA)
            assert pager is not None
            assert account is not None
            pager.carrier_id = account.carrier_id = 1
            session.add(
                Duty(store_id="s1", carrier_id=1, kind="break", starts_at=NOW - HOUR, ends_at=NOW + HOUR / 2)
            )
        yield made


def test_who_is_here_and_why(shop: Shop) -> None:
    answer = shop.client.get(ROSTER, headers=shop.as_(ANNA)).json()
    kai, anna = answer["people"]
    assert (kai["initials"], kai["present"], kai["why"], kai["zones"], kai["pagers"]) == (
        *("KL", True, "shift"),
        *(None, []),
    )
    assert (anna["initials"], anna["present"], anna["why"], anna["zones"]) == ("AT", False, "break", [])
    assert datetime.fromisoformat(anna["until"]) == NOW + HOUR / 2


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2026-03-02T14:30:00+02:00", "shift"),
        ("2026-03-02T11:30:00Z", "break"),  # earlier today
        ("2026-03-02T10:59:59Z", "shift"),
        ("2026-03-03T12:00:00Z", "no_shift"),
    ],
)
def test_at_any_moment(shop: Shop, at: str, why: str) -> None:
    answer = shop.client.get(ROSTER, params={"at": at}, headers=shop.as_(CHIEF)).json()
    assert [one["why"] for one in answer["people"] if one["initials"] == "AT"] == [why]


def test_a_moment_needs_its_zone(shop: Shop) -> None:
    for path in (ROSTER, TRY):
        params = {"at": "2026-03-02T14:30:00", "button": "b1/1"}
        assert shop.client.get(path, params=params, headers=shop.as_(CHIEF)).status_code == 422


@pytest.mark.parametrize("path", [ROSTER, f"{TRY}?button=b1/1"])
@pytest.mark.parametrize(
    "at",
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"],
)
def test_a_moment_is_of_our_days(shop: Shop, path: str, at: str) -> None:
    answer = shop.client.get(path, params={"button": "b1/1", "at": at}, headers=shop.as_(CHIEF))
    assert answer.status_code == 422


def test_staff_speak_for_themselves(shop: Shop) -> None:
    shop.desk.answer = StoreDone("s1", 7)
    until = (NOW + HOUR).isoformat()
    answer = shop.client.post(DUTY, json={"kind": "break", "until": until}, headers=shop.as_(ANNA))
    assert (answer.status_code, answer.json()) == (200, {"revision": 7})
    assert shop.desk.asked == [SetDuty("s1", ANNA, 1, DutyKind.BREAK, NOW + HOUR)]
    assert shop.client.post(DUTY, json={"kind": None}, headers=shop.as_(ANNA)).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "break", "carrier": 2},
        {"kind": "work"},
        {"kind": "here", "starts_at": "2026-03-03T09:00:00Z"},
        {"kind": None, "carrier": 2},
    ],
)
def test_what_only_a_manager_may_say(shop: Shop, said: dict[str, object]) -> None:
    shop.desk.answer = StoreDone("s1", 7)
    said = {**said, "until": "2026-03-03T18:00:00Z"}
    assert shop.client.post(DUTY, json=said, headers=shop.as_(ANNA)).status_code == 403
    assert shop.desk.asked == []
    manager = {"carrier": 1, **said}
    assert shop.client.post(DUTY, json=manager, headers=shop.as_(CHIEF)).status_code == 200
    assert len(shop.desk.asked) == 1


def test_moments_reach_the_engine_in_utc(shop: Shop) -> None:
    shop.desk.answer = StoreDone("s1", 7)
    said = {"carrier": 1, "kind": "work", "starts_at": "2026-03-03T09:00:00+02:00", "zone": 1}
    said["until"] = "2026-03-03T18:00:00+02:00"
    shop.client.post(DUTY, json=said, headers=shop.as_(CHIEF))
    (asked,) = shop.desk.asked
    assert asked == SetDuty(
        *("s1", CHIEF, 1, DutyKind.WORK),
        datetime(2026, 3, 3, 16, tzinfo=UTC),
        datetime(2026, 3, 3, 7, tzinfo=UTC),
        1,
    )


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Refusal(None, RefusalReason.UNKNOWN), 404),
        (Refusal(None, RefusalReason.BAD_VALUE), 409),
        (None, 503),
    ],
)
def test_refusals(shop: Shop, answer: Refusal | None, status: int) -> None:
    shop.desk.answer = answer
    assert shop.client.post(DUTY, json={"kind": None}, headers=shop.as_(ANNA)).status_code == status


def test_an_account_without_a_carrier_must_name_one(shop: Shop) -> None:
    assert shop.client.post(DUTY, json={"kind": None}, headers=shop.as_(CHIEF)).status_code == 409
    assert shop.client.post(DUTY, json={"kind": "lunch"}, headers=shop.as_(ANNA)).status_code == 422
    assert shop.client.post(DUTY, json={}, headers=shop.as_(ANNA)).status_code == 422


def test_a_press_tried_out(shop: Shop) -> None:
    answer = shop.client.get(TRY, params={"button": "b1/1"}, headers=shop.as_(CHIEF)).json()
    assert (answer["open"], answer["policy"], answer["why"]) == (True, None, "built_in")
    kinds = [(one["after_s"], one["what"]) for one in answer["moments"]]
    assert kinds[:4] == [(0, "skipped"), (0, "skipped"), (0, "skipped"), (0, "nobody")]
    left = {one["initials"]: one["why"] for one in answer["moments"][2]["left_out"]}
    assert left == {"AT": "break", "KL": "no_pager"}
    later = {"button": "b1/1", "at": "2026-03-02T15:00:00+02:00"}
    first = shop.client.get(TRY, params=later, headers=shop.as_(CHIEF)).json()["moments"][0]
    assert (first["what"], first["light"]) == ("step", "called")
    assert [(one["initials"], one["pagers"], one["why"]) for one in first["called"]] == [
        ("AT", ["P1"], "shift")
    ]


@pytest.mark.parametrize(
    ("button", "status"), [("b1/9", 404), ("zz/1", 404), ("b1", 422), ("b1/x", 422), ("", 422)]
)
def test_only_buttons_of_the_store(shop: Shop, button: str, status: int) -> None:
    answer = shop.client.get(TRY, params={"button": button}, headers=shop.as_(CHIEF))
    assert answer.status_code == status


def test_strangers_and_other_stores(shop: Shop) -> None:
    for method, path in (("GET", ROSTER), ("POST", DUTY), ("GET", f"{TRY}?button=b1/1")):
        body = {"kind": None} if method == "POST" else None
        assert shop.client.request(method, path, json=body).status_code == 401
        answer = shop.client.request(method, path, json=body, headers=shop.as_(BORIS))
        assert answer.status_code == 404
    assert shop.desk.asked == []
