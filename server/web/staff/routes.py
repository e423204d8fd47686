"""The phone: my calls, live like the board."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from server.rules.rights import Right
from server.web.frame.access import visitor_or_none
from server.web.frame.live import Gallery, stream
from server.web.frame.place import Place, holding
from server.web.frame.seats import FreeSeat
from server.web.staff.phones import Phones

router = APIRouter()
Answering = Annotated[Place, Depends(holding(Right.ANSWER))]


@router.get("/s/{store}/me", response_class=Response)
def me_screen(place: Answering) -> Response:
    return show_me(place)


def show_me(place: Place, *, notice: str | None = None, status: int = 200) -> Response:
    phones: Phones = place.request.app.state.phones
    view = phones.view(place.store, place.visitor, place.words)
    return place.show("staff/me.html", view, active="me", notice=notice, status=status)


@router.get("/s/{store}/me/stream", response_class=EventSourceResponse)
async def me_stream(request: Request, place: Answering, seat: FreeSeat) -> AsyncIterator[ServerSentEvent]:
    """Rights are checked, and the database is given back, before the stream begins; then now and then again."""
    phones: Phones = request.app.state.phones
    gallery: Gallery = request.app.state.gallery
    services, store, visitor, language = place.services, place.store, place.visitor, place.words.language
    rights = "quiet" if visitor.sees_quiet(store.id) else ""
    key = (store.id, "me", str(visitor.account_id), str(visitor.carrier_in(store.id)), rights, language)

    def still_allowed() -> bool:
        """Another role or another pager is another screen: the page asks for it anew."""
        now = visitor_or_none(request)
        return now is not None and now.may(Right.ANSWER, store.id) and now == visitor

    with seat.taken():
        async for event in stream(
            gallery,
            services.bell,
            key,
            lambda: phones.shown(key, store, visitor, language),
            still_allowed,
            lambda: services.now().timestamp(),
            services.stopping,
        ):
            yield event
