"""The routes of every sort of thing: list, a form for a new one, its own form, order, off and on."""

from __future__ import annotations

from fastapi import APIRouter, Depends, HTTPException
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db import setup_write
from server.db.setup_book import Book
from server.web.frame.place import Number, Place, holding
from server.web.roster.fields import Fields, TypedForm
from server.web.setup.forms import Values
from server.web.setup.noun import Noun
from server.web.setup.shared import Changed, book_of, change, url_of
from server.web.setup.tree import moved


def routes(noun: Noun) -> APIRouter:
    router = APIRouter()
    base = f"/s/{{store}}/setup/{noun.path}"
    allowed = Depends(holding(noun.right))

    @router.get(base, response_class=Response)
    def listed(place: Place = allowed) -> Response:
        return show_list(place, noun)

    @router.get(f"{base}/new", response_class=Response)
    def blank(place: Place = allowed) -> Response:
        book = book_of(place)
        return show_form(place, noun, book, None, noun.start(book, place.request.query_params))

    @router.post(f"{base}/new", response_class=Response)
    def add(typed: TypedForm, place: Place = allowed) -> Response:
        return _save(place, noun, None, typed)

    @router.get(f"{base}/{{row_id}}", response_class=Response)
    def shown(row_id: Number, place: Place = allowed) -> Response:
        book = book_of(place)
        return show_form(place, noun, book, row_id, _kept(noun, book, row_id))

    @router.post(f"{base}/{{row_id}}", response_class=Response)
    def save(row_id: Number, typed: TypedForm, place: Place = allowed) -> Response:
        return _save(place, noun, row_id, typed)

    @router.post(f"{base}/{{row_id}}/off", response_class=Response)
    def off(row_id: Number, place: Place = allowed) -> Response:
        return _switch(place, noun, row_id, active=False)

    @router.post(f"{base}/{{row_id}}/on", response_class=Response)
    def on(row_id: Number, place: Place = allowed) -> Response:
        return _switch(place, noun, row_id, active=True)

    return router


def moving(noun: Noun) -> APIRouter:
    """For those that stand in an order which people choose: zones and causes."""
    router = APIRouter()
    allowed = Depends(holding(noun.right))

    @router.post(f"/s/{{store}}/setup/{noun.path}/{{row_id}}/move", response_class=Response)
    def move(row_id: Number, typed: TypedForm, place: Place = allowed) -> Response:
        up = typed.get("way") == ("up",)

        def do(session: Session, book: Book) -> str | None:
            rows = [row for row in getattr(book, noun.path) if row.active]
            if row_id not in {row.id for row in rows}:
                raise LookupError(row_id)
            order = moved(rows, row_id, up)
            if order is None:
                return None
            setup_write.arrange(session, place.store.id, noun.path, order)
            return noun.name(book, row_id)

        change(place, noun.what, do)
        return RedirectResponse(f"{url_of(place)}/{noun.path}#row-{row_id}", 303)

    return router


def show_list(place: Place, noun: Noun, *, notice: str | None = None, status: int = 200) -> Response:
    view = noun.listing(book_of(place), place.words, url_of(place))
    return place.show("setup/list.html", view, active="setup", notice=notice, status=status)


def show_form(
    place: Place,
    noun: Noun,
    book: Book,
    row_id: int | None,
    values: Values,
    errors: dict[str, str] | None = None,
    *,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    view = noun.form(book, place.words, url_of(place), row_id, values, errors or {})
    return place.show("setup/form.html", view, active="setup", notice=notice, status=status)


def _kept(noun: Noun, book: Book, row_id: int) -> Values:
    try:
        return noun.kept(book, row_id)
    except LookupError:
        raise HTTPException(404) from None


def _save(place: Place, noun: Noun, row_id: int | None, typed: Values) -> Response:
    fields = Fields(typed, place.words)
    saved: list[int] = []

    def do(session: Session, book: Book) -> str | None:
        if row_id is not None and fields.raw("seen") != noun.kept(book, row_id)["mark"][-1]:
            raise Changed
        target, values = noun.read(book, fields, row_id)
        if fields.errors:
            return None
        written = setup_write.save(session, place.store.id, noun.path, target, values)
        noun.after(session, book, fields, written)
        saved.append(written)
        return str(values.get("name") or values.get("label") or "")

    try:
        change(place, noun.what, do)
    except Changed:
        return _changed_meanwhile(place, noun, row_id)
    if fields.errors:
        return show_form(place, noun, book_of(place), row_id, typed, fields.errors, status=422)
    return RedirectResponse(noun.next(url_of(place), saved[0], new=row_id is None), 303)


def _changed_meanwhile(place: Place, noun: Noun, row_id: int | None) -> Response:
    """What stands there now, instead of what this form knew: nothing was overwritten."""
    assert row_id is not None
    book = book_of(place)
    words = place.words.gettext(
        "Somebody else changed this meanwhile. Nothing of yours was saved: here is how it stands now."
    )
    return show_form(place, noun, book, row_id, _kept(noun, book, row_id), notice=words, status=409)


def _switch(place: Place, noun: Noun, row_id: int, *, active: bool) -> Response:
    refused: list[str] = []

    def do(session: Session, book: Book) -> str | None:
        name = noun.name(book, row_id)
        why = (noun.why_not_on if active else noun.why_not_off)(book, row_id, place.words)
        if not active and _ends_own_sign_in(place, noun, row_id):
            why = place.words.gettext("This is your own sign-in: somebody else can change it.")
        if why is not None:
            refused.append(why)
            return None
        setup_write.save(session, place.store.id, noun.path, row_id, {"active": active})
        if not active:
            noun.switched_off(session, book, row_id)
        return name

    change(place, noun.what, do)
    if refused:
        return show_list(place, noun, notice=refused[0], status=409)
    return RedirectResponse(f"{url_of(place)}/{noun.path}", 303)


def _ends_own_sign_in(place: Place, noun: Noun, row_id: int) -> bool:
    """Whoever manages a store last would leave it to nobody. Who manages every store stays signed in anyway."""
    visitor = place.visitor
    return noun.path == "people" and (visitor.store_id, visitor.carrier_in(place.store.id)) == (
        place.store.id,
        row_id,
    )
