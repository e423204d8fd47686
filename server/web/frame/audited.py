"""How a route writes into the audit log: one word for what its visitor did, in the transaction that does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import Session

from server.db import audit, audit_rows
from server.rules.audit import NOTHING, Action, Changes, Outcome, Target
from server.web.frame.place import Place


def note(
    place: Place,
    session: Session,
    action: Action,
    target: Target = NOTHING,
    changes: Changes | None = None,
    outcome: Outcome = Outcome.OK,
) -> None:
    """At the end of the transaction that makes the change."""
    now, by = place.services.now(), place.visitor.actor
    audit.note(
        session, now, by, action, store=place.store.id, target=target, changes=changes, outcome=outcome
    )


@dataclass
class Noted:
    saved: bool = False
    """Somebody saved it, be it without a difference."""
    name: str = ""
    """Of the thing; if nobody gives one, its row's own."""


@contextmanager
def noting(place: Place, session: Session, what: str) -> Iterator[Noted]:
    """Around a change of rows of the shop: what became of them is noted, with before and after. `what` is one of
    `audit_rows.SORTS`."""
    before = audit_rows.look(session, place.store.id, what)
    noted = Noted()
    yield noted
    after = audit_rows.look(session, place.store.id, what)
    told = audit_rows.told(session, what, noted.name, before, after)
    if told is None and noted.saved:
        note(place, session, Action.CHANGED, Target(what, name=noted.name))
    elif told is not None:
        note(place, session, told.action, told.target, told.changes)


def note_look_at_words(place: Place, target: Target) -> None:
    """Before words about a customer are shown: without a record they are not. Once per person, thing and hour."""
    with place.services.db.transaction() as session:
        audit.note_hourly(
            session,
            place.services.now(),
            place.visitor.actor,
            Action.LOOKED_WORDS,
            store=place.store.id,
            target=target,
        )
