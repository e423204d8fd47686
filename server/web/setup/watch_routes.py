"""The screen on which watches are taught: it sends a code, shows what was heard, and takes a heard code."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.db.setup_book import Book
from server.db.watch_book import WatchBook, read_watches
from server.db.watch_codes import CodeInUse, give_back, take
from server.requests import DeskClosed, Refusal, RefusalReason, SendCode
from server.rules.rights import Right
from server.rules.watch_codes import Place as Spot
from server.web.frame.place import Place, holding
from server.web.roster.fields import Fields, TypedForm
from server.web.setup.forms import Filling
from server.web.setup.shared import change, url_of
from server.web.setup.watches import now_view, place_key, place_of, reasons_of, title_of, watches_view

router = APIRouter()
Changing = Annotated[Place, Depends(holding(Right.CHANGE_SHOP))]
CODE = re.compile(r"[0-9A-F]{6}")
WHAT = "watch_code"


@router.get("/s/{store}/setup/watches", response_class=Response)
def watches_screen(place: Changing, of: str = "", at: str = "", take: str = "") -> Response:
    return _show(place, of=of, at=at, code=take if CODE.fullmatch(take) else "")


@router.get("/s/{store}/setup/watches/now", response_class=Response)
def watches_now(place: Changing) -> Response:
    """What was heard and sent, alone: the screen asks for it again and again."""
    view = now_view(_book(place), place.words, url_of(place))
    return HTMLResponse(place.screens.render("setup/watches_now.html", place.words, v=view))


@router.post("/s/{store}/setup/watches/send", response_class=Response)
def send(place: Changing, typed: TypedForm) -> Response:
    fields, t = Fields(typed, place.words), place.words
    pager, where = fields.maybe_number("group", 1, 2**31 - 1), place_of(fields.raw("where"))
    reasons = reasons_of(fields.raw("reason"))
    if pager is None or where is None or len(reasons) != 1:
        return _show(place, notice=_gone(place), status=422)
    about = (place.store.id, place.visitor.account_id, pager, *where, reasons[0])
    notice, status = "", 409
    try:
        answer = place.services.desk.ask(SendCode(*about, by=place.visitor.actor))
        if isinstance(answer, Refusal):
            notice = _gone(place)
            if answer.reason is RefusalReason.AWAY:
                notice = t.gettext("The gateway of these watches is not there. Look at Devices first.")
    except DeskClosed:
        notice, status = t.gettext("The server did not answer in time. Please try again."), 503
    if notice:
        return _show(place, of=str(pager), at=place_key(where), notice=notice, status=status)
    return _back(place, where, str(pager))


@router.post("/s/{store}/setup/watches/take", response_class=Response)
def take_code(place: Changing, typed: TypedForm) -> Response:
    fields, t = Fields(typed, place.words), place.words
    code, where, reasons = fields.raw("code"), place_of(fields.raw("where")), reasons_of(fields.raw("reason"))
    if CODE.fullmatch(code) is None or code in ("000000", "FFFFFF") or where is None or not reasons:
        return _show(place, notice=_gone(place), status=422)
    spot = where

    def do(session: Session, _book: Book) -> str | None:
        try:
            take(session, place.store.id, spot, reasons, code)
        except CodeInUse as other:
            named = title_of(_book_in(place, session), other.place, t)
            words = t.gettext(
                "%(place)s has this code already: a watch could not tell them apart.", place=named
            )
            fields.wrong("where", words)
            return None
        return title_of(_book_in(place, session), spot, t)

    change(place, WHAT, do)
    if fields.errors:
        return _show(place, code=code, typed=Filling(typed, fields.errors), status=422)
    return _back(place, spot)


@router.post("/s/{store}/setup/watches/own", response_class=Response)
def own_codes(place: Changing, typed: TypedForm) -> Response:
    spot = place_of(Fields(typed, place.words).raw("where"))
    if spot is None:
        return _show(place, notice=_gone(place), status=422)
    found = spot

    def do(session: Session, _book: Book) -> str | None:
        give_back(session, place.store.id, found)
        return title_of(_book_in(place, session), found, place.words)

    change(place, WHAT, do)
    return _back(place, found)


def _show(
    place: Place,
    *,
    of: str = "",
    at: str = "",
    code: str = "",
    typed: Filling | None = None,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    view = watches_view(_book(place), place.words, url_of(place), of=of, at=at, take=code, typed=typed)
    return place.show("setup/watches.html", view, active="setup", notice=notice, status=status)


def _back(place: Place, spot: Spot, of: str = "") -> Response:
    """To the place that was acted on."""
    key = place_key(spot)
    asked = urlencode({"at": key} | ({"of": of} if of else {}))
    return RedirectResponse(f"{url_of(place)}/watches?{asked}#{key}", 303)


def _gone(place: Place) -> str:
    return place.words.gettext("This code is not there any more. Here is what there is now.")


def _book(place: Place) -> WatchBook:
    with place.services.db.reading() as session:
        return _book_in(place, session)


def _book_in(place: Place, session: Session) -> WatchBook:
    return read_watches(session, place.store.id, place.services.now())
