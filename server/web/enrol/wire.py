"""What a device and we say to each other before it has an identity: see `broker_config.enrolment`.

No cookie, no sign-in: a code that was used, is too old or never was gets one and the same answer, and so does a ticket.
Nothing of what was sent comes back or into a log."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ValidationError
from sqlmodel import Session
from starlette.responses import JSONResponse, PlainTextResponse, Response

from broker_config import enrolment
from broker_config.enrolment import Ask, Asked, ClaimState, Fetch, Fetched, Grant, Pressed
from broker_config.errors import IdentityError
from broker_config.identity import keys
from server.db import audit, claims, identities
from server.db.tables import Claim, Identity
from server.rules import claims as rules
from server.rules.audit import Action, Actor, Kind, Target
from server.web.enrol import limits
from server.web.enrol.limits import Limits
from server.web.enrol.tickets import Tickets
from server.web.services import Services, services_of

log = logging.getLogger(__name__)

router = APIRouter(prefix="/enrol/v1")
MOST_BYTES = 16 * 1024

M = TypeVar("M", bound=BaseModel)


class Answer(Exception):
    """Nothing more is done."""

    def __init__(self, status: int, words: str, wait_s: int = 0) -> None:
        super().__init__(words)
        self.status, self.words, self.wait_s = status, words, wait_s

    @property
    def response(self) -> Response:
        headers = {"Retry-After": str(self.wait_s)} if self.wait_s else None
        return JSONResponse({"detail": self.words}, self.status, headers)


def no() -> Answer:
    return Answer(403, "this code or ticket is not good, or not any more")


async def _body(request: Request) -> bytes:
    """No more is read than is wanted; one byte above it says that there was more."""
    found = b""
    if request.url.scheme == "https":
        async for part in request.stream():
            found += part[: MOST_BYTES + 1 - len(found)]
            if len(found) > MOST_BYTES:
                break
    return found


Body = Annotated[bytes, Depends(_body)]


@router.get("/ca", response_class=Response)
def authority(request: Request) -> Response:
    """Of every store of this server: the device knows by its join string which one it believes."""
    try:
        services = _services(request, "ca", limits.AUTHORITY)
    except Answer as answer:
        return answer.response
    found = dict.fromkeys(one.authority for one in services.door.addresses.values())
    if not found:
        return Answer(404, "this server lets nobody in by itself").response
    return PlainTextResponse("".join(found), media_type="application/x-pem-file")


@router.post("/ask", response_class=Response)
def ask(request: Request, body: Body) -> Response:
    try:
        return _said(_ask(request, body))
    except Answer as answer:
        return answer.response


@router.post("/pressed", response_class=Response)
def pressed(request: Request, body: Body) -> Response:
    try:
        services = _services(request, "poll", limits.POLLS)
        said = _read(Pressed, body)
        with services.db.transaction() as session:
            row = _by_ticket(session, said.ticket, services, lock=True)
            _move(row, rules.press, said.input, services.now())
    except Answer as answer:
        return answer.response
    return Response(status_code=204)


@router.post("/fetch", response_class=Response)
def fetch(request: Request, body: Body) -> Response:
    try:
        services = _services(request, "poll", limits.POLLS)
        said = _read(Fetch, body)
        with services.db.reading() as session:
            row = _by_ticket(session, said.ticket, services)
            state = rules.told(claims.facts(row), services.now())
            if state is None:
                raise no()
            grant = _grant(session, row, services) if state is ClaimState.GRANTED else None
    except Answer as answer:
        return answer.response
    if state is ClaimState.GRANTED and grant is None:
        state = ClaimState.REFUSED  # somebody took it back meanwhile
    return _said(Fetched(state=state, grant=grant))


def _ask(request: Request, body: bytes) -> Asked:
    services = _services(request, "ask", limits.ASKS)
    now = services.now()
    table, address = _limits(request), _address(request)
    if wait_s := table.wait_s("wrong", limits.WRONG_CODES, now, count=False):
        raise Answer(429, "too many tries", wait_s)
    said = _read(Ask, body)
    try:
        key = keys.public_key(said.csr)
    except IdentityError:
        raise Answer(422, "csr: this is no request for a certificate of ours") from None
    tickets: Tickets = request.app.state.enrol_tickets
    ticket = tickets.ticket(said.code, key)
    with services.db.transaction() as session:
        row = claims.by_code(session, said.code)
        try:
            if row is None or row.store_id not in services.door.addresses:
                raise no()
            first = row.ticket_hash is None
            if first:
                _move(row, rules.ask, said.kind, said.inputs, now)
            else:
                _again(row, said.kind, key, now)
        except Answer:
            table.count("wrong", now)
            log.warning("a code that is not good", extra={"action": "enrol.refused", "address": address})
            raise
        if row.ticket_hash != (hashed := claims.hashed(ticket)):
            row.ticket_hash = hashed
        if first:
            row.asked_at, row.address, row.sw = now, address, said.sw
            row.csr, row.figures = said.csr, enrolment.check_figures(key)
            by, target = Actor(Kind.NOBODY, address=address), Target("device", row.device, row.name)
            audit.note(session, now, by, Action.CLAIM_ASKED, store=row.store_id, target=target)
        left = row.expires_at - now
        device = row.device
    words = "a device asks" if first else "a device asks again: the answer was lost"
    log.info(words, extra={"action": "enrol.asked", "device": device, "address": address})
    return Asked(ticket=ticket, expires_s=max(0, int(left.total_seconds())))


def _again(row: Claim, kind: str, key: bytes, now: datetime) -> None:
    """Its key is what tells a device: a request is signed by it, anew each time. Raises Answer."""
    same = row.csr != "" and keys.public_key(row.csr) == key
    try:
        rules.ask_again(claims.facts(row), kind, now, same_key=same)
    except rules.Refused:
        raise no() from None


def _services(request: Request, what: str, most: int) -> Services:
    """Raises Answer: for what comes in clear, and for who asks too often."""
    if request.url.scheme != "https":
        raise Answer(403, "only over HTTPS")
    services = services_of(request)
    wait_s = _limits(request).wait_s((what, _address(request)), most, services.now())
    if wait_s:
        raise Answer(429, "too many tries", wait_s)
    return services


def _read(model: type[M], body: bytes) -> M:
    if len(body) > MOST_BYTES:
        raise Answer(413, f"at most {MOST_BYTES} bytes")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part)[:40] for part in first["loc"][:2])
        known = where.partition(".")[0] in model.model_fields
        raise Answer(422, f"{where if known else 'body'}: {first['type']}") from None


def _by_ticket(session: Session, ticket: str, services: Services, *, lock: bool = False) -> Claim:
    row = claims.by_ticket(session, ticket, lock=lock)
    if row is None or row.store_id not in services.door.addresses:
        raise no()
    return row


def _move(row: Claim, rule: rules.Rule, *facts: object) -> None:
    try:
        new = rule(claims.facts(row), *facts)
    except rules.Refused:
        raise no() from None
    claims.keep(row, new)


def _grant(session: Session, row: Claim, services: Services) -> Grant | None:
    made = session.get(Identity, row.identity_id) if row.identity_id is not None else None
    if made is None or made.state != identities.ACTIVE:
        return None
    at = services.door.addresses[row.store_id]
    return Grant(
        store=row.store_id,
        device=row.device,
        server=at.server,
        keeper=claims.is_keeper(session, row.store_id, row.device),
        certificate=made.certificate,
        authority=at.authority,
        broker_host=at.host,
        broker_port=at.broker_port,
    )


def _limits(request: Request) -> Limits:
    table: Limits = request.app.state.enrol_limits
    return table


def _address(request: Request) -> str:
    return request.client.host[:45] if request.client else ""


def _said(model: BaseModel) -> Response:
    return Response(model.model_dump_json(exclude_none=True), media_type="application/json")
