"""Two minutes of trouble on real processes: nothing is lost, nothing rings stale, everything gets its final word."""

from __future__ import annotations

import pytest

from tests.chaos.plan import Wanted
from tests.chaos.trial import try_out

pytestmark = pytest.mark.live

SEED, MINUTES, KILLS, PRESSES = 54, 2, 10, 600


def test_two_minutes_of_trouble_are_accounted_for() -> None:
    """What was said stands in the output of a failure: the faults with their times, and how to repeat them."""
    assert try_out(Wanted(SEED, MINUTES, KILLS, PRESSES), print).complaints == []
