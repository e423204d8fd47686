"""Who is looking: sign in, sign out, and what a route needs to know about its visitor.

`install(app, ...)` once; then a route says `visitor: Annotated[Visitor, Depends(signed_in)]`. Nothing of ours
holds a database connection while a screen streams: each look-up is one short transaction."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from server.db import accounts, audit, sign_ins
from server.db.sign_ins import Limits, Wearer
from server.db.tables import Account
from server.rules import rights
from server.rules.audit import NOTHING, Action, Actor, Kind, Outcome, Target
from server.rules.rights import Right
from server.web.frame.arrival import Arrival, by_https, way_of
from server.web.frame.attempts import HASH_WAIT_S, Attempts, Failures
from server.web.frame.guard import Guard, carries_token
from server.web.frame.words import Words
from server.web.services import services_of

COOKIE = "redbutton"
SECURE_COOKIE = "__Host-redbutton"
LIMITS = Limits(idle=timedelta(hours=12), absolute=timedelta(days=7))
API = "/api/"
SIGN_IN = "/sign-in"
PASSWORD = "/password"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in."""

    account_id: int
    name: str
    role: str
    """One of `rights.Role`."""
    store_id: str | None
    """None: every store."""
    language: str | None
    carrier: Wearer | None = None
    must_change: bool = False
    """Before anything else another password is to be chosen."""
    address: str = ""
    """Where they come from."""

    @property
    def actor(self) -> Actor:
        """As the audit log knows them."""
        return Actor(Kind.ACCOUNT, self.account_id, self.name, self.address)

    def may_see(self, store_id: str) -> bool:
        return self.store_id is None or self.store_id == store_id

    def may(self, right: Right, store_id: str) -> bool:
        """The one question of every screen and route; `rights.GRANTS` has the answer."""
        return self.may_see(store_id) and rights.may(self.role, right)

    def sees_quiet(self, store_id: str) -> bool:
        """Quiet calls are for those with the right, and for whoever wears a pager of this store as security."""
        if self.may(Right.SEE_QUIET, store_id):
            return True
        return self.may_see(store_id) and self.carrier_in(store_id) is not None and self._is_security()

    def carrier_in(self, store_id: str) -> int | None:
        """The carrier that this account is in a store."""
        worn = self.carrier
        return worn.id if worn is not None and worn.store_id == store_id else None

    def _is_security(self) -> bool:
        return self.carrier is not None and self.carrier.role == "security"


class NotSignedIn(Exception):
    """A route needs a visitor and there is none; the handler answers 401 or shows the way to sign in."""


class MustChangePassword(Exception):
    """This visitor's password is somebody else's word: the handler shows the way to another one."""


class WrongPassword(Exception):
    """Login and password do not belong together. Which of them is wrong is not told."""


class TooManyTries(Exception):
    """Try again in `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"try again in {wait_s} s")
        self.wait_s = wait_s


class InClear(Exception):
    """Nobody signs in here: the password could be read on its way."""


def install(
    app: FastAPI,
    *,
    allowed_hosts: Sequence[str] = ("127.0.0.1", "localhost"),
    public_url: str | None = None,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """Put the guard before every route and the answer to NotSignedIn behind it. `app.state.services` may be set
    later, but before the first request."""
    app.state.attempts = Attempts()
    app.state.failures = Failures()
    app.add_middleware(Guard, hosts=allowed_hosts, public_url=public_url)
    app.add_middleware(Arrival, proxies=trusted_proxies)
    app.add_exception_handler(NotSignedIn, _ask_to_sign_in)
    app.add_exception_handler(MustChangePassword, _ask_for_a_password)


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
    return Visitor(
        found.account_id,
        found.name,
        found.role,
        found.store_id,
        found.language,
        found.carrier,
        found.must_change,
        address_of(request),
    )


MaybeSignedIn = Annotated[Visitor | None, Depends(visitor_or_none)]


def signed_in_at_all(visitor: MaybeSignedIn) -> Visitor:
    """Also with a password that must be changed: for choosing another one, and for leaving."""
    if visitor is None:
        raise NotSignedIn
    return visitor


SignedInAtAll = Annotated[Visitor, Depends(signed_in_at_all)]


def signed_in(visitor: SignedInAtAll) -> Visitor:
    if visitor.must_change:
        raise MustChangePassword
    return visitor


SignedIn = Annotated[Visitor, Depends(signed_in)]


def sign_in(request: Request, login: str, password: str) -> str:
    """A new token for whoever this is; the one that the request carries ends. Raises InClear, WrongPassword,
    TooManyTries."""
    person = verified(request, login, password)
    return begin(request, person.id)


def verified(request: Request, login: str, password: str) -> accounts.Person:
    """Whose password this is. Slow (hashing): only from a `def` route. Raises InClear, WrongPassword,
    TooManyTries."""
    if not way_of(request).private:
        raise InClear
    services = services_of(request)
    attempts: Attempts = request.app.state.attempts
    address = address_of(request)
    wait_s = attempts.wait_s(login, address, services.now())
    if wait_s:
        raise TooManyTries(wait_s)
    with hashing(request):
        person = accounts.verify(services.db, login, password)
    if person is None:
        _note_failure(request, login)
        raise WrongPassword
    attempts.succeeded(login, address, services.now())
    return person


@contextmanager
def hashing(request: Request) -> Iterator[None]:
    """Around every hash of a password: few at once. Raises TooManyTries."""
    attempts: Attempts = request.app.state.attempts
    if not attempts.hashing.acquire(timeout=HASH_WAIT_S):
        raise TooManyTries(math.ceil(HASH_WAIT_S))
    try:
        yield
    finally:
        attempts.hashing.release()


def begin(request: Request, account_id: int) -> str:
    """A new sign-in of this account in place of the one that the request carries: a token that somebody planted or
    saw before is worth nothing after."""
    services, old = services_of(request), token_of(request)
    token, now = sign_ins.new_token(), services.now()
    with services.db.transaction() as session:
        sign_ins.tidy(session, now, LIMITS)
        if old:
            sign_ins.revoke(session, old)
        sign_ins.add(session, token, account_id, now, LIMITS, request.headers.get("user-agent", ""))
        row = session.get_one(Account, account_id)
        by = Actor(Kind.ACCOUNT, account_id, row.name, address_of(request))
        audit.note(session, now, by, Action.SIGNED_IN, store=row.store_id or "")
    return token


def wait_words(tries: TooManyTries, t: Words) -> str:
    if tries.wait_s <= 120:
        return t.ngettext(
            "Too many tries. Please wait %(n)s second.",
            "Too many tries. Please wait %(n)s seconds.",
            tries.wait_s,
        )
    return t.ngettext(
        "Too many tries. Please wait %(n)s minute, or sign in where you did so before.",
        "Too many tries. Please wait %(n)s minutes, or sign in where you did so before.",
        math.ceil(tries.wait_s / 60),
    )


def _note_failure(request: Request, login: str) -> None:
    """Whose account it was, never what was typed: people type passwords there."""
    services = services_of(request)
    failures: Failures = request.app.state.failures
    worth = failures.worth(login, services.now())
    if worth is None:
        return
    with services.db.transaction() as session:
        account = accounts.find(session, login)
        known = account is not None
        audit.note(
            session,
            services.now(),
            Actor(Kind.NOBODY, address=address_of(request)),
            worth,
            store=(account.store_id if account is not None else None) or "",
            target=Target("account", str(account.id), account.name) if account is not None else NOTHING,
            changes={} if known else {"login": (None, "unknown")},
            outcome=Outcome.REFUSED,
        )


def sign_out(request: Request) -> None:
    """End the sign-in that this request carries. The cookie goes by `clear_cookie`."""
    token = token_of(request)
    if token:
        services = services_of(request)
        with services.db.transaction() as session:
            found = sign_ins.find(session, token, services.now(), LIMITS)
            sign_ins.revoke(session, token)
            if found is not None:
                by = Actor(Kind.ACCOUNT, found.account_id, found.name, address_of(request))
                audit.note(session, services.now(), by, Action.SIGNED_OUT, store=found.store_id or "")


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def set_cookie(response: Response, token: str, secure: bool) -> None:
    """`secure`: this request came by HTTPS (`arrival.by_https`)."""
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
    """A token in the header speaks alone: the guard has let such a request pass, so its cookie must not count. What
    came in clear counts for nothing: others may have read it. Each way has a cookie of its own, since a browser takes
    the plain one of anybody on the same name."""
    if not way_of(request).private:
        return None
    if carries_token(request.headers):
        return request.headers["authorization"][len("bearer ") :].strip()
    return request.cookies.get(SECURE_COOKIE if by_https(request) else COOKIE)


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
        detail = "sign in first" if way_of(request).private else "sign in over HTTPS, and ask there"
        return JSONResponse({"detail": detail}, 401, {"WWW-Authenticate": "Bearer"})
    if "hx-request" in request.headers:  # a fragment: the whole screen has to go to the sign-in
        screen = urlsplit(request.headers.get("hx-current-url", ""))
        return Response(status_code=401, headers={"HX-Redirect": _sign_in_url(screen.path, screen.query)})
    if request.method not in ("GET", "HEAD"):
        return RedirectResponse(SIGN_IN, 303)
    return RedirectResponse(_sign_in_url(path, request.url.query), 303)


def _ask_for_a_password(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith(API):
        return JSONResponse({"detail": "choose another password first, on the screen " + PASSWORD}, 403)
    if "hx-request" in request.headers:
        return Response(status_code=403, headers={"HX-Redirect": PASSWORD})
    return RedirectResponse(PASSWORD, 303)


def _sign_in_url(path: str, query: str) -> str:
    wanted = local_path(f"{path}?{query}" if query else path)
    return f"{SIGN_IN}?next={quote(wanted, safe='/')}"
