"""What people do to an incident, by JSON: the first one wins, everybody else reads who was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse

from server import requests
from server.db import cause_tree
from server.db import incidents as rows
from server.requests import DeskClosed, Done, Ending, Refusal, RefusalReason
from server.rules.rights import Right
from server.web.api.incident_models import Changed, HowItEnded, NotChanged, PassTo
from server.web.api.incidents import RETRY_AFTER_S, Number
from server.web.api.shared import IN_A_STORE, Answers, Problem, WithServices, holding
from server.web.frame.access import SignedIn, Visitor
from server.web.services import Services

router = APIRouter(prefix="/stores/{store}/incidents/{number}", tags=["incidents"])
Answering = Annotated[str, Depends(holding(Right.ANSWER))]

ACTION: Answers = IN_A_STORE | {
    409: {"model": NotChanged, "description": "Nothing changed: what is so instead."},
    503: {"model": Problem, "description": "Not done in time; try again after `Retry-After` seconds."},
}


@router.post("/acknowledge", summary="I am going", response_model=Changed, responses=ACTION)
def acknowledge(
    store: Answering, number: Number, services: WithServices, visitor: SignedIn
) -> Changed | JSONResponse:
    return _ask(services, visitor, store, number, lambda which, me: requests.Acknowledge(which, me))


@router.post("/pass", summary="Somebody else must go", response_model=Changed, responses=ACTION)
def pass_on(
    store: Answering, number: Number, services: WithServices, visitor: SignedIn, whom: PassTo
) -> Changed | JSONResponse:
    with services.db.reading() as session:
        one = rows.find(session, store, number, quiet=visitor.sees_quiet(store))
        if one is not None and not rows.may_take(session, one, whom.to):
            return _not_changed(NotChanged(reason=RefusalReason.BAD_VALUE, state=one.state, by=None))
    return _ask(services, visitor, store, number, lambda which, me: requests.PassOn(which, me, whom.to))


@router.post("/help", summary="I need one more", response_model=Changed, responses=ACTION)
def need_help(
    store: Answering, number: Number, services: WithServices, visitor: SignedIn
) -> Changed | JSONResponse:
    return _ask(services, visitor, store, number, lambda which, me: requests.NeedHelp(which, me))


@router.post("/arrive", summary="I am with the customer", response_model=Changed, responses=ACTION)
def arrive(
    store: Answering, number: Number, services: WithServices, visitor: SignedIn
) -> Changed | JSONResponse:
    return _ask(services, visitor, store, number, lambda which, me: requests.Arrive(which, me))


@router.post("/close", summary="It is over", response_model=Changed, responses=ACTION)
def close(
    store: Answering, number: Number, services: WithServices, visitor: SignedIn, how: HowItEnded
) -> Changed | JSONResponse:
    cause = None
    if how.cause is not None:
        with services.db.reading() as session:
            cause = cause_tree.cause_named(cause_tree.causes(session, store), how.cause)
        if cause is None:
            raise HTTPException(422, "cause: not a cause of this store that is in use")
    ending = Ending(how.outcome, cause, how.apology, how.remedy, how.cost_cents)
    return _ask(services, visitor, store, number, lambda which, me: requests.Close(which, me, ending))


def _ask(
    services: Services,
    visitor: Visitor,
    store: str,
    number: int,
    build: Callable[[UUID, int], requests.AboutIncident],
) -> Changed | JSONResponse:
    with services.db.reading() as session:
        which = rows.find(session, store, number, quiet=visitor.sees_quiet(store))
    if which is None:
        raise HTTPException(404, "no such incident")
    try:
        answer = services.desk.ask(build(which.id, visitor.account_id))
    except DeskClosed:
        raise HTTPException(503, "not done in time; try again", {"Retry-After": str(RETRY_AFTER_S)}) from None
    if isinstance(answer, Done):
        return Changed(state=answer.state)
    assert isinstance(answer, Refusal), "an incident was asked about, not a store"
    with services.db.reading() as session:
        who = rows.names(session, {answer.by}).get(answer.by) if answer.by is not None else None
    return _not_changed(NotChanged(reason=answer.reason, state=answer.state, by=who))


def _not_changed(said: NotChanged) -> JSONResponse:
    return JSONResponse(said.model_dump(mode="json"), 409)
