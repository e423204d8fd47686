"""When a certificate is late, ends, has ended; and that a fault says so once, and is over by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules import certificates
from server.rules import faults as rules
from server.rules.certificates import ENDS_SOON, KINDS, OVERDUE, Life, ends, life, trouble
from server.rules.faults import NONE, OwnFault

MADE = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = life(MADE, MADE + 360 * DAY)
LATE, ENDS = OwnFault.CERTIFICATE_LATE, OwnFault.CERTIFICATE_ENDS


@pytest.mark.parametrize(
    ("day", "wanted"),
    [(0, None), (240, None), (269, None), (270, LATE), (345, LATE), (346, ENDS), (360, ENDS), (900, ENDS)],
)
def test_a_month_over_the_day_of_renewal_and_a_fortnight_before_the_end(
    day: int, wanted: OwnFault | None
) -> None:
    assert YEAR.renew_at == MADE + 240 * DAY
    assert trouble(YEAR, MADE + day * DAY) is wanted
    assert trouble(YEAR, MADE + day * DAY - timedelta(seconds=1)) in (wanted, None, LATE)


def test_the_fault_says_when_it_ends() -> None:
    found = certificates.found(NONE, YEAR, MADE + 350 * DAY)
    assert set(found) == {(0, ENDS.value)}
    assert ends(found[0, ENDS.value].since) == YEAR.not_after


def test_late_becomes_ending_and_a_new_certificate_ends_both() -> None:
    other = rules.found(NONE, OwnFault.CLOCK, MADE)
    late = certificates.found(other, YEAR, MADE + 300 * DAY)
    assert {kind for _, kind in late} == {OwnFault.CLOCK, LATE}
    assert late[0, LATE.value].since == YEAR.renew_at
    ending = certificates.found(late, YEAR, MADE + 350 * DAY)
    assert {kind for _, kind in ending} == {OwnFault.CLOCK, ENDS}
    assert certificates.found(ending, None, MADE + 350 * DAY) == other
    assert certificates.found(ending, life(MADE + 349 * DAY, MADE + 700 * DAY), MADE + 350 * DAY) == other


def test_what_is_so_already_changes_nothing_and_another_certificate_does() -> None:
    first = certificates.found(NONE, YEAR, MADE + 350 * DAY)
    assert certificates.found(first, YEAR, MADE + 351 * DAY) is first
    other = Life(YEAR.renew_at, YEAR.not_after + DAY)
    assert ends(certificates.found(first, other, MADE + 351 * DAY)[0, ENDS.value].since) == other.not_after
    assert certificates.found(NONE, None, MADE) is NONE


@given(st.integers(1, 4_000), st.integers(-100, 5_000))
def test_never_both_and_never_quiet_at_the_end(days: int, day: int) -> None:
    one, now = life(MADE, MADE + days * DAY), MADE + day * DAY
    found = certificates.found(NONE, one, now)
    assert len(found) <= 1
    assert ((0, ENDS.value) in found) == (now >= one.not_after - ENDS_SOON)
    assert now < one.renew_at + OVERDUE or found
    assert set(found) <= {(0, kind.value) for kind in KINDS}
