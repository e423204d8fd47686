"""The tablet's first screen: not let in yet, showing its number, or the board."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from server.db import places, tablets
from server.db.sign_ins import new_token
from server.db.tablets import Asking, Enrolled, TakenBack
from server.web.frame.arrival import way_of
from server.web.frame.screens import language_of, screens_of
from server.web.frame.words import Words
from server.web.services import services_of
from server.web.tablet import access
from server.web.tablet.access import HOME
from server.web.tablet.routes import show_board

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Door:
    private: bool
    """What it says cannot be read on its way."""
    open: bool
    """A manager waits for a tablet."""
    taken_back: bool
    number: str
    """In two groups of three; empty: it has not asked."""
    error: str = ""


@router.get(HOME, response_class=Response)
def tablet_screen(request: Request) -> Response:
    place = access.place_or_none(request)
    return _door(request) if place is None else show_board(place)


@router.post(f"{HOME}/ask", response_class=Response)
def ask_to_be_let_in(request: Request) -> Response:
    """A long secret at once, and a number to show. It opens nothing until a manager has typed that number."""
    services, secret = services_of(request), new_token()
    now = services.now()
    if not way_of(request).private:
        return _door(request, status=403)
    if isinstance(access.seen(request), Enrolled):
        return RedirectResponse(HOME, 303)
    with services.db.transaction() as session:
        if not tablets.any_door(session, now):
            return RedirectResponse(HOME, 303)
        agent = request.headers.get("user-agent", "")
        number = tablets.ask(session, secret, agent, now, access.secret_of(request))
    if number is None:
        words = _words(request).gettext("Too many tablets ask at the moment. Please wait a few minutes.")
        return _door(request, error=words, status=429)
    answer = RedirectResponse(HOME, 303)
    access.set_cookie(request, answer, secret)
    return answer


def _door(request: Request, *, error: str = "", status: int = 200) -> Response:
    services, found = services_of(request), access.seen(request)
    with services.db.reading() as session:
        is_open = tablets.any_door(session, services.now())
    number = found.number if isinstance(found, Asking) else ""
    view = Door(
        private=way_of(request).private,
        open=is_open,
        taken_back=isinstance(found, TakenBack),
        number=f"{number[:3]}\u00a0{number[3:]}" if number else "",
        error=error,
    )
    return screens_of(request).show(request, "tablet/door.html", view, _words(request), status=status)


def _words(request: Request) -> Words:
    with services_of(request).db.reading() as session:
        stores = places.stores(session)
    return screens_of(request).words(language_of(request, None, stores[0] if stores else None))
