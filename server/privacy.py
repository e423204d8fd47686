"""`redbutton privacy export`: everything that is held about one person, as JSON; noted in the audit log first."""

from __future__ import annotations

import json
from datetime import datetime

from sqlmodel import select

from broker_config.errors import SetupError
from server.db import audit
from server.db.connect import Database
from server.db.privacy.person import held
from server.db.tables import Carrier
from server.rules.audit import Action, Actor, Target
from server.setup import need_newest


def export(db: Database, person: str, store: str | None, by: Actor, now: datetime) -> str:
    """`person`: a name as it stands in the setup, or its number. Raises SetupError."""
    need_newest(db)
    with db.reading() as session:
        known = session.exec(select(Carrier).order_by(Carrier.store_id, Carrier.name)).all()
    found = [
        one
        for one in known
        if store in (None, one.store_id) and person.casefold() in (one.name.casefold(), str(one.id))
    ]
    if not found:
        raise SetupError(f"nobody is called {person!r} here: write the whole name as it stands in the setup")
    if len(found) > 1:
        which = ", ".join(f"{one.id} ({one.name}, {one.initials}, store {one.store_id})" for one in found)
        raise SetupError(f"several people are called {person!r}: give a number instead: {which}")
    (one,) = found
    assert one.id is not None
    with db.transaction() as session:
        target = Target("person", str(one.id), one.name)
        audit.note(session, now, by, Action.EXPORTED_PERSON, store=one.store_id, target=target)
    with db.reading() as session:
        return json.dumps(held(session, one.store_id, one.id, now), ensure_ascii=False, indent=1)
