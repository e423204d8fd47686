"""Puts the web together: screens, API, static files, health, and what stands before all of them."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from server.web import health
from server.web.api import router as api
from server.web.board import routes as board
from server.web.board.boards import Boards
from server.web.frame import access, problems
from server.web.frame.live import Gallery
from server.web.frame.screens import Screens
from server.web.frame.security import SecurityHeaders
from server.web.history import routes as history
from server.web.incident import actions, forms
from server.web.incident import routes as incident
from server.web.policy import routes as policy
from server.web.readiness import routes as readiness
from server.web.refused import routes as refused
from server.web.roster import routes as roster
from server.web.services import Services
from server.web.setup import routes as setup
from server.web.sign_in import routes as sign_in
from server.web.staff import routes as staff
from server.web.staff.phones import Phones


def create_app(services: Services, screens: Screens | None = None) -> FastAPI:
    """`services` are read at each request; nothing is opened and no thread is started here."""
    app = FastAPI(title="Red Button", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    app.state.services = services
    app.state.screens = screens or Screens()
    app.state.boards = Boards(services, app.state.screens)
    app.state.phones = Phones(services, app.state.screens)
    app.state.gallery = Gallery(services.bell)
    for screen in (
        sign_in,
        board,
        staff,
        incident,
        actions,
        forms,
        history,
        readiness,
        refused,
        roster,
        policy,
        setup,
        health,
    ):
        app.include_router(screen.router, include_in_schema=False)
    app.include_router(api)
    app.add_api_route("/static/{path:path}", _static, include_in_schema=False, response_class=Response)
    problems.install(app)
    access.install(
        app, allowed_hosts=services.settings.allowed_hosts, public_url=services.settings.public_url
    )
    app.add_middleware(SecurityHeaders)
    return app


def _static(request: Request) -> Response:
    screens: Screens = request.app.state.screens
    return screens.assets.respond(request)
