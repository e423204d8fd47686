"""The live board: the screen, and the stream that keeps it live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from server.rules.rights import Right
from server.web.board.boards import Boards, rights_of
from server.web.frame.access import visitor_or_none
from server.web.frame.live import Gallery, stream
from server.web.frame.place import Place, holding
from server.web.frame.seats import FreeSeat

router = APIRouter()
Looking = Annotated[Place, Depends(holding(Right.SEE_BOARD))]


@router.get("/s/{store}/board", response_class=Response)
def board_screen(place: Looking, seat: FreeSeat, wall: bool = False) -> Response:
    return show_board(place, wall=wall)


def show_board(place: Place, *, wall: bool = False, notice: str | None = None, status: int = 200) -> Response:
    boards: Boards = place.request.app.state.boards
    view, _ = boards.view(place.store, place.words, rights_of(place.visitor, place.store.id), wall=wall)
    return place.show("board/board.html", view, active="board", wall=wall, notice=notice, status=status)


@router.get("/s/{store}/board/stream", response_class=EventSourceResponse)
async def board_stream(
    request: Request, place: Looking, seat: FreeSeat, wall: bool = False
) -> AsyncIterator[ServerSentEvent]:
    """Rights are checked, and the database is given back, before the stream begins."""
    boards: Boards = request.app.state.boards
    gallery: Gallery = request.app.state.gallery
    services, store, language = place.services, place.store, place.words.language
    may = rights_of(place.visitor, store.id)

    def still_allowed() -> bool:
        """Other rights are another board: the page asks for it anew."""
        now = visitor_or_none(request)
        return now is not None and now.may(Right.SEE_BOARD, store.id) and rights_of(now, store.id) == may

    with seat.taken():
        async for event in stream(
            gallery,
            services.bell,
            (store.id, "board", language, "wall" if wall else " ".join(sorted(may))),
            lambda: boards.shown(store, language, may, wall=wall),
            still_allowed,
            lambda: services.now().timestamp(),
            services.stopping,
        ):
            yield event
