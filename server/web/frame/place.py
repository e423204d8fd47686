"""Who looks at which store: the one dependency of every screen of a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request
from starlette.responses import HTMLResponse

from server.db import places
from server.db.places import StoreFacts
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


AtStore = Annotated[Place, Depends(_place)]


def _as_manager(place: AtStore) -> Place:
    if place.visitor.role != "manager":
        raise HTTPException(403)
    return place


Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The number of an incident, as it stands in an address."""

AtStoreAsManager = Annotated[Place, Depends(_as_manager)]
