"""When a connection can no longer be trusted."""

from __future__ import annotations

import pytest

from broker_config.watch import ANSWER_S, FROZEN_S, TICK_S, Watch


@pytest.mark.parametrize(
    ("after", "trusted"), [(0.0, True), (TICK_S + FROZEN_S, True), (TICK_S + FROZEN_S + 0.1, False)]
)
def test_a_tick_over_a_second_late_is_a_standstill(after: float, trusted: bool) -> None:
    watch = Watch(100.0)
    assert (watch.tick(100.0 + after) is None) == trusted
    assert watch.tick(100.0 + after + TICK_S) is None


def test_a_standstill_inside_of_a_read_or_before_a_send_is_seen_too() -> None:
    watch = Watch(100.0)
    assert watch.reading(101.0) is None
    assert "stood still for 1.2 s" in (watch.reading(101.2) or "")
    assert watch.sending(101.5) is None
    assert watch.sending(101.6) is not None


def test_making_a_connection_may_take_its_time() -> None:
    watch = Watch(100.0)
    watch.open(103.0)
    assert watch.tick(103.5) is None


def test_the_broker_owes_an_answer_for_five_seconds_at_most() -> None:
    watch = Watch(100.0)
    assert watch.answer(100.0 + ANSWER_S, connected=False, oldest_owed=None) is None
    assert watch.answer(100.1 + ANSWER_S, connected=False, oldest_owed=None)
    assert watch.answer(200.0, connected=True, oldest_owed=None) is None
    assert watch.answer(200.0, connected=True, oldest_owed=195.0) is None
    assert watch.answer(200.1, connected=True, oldest_owed=195.0)
