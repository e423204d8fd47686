"""The JSON API, `/api/v1`: what people do on screens, for scripts and for the people of the simulator."""

from __future__ import annotations

from server.web.api.routes import router

__all__ = ["router"]
