"""Which tablet this is: its own cookie, which opens the routes of this folder and nothing else in the product.

A PIN makes no sign-in: it comes along with the one thing that it buys, so there is nothing to leave open, to steal or
to forget to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from server.db import places, tablets
from server.db.places import StoreFacts
from server.db.tablets import Enrolled, Seen
from server.web.frame.arrival import by_https, way_of
from server.web.frame.screens import Screens, language_of, screens_of
from server.web.frame.words import Words
from server.web.services import Services, services_of

COOKIE = "redbutton-tablet"
SECURE_COOKIE = "__Host-redbutton-tablet"
YEAR_S = 365 * 24 * 3600
HOME = "/tablet"


@dataclass(frozen=True, slots=True)
class Shell:
    """What stands around each screen of a tablet."""

    tablet: str
    at: float
    """The server's clock, seconds of the epoch."""
    at_words: str
    body: object


@dataclass(frozen=True, slots=True)
class TabletPlace:
    """A tablet that was let in, and its store. There is no person here."""

    request: Request
    services: Services
    screens: Screens
    tablet: Enrolled
    store: StoreFacts
    words: Words

    def show(
        self, template: str, view: object, *, notice: str | None = None, status: int = 200
    ) -> HTMLResponse:
        now = self.services.now()
        shell = Shell(self.tablet.name, now.timestamp(), self.words.clock(now), view)
        return self.screens.show(
            self.request, template, shell, self.words, store=self.store, notice=notice, status=status
        )


class NoTablet(Exception):
    """This browser is no tablet of a shop, or not any more."""


def install(app: FastAPI) -> None:
    app.add_exception_handler(NoTablet, _to_the_door)


def secret_of(request: Request) -> str | None:
    """What came in clear counts for nothing: others may have read it."""
    if not way_of(request).private:
        return None
    return request.cookies.get(SECURE_COOKIE if by_https(request) else COOKIE)


def seen(request: Request) -> Seen | None:
    """What this browser is to us; a tablet that is in use is kept from lapsing."""
    services, secret = services_of(request), secret_of(request)
    if not secret:
        return None
    now = services.now()
    with services.db.reading() as session:
        found = tablets.find(session, secret, now)
    if isinstance(found, Enrolled) and found.stale:
        with services.db.transaction() as session:
            tablets.touch(session, found.id, now)
    return found


def _at_tablet(request: Request) -> TabletPlace:
    place = place_or_none(request)
    if place is None:
        raise NoTablet
    return place


def place_or_none(request: Request) -> TabletPlace | None:
    found = seen(request)
    if not isinstance(found, Enrolled):
        return None
    services, screens = services_of(request), screens_of(request)
    with services.db.reading() as session:
        store = places.store(session, found.store_id)
    if store is None:
        return None
    words = screens.words(language_of(request, None, store), store.timezone)
    return TabletPlace(request, services, screens, found, store, words)


AtTablet = Annotated[TabletPlace, Depends(_at_tablet)]


def set_cookie(request: Request, response: Response, secret: str) -> None:
    secure = by_https(request)
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        secret,
        max_age=YEAR_S,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def _to_the_door(request: Request, _error: Exception) -> Response:
    """A stream hears 401 and loads its page anew; a fragment sends the whole screen."""
    if "hx-request" in request.headers and not request.url.path.endswith("/stream"):
        return Response(status_code=401, headers={"HX-Redirect": HOME})
    if request.url.path.endswith("/stream"):
        return Response(status_code=401)
    return RedirectResponse(HOME, 303)
