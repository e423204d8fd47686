"""For whoever watches the process: is it alive, can it do its work."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from server.web.services import services_of

router = APIRouter()


@router.get("/healthz", include_in_schema=False)
def healthz() -> JSONResponse:
    """The process answers; nothing else is claimed."""
    return JSONResponse({"ok": True})


@router.get("/readyz", include_in_schema=False)
def readyz(request: Request) -> JSONResponse:
    """The database answers and the server is not about to stop."""
    services = services_of(request)
    try:
        with services.db.reading() as session:
            session.execute(text("SELECT 1 FROM store"))
        database = "ok"
    except SQLAlchemyError:
        database = "does not answer"
    stopping = services.stopping()
    ready = database == "ok" and not stopping
    return JSONResponse({"ok": ready, "database": database, "stopping": stopping}, 200 if ready else 503)
