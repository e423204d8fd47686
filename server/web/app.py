"""Puts the web together: screens, API, static files, health, and what stands before all of them."""

from __future__ import annotations

import secrets

from fastapi import FastAPI, Request
from starlette.responses import Response

from server.web import health
from server.web.account import routes as account
from server.web.api import router as api
from server.web.audit import routes as audit
from server.web.board import routes as board
from server.web.board.boards import Boards
from server.web.devices import routes as devices
from server.web.enrol import routes as enrol
from server.web.enrol import wire as enrol_wire
from server.web.enrol.codes import Codes
from server.web.enrol.limits import Limits as EnrolLimits
from server.web.enrol.tickets import Tickets
from server.web.frame import access, problems
from server.web.frame.limits import Limits
from server.web.frame.live import Gallery
from server.web.frame.screens import Screens
from server.web.frame.seats import Seats
from server.web.frame.security import SecurityHeaders
from server.web.history import routes as history
from server.web.incident import actions, forms
from server.web.incident import routes as incident
from server.web.policy import routes as policy
from server.web.privacy import routes as privacy
from server.web.readiness import routes as readiness
from server.web.refused import routes as refused
from server.web.roster import routes as roster
from server.web.services import Services
from server.web.setup import routes as setup
from server.web.sign_in import routes as sign_in
from server.web.staff import routes as staff
from server.web.staff.phones import Phones
from server.web.tablet import access as tablet_access
from server.web.tablet import door, pin_routes
from server.web.tablet import routes as tablet
from server.web.tablet import setup_routes as tablet_setup
from server.web.tablet.boards import TabletBoards


def create_app(services: Services, screens: Screens | None = None) -> FastAPI:
    """`services` are read at each request; nothing is opened and no thread is started here."""
    app = FastAPI(title="Red Button", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    furnish(app, services, screens or Screens())
    for screen in (
        sign_in,
        account,
        board,
        staff,
        incident,
        actions,
        forms,
        history,
        readiness,
        devices,
        refused,
        roster,
        policy,
        setup,
        door,
        tablet,
        tablet_setup,
        pin_routes,
        privacy,
        audit,
        enrol,
        enrol_wire,
        health,
    ):
        app.include_router(screen.router, include_in_schema=False)
    app.include_router(api)
    app.add_api_route("/static/{path:path}", _static, include_in_schema=False, response_class=Response)
    problems.install(app)
    access.install(
        app,
        allowed_hosts=services.settings.allowed_hosts,
        public_url=services.settings.public_url,
        trusted_proxies=services.settings.trusted_proxies,
    )
    tablet_access.install(app)
    app.add_middleware(Limits)
    app.add_middleware(SecurityHeaders)
    return app


def furnish(app: FastAPI, services: Services, screens: Screens) -> None:
    """What the routes find in the app. FastAPI works its routes out at their first request, a quarter of a second of
    work: tests give one app other services instead of making a new one."""
    app.state.services = services
    app.state.screens = screens
    app.state.boards = Boards(services, screens)
    app.state.phones = Phones(services, screens)
    app.state.tablet_boards = TabletBoards(services, screens)
    app.state.gallery = Gallery(services.bell)
    app.state.seats = Seats()
    app.state.enrol_limits = EnrolLimits()
    app.state.enrol_codes = Codes()
    app.state.enrol_tickets = Tickets(secrets.token_bytes(32))


def _static(request: Request) -> Response:
    screens: Screens = request.app.state.screens
    return screens.assets.respond(request)
