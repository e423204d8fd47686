"""Incidents of a store by JSON: lists, and one with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Path, Query

from server.db import incidents as rows
from server.db import places, tables
from server.requests import DeskClosed, Looked
from server.rules.incidents import State
from server.rules.rights import Right
from server.web.api.incident_models import Entry, Incident, Incidents, Notice, Page, Press, WholeIncident
from server.web.api.shared import IN_A_STORE, BeforeNumber, Limit, WithServices, holding
from server.web.frame.access import SignedIn
from server.web.frame.reach import within_reach

router = APIRouter(prefix="/stores/{store}/incidents", tags=["incidents"])
Looking = Annotated[str, Depends(holding(Right.SEE_BOARD))]

RETRY_AFTER_S = 2
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the incident in its store.")]


class Filter(StrEnum):
    ALL = "all"
    OPEN = "open"
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    ATTENDED = "attended"
    CLOSED = "closed"


OF_THE_PAST = (Filter.ALL, Filter.CLOSED)
"""These need the right to the history as well."""


@router.get("", summary="Incidents, newest first", responses=IN_A_STORE)
def incidents(
    store: Looking,
    services: WithServices,
    visitor: SignedIn,
    state: Annotated[Filter, Query(description="`open` is everything but `closed`.")] = Filter.ALL,
    limit: Limit = 50,
    before: BeforeNumber = None,
    quiet: Annotated[bool, Query(description="The quiet calls instead, for those who may see them.")] = False,
) -> Incidents:
    if quiet and not visitor.sees_quiet(store):
        raise HTTPException(404, "no such list")
    if state in OF_THE_PAST and not (quiet or visitor.may(Right.SEE_HISTORY, store)):
        raise HTTPException(403, "only what is open, by the role of this account")
    wanted: tuple[State, ...] | None
    match state:
        case Filter.ALL:
            wanted = None
        case Filter.OPEN:
            wanted = rows.OPEN
        case _:
            wanted = (State(state.value),)
    with services.db.reading() as session:
        found = rows.latest(session, store, limit + 1, before, wanted, quiet=quiet)
    more = found[limit - 1].incident.number if len(found) > limit else None
    return Incidents(items=[_incident(listed) for listed in found[:limit]], next=more)


@router.get("/{number}", summary="One incident with its presses, pages and journal", responses=IN_A_STORE)
def incident(store: Looking, number: Number, services: WithServices, visitor: SignedIn) -> WholeIncident:
    """A look at a quiet call is written down before anything of it is told."""
    may_know = visitor.sees_quiet(store)
    with services.db.reading() as session:
        place = places.store(session, store)
        one = rows.find(session, store, number, quiet=may_know)
    if one is None or place is None:
        raise HTTPException(404, "no such incident")
    if not within_reach(visitor, store, ZoneInfo(place.timezone), one, services.now()):
        raise HTTPException(403, "not so far back, by the role of this account")
    if one.quiet:
        try:
            services.desk.ask(Looked(one.id, visitor.account_id, visitor.actor))
        except DeskClosed:
            raise HTTPException(503, "try again", {"Retry-After": str(RETRY_AFTER_S)}) from None
    with services.db.reading() as session:
        whole = rows.whole(session, store, number, quiet=may_know)
    if whole is None:
        raise HTTPException(404, "no such incident")
    return _whole(whole)


def _whole(whole: rows.Whole) -> WholeIncident:
    row = whole.listed.incident
    initials = {person.id: person.initials for person in whole.people}
    return WholeIncident(
        **_incident(whole.listed).model_dump(),
        passed_on_by=[initials[one] for one in row.passed_ids if one in initials],
        acknowledged_by=whole.names.get(row.acknowledged_by_id or 0),
        attended_by=whole.names.get(row.attended_by_id or 0),
        closed_by=whole.names.get(row.closed_by_id or 0),
        presses=[Press.model_validate(press) for press in whole.presses],
        pages=[
            Page.model_validate({**page.model_dump(), "pager": label, "to": _to(page, initials)})
            for page, label in whole.pages
        ],
        notices=[Notice.model_validate(notice) for notice in whole.notices],
        journal=[Entry.model_validate({**entry.model_dump(), "by": name}) for entry, name in whole.journal],
    )


def _to(page: tables.Page, initials: Mapping[int | None, str]) -> str | None:
    """Of a group's page everybody whom it rings."""
    worn = [initials.get(carrier) for _, carrier in page.members] or [initials.get(page.carrier_id)]
    return ", ".join(one for one in worn if one) or None


def _incident(listed: rows.Listed) -> Incident:
    row, cause = listed.incident, listed.cause
    return Incident.model_validate(
        {
            **row.model_dump(),
            "zone": listed.zone,
            "button": listed.button,
            "press_count": row.presses,
            "cause": cause.model_dump() if cause is not None else None,
        }
    )
