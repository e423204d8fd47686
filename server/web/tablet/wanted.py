"""What somebody wants to do to a call, carried from screen to screen until the PIN: nothing of it is kept here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Form, Query
from sqlmodel import Session

from server.db import cause_tree
from server.db.open_incidents import OpenIncident
from server.requests import AboutIncident, Acknowledge, Arrive, Close, Ending, PassOn
from server.rules.incidents import MOVES, Event, Outcome, State
from server.web.frame.words import Words
from server.web.incident.ending import LONGEST, TypedEnding, read_ending

EVENTS = {
    "acknowledge": Event.ACKNOWLEDGE,
    "arrive": Event.ARRIVE,
    "pass": Event.PASS_ON,
    "close": Event.CLOSE,
}
"""All that a PIN is good for."""
MOST = 10 * LONGEST


@dataclass(frozen=True, slots=True)
class Wanted:
    act: str
    to: str = ""
    """A carrier, or nothing: whoever the policy calls next."""
    outcome: str = ""
    cause: str = ""
    apology: str = ""
    remedy: str = ""
    cost: str = ""

    @property
    def ending(self) -> TypedEnding:
        return TypedEnding(self.outcome, self.cause, self.apology, self.remedy, self.cost)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """For hidden fields and links; what says nothing is left out."""
        return tuple((one.name, getattr(self, one.name)) for one in fields(self) if getattr(self, one.name))

    def query(self, **more: object) -> str:
        return urlencode([*self.pairs, *more.items()])

    def fits(self, state: State) -> bool:
        event = EVENTS.get(self.act)
        return event is not None and (state, event) in MOVES


Asked = Annotated[str, Query(max_length=MOST)]
Sent = Annotated[str, Form(max_length=MOST)]


def _by_link(
    act: Asked = "",
    to: Asked = "",
    outcome: Asked = "",
    cause: Asked = "",
    apology: Asked = "",
    remedy: Asked = "",
    cost: Asked = "",
) -> Wanted:
    return Wanted(*(part[:LONGEST] for part in (act, to, outcome, cause, apology, remedy, cost)))


def _by_form(
    act: Sent = "",
    to: Sent = "",
    outcome: Sent = "",
    cause: Sent = "",
    apology: Sent = "",
    remedy: Sent = "",
    cost: Sent = "",
) -> Wanted:
    return Wanted(*(part[:LONGEST] for part in (act, to, outcome, cause, apology, remedy, cost)))


WantedByLink = Annotated[Wanted, Depends(_by_link)]
WantedByForm = Annotated[Wanted, Depends(_by_form)]


def ending_of(
    session: Session, store: str, call: OpenIncident, wanted: Wanted, t: Words
) -> tuple[Ending | None, dict[str, str]]:
    """How it is to end, or field -> what is wrong. Of a drill nothing is asked."""
    if call.purpose == "drill":
        return Ending(Outcome.FALSE_PRESS), {}
    return read_ending(wanted.ending, cause_tree.causes(session, store), t)


def request_of(
    call: OpenIncident, wanted: Wanted, account: int, tablet: str, ending: Ending | None
) -> AboutIncident | None:
    """The same that a phone asks of the engine. None: nothing that a PIN is good for."""
    match wanted.act:
        case "acknowledge":
            return Acknowledge(call.id, account, tablet)
        case "arrive":
            return Arrive(call.id, account, tablet)
        case "pass":
            return PassOn(call.id, account, carrier_of(wanted.to), tablet)
        case "close" if ending is not None:
            return Close(call.id, account, ending, tablet)
        case _:
            return None


def carrier_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
