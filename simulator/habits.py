"""How one member of staff tends to act, drawn once per person: every shop has its helpful and its forgetful ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Row = TypeVar("Row", bound=tuple[Any, ...])
Die = Callable[[], float]
"""0 up to 1."""

OVERHEARS = 0.04
"""How often a person does not notice the pager at all; then the policy's next step must work."""
OFTEN, SELDOM = 0.3, 0.03
WITH_THE_HABIT = 0.25
"""So many of the staff have each habit."""
OUTCOMES = (
    (0.74, "recovered"),
    (0.10, "not_recovered"),
    (0.11, "left_before_contact"),
    (0.05, "false_press"),
)
CAUSES = (
    (0.28, "service"),
    (0.08, "competence"),
    (0.20, "goods"),
    (0.06, "delivery"),
    (0.20, "queue"),
    (0.10, "price"),
    (0.08, "other"),
)
REMEDIES = (
    (0.62, "none", 0, 0),
    (0.14, "coupon", 200, 1_000),
    (0.08, "replacement", 150, 2_500),
    (0.06, "refund", 100, 3_000),
    (0.05, "gift", 100, 600),
    (0.03, "free_service", 0, 500),
    (0.02, "other", 0, 500),
)
"""Share, remedy, and what it costs in cents from and to."""
APOLOGISES = 0.9
HEARD = frozenset({"recovered", "not_recovered"})
"""Outcomes after which there was a customer to apologise to."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Chances, 0 to 1, at each call."""

    overhears: float = OVERHEARS
    passes: float = 0.0
    """To have no time after all, and pass the call on."""
    asks_help: float = 0.0
    """To call a colleague while with the customer."""
    forgets: float = 0.0
    """To be there and not to say so."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What is said at the end. Only the outcome must be."""

    outcome: str
    cause: str | None = None
    apology: bool = False
    remedy: str = "none"
    cost_cents: int = 0
    talk_s: float | None = None
    """How long it takes before it is said; None: as it comes."""

    def more(self) -> dict[str, object]:
        """What the API takes besides the outcome; nothing when nothing happened."""
        if self.outcome not in HEARD:
            return {}
        return {
            "cause": self.cause,
            "apology": self.apology,
            "remedy": self.remedy,
            "cost_cents": self.cost_cents,
        }


def drawn_habits(die: Die) -> Habits:
    passes, asks_help, forgets = (OFTEN if die() < WITH_THE_HABIT else SELDOM for _ in range(3))
    return Habits(OVERHEARS, passes, asks_help, forgets)


def drawn_closing(die: Die) -> Closing:
    outcome = _drawn(OUTCOMES, die())[1]
    if outcome not in HEARD:
        return Closing(outcome)
    cause, apology = _drawn(CAUSES, die())[1], die() < APOLOGISES
    _, remedy, least, most = _drawn(REMEDIES, die())
    # in steps of half a euro, as vouchers are
    cost = round(between((least, most), die()) / 50) * 50
    return Closing(outcome, cause, apology, remedy, cost)


def between(span: tuple[float, float], drawn: float) -> float:
    return span[0] + (span[1] - span[0]) * drawn


def _drawn(table: Sequence[Row], drawn: float) -> Row:
    """Each row begins with its share."""
    for row in table:
        share = float(row[0])
        if drawn < share:
            return row
        drawn -= share
    return table[0]
