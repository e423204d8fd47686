"""Waits between attempts to connect."""

from __future__ import annotations

from broker_config.backoff import Backoff


def test_the_steps_double_up_to_the_most_and_start_again_after_a_connect() -> None:
    backoff = Backoff(1.0, 5.0, lambda: 1.0)
    assert [backoff.next() for _ in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    backoff.reset()
    assert backoff.next() == 1.0


def test_jitter_takes_away_up_to_half() -> None:
    assert Backoff(2.0, 5.0, lambda: 0.0).next() == 1.0


def test_one_wait_is_skipped_after_a_drop_on_purpose() -> None:
    backoff = Backoff(1.0, 5.0, lambda: 1.0)
    backoff.skip_next()
    assert [backoff.next(), backoff.next()] == [0.0, 1.0]
