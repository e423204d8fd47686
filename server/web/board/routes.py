"""The live board: the screen, and the stream that keeps it live."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from server.web.board.boards import Boards
from server.web.frame.access import visitor_or_none
from server.web.frame.live import Gallery, stream
from server.web.frame.place import AtStore, Place

router = APIRouter()


@router.get("/s/{store}/board", response_class=Response)
def board_screen(place: AtStore, wall: bool = False) -> Response:
    return show_board(place, wall=wall)


def show_board(place: Place, *, wall: bool = False, notice: str | None = None, status: int = 200) -> Response:
    boards: Boards = place.request.app.state.boards
    view, _ = boards.view(place.store, place.words, wall=wall)
    return place.show("board/board.html", view, active="board", wall=wall, notice=notice, status=status)


@router.get("/s/{store}/board/stream", response_class=EventSourceResponse)
async def board_stream(
    request: Request, place: AtStore, wall: bool = False
) -> AsyncIterator[ServerSentEvent]:
    """Rights are checked, and the database is given back, before the stream begins."""
    boards: Boards = request.app.state.boards
    gallery: Gallery = request.app.state.gallery
    services, store, language = place.services, place.store, place.words.language

    def still_allowed() -> bool:
        visitor = visitor_or_none(request)
        return visitor is not None and visitor.may_see(store.id)

    async for event in stream(
        gallery,
        services.bell,
        (store.id, "board", language, "wall" if wall else ""),
        lambda: boards.shown(store, language, wall=wall),
        still_allowed,
        lambda: services.now().timestamp(),
        services.stopping,
    ):
        yield event
