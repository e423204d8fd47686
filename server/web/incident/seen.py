"""Which incident a request is about, for whoever may know of it. A quiet one does not exist for anybody else."""

from __future__ import annotations

from fastapi import HTTPException

from server.db import incidents
from server.db.incidents import Found
from server.requests import DeskClosed, Looked
from server.web.frame.place import Place
from server.web.frame.reach import within_reach


def found(place: Place, number: int) -> Found:
    with place.services.db.reading() as session:
        one = incidents.find(session, place.store.id, number, quiet=place.visitor.sees_quiet(place.store.id))
    if one is None:
        raise HTTPException(404)
    if not within_reach(place.visitor, place.store.id, place.words.zone, one, place.services.now()):
        raise HTTPException(403)
    return one


def note_look(place: Place, one: Found) -> None:
    """A look at a quiet call is on record before anything of it is shown; without a record it is not shown."""
    if not one.quiet:
        return
    try:
        place.services.desk.ask(Looked(one.id, place.visitor.account_id, place.visitor.actor))
    except DeskClosed:
        raise HTTPException(503) from None
