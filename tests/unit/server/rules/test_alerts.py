"""Which pattern a page asks for, within what the transmitter offers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.alerts import alert
from server.rules.pages import TAKEN, UNDONE


@pytest.mark.parametrize(
    ("own", "priority", "reason", "offered", "pattern"),
    [
        (1, 2, "step", 4, 1),
        (1, 1, "step", 4, 2),
        (1, 2, "help", 4, 2),
        (1, 2, TAKEN, 4, 3),
        (1, 1, UNDONE, 4, 3),
        (4, 1, "step", 4, 1),
        (3, 2, "step", 4, 3),
        (3, 2, "step", 2, 2),
        (1, 1, "step", 2, 2),
        (1, 3, TAKEN, 2, 1),
        (2, 1, "fallback", 1, 1),
    ],
)
def test_by_what_it_is_about(own: int, priority: int, reason: str, offered: int, pattern: int) -> None:
    assert alert(own, priority=priority, reason=reason, offered=offered) == pattern


def test_the_policy_goes_first() -> None:
    assert alert(1, priority=1, reason="step", offered=4, step=4) == 4
    assert alert(1, priority=1, reason="step", offered=2, step=4) == 2


@given(st.integers(1, 4), st.integers(1, 3), st.sampled_from(["step", "help", TAKEN]), st.integers(1, 4))
def test_what_is_not_offered_is_never_asked_for(own: int, priority: int, reason: str, offered: int) -> None:
    assert 1 <= alert(own, priority=priority, reason=reason, offered=offered) <= offered


@given(st.integers(1, 4), st.integers(2, 4))
def test_urgent_feels_like_nothing_else(own: int, offered: int) -> None:
    urgent = alert(own, priority=1, reason="step", offered=offered)
    assert urgent != alert(own, priority=2, reason="step", offered=offered)
    assert urgent != alert(own, priority=3, reason=TAKEN, offered=offered)
