"""Who changed and looked at what, as a screen and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response, StreamingResponse

from server.db import audit_read as rows
from server.db.audit_read import Wanted
from server.rules.audit import Action
from server.rules.rights import Right
from server.web.audit.view import Typed, cells, header, log, read
from server.web.frame.audited import note
from server.web.frame.csv_out import AT_ONCE, Cell, csv_text
from server.web.frame.place import Place, holding

router = APIRouter()

SCREENFUL = 100
MOST = 20_000
"""Lines of an export: the newest ones."""
Seeing = Annotated[Place, Depends(holding(Right.SEE_AUDIT))]
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


@router.get("/s/{store}/audit", response_class=Response)
def audit_screen(place: Seeing, before: Before = None) -> Response:
    typed, stores = _typed(place), _stores(place)
    wanted = typed.wanted(place.words, stores, quiet=_knows_quiet(place), before=before)
    with place.services.db.reading() as session:
        found = rows.find(session, wanted, SCREENFUL + 1)
        known = rows.people(session, stores)
    view = log(typed, found, SCREENFUL, known, place.words, url=place.url, may_export=place.may(Right.EXPORT))
    return place.show("audit/audit.html", view, active="audit")


@router.get("/s/{store}/audit.csv", response_class=Response)
def audit_file(place: Seeing, _export: Annotated[Place, Depends(holding(Right.EXPORT))]) -> StreamingResponse:
    typed, stores = _typed(place), _stores(place)
    wanted = typed.wanted(place.words, stores, quiet=_knows_quiet(place))
    with place.services.db.transaction() as session:
        days = f"{typed.first} – {typed.last}"
        note(place, session, Action.EXPORTED_AUDIT, changes={"days": (None, days)})

    name = f"changes-{place.store.id}-{typed.first}-{typed.last}.csv"
    return StreamingResponse(
        csv_text(header(place.words), _lines(place, wanted)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _lines(place: Place, wanted: Wanted) -> Iterator[list[Cell]]:
    """A look at the database for each piece: a slow reader holds no connection."""
    left = MOST
    while left > 0:
        with place.services.db.reading() as session:
            found = rows.find(session, wanted, AT_ONCE)
        yield from (cells(row, place.words) for row in found[:left])
        if len(found) < AT_ONCE:
            return
        left -= AT_ONCE
        wanted = replace(wanted, before=found[-1].id)


def _typed(place: Place) -> Typed:
    return read(place.request.query_params, place.words.local(place.services.now()).date())


def _stores(place: Place) -> list[str]:
    """Whoever belongs to every store sees what belongs to none, too."""
    return [place.store.id, *([""] if place.visitor.store_id is None else [])]


def _knows_quiet(place: Place) -> bool:
    return place.visitor.sees_quiet(place.store.id)
