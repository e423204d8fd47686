"""Rows -> facts of the account of a store and a period.

The database counts; one by one come only rows that may be a gap. Incidents and pages are walked a month at a time, so
that ten years need no more memory than one month."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from server.db.account import incidents, pages, presses, units
from server.db.account.period import MOST, Period
from server.rules.account import Facts

__all__ = ["MOST", "read_facts"]


def read_facts(
    session: Session,
    store_id: str,
    now: datetime,
    first: datetime | None = None,
    last: datetime | None = None,
) -> Facts:
    """[first, last) of when things began; without `last` also what is still on its way."""
    period = Period(session, store_id, now, first, last)
    return Facts(
        now=now,
        first=first,
        last=last,
        units=units.read(period),
        refused=units.refused(period),
        troubles=units.troubles(period),
        press_tallies=presses.tallies(period),
        presses=presses.suspects(period),
        incident_tallies=incidents.tallies(period),
        incident_holes=incidents.holes(period),
        incidents=incidents.suspects(period),
        page_tallies=pages.tallies(period),
        pages=pages.suspects(period),
        doubles=pages.doubles(period),
        twice=pages.twice(period),
        addressed=pages.addressed(period),
        reports=incidents.reports(period),
        letters=incidents.letters(period),
    )
