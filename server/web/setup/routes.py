"""The setup of a store, for its managers: the first screen, hours, previews, and every sort of thing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db import setup_write
from server.db.setup_book import Book
from server.db.watch_book import has_watches
from server.rules.rights import Right
from server.web.frame.place import Number, Place, holding
from server.web.roster.fields import Fields, TypedForm
from server.web.setup import hours as week
from server.web.setup import things
from server.web.setup.buttons import Buttons
from server.web.setup.causes import Causes
from server.web.setup.channels import Channels
from server.web.setup.forms import Filling, Preview, Values
from server.web.setup.hub import hub_view
from server.web.setup.pagers import Pagers, previews
from server.web.setup.people import People
from server.web.setup.previews import previews_of_zone
from server.web.setup.shared import book_of, change, url_of
from server.web.setup.sign_in_routes import router as sign_in_router
from server.web.setup.watch_routes import router as watch_router
from server.web.setup.zones import Zones

router = APIRouter()
Changing = Annotated[Place, Depends(holding(Right.CHANGE_SHOP))]


@router.get("/s/{store}/setup", response_class=Response)
def setup_screen(place: Changing) -> Response:
    with place.services.db.reading() as session:
        watches = has_watches(session, place.store.id)
    view = hub_view(book_of(place), place.words, url_of(place), place.url, place.may, watches=watches)
    return place.show("setup/hub.html", view, active="setup")


@router.get("/s/{store}/setup/preview/zone", response_class=Response)
def preview_zone(place: Changing, pager_name: str = "", of: str = "") -> Response:
    book = book_of(place)
    labels = [one.label for one in book.buttons if one.active and str(one.zone_id) == of]
    found = previews_of_zone(book, pager_name[:30], labels[0] if labels else "", place.words)
    return _previews(place, found)


@router.get("/s/{store}/setup/preview/pager", response_class=Response)
def preview_pager(place: Changing) -> Response:
    values = {name: (value[:200],) for name, value in place.request.query_params.items()}
    return _previews(place, previews(book_of(place), Filling(values), place.words))


@router.get("/s/{store}/setup/hours", response_class=Response)
def hours_screen(place: Changing, split: str = "") -> Response:
    return _hours(place, split=bool(split))


@router.post("/s/{store}/setup/hours", response_class=Response)
def save_hours(place: Changing, typed: TypedForm) -> Response:
    fields = Fields(typed, place.words)
    stale: list[bool] = []

    def do(session: Session, book: Book) -> str | None:
        found = week.read_hours(fields, book)
        stale.append(fields.raw("seen") != week.mark_of(book))
        if fields.errors or stale[0]:
            return None
        setup_write.set_hours(session, place.store.id, found)
        return ""

    change(place, "opening", do)
    if stale[0]:
        words = place.words.gettext(
            "Somebody else changed this meanwhile. Nothing of yours was saved: here is how it stands now."
        )
        return _hours(place, notice=words, status=409)
    if fields.errors:
        return _hours(place, typed=typed, fields=fields, status=422)
    return RedirectResponse(url_of(place), 303)


@router.post("/s/{store}/setup/hours/special", response_class=Response)
def add_special_day(place: Changing, typed: TypedForm) -> Response:
    fields = Fields(typed, place.words)

    def do(session: Session, book: Book) -> str | None:
        day, opens, closes = week.read_special(fields, book)
        if fields.errors:
            return None
        setup_write.add_special_day(session, place.store.id, day=day, opens=opens, closes=closes)
        return day.isoformat()

    change(place, "special_day", do)
    if fields.errors:
        return _hours(place, typed=typed, fields=fields, status=422)
    return RedirectResponse(f"{url_of(place)}/hours#special", 303)


@router.post("/s/{store}/setup/hours/special/{row_id}/remove", response_class=Response)
def remove_special_day(place: Changing, row_id: Number) -> Response:
    def do(session: Session, _book: Book) -> str | None:
        return "" if setup_write.remove_special_day(session, place.store.id, row_id) else None

    change(place, "special_day", do)
    return RedirectResponse(f"{url_of(place)}/hours#special", 303)


def _hours(
    place: Place,
    *,
    split: bool = False,
    typed: Values | None = None,
    fields: Fields | None = None,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    view = week.hours_view(
        book_of(place),
        place.words,
        url_of(place),
        place.words.local(place.services.now()).date(),
        split=split,
        typed=typed,
        errors=fields.errors if fields else None,
    )
    return place.show("setup/hours.html", view, active="setup", notice=notice, status=status)


def _previews(place: Place, found: tuple[Preview, ...]) -> Response:
    return Response(
        place.screens.render("setup/previews.html", place.words, previews=found), media_type="text/html"
    )


ZONES, CAUSES = Zones(), Causes()
router.include_router(sign_in_router)
router.include_router(watch_router)
for one in (ZONES, Buttons(), People(), Pagers(), CAUSES, Channels()):
    router.include_router(things.routes(one))
for tree in (ZONES, CAUSES):
    router.include_router(things.moving(tree))
