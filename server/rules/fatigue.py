"""A button that is pressed in fun: it is damped, and that is said. A genuine call is never kept from anybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from server.rules.incidents import Outcome

WITHIN = timedelta(minutes=30)
FALSE_PRESSES = 3
"""So many calls that staff closed as false press or abuse, within that time: from then on one person a step."""

IN_FUN = frozenset({Outcome.FALSE_PRESS.value, Outcome.ABUSE.value})


def recent(closes: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
    return tuple(moment for moment in closes if now - moment < WITHIN)


def is_damped(closes: Iterable[datetime], now: datetime) -> bool:
    """`closes`: when staff closed calls of this button as a false press or as abuse."""
    return len(recent(closes, now)) >= FALSE_PRESSES
