"""Errors of the API say what is wrong and never fail themselves, whatever was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from server.db.connect import Database
from server.web.app import furnish
from server.web.frame.screens import Screens
from server.web.services import Services
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop

DUTY = "/api/v1/stores/ulemiste/duty"


@pytest.mark.parametrize(
    "body",
    [
        '{"carrier": NaN, "kind": "work"}',
        '{"carrier": -Infinity, "kind": "work"}',
        '{"kind": "\\ud800"}',
        '{"kind": "work", "\\udfff": 1}',
        '{"kind": "work", "until": "0001-01-01T00:00:00+14:00"}',
        '{"kind": "work", "starts_at": "9999-12-31T23:59:59-14:00"}',
        "[" * 9_000,
        "\udcff",
    ],
)
def test_what_no_json_can_say_is_refused_like_anything_else(
    client_for: ClientFor, shop: Shop, body: str
) -> None:
    shop.account("marina", "Marina Kask", role="manager", carrier=shop.carriers[2])
    answer = client_for("marina").post(
        DUTY, content=body.encode("utf-8", "surrogateescape"), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["detail"]


def test_what_was_sent_does_not_come_back(client_for: ClientFor) -> None:
    """A password that is too long stands in no answer, and so in no log of a script."""
    answer = client_for().post("/api/v1/sign-in", json={"login": "marina", "password": "hunter2" * 99})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "password"]
    assert "hunter2" not in answer.text


@pytest.fixture
def marina(
    client_for: ClientFor, shop: Shop, given: Services, one_app: FastAPI, screens: Screens, tmp_path: Path
) -> Iterator[TestClient]:
    """She is signed in, and then the database is away."""
    shop.account("marina", "Marina Kask", role="manager", carrier=shop.carriers[2])
    client = client_for("marina", "et")
    away = Database(f"postgresql+psycopg://postgres@/shop?host={tmp_path}")
    furnish(one_app, replace(given, db=away), screens)
    yield client
    away.close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/s/ulemiste/board", "Server ei vastanud õigel ajal"),
        ("/s/ulemiste/history", "Server ei vastanud õigel ajal"),
        ("/api/v1/stores/ulemiste/incidents", "the database does not answer"),
    ],
)
def test_while_the_database_is_away_people_are_told_to_come_again(
    marina: TestClient, caplog: pytest.LogCaptureFixture, path: str, words: str
) -> None:
    """And the log says it in a line, not in a page of source for each look at a board."""
    answer = marina.get(path)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert words in answer.text
    [line] = [one for one in caplog.records if one.name.startswith("server.web")]
    assert (line.levelname, line.exc_info) == ("WARNING", None)
    assert "the database does not answer" in line.getMessage()
