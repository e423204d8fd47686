"""Who looks at which store, and by which right: every screen of a store says `holding(Right.X)`, and nothing else
lets anybody in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request
from starlette.responses import HTMLResponse

from server.db import places
from server.db.places import StoreFacts
from server.rules.rights import Right
from server.web.frame.access import SignedIn, Visitor
from server.web.frame.screens import Screens, language_of, screens_of
from server.web.frame.words import Words
from server.web.services import Services, services_of


@dataclass(frozen=True, slots=True)
class Place:
    request: Request
    services: Services
    screens: Screens
    visitor: Visitor
    store: StoreFacts
    words: Words

    @property
    def url(self) -> str:
        return f"/s/{self.store.id}"

    def may(self, right: Right) -> bool:
        """For what a screen shows besides: whether this visitor could open it, or do it."""
        return self.visitor.may(right, self.store.id)

    def show(
        self,
        template: str,
        view: object,
        *,
        active: str,
        wall: bool = False,
        notice: str | None = None,
        status: int = 200,
    ) -> HTMLResponse:
        return self.screens.show(
            self.request,
            template,
            view,
            self.words,
            visitor=self.visitor,
            store=self.store,
            active=active,
            wall=wall,
            notice=notice,
            status=status,
        )


def _place(request: Request, store: str, visitor: SignedIn) -> Place:
    services, screens = services_of(request), screens_of(request)
    with services.db.reading() as session:
        found = places.store(session, store) if visitor.may_see(store) else None
    if found is None:
        raise HTTPException(404)  # the same answer for "not yours" as for "not there"
    words = screens.words(language_of(request, visitor, found), found.timezone)
    return Place(request, services, screens, visitor, found, words)


_AtStore = Annotated[Place, Depends(_place)]


@cache
def holding(right: Right) -> Callable[[Place], Place]:
    """A dependency: a place whose visitor has this right. `place: Annotated[Place, Depends(holding(Right.ENROL))]`."""

    def held(place: _AtStore) -> Place:
        if not place.may(right):
            raise HTTPException(403)
        return place

    return held


def knowing_of_quiet(place: _AtStore) -> Place:
    """The one exception: who may not know of quiet calls does not learn that there is such a screen."""
    if not place.visitor.sees_quiet(place.store.id):
        raise HTTPException(404)
    return place


Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The number of an incident, as it stands in an address."""
