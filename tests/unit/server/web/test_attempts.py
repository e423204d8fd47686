"""Tries to sign in: how many, how long to wait, and no way to fill our memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.web.frame import attempts
from server.web.frame.attempts import PER_ADDRESS, PER_PAIR, Attempts

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_login_has_five_tries_a_minute_at_one_address() -> None:
    table = Attempts()
    assert [table.wait_s("anna", "a", _later(n)) for n in range(PER_PAIR.most)] == [0] * PER_PAIR.most
    assert table.wait_s("anna", "a", _later(10)) == 50
    assert table.wait_s(" ANNA ", "a", _later(59.5)) == 1
    assert table.wait_s("boris", "a", _later(10)) == 0
    assert table.wait_s("anna", "a", _later(60)) == 0


def test_guessers_with_many_addresses_have_ten_tries_a_minute_and_thirty_an_hour() -> None:
    table, taken = Attempts(), 0
    for second in range(3_600):
        taken += table.wait_s("anna", f"10.1.{second // 200}.{second % 200}", _later(second)) == 0
    assert taken == 30
    assert table.wait_s("anna", "10.9.9.9", _later(59)) > 60


def test_a_stranger_locks_nobody_out_who_was_here_before() -> None:
    table = Attempts()
    table.succeeded("anna", "10.0.0.7", NOW)
    for n in range(100):
        table.wait_s("anna", f"10.1.0.{n}", _later(n))
    assert table.wait_s("anna", "10.1.0.200", _later(100)) > 0
    assert table.wait_s("anna", "10.0.0.7", _later(100)) == 0
    month = 31 * 86_400
    assert table.wait_s("anna", "10.0.0.7", _later(month)) == 0, "but is counted with the strangers"
    for n in range(30):
        table.wait_s("anna", f"10.2.0.{n}", _later(month + n * 10))
    assert table.wait_s("anna", "10.0.0.7", _later(month + 400)) > 0


def test_a_success_elsewhere_opens_no_way_for_strangers() -> None:
    table = Attempts()
    for n in range(10):
        table.wait_s("anna", f"10.1.0.{n}", NOW)
    table.succeeded("anna", "10.0.0.7", NOW)
    assert table.wait_s("anna", "10.1.0.99", NOW) == 60


def test_one_network_of_ipv6_is_one_address() -> None:
    table = Attempts()
    for n in range(PER_ADDRESS.most):
        assert table.wait_s(f"login{n}", f"2001:db8:1:2::{n:x}", NOW) == 0
    assert table.wait_s("one more", "2001:db8:1:2:ffff::1", NOW) == 60
    assert table.wait_s("one more", "2001:db8:1:3::1", NOW) == 0
    assert table.wait_s("one more", "fe80::1%eth0", NOW) == 0


def test_waiting_is_not_made_longer_by_trying() -> None:
    table = Attempts()
    for _ in range(PER_PAIR.most):
        table.wait_s("anna", "a", NOW)
    assert [table.wait_s("anna", "a", _later(n)) for n in (1, 30, 59)] == [59, 30, 1]
    assert table.wait_s("anna", "a", _later(60)) == 0


def test_an_address_has_its_own_limit() -> None:
    table = Attempts()
    for n in range(PER_ADDRESS.most):
        assert table.wait_s(f"login{n}", "10.0.0.1", NOW) == 0
    assert table.wait_s("one more", "10.0.0.1", NOW) == 60
    assert table.wait_s("one more", "10.0.0.2", NOW) == 0


def test_success_frees_the_login_and_not_the_address() -> None:
    table = Attempts()
    for n in range(PER_ADDRESS.most):
        table.succeeded("anna", "a", NOW)
        assert table.wait_s("anna", "a", NOW) == 0, n
    table.succeeded("anna", "a", NOW)
    assert table.wait_s("anna", "a", NOW) == 60


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    table = Attempts()
    for _ in range(PER_PAIR.most):
        table.wait_s("anna", "a", NOW)
    assert table.wait_s("anna", "a", _later(-3600)) == 0


def test_the_table_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_KEYS", 10)
    table = Attempts()
    for n in range(100):
        table.wait_s(f"login{n}" * 100, f"address{n}", NOW)
    assert len(table._tries) == 10
    for n in range(100):
        table.succeeded(f"login{n}", "a", NOW)
    assert len(table._homes) == 10
