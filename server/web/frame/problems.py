"""Errors as screens: what happened and what to do next, in the visitor's language. The API keeps its own answers."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from server.web.frame.screens import language_of, screens_of
from server.web.frame.words import Words
from server.web.services import services_of

log = logging.getLogger(__name__)

RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True)
class Problem:
    title: str
    advice: str


def install(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _database)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith("/api/") or error.status_code < 400:
        return await http_exception_handler(request, error)
    answer = _screen(request, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    """A number in an address that is none, a form that no browser of ours sends."""
    assert isinstance(error, RequestValidationError)
    if request.url.path.startswith("/api/"):
        return _told(error)
    return _screen(request, 404 if any("path" in part["loc"] for part in error.errors()) else 422)


async def _database(request: Request, error: Exception) -> Response:
    """It is away for a moment: a line in the log for each who asked meanwhile. Any other error of it is ours."""
    if not services_of(request).db.in_trouble(error):
        raise error
    words = "the database does not answer"
    log.warning("%s: %s", words, getattr(error, "orig", error), extra={"action": "database.away"})
    return await _http(request, HTTPException(503, words, {"Retry-After": str(RETRY_AFTER_S)}))


def _told(error: RequestValidationError) -> Response:
    """What is wrong and where, but nothing of what was sent: that may be a password, or what no JSON can say."""
    wrong = [{name: part[name] for name in ("loc", "msg", "type")} for part in error.errors()]
    return Response(json.dumps({"detail": wrong}), 422, media_type="application/json")


def _screen(request: Request, status: int) -> Response:
    screens = screens_of(request)
    words = screens.words(language_of(request, None, None))
    return screens.show(request, "frame/problem.html", problem(status, words), words, status=status)


def problem(status: int, t: Words) -> Problem:
    if status == 404:
        return Problem(
            t.gettext("Not found"), t.gettext("There is nothing at this address, or it is not yours to see.")
        )
    if status == 403:
        return Problem(t.gettext("Not allowed"), t.gettext("Your role does not open this screen."))
    if status == 503:
        return Problem(
            t.gettext("That did not work"), t.gettext("The server did not answer in time. Please try again.")
        )
    return Problem(t.gettext("That did not work"), t.gettext("Go back and try again."))
