"""Who is on the floor, saying where one is, and trying out a press, by JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from server.db import policies
from server.db.engine_store import read_store
from server.requests import DeskClosed, Refusal, RefusalReason, SetDuty
from server.rules.facts import DutyKind, Store
from server.rules.forecast import Choice, Kind, Left
from server.rules.forecast import Moment as Told
from server.rules.rights import Right
from server.rules.roster import Why, roster
from server.rules.try_out import try_out
from server.web.api.shared import (
    IN_A_STORE,
    Answers,
    GivenMoment,
    MaybeMoment,
    Moment,
    Out,
    Problem,
    WithServices,
    holding,
)
from server.web.frame.access import SignedIn
from server.web.services import Services

router = APIRouter(prefix="/stores/{store}", tags=["roster"])
Answering = Annotated[str, Depends(holding(Right.ANSWER))]
Trying = Annotated[str, Depends(holding(Right.CHANGE_POLICY))]

RETRY_AFTER_S = 2
OWN = (DutyKind.HERE, DutyKind.BREAK, DutyKind.AWAY)
"""What somebody who plans no shifts may say, about themselves alone and from now on."""

At = Annotated[GivenMoment | None, Query(description="A moment; without it now.")]


class Person(Out):
    carrier: int
    name: str
    initials: str
    role: str
    present: bool
    why: Why
    since: MaybeMoment
    until: MaybeMoment
    zones: Annotated[
        list[int] | None, Field(description="Ids of zones; null: anywhere in the store. Empty when absent.")
    ]
    pagers: list[str]


class Roster(Out):
    at: Moment
    people: list[Person]


class Saying(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    carrier: Annotated[int | None, Field(description="Whom it is about; null: oneself.")] = None
    kind: Annotated[DutyKind | None, Field(description="null: as the roster says, from now on.")]
    until: GivenMoment | None = None
    starts_at: GivenMoment | None = None
    zone: int | None = None


class Said(Out):
    revision: int


class Called(Out):
    carrier: int | None
    initials: str | None
    pagers: list[str]
    why: Why | None
    until: MaybeMoment
    matches: Annotated[int, Field(description="Of language and skill that the button asks for.")]


class NotCalled(Out):
    carrier: int
    initials: str
    why: Left
    until: MaybeMoment


class Happens(Out):
    after_s: float
    at: Moment
    what: Kind
    number: Annotated[int, Field(description="Of the step or the repeat; of slow channels how many.")]
    called: list[Called]
    left_out: list[NotCalled]
    light: str


class Forecast(Out):
    at: Moment
    open: bool
    policy: int | None
    policy_name: str | None
    why: Choice
    moments: list[Happens]


ACTION: Answers = IN_A_STORE | {
    403: {"model": Problem, "description": "Only whoever plans shifts may say that."},
    409: {"model": Problem, "description": "Nothing changed."},
    503: {"model": Problem, "description": "Not done in time; try again after `Retry-After` seconds."},
}


@router.get("/roster", summary="Who is on the floor, and why", responses=IN_A_STORE)
def roster_at(store: Answering, services: WithServices, at: At = None) -> Roster:
    moment = at or services.now()
    shop = _shop(services, store, moment)
    people = []
    for one in roster(shop, moment):
        carrier = shop.carriers[one.carrier_id]
        named = sorted(zone for zone in one.zones if zone is not None)
        people.append(
            Person(
                carrier=carrier.id,
                name=carrier.name,
                initials=carrier.initials,
                role=carrier.role,
                present=one.present,
                why=one.why,
                since=one.since,
                until=one.until,
                zones=None if None in one.zones else named,
                pagers=[pager.label for pager in shop.pagers if pager.carrier_id == carrier.id],
            )
        )
    return Roster(at=moment.astimezone(UTC), people=people)


@router.post("/duty", summary="I am here, a break, away, an extra shift", responses=ACTION)
def duty(store: Answering, said: Saying, visitor: SignedIn, services: WithServices) -> Said:
    own = visitor.carrier_in(store)
    who = own if said.carrier is None else said.carrier
    if who is None:
        raise HTTPException(409, "this account is no carrier of this store: name one")
    if not visitor.may(Right.PLAN_SHIFTS, store):
        about_oneself = who == own and said.starts_at is None and (said.kind is None or said.kind in OWN)
        if not about_oneself:
            raise HTTPException(403, "only whoever plans shifts may say that")
    request = SetDuty(
        store,
        visitor.account_id,
        who,
        said.kind,
        _utc(said.until),
        _utc(said.starts_at),
        said.zone,
        visitor.actor,
    )
    try:
        answer = services.desk.ask(request)
    except DeskClosed:
        raise HTTPException(503, "not done in time; try again", {"Retry-After": str(RETRY_AFTER_S)}) from None
    if isinstance(answer, Refusal):
        if answer.reason is RefusalReason.UNKNOWN:
            raise HTTPException(404, "no such person in this store")
        raise HTTPException(409, f"nothing changed: {answer.reason}")
    return Said(revision=getattr(answer, "revision", 0))


@router.get("/try-out", summary="What a press would do if nobody answered", responses=IN_A_STORE)
def try_out_at(
    store: Trying,
    services: WithServices,
    button: Annotated[str, Query(pattern=r"^[a-z0-9-]{1,32}/[0-9]{1,2}$", description="device/input")],
    at: At = None,
) -> Forecast:
    moment = at or services.now()
    shop = _shop(services, store, moment)
    device, _, number = button.partition("/")
    if (device, int(number)) not in shop.buttons:
        raise HTTPException(404, "no such button in this store")
    with services.db.reading() as session:
        last_paged = policies.last_paged(session, store, services.now())
    found = try_out(shop, shop.button(device, int(number)), moment, last_paged=last_paged)
    return Forecast(
        at=found.at.astimezone(UTC),
        open=found.open,
        policy=found.policy.id if found.policy else None,
        policy_name=found.policy.name if found.policy else None,
        why=found.choice,
        moments=[_happens(one, found.at.astimezone(UTC)) for one in found.moments],
    )


def _shop(services: Services, store: str, moment: datetime) -> Store:
    """With the duties that hold at that moment, also when it is long over."""
    with services.db.reading() as session:
        found = read_store(session, store, min(moment, services.now()))
    assert found is not None
    return found


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment is not None else None


def _happens(one: Told, pressed_at: datetime) -> Happens:
    return Happens(
        after_s=one.after.total_seconds(),
        at=pressed_at + one.after,
        what=one.kind,
        number=one.number,
        called=[
            Called(
                carrier=who.carrier.id if who.carrier else None,
                initials=who.carrier.initials if who.carrier else None,
                pagers=[pager.label for pager in who.pagers],
                why=who.standing.why if who.standing else None,
                until=who.standing.until if who.standing else None,
                matches=who.matches,
            )
            for who in one.called
        ],
        left_out=[
            NotCalled(
                carrier=who.carrier.id, initials=who.carrier.initials, why=who.why, until=who.standing.until
            )
            for who in one.left_out
        ],
        light=one.light.value,
    )
