"""What staff see and say by the public API, as the engine takes it: the same requests that the routes build."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from server.db import cause_tree
from server.db import incidents as rows
from server.db.cause_tree import CauseFacts
from server.db.connect import Database
from server.db.tables import Account, Carrier
from server.engine.core import ServerCore
from server.requests import (
    AboutIncident,
    Acknowledge,
    Arrive,
    Close,
    Ending,
    NeedHelp,
    PassOn,
)
from server.rules.facts import Incident
from server.rules.incidents import SAID_BY_STAFF, Outcome
from server.rules.remedies import MOST_CENTS, Remedy
from server.rules.rights import Right, may

MOST = 200


def of_store(store: str) -> str:
    """What follows a login that somebody of another store has already."""
    return f".{store}"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is signed in."""

    account: int
    carrier: int | None
    sees_quiet: bool


def members(db: Database, store: str) -> dict[str, Member]:
    """By login, as the plan of the store has it."""
    with db.reading() as session:
        found = session.execute(
            select(Account, col(Carrier.role))
            .outerjoin(Carrier, col(Carrier.id) == col(Account.carrier_id))
            .where((col(Account.store_id) == store) | col(Account.store_id).is_(None))
            .order_by(col(Account.id))
        ).all()
    return {
        one.login.removesuffix(of_store(store)): Member(
            one.id or 0, one.carrier_id, may(one.role, Right.SEE_QUIET) or wears == "security"
        )
        for one, wears in found
    }


@dataclass(frozen=True, slots=True)
class Seen:
    """An incident in the list that the API gives."""

    number: int
    state: str
    zone: str
    button: str


def open_incidents(db: Database, store: str) -> list[Seen]:
    """As `GET /incidents?state=open`: newest first."""
    with db.reading() as session:
        found = rows.latest(session, store, MOST, None, rows.OPEN)
    return [Seen(one.incident.number, one.incident.state, one.zone or "", one.button or "") for one in found]


class NotTaken(ValueError):
    """The API refuses to read this."""


def asked(
    db: Database, store: str, who: Member, number: int, verb: str, said: Mapping[str, object]
) -> AboutIncident | None:
    """What the route of this verb asks of the engine. None: refused before anybody is asked. Raises NotTaken."""
    with db.reading() as session:
        one = rows.find(session, store, number, quiet=who.sees_quiet)
        if one is None:
            return None
        request = _request(one.id, who, verb, said, lambda: cause_tree.causes(session, store))
        if isinstance(request, PassOn) and not rows.may_take(session, one, request.to):
            return None
        return request


class Desk:
    """The same out of the engine's own memory, without a query for each look: for months of looks. Whoever may know
    of quiet calls sees them among the others."""

    def __init__(self, db: Database, store: str) -> None:
        self._store = store
        with db.reading() as session:
            self._causes = cause_tree.causes(session, store)

    def open_incidents(self, core: ServerCore, who: Member) -> list[Seen]:
        shop = core.picture.stores[self._store]
        found = []
        for one in self._open(core, who):
            zone = shop.zones.get(one.zone_id or 0)
            button = shop.buttons.get((one.device, one.input))
            found.append(
                Seen(one.number, one.state.value, zone.name if zone else "", button.label if button else "")
            )
        return found

    def asked(
        self, core: ServerCore, who: Member, number: int, verb: str, said: Mapping[str, object]
    ) -> AboutIncident | None:
        """As the function of this name."""
        one = next((one for one in self._open(core, who) if one.number == number), None)
        return None if one is None else _request(one.id, who, verb, said, lambda: self._causes)

    def _open(self, core: ServerCore, who: Member) -> list[Incident]:
        return [
            one
            for one in core.picture.incidents.values()
            if one.closed_at is None and one.store_id == self._store and (who.sees_quiet or not one.quiet)
        ]


def _request(
    incident: UUID,
    who: Member,
    verb: str,
    said: Mapping[str, object],
    causes: Callable[[], Sequence[CauseFacts]],
) -> AboutIncident:
    match verb:
        case "acknowledge":
            return Acknowledge(incident, who.account)
        case "arrive":
            return Arrive(incident, who.account)
        case "help":
            return NeedHelp(incident, who.account)
        case "pass":
            to = said.get("to")
            if to is not None and not isinstance(to, int):
                raise NotTaken("to")
            return PassOn(incident, who.account, to)
        case "close":
            return Close(incident, who.account, _ending(said, causes))
    raise NotTaken(verb)


def _ending(said: Mapping[str, object], causes: Callable[[], Sequence[CauseFacts]]) -> Ending:
    cause, cost, apology = said.get("cause"), said.get("cost_cents"), said.get("apology")
    try:
        outcome = Outcome(str(said["outcome"]))
        remedy = None if said.get("remedy") is None else Remedy(str(said["remedy"]))
    except (KeyError, ValueError) as error:
        raise NotTaken("outcome or remedy") from error
    if outcome not in SAID_BY_STAFF:
        raise NotTaken("outcome")
    if cost is not None and not (isinstance(cost, int) and 0 <= cost <= MOST_CENTS):
        raise NotTaken("cost_cents")
    if apology is not None and not isinstance(apology, bool):
        raise NotTaken("apology")
    chosen = None
    if cause is not None:
        chosen = cause_tree.cause_named(causes(), cause) if isinstance(cause, int | str) else None
        if chosen is None:
            raise NotTaken("cause")
    return Ending(outcome, chosen, apology, remedy, cost)
