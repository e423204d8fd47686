"""A wall clock counts only while somebody vouches for it."""

from __future__ import annotations

from datetime import UTC, datetime

from pager_gateway.wall import WallClock, kernel_clock_synced


def test_only_a_synced_clock_is_sure() -> None:
    assert WallClock(lambda: 86_400.0, lambda: True).sure() == datetime(1970, 1, 2, tzinfo=UTC)
    assert WallClock(lambda: 86_400.0, lambda: False).sure() is None


def test_the_kernel_has_a_word_on_its_clock() -> None:
    assert kernel_clock_synced()() in (True, False)


def test_a_clock_that_agrees_with_the_server_is_believed_and_one_that_does_not_is_not() -> None:
    wall = WallClock(lambda: 86_400.0, lambda: False)
    wall.compare(datetime(1970, 1, 2, 0, 0, 59, tzinfo=UTC))
    assert wall.sure() == datetime(1970, 1, 2, tzinfo=UTC)
    wall.compare(datetime(1970, 1, 2, 0, 1, 1, tzinfo=UTC))
    assert wall.sure() is None
