"""Somebody looks at a quiet call: who looked is written down before it is shown, open or long closed."""

from __future__ import annotations

from sqlmodel import Session

from server.db.tables import Incident
from server.engine.work import Work
from server.requests import Answer, Done, Looked, Refusal, RefusalReason
from server.rules.audit import Action as Audited
from server.rules.audit import Target
from server.rules.incidents import State
from server.rules.journal import Action


def looked(work: Work, request: Looked, session: Session) -> Answer:
    row = session.get(Incident, request.incident)
    store = work.picture.stores.get(row.store_id) if row is not None else None
    if row is None or store is None or request.account not in store.accounts:
        return Refusal(request.incident, RefusalReason.UNKNOWN)
    work.say(Action.LOOKED, store=store.id, about=row.id, account=request.account)
    seen = Target("incident", str(row.id), f"№ {row.number}")
    work.note(request, Audited.LOOKED_QUIET, store.id, seen, hourly=True)
    return Done(row.id, State(row.state))
