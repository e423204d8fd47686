"""How far a role sees within a screen that it may open: not into the past, not into quiet calls, one hash at a time."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from server.db import accounts
from server.db.refused import count_refused
from server.rules.incidents import State
from server.web.frame import access
from server.web.frame.attempts import HASHES_AT_ONCE, Attempts
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop

DAY = 86_400


@pytest.mark.parametrize(("role", "past"), [("staff", 403), ("shift_lead", 200), ("auditor", 200)])
def test_the_past_is_for_those_with_the_history(
    shop: Shop, client_for: ClientFor, role: str, past: int
) -> None:
    shop.account("one", "One", role=role, store_id=shop.store)
    ends: dict[str, Any] = {
        "state": State.CLOSED,
        "answered": 9,
        "attended": 20,
        "closed": 90,
        "outcome": "recovered",
    }
    old, today, still = shop.incident(0, DAY, **ends), shop.incident(1, 600, **ends), shop.incident(2, DAY)
    client = client_for("one")
    for base in (f"/s/{shop.store}", f"/api/v1/stores/{shop.store}"):
        found = [client.get(f"{base}/incidents/{number}").status_code for number in (old, today, still)]
        assert found == [past, 200, 200], base
    listed = f"/api/v1/stores/{shop.store}/incidents"
    assert client.get(listed).status_code == past
    assert client.get(f"{listed}?state=closed").status_code == past
    assert client.get(f"{listed}?state=open").status_code == 200
    if role == "staff":
        assert (
            client.post(f"/s/{shop.store}/incidents/{old}/close", data={"outcome": "recovered"}).status_code
            == 403
        )


@pytest.mark.parametrize(("role", "seen"), [("manager", True), ("security", True), ("auditor", False)])
def test_what_may_have_been_a_quiet_call_is_not_shown_in_the_refused_list(
    shop: Shop, client_for: ClientFor, role: str, seen: bool
) -> None:
    shop.account("one", "One", role=role, store_id=shop.store)
    with shop.db.transaction() as session:
        for device, channel in (("a", "press"), ("b", "telemetry")):
            topic = f"rb/1/{shop.store}/b/{device}/{channel}"
            count_refused(session, shop.store, device, "json", NOW, topic, "x", f"sample-of-{channel}")
        count_refused(session, shop.store, "c", "topic", NOW, "who/knows", "x", "sample-of-nobody")
    for path in (f"/s/{shop.store}/refused", f"/api/v1/stores/{shop.store}/refused"):
        text = client_for("one").get(path).text
        assert ("sample-of-press" in text, "sample-of-nobody" in text) == (seen, seen)
        assert "sample-of-telemetry" in text


def test_a_crowd_at_the_door_does_not_hash_at_once(
    shop: Shop, client_for: ClientFor, one_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every hash takes 64 MiB: with all places taken one is asked to wait, and nothing is hashed."""
    monkeypatch.setattr(access, "HASH_WAIT_S", 0)
    monkeypatch.setattr(accounts, "verify", lambda *_: pytest.fail("hashed"))
    client = client_for()
    one_app.state.attempts = table = Attempts()
    for _ in range(HASHES_AT_ONCE):
        table.hashing.acquire()
    assert client.post("/sign-in", data={"login": "x", "password": "y"}).status_code == 429
    one_app.state.attempts = Attempts()
