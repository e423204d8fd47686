"""A minute of trouble for every kind of transmitter and over a database that is a server: too long for every run."""

from __future__ import annotations

import pytest

from tests.chaos.plan import POSTGRESQL, SQLITE, Wanted
from tests.chaos.trial import try_out

pytestmark = [pytest.mark.live, pytest.mark.long]

MINUTES, KILLS, PRESSES = 1, 6, 300


@pytest.mark.parametrize(
    ("seed", "kinds", "database"),
    [
        (4, ("tap", "pocsag-mmdvm"), SQLITE),
        (5, ("espa444", "pocsag-raw"), SQLITE),
        (6, ("rf-bridge", "rf-bridge"), SQLITE),
        (8, ("scope", "comp2"), SQLITE),
        (9, ("waveware", "snpp"), SQLITE),
        (7, ("tap",), POSTGRESQL),
    ],
)
def test_a_minute_of_trouble_is_accounted_for(seed: int, kinds: tuple[str, ...], database: str) -> None:
    assert try_out(Wanted(seed, MINUTES, KILLS, PRESSES, kinds, database), print).complaints == []
