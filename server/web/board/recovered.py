"""The two rates in words; beside each other, never one number."""

from __future__ import annotations

from server.rules.recovered import Rates
from server.web.frame.words import Words


def recovered_words(found: Rates, t: Words) -> tuple[str, ...]:
    """Nothing without closed calls."""
    if not found.of:
        return ()
    return (
        t.gettext("Put right, by the staff's word: %(share)s", share=t.percent(found.by_staff / found.of)),
        t.gettext("by the customers' own press: %(share)s", share=t.percent(found.by_customer / found.of)),
    )
