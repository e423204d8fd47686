"""Two rates that are never mixed: put right by the staff's word, and by the customer's own green press."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.rules.incidents import Outcome

NOBODY_THERE = frozenset({Outcome.FALSE_PRESS.value, Outcome.ABUSE.value, Outcome.DRILL.value})
"""No customer whose trouble could be put right."""


@dataclass(frozen=True, slots=True)
class Rates:
    of: int
    """Closed calls with a customer."""
    by_staff: int = 0
    by_customer: int = 0


def rates(closed: Iterable[tuple[str | None, bool]]) -> Rates:
    """`closed`: outcome and "the customer confirmed it" of each closed call. A call may count in both."""
    of = by_staff = by_customer = 0
    for outcome, confirmed in closed:
        if outcome in NOBODY_THERE:
            continue
        of += 1
        by_staff += outcome == Outcome.RECOVERED
        by_customer += confirmed or outcome == Outcome.RECOVERED_BY_CUSTOMER
    return Rates(of, by_staff, by_customer)
