"""Who is looking: sign in, sign out, and what a route needs to know about its visitor.

`install(app, ...)` once; then a route says `visitor: Annotated[Visitor, Depends(signed_in)]`. Nothing of ours
holds a database connection while a screen streams: each look-up is one short transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from server.db import accounts, sign_ins
from server.db.sign_ins import Limits, Wearer
from server.web.frame.attempts import Attempts
from server.web.frame.guard import Guard, carries_token
from server.web.services import services_of

COOKIE = "redbutton"
SECURE_COOKIE = "__Host-redbutton"
LIMITS = Limits(idle=timedelta(hours=12), absolute=timedelta(days=7))
API = "/api/"
SIGN_IN = "/sign-in"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in."""

    account_id: int
    name: str
    role: str
    """`manager` or `staff`."""
    store_id: str | None
    """None: every store."""
    language: str | None
    carrier: Wearer | None = None

    def may_see(self, store_id: str) -> bool:
        return self.store_id is None or self.store_id == store_id

    def sees_quiet(self, store_id: str) -> bool:
        """Quiet calls are for managers, and for whoever wears a pager of this store as security."""
        if not self.may_see(store_id):
            return False
        return self.role == "manager" or (self.carrier_in(store_id) is not None and self._is_security())

    def carrier_in(self, store_id: str) -> int | None:
        """The carrier that this account is in a store."""
        worn = self.carrier
        return worn.id if worn is not None and worn.store_id == store_id else None

    def _is_security(self) -> bool:
        return self.carrier is not None and self.carrier.role == "security"


class NotSignedIn(Exception):
    """A route needs a visitor and there is none; the handler answers 401 or shows the way to sign in."""


class WrongPassword(Exception):
    """Login and password do not belong together. Which of them is wrong is not told."""


class TooManyTries(Exception):
    """Try again in `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"try again in {wait_s} s")
        self.wait_s = wait_s


def install(
    app: FastAPI, *, allowed_hosts: Sequence[str] = ("127.0.0.1", "localhost"), public_url: str | None = None
) -> None:
    """Put the guard before every route and the answer to NotSignedIn behind it. `app.state.services` may be set
    later, but before the first request."""
    app.state.attempts = Attempts()
    app.add_middleware(Guard, hosts=allowed_hosts, public_url=public_url)
    app.add_exception_handler(NotSignedIn, _ask_to_sign_in)


def visitor_or_none(request: Request) -> Visitor | None:
    services = services_of(request)
    token = token_of(request)
    if not token:
        return None
    now = services.now()
    with services.db.reading() as session:
        found = sign_ins.find(session, token, now, LIMITS)
    if found is None:
        return None
    if found.stale:
        with services.db.transaction() as session:
            sign_ins.touch(session, token, now)
    return Visitor(found.account_id, found.name, found.role, found.store_id, found.language, found.carrier)


def signed_in(visitor: Annotated[Visitor | None, Depends(visitor_or_none)]) -> Visitor:
    if visitor is None:
        raise NotSignedIn
    return visitor


SignedIn = Annotated[Visitor, Depends(signed_in)]
MaybeSignedIn = Annotated[Visitor | None, Depends(visitor_or_none)]


def sign_in(request: Request, login: str, password: str) -> str:
    """A new token for whoever this is. Slow (hashing): only from a `def` route. Raises WrongPassword, TooManyTries."""
    services = services_of(request)
    attempts: Attempts = request.app.state.attempts
    wait_s = attempts.wait_s(login, request.client.host if request.client else "", services.now())
    if wait_s:
        raise TooManyTries(wait_s)
    person = accounts.verify(services.db, login, password)
    if person is None:
        raise WrongPassword
    attempts.succeeded(login)
    token = sign_ins.new_token()
    now = services.now()
    with services.db.transaction() as session:
        sign_ins.tidy(session, now, LIMITS)
        sign_ins.add(session, token, person.id, now, LIMITS, request.headers.get("user-agent", ""))
    return token


def sign_out(request: Request) -> None:
    """End the sign-in that this request carries. The cookie goes by `clear_cookie`."""
    token = token_of(request)
    if token:
        with services_of(request).db.transaction() as session:
            sign_ins.revoke(session, token)


def set_cookie(response: Response, token: str, secure: bool) -> None:
    """`secure`: the browser reaches us over HTTPS (`Services.settings.secure`)."""
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        token,
        max_age=int(LIMITS.absolute.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, secure: bool) -> None:
    response.delete_cookie(
        SECURE_COOKIE if secure else COOKIE, path="/", secure=secure, httponly=True, samesite="lax"
    )


def token_of(request: Request) -> str | None:
    """A token in the header speaks alone: the guard has let such a request pass, so its cookie must not count."""
    if carries_token(request.headers):
        return request.headers["authorization"][len("bearer ") :].strip()
    secure = services_of(request).settings.secure
    return request.cookies.get(SECURE_COOKIE if secure else COOKIE)


def local_path(wanted: str | None, otherwise: str = "/") -> str:
    """Where to go after signing in: a path of our own, never another site that somebody put into the link."""
    if (
        not wanted
        or not wanted.startswith("/")
        or wanted.startswith(("//", "/\\"))
        or not wanted.isprintable()
    ):
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc or "\\" in parts.path else wanted


def _ask_to_sign_in(request: Request, _error: Exception) -> Response:
    path = request.url.path
    if path.startswith(API):
        return JSONResponse({"detail": "sign in first"}, 401, {"WWW-Authenticate": "Bearer"})
    if "hx-request" in request.headers:  # a fragment: the whole screen has to go to the sign-in
        screen = urlsplit(request.headers.get("hx-current-url", ""))
        return Response(status_code=401, headers={"HX-Redirect": _sign_in_url(screen.path, screen.query)})
    if request.method not in ("GET", "HEAD"):
        return RedirectResponse(SIGN_IN, 303)
    return RedirectResponse(_sign_in_url(path, request.url.query), 303)


def _sign_in_url(path: str, query: str) -> str:
    wanted = local_path(f"{path}?{query}" if query else path)
    return f"{SIGN_IN}?next={quote(wanted, safe='/')}"
