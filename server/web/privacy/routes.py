"""How long data is kept, what is held about a person, and forgetting one who left."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db import setup_write
from server.db.privacy import rules
from server.db.privacy.forget import StillHere, forget
from server.db.privacy.person import held, name_of
from server.db.roster import changed
from server.rules.audit import Action, Target
from server.rules.retention import BOUNDS, Kind
from server.rules.rights import Right
from server.web.frame.audited import note
from server.web.frame.place import Number, Place, holding
from server.web.privacy.view import looked, privacy_view
from server.web.roster.fields import Fields, TypedForm
from server.web.setup.shared import announce, book_of, url_of

router = APIRouter()
BASE = "/s/{store}/setup"
Keeping = Annotated[Place, Depends(holding(Right.KEEP_PRIVACY))]


@router.get(f"{BASE}/privacy", response_class=Response)
def privacy_screen(place: Keeping) -> Response:
    return _show(place)


@router.post(f"{BASE}/privacy", response_class=Response)
def save_privacy(place: Keeping, typed: TypedForm) -> Response:
    """First what it would delete is said; only the very days of which it was said are saved."""
    fields = Fields(typed, place.words)
    days = {kind: fields.number(kind.value, bounds.least, bounds.most) for kind, bounds in BOUNDS.items()}
    if not fields.errors and days[Kind.STAFF] > days[Kind.CALLS]:
        fields.wrong("staff", place.words.gettext("No longer than the calls themselves."))
    if not fields.errors and days[Kind.LETTERS] > days[Kind.CALLS]:
        fields.wrong("letters", place.words.gettext("No longer than the calls themselves."))
    if fields.errors or fields.raw("act") != "save" or fields.raw("looked") != looked(days):
        return _show(place, fields, days)
    with place.services.db.transaction() as session:
        setup_write.lock(session, place.store.id)
        before = rules.kept(session, place.store.id)
        rules.choose(session, place.store.id, days)
        changes = {kind.value: (before[kind].days, days[kind]) for kind in days}
        note(
            place,
            session,
            Action.RETENTION_SET,
            changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]},
        )
    return RedirectResponse(f"{url_of(place)}/privacy", 303)


@router.get(f"{BASE}/people/{{row_id}}/held.json", response_class=Response)
def held_about(place: Keeping, row_id: Number) -> Response:
    with place.services.db.transaction() as session:  # without a record nothing is shown
        try:
            name = name_of(session, place.store.id, row_id)
        except LookupError:
            raise HTTPException(404) from None
        note(place, session, Action.EXPORTED_PERSON, Target("person", str(row_id), name))
    with place.services.db.reading() as session:
        found = held(session, place.store.id, row_id, place.services.now())
    file = f"person-{place.store.id}-{row_id}.json"
    return Response(
        json.dumps(found, ensure_ascii=False, indent=1),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"},
    )


@router.post(f"{BASE}/people/{{row_id}}/forget", response_class=Response)
def forget_person(place: Keeping, row_id: Number, typed: TypedForm) -> Response:
    t = place.words
    if Fields(typed, t).raw("sure") != "yes":
        return _show(place, notice=t.gettext("Nothing was changed: tick the box first."), status=422)
    word = place.screens.words(place.store.language).gettext("Former colleague")

    def noted(session: Session) -> None:
        changed(session, place.store.id)
        note(place, session, Action.PERSON_FORGOTTEN, Target("person", str(row_id)))

    try:
        forget(place.services.db, place.store.id, row_id, word, noted)
    except LookupError:
        raise HTTPException(404) from None
    except StillHere:
        words = t.gettext("Who works here cannot be forgotten. Switch the person off first.")
        return _show(place, notice=words, status=409)
    announce(place, "person", word)
    place.services.db.forget_old_pages()
    return RedirectResponse(f"{url_of(place)}/privacy", 303)


def _show(
    place: Place,
    fields: Fields | None = None,
    days: dict[Kind, int] | None = None,
    *,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    with place.services.db.reading() as session:
        kept = rules.kept(session, place.store.id)
        goes = None
        if fields is not None and days is not None and not fields.errors:
            goes = rules.would_go(session, place.store.id, days, place.services.now())
    wrong = fields is not None and bool(fields.errors)
    view = privacy_view(
        kept,
        book_of(place).people,
        place.words,
        url_of(place),
        typed={kind: fields.raw(kind.value) for kind in BOUNDS} if fields is not None else None,
        errors=fields.errors if fields is not None else None,
        goes=goes,
    )
    return place.show(
        "privacy/privacy.html", view, active="setup", notice=notice, status=422 if wrong else status
    )
