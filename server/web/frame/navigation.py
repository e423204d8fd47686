"""Which screens of a store stand in a visitor's navigation, and where their work begins: only what they may open."""

from __future__ import annotations

from server.rules.rights import Right
from server.web.frame.access import Visitor

SCREENS = {
    "board": Right.SEE_BOARD,
    "me": Right.ANSWER,
    "history": Right.SEE_HISTORY,
    "roster": Right.ANSWER,
    "quiet": Right.SEE_QUIET,
    "readiness": Right.SEE_BOARD,
    "devices": Right.SEE_DEVICES,
    "refused": Right.SEE_REFUSED,
    "setup": Right.CHANGE_SHOP,
    "audit": Right.SEE_AUDIT,
}
"""By the path below the store."""


def open_to(visitor: Visitor, store_id: str) -> frozenset[str]:
    found = {path for path, right in SCREENS.items() if visitor.may(right, store_id)}
    if visitor.sees_quiet(store_id):
        found.add("quiet")
    return frozenset(found)


def first_of(visitor: Visitor, store_id: str) -> str:
    """Whoever plans begins at the board; whoever only answers, at their own calls; a technician, at the devices."""
    shown = open_to(visitor, store_id)
    if "me" in shown and not visitor.may(Right.PLAN_SHIFTS, store_id):
        return "me"
    return next((path for path in SCREENS if path in shown), "board")
