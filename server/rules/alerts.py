"""Which beep or vibration pattern a page asks for: staff feel on the wrist what sort of page it is.

The pager's own pattern is the ordinary call. An urgent call takes the next one, a page that calls nobody the one after
that, round in a circle of what the transmitter offers. What it does not offer is never asked for."""

from __future__ import annotations

from server.rules.pages import TELLS

MOST_URGENT = 1
PRESSING = frozenset({"help", "not_attended", "fallback"})
"""Reasons that are urgent whatever the priority."""
LEAST = 3
"""With fewer patterns a page that calls nobody feels like an ordinary one, never like an urgent one."""


def alert(own: int, *, priority: int, reason: str, offered: int, step: int | None = None) -> int:
    """`own`: of the pager's row; `step`: what the policy says, which goes first; `offered`: 1..4."""
    base = min(step or own, offered)
    if step is not None:
        return base
    if reason in TELLS:
        shift = 2 if offered >= LEAST else 0
    else:
        shift = 1 if priority <= MOST_URGENT or reason in PRESSING else 0
    return (base - 1 + shift) % offered + 1
