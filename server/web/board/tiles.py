"""The five numbers on top of the board. Who was never answered counts in every average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from server.db.board import Answer, BoardFacts
from server.rules.incidents import Outcome
from server.web.frame.words import Words, minutes

NOT_COUNTED = (Outcome.FALSE_PRESS, Outcome.DRILL)
"""Nobody was there to be answered."""


@dataclass(frozen=True, slots=True)
class Tile:
    key: str
    label: str
    value: str
    note: str = ""


def tiles(facts: BoardFacts, waiting: int, coming: int, usual: int | None, t: Words) -> tuple[Tile, ...]:
    middle = median_answer(facts.answers)
    share, of = in_time(facts.answers)
    return (
        Tile("waiting", t.gettext("Waiting now"), t.number(waiting)),
        Tile("coming", t.gettext("On the way"), t.number(coming)),
        Tile("median", t.gettext("Median answer today"), _time(middle)),
        Tile(
            "in-time",
            t.gettext("Answered in time"),
            t.percent(share) if of else "\u2013",
            t.ngettext("of %(n)s call", "of %(n)s calls", of) if of else "",
        ),
        Tile(
            "presses",
            t.gettext("Presses today"),
            t.number(facts.presses),
            ""
            if usual is None
            else t.gettext("%(difference)s vs usual", difference=t.signed(facts.presses - usual)),
        ),
    )


def median_answer(answers: Sequence[Answer]) -> float | None:
    """Seconds from press to answer. Never answered is longer than anything (inf); still waiting is not known yet."""
    times = [
        (answer.answered_at - answer.opened_at).total_seconds() if answer.answered_at else inf
        for answer in answers
        if _counts(answer) and (answer.answered_at is not None or not answer.open)
    ]
    return median(times) if times else None


def in_time(answers: Sequence[Answer]) -> tuple[float, int]:
    """Share that was answered before the exit clock ran out, and of how many."""
    counted = [answer for answer in answers if _counts(answer) and (answer.answered_at or not answer.open)]
    if not counted:
        return 0.0, 0
    good = sum(answer.answered_at is not None and answer.answered_at <= answer.exit_at for answer in counted)
    return good / len(counted), len(counted)


def _counts(answer: Answer) -> bool:
    return answer.outcome not in NOT_COUNTED


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "\u2013"
    return "\u221e" if seconds == inf else minutes(seconds)
