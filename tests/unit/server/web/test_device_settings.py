"""Settings of a device: a form that keeps what is empty empty, says what is wrong at its field, overwrites nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from broker_config.messages import Settings
from server.requests import ChangeSettings, DeskClosed, Refusal, RefusalReason
from server.web.frame.words import LANGUAGES
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.device_rows import wanted
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.stage import FakeDesk

KEPT = {
    "inputs": [
        {"n": 3, "role": "button", "hold_ms": 40, "lockout_ms": 2500},
        {"n": 8, "role": "key", "for": 3, "hold_ms": 30, "lockout_ms": 3000},
    ],
    "ttl_s": 120,
    "resend_s": [1, 2, 5],
    "volume": 6,
    "night": {"starts": "22:00", "ends": "07:30", "volume": 1},
    "timezone": "Europe/Riga",
    "lights": "slow",
    "telemetry_s": 30,
}


@pytest.fixture
def client(shop: Shop, client_for: ClientFor) -> TestClient:
    shop.account("marina", "Marina Kask", role="manager")
    return client_for("marina")


@pytest.fixture
def url(shop: Shop) -> str:
    return f"/s/{shop.store}/devices/hall/settings"


def fields(text: str) -> dict[str, str]:
    """What a browser would send of this form."""
    form = text.split('<form class="wish"')[1]
    found = dict(re.findall(r'<input [^>]*?name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select [^>]*?name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def asked(desk: FakeDesk) -> ChangeSettings:
    assert len(desk.asked) == 1
    found = desk.asked[0]
    assert isinstance(found, ChangeSettings)
    return found


def error_at(text: str, name: str) -> str:
    found = re.search(rf'id="error-{name}">(?:<svg.*?</svg>)?([^<]*)<', text, re.S)
    return found[1].strip() if found else ""


def test_an_empty_form_leaves_everything_to_the_device(client: TestClient, url: str, desk: FakeDesk) -> None:
    typed = fields(client.get(url).text)
    assert set(typed.values()) == {"", "0"}
    assert typed["seen"] == "0"
    answer = client.post(url, data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, url)
    assert (asked(desk).of_rev, asked(desk).values) == (0, {})


def test_what_is_kept_comes_back_as_it_was(shop: Shop, client: TestClient, url: str, desk: FakeDesk) -> None:
    wanted(shop, 7, KEPT)
    typed = fields(client.get(url).text)
    assert typed["role_8"] == "key-3"
    assert typed["resend"] == "1, 2, 5"
    assert client.post(url, data=typed).status_code == 303
    assert asked(desk) == ChangeSettings(shop.store, shop.accounts["marina"], "hall", 7, KEPT)
    Settings.model_validate({**asked(desk).values, "rev": 8}, strict=False)


def test_a_night_without_a_time_zone_has_that_of_the_store(
    shop: Shop, client: TestClient, url: str, desk: FakeDesk
) -> None:
    typed = {"seen": "0", "night_starts": "22:00", "night_ends": "06:00", "night_volume": "0"}
    assert client.post(url, data=typed).status_code == 303
    assert asked(desk).values == {
        "night": {"starts": "22:00", "ends": "06:00", "volume": 0},
        "timezone": "Europe/Tallinn",
    }


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"volume": "11"}, ["volume"]),
        ({"volume": "loud"}, ["volume"]),
        ({"ttl": "0"}, ["ttl"]),
        ({"telemetry": "4"}, ["telemetry"]),
        ({"resend": "1, two"}, ["resend"]),
        ({"resend": "5, 2"}, ["resend"]),
        ({"resend": "1 400"}, ["resend"]),
        ({"resend": " ".join("1" * 11)}, ["resend"]),
        ({"timezone": "Mars/Olympus"}, ["timezone"]),
        ({"timezone": "../../etc/passwd"}, ["timezone"]),
        ({"lights": "disco"}, ["lights"]),
        ({"night_starts": "22:00"}, ["night_ends", "night_volume"]),
        ({"night_starts": "22:00", "night_ends": "22:00", "night_volume": "1"}, ["night_ends"]),
        ({"night_volume": "3"}, ["night_starts", "night_ends"]),
        ({"hold_2": "40"}, ["role_2"]),
        ({"role_2": "button", "hold_2": "4"}, ["hold_2"]),
        ({"role_2": "button", "lockout_2": "60001"}, ["lockout_2"]),
        ({"role_2": "key-2"}, ["role_2"]),
        ({"role_2": "key-77"}, ["role_2"]),
        ({"role_2": "key-3", "role_3": "key-4"}, ["role_2"]),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    client: TestClient, url: str, desk: FakeDesk, typed: dict[str, str], wrong: list[str]
) -> None:
    answer = client.post(url, data={"seen": "0", **typed})
    assert answer.status_code == 422
    found = re.findall(r'id="error-(\w+)"', answer.text)
    assert sorted(found) == sorted(wrong)
    assert all(error_at(answer.text, name) for name in wrong)
    kept = fields(answer.text)
    assert all(kept[name] in (value, "") for name, value in typed.items())
    assert desk.asked == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_are_said_in_every_language(
    shop: Shop, client_for: ClientFor, url: str, language: str
) -> None:
    shop.account("marina", "Marina Kask", role="manager")
    typed = {
        "seen": "0",
        "volume": "11",
        "resend": "two",
        "timezone": "Mars",
        "lights": "disco",
        "night_starts": "22:00",
        "hold_2": "40",
    }
    text = client_for("marina", language).post(url, data=typed).text
    assert len(re.findall(r'id="error-(\w+)"', text)) == 7
    assert "%(" not in text


@pytest.mark.parametrize(("typed", "rev"), [("4", 4), ("", -1), ("four", -1), ("9" * 40, -1)])
def test_somebody_else_was_faster(
    shop: Shop, client: TestClient, url: str, desk: FakeDesk, typed: str, rev: int
) -> None:
    wanted(shop, 5, {"volume": 9})
    desk.answers = [Refusal(None, RefusalReason.TOO_LATE)]
    answer = client.post(url, data={"seen": typed, "volume": "2"})
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile" in answer.text
    found = fields(answer.text)
    assert (found["volume"], found["seen"]) == ("9", "5")
    assert asked(desk).of_rev == rev


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (DeskClosed(), 503, "did not answer in time"),
        (Refusal(None, RefusalReason.UNKNOWN), 409, "does not know this device yet"),
        (Refusal(None, RefusalReason.BAD_VALUE, errors={"lights": "no"}), 422, "It says: no"),
        (Refusal(None, RefusalReason.BAD_VALUE, errors={"settings": "too much"}), 422, "It says: too much"),
    ],
)
def test_what_was_typed_stays_when_it_cannot_be(
    client: TestClient, url: str, desk: FakeDesk, answer: Refusal | Exception, status: int, words: str
) -> None:
    desk.answers = [answer]
    found = client.post(url, data={"seen": "0", "volume": "2"})
    assert found.status_code == status
    assert words in found.text
    assert fields(found.text)["volume"] == "2"


STATES: list[tuple[dict[str, Any], str]] = [
    ({}, "Waiting for the device"),
    ({"answer_rev": 6, "answer_ok": True}, "Waiting for the device"),
    ({"answer_rev": 7, "answer_ok": True}, "In force"),
    ({"answer_rev": 7, "answer_ok": False, "answer_errors": {}}, "Refused by the device"),
]


@pytest.mark.parametrize(("answer", "words"), STATES)
def test_what_became_of_it(
    shop: Shop, client: TestClient, url: str, answer: dict[str, Any], words: str
) -> None:
    wanted(shop, 7, KEPT, **answer)
    for path in (url, f"{url}/now", url.removesuffix("/settings")):
        assert words in client.get(path).text
    assert ("load delay:1s" in client.get(f"{url}/now").text) == words.startswith("Waiting")


def test_errors_of_the_device_stand_at_their_fields(shop: Shop, client: TestClient, url: str) -> None:
    errors = {
        "inputs.1.for": "3 is no button",
        "inputs.0.hold_ms": "too long",
        "night.ends": "same as begin",
        "resend_s": "too many",
        "rev": "the disk is full",
    }
    wanted(shop, 7, KEPT, answer_rev=7, answer_ok=False, answer_errors=errors)
    text = client.get(url).text
    assert error_at(text, "role_8") == "It says: 3 is no button"
    assert error_at(text, "hold_3") == "It says: too long"
    assert error_at(text, "night_ends") == "It says: same as begin"
    assert error_at(text, "resend") == "It says: too many"
    assert "It says: the disk is full" in text
    assert "4 fields need a look." in text


def test_a_gateway_has_one_setting(shop: Shop, client: TestClient, desk: FakeDesk) -> None:
    url = f"/s/{shop.store}/devices/gw/settings"
    typed = fields(client.get(url).text)
    assert typed == {"seen": "0", "telemetry": ""}
    assert client.post(url, data={**typed, "telemetry": "30", "volume": "3"}).status_code == 303
    assert asked(desk).values == {"telemetry_s": 30}
