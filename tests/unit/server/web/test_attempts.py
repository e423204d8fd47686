"""Tries to sign in: how many, how long to wait, and no way to fill our memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.web.frame import attempts
from server.web.frame.attempts import PER_ADDRESS, PER_LOGIN, Attempts

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_login_has_five_tries_a_minute() -> None:
    table = Attempts()
    assert [table.wait_s("anna", f"10.0.0.{n}", _later(n)) for n in range(PER_LOGIN)] == [0] * PER_LOGIN
    assert table.wait_s("anna", "10.0.0.9", _later(10)) == 50
    assert table.wait_s(" ANNA ", "10.0.0.9", _later(59.5)) == 1
    assert table.wait_s("boris", "10.0.0.9", _later(10)) == 0
    assert table.wait_s("anna", "10.0.0.9", _later(60)) == 0


def test_waiting_is_not_made_longer_by_trying() -> None:
    table = Attempts()
    for _ in range(PER_LOGIN):
        table.wait_s("anna", "a", NOW)
    assert [table.wait_s("anna", "a", _later(n)) for n in (1, 30, 59)] == [59, 30, 1]
    assert table.wait_s("anna", "a", _later(60)) == 0


def test_an_address_has_its_own_limit() -> None:
    table = Attempts()
    for n in range(PER_ADDRESS):
        assert table.wait_s(f"login{n}", "10.0.0.1", NOW) == 0
    assert table.wait_s("one more", "10.0.0.1", NOW) == 60
    assert table.wait_s("one more", "10.0.0.2", NOW) == 0


def test_success_frees_the_login_and_not_the_address() -> None:
    table = Attempts()
    for n in range(PER_ADDRESS):
        table.succeeded("anna")
        assert table.wait_s("anna", "a", NOW) == 0, n
    table.succeeded("anna")
    assert table.wait_s("anna", "a", NOW) == 60


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    table = Attempts()
    for _ in range(PER_LOGIN):
        table.wait_s("anna", "a", NOW)
    assert table.wait_s("anna", "a", _later(-3600)) == 0


def test_the_table_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_KEYS", 10)
    table = Attempts()
    for n in range(100):
        table.wait_s(f"login{n}" * 100, f"address{n}", NOW)
    assert len(table._tries) == 10
