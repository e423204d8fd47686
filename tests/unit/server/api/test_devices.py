"""Devices, their faults, settings and commands by JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from broker_config.messages import CommandName, Telemetry
from server.db.tables import Device, DeviceCommand, DeviceSample, DeviceSettings, Fault
from server.requests import (
    ChangeSettings,
    CommandDevice,
    CommandSent,
    Refusal,
    RefusalReason,
    SettingsSent,
)
from tests.unit.server.api.shop import ANNA, BORIS, CHIEF, NOW, Shop

DEVICES = "/api/v1/stores/s1/devices"
ONE = f"{DEVICES}/b1"
FAULTS = "/api/v1/stores/s1/faults"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def known(shop: Shop) -> Shop:
    told = Telemetry(run="aaaa", boot="bbbb", up_s=60, sw="1.0", spool=2, temp_c=40.5, seq=9, last_press_s=4)
    with shop.db.transaction() as session:
        session.add(
            Device(
                store_id="s1",
                device="b1",
                kind="b",
                name="Bakery unit",
                state="online",
                changed_at=NOW - MINUTE,
                heard_at=NOW,
                telemetry=told.model_dump(mode="json"),
                telemetry_at=NOW,
            )
        )
        session.add(Device(store_id="s1", device="g1", kind="g"))
        session.add(DeviceSample(store_id="s1", device="b1", at=NOW, online=True, spool=2, temp_c=40.5))
        for number, (device, kind, ended) in enumerate(
            [("b1", "gap", None), ("b1", "stuck", NOW), ("g1", "dead", None)], start=1
        ):
            session.add(
                Fault(
                    id=number,
                    store_id="s1",
                    device=device,
                    input=1 if kind == "stuck" else 0,
                    kind=kind,
                    since=NOW - 5 * MINUTE,
                    told_at=NOW,
                    ended_at=ended,
                    count=number,
                )
            )
        session.add(
            DeviceSettings(
                store_id="s1",
                device="b1",
                rev=3,
                wanted={"inputs": [{"n": 2, "role": "key", "for": 1}], "volume": 2},
                account_id=CHIEF,
                set_at=NOW,
                answer_rev=3,
                answer_ok=False,
                answer_errors={"volume": "no sound here"},
            )
        )
        session.add(
            DeviceCommand(
                id=UUID(int=7),
                store_id="s1",
                device="b1",
                name="drill",
                args={"input": 1},
                account_id=CHIEF,
                asked_at=NOW,
            )
        )
    return shop


def test_the_list(known: Shop) -> None:
    found = known.client.get(DEVICES, headers=known.as_(CHIEF)).json()["items"]
    assert [(one["device"], one["presence"], one["settings"]) for one in found] == [
        ("b1", "online", "refused"),
        ("g1", "unknown", "own"),
    ]
    assert (found[0]["name"], found[0]["spool"]) == ("Bakery unit", 2)
    assert [fault["kind"] for fault in found[0]["faults"]] == ["gap"]


def test_one_with_its_last_day(known: Shop) -> None:
    found = known.client.get(ONE, headers=known.as_(CHIEF)).json()
    assert (found["telemetry"]["temp_c"], "seq" in found["telemetry"]) == (40.5, False)
    assert "last_press_s" not in found["telemetry"]
    assert [one["label"] for one in found["inputs"]] == ["Bread counter"]
    assert [one["temp_c"] for one in found["samples"]] == [40.5]
    assert [(one["kind"], one["input"]) for one in found["day_faults"]] == [("stuck", 1), ("gap", None)]
    assert sum(hour["presses"] for hour in found["hours"]) == 5
    assert [(one["name"], one["by"], one["state"]) for one in found["commands"]] == [
        ("drill", "Chief", "asked")
    ]
    wanted = found["wanted"]
    assert (wanted["rev"], wanted["by"], wanted["answer_errors"]) == (3, "Chief", {"volume": "no sound here"})
    assert wanted["wanted"]["volume"] == 2
    assert wanted["wanted"]["inputs"][0]["for"] == 1


def test_faults_page_by_page(known: Shop) -> None:
    headers = known.as_(CHIEF)
    first = known.client.get(f"{FAULTS}?limit=2", headers=headers).json()
    assert [one["kind"] for one in first["items"]] == ["dead", "stuck"]
    rest = known.client.get(f"{FAULTS}?limit=2&before={first['next']}", headers=headers).json()
    assert ([one["kind"] for one in rest["items"]], rest["next"]) == (["gap"], None)
    open_ones = known.client.get(f"{FAULTS}?open=true&device=b1", headers=headers).json()
    assert [one["kind"] for one in open_ones["items"]] == ["gap"]


def test_settings(known: Shop) -> None:
    known.desk.answer = SettingsSent("s1", "b1", 4)
    body = {"of_rev": 3, "settings": {"volume": 5, "night": None}}
    answer = known.client.put(f"{ONE}/settings", headers=known.as_(CHIEF), json=body)
    assert (answer.status_code, answer.json()) == (200, {"rev": 4})
    assert known.desk.asked == [ChangeSettings("s1", CHIEF, "b1", 3, {"volume": 5, "night": None})]


def test_a_command(known: Shop) -> None:
    known.desk.answer = CommandSent("s1", "b1", UUID(int=9))
    body = {"name": "drill", "args": {"input": 1}}
    answer = known.client.post(f"{ONE}/commands", headers=known.as_(CHIEF), json=body)
    assert (answer.status_code, answer.json()) == (202, {"id": str(UUID(int=9))})
    assert known.desk.asked == [CommandDevice("s1", CHIEF, "b1", CommandName.DRILL, {"input": 1})]


def both(shop: Shop, account: int) -> list[Any]:
    headers = shop.as_(account)
    return [
        shop.client.put(f"{ONE}/settings", headers=headers, json={"of_rev": 0, "settings": {}}),
        shop.client.post(f"{ONE}/commands", headers=headers, json={"name": "probe"}),
    ]


@pytest.mark.parametrize(
    ("reason", "status"),
    [(RefusalReason.UNKNOWN, 404), (RefusalReason.TOO_LATE, 409), (RefusalReason.AWAY, 409)],
)
def test_refusals(known: Shop, reason: RefusalReason, status: int) -> None:
    known.desk.answer = Refusal(None, reason)
    assert [one.status_code for one in both(known, CHIEF)] == [status, status]


def test_values_that_cannot_be_meant_are_named(known: Shop) -> None:
    known.desk.answer = Refusal(None, RefusalReason.BAD_VALUE, errors={"inputs.0.n": "no such input"})
    settings, _ = both(known, CHIEF)
    assert settings.status_code == 422
    (error,) = settings.json()["detail"]
    assert (error["loc"], error["msg"]) == (["body", "settings", "inputs", "0", "n"], "no such input")


def test_who_may(known: Shop) -> None:
    assert [one.status_code for one in both(known, ANNA)] == [403, 403]
    assert [one.status_code for one in both(known, BORIS)] == [404, 404]
    assert known.desk.asked == []
    for path in (DEVICES, ONE, FAULTS):
        assert known.client.get(path).status_code == 401
        assert known.client.get(path, headers=known.as_(BORIS)).status_code == 404
    assert known.client.get(f"{DEVICES}/b9", headers=known.as_(CHIEF)).status_code == 404
    closed = both(known, CHIEF)
    assert [(one.status_code, one.headers["retry-after"]) for one in closed] == [(503, "2"), (503, "2")]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("commands", {"name": "explode"}),
        ("commands", {"name": "probe", "args": {str(n): n for n in range(20)}}),
        ("settings", {"settings": {}}),
        ("settings", {"of_rev": -1, "settings": {}}),
        ("settings", {"of_rev": 0, "settings": {}, "rev": 5}),
    ],
)
def test_what_is_no_request(known: Shop, path: str, body: dict[str, Any]) -> None:
    ask = known.client.put if path == "settings" else known.client.post
    assert ask(f"{ONE}/{path}", headers=known.as_(CHIEF), json=body).status_code == 422
    assert known.desk.asked == []
