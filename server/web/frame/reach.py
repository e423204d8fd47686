"""How far back somebody sees: without the right to the history, what is open or ended today."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from server.db.incidents import Found
from server.rules.rights import Right
from server.web.frame.access import Visitor
from server.web.frame.words import day_start


def within_reach(visitor: Visitor, store_id: str, zone: ZoneInfo, one: Found, now: datetime) -> bool:
    if one.closed_at is None or visitor.may(Right.SEE_HISTORY, store_id):
        return True
    if one.quiet and visitor.sees_quiet(store_id):
        return True
    return one.closed_at >= day_start(zone, now.astimezone(zone).date())
