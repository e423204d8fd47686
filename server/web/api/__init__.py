"""The JSON API, `/api/v1`: what people do on screens, for scripts and for the people of the simulator."""

from __future__ import annotations

from fastapi import APIRouter

from server.web.api import incidents, presses, refused, sign_in

router = APIRouter(prefix="/api/v1")
for part in (sign_in, incidents, presses, refused):
    router.include_router(part.router)

__all__ = ["router"]
