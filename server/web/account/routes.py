"""What everybody does about themselves: see where they are signed in, end that, choose another password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db import accounts, audit, places, sign_ins
from server.db.places import StoreFacts
from server.rules.audit import Action, Target
from server.rules.passwords import weakness
from server.web.account.view import MySignIns, PasswordForm, browsers, weakness_words
from server.web.frame import access
from server.web.frame.access import (
    LIMITS,
    SignedIn,
    SignedInAtAll,
    TooManyTries,
    Visitor,
    WrongPassword,
    token_of,
)
from server.web.frame.arrival import by_https
from server.web.frame.screens import language_of, screens_of
from server.web.frame.words import Words
from server.web.services import services_of

router = APIRouter()

LONGEST_TYPED = 1_000
"""Longer than any password that is taken: what is too long is told so, not cut."""
Secret = Annotated[str, Form(max_length=LONGEST_TYPED)]


@router.get("/sign-ins", response_class=Response)
def sign_ins_screen(request: Request, visitor: SignedIn, changed: bool = False) -> Response:
    services = services_of(request)
    now = services.now()
    with services.db.reading() as session:
        found = sign_ins.listed(session, visitor.account_id, now, LIMITS, token_of(request))
    store, words = _store(request, visitor), _words(request, visitor)
    shown = browsers(found, now, words)
    view = MySignIns(shown, others=any(not one.this for one in shown))
    notice = words.gettext("Your password is changed; all other sign-ins have ended.") if changed else None
    return screens_of(request).show(
        request, "account/sign_ins.html", view, words, visitor=visitor, store=store, notice=notice
    )


@router.post("/sign-ins/end", response_class=Response)
def end_one(
    request: Request, visitor: SignedIn, handle: Annotated[str, Form(max_length=16)] = ""
) -> Response:
    """This one, too: then the next screen asks to sign in."""
    with services_of(request).db.transaction() as session:
        if sign_ins.revoke_named(session, visitor.account_id, handle):
            _note(request, session, visitor, Action.SESSION_ENDED)
    return RedirectResponse("/sign-ins", 303)


@router.post("/sign-ins/end-others", response_class=Response)
def end_others(request: Request, visitor: SignedIn) -> Response:
    with services_of(request).db.transaction() as session:
        if sign_ins.revoke_all(session, visitor.account_id, keep_token=token_of(request)):
            _note(request, session, visitor, Action.SESSION_ENDED)
    return RedirectResponse("/sign-ins", 303)


@router.get("/password", response_class=Response)
def password_screen(request: Request, visitor: SignedInAtAll) -> Response:
    return _password(request, visitor, {})


@router.post("/password", response_class=Response)
def change_password(
    request: Request, visitor: SignedInAtAll, old: Secret = "", new: Secret = "", again: Secret = ""
) -> Response:
    """Every sign-in of this account ends; this browser gets a new one."""
    services, errors = services_of(request), {}
    words = _words(request, visitor)
    with services.db.reading() as session:
        names = accounts.names_of(session, visitor.account_id)
    found = weakness(new, names)
    if found is not None:
        errors["new"] = weakness_words(found, words)
    elif new == old:
        errors["new"] = words.gettext("This is the password of before. Please choose another one.")
    elif new != again:
        errors["again"] = words.gettext("These two are not the same.")
    if errors:
        return _password(request, visitor, errors, 422)

    def noted(session: Session, _account: int) -> None:
        _note(request, session, visitor, Action.PASSWORD_SET)

    try:
        access.verified(request, names[0], old)
        with access.hashing(request):
            accounts.change_password(services.db, visitor.account_id, new, must_change=False, note=noted)
    except WrongPassword:
        return _password(request, visitor, {"old": words.gettext("This is not your password.")}, 422)
    except TooManyTries as tries:
        return _password(request, visitor, {"old": access.wait_words(tries, words)}, 429)
    answer = RedirectResponse("/" if visitor.must_change else "/sign-ins?changed=1", 303)
    access.set_cookie(answer, access.begin(request, visitor.account_id), by_https(request))
    return answer


def _note(request: Request, session: Session, visitor: Visitor, action: Action) -> None:
    target, store = Target("account", str(visitor.account_id), visitor.name), visitor.store_id or ""
    now = services_of(request).now()
    audit.note(session, now, visitor.actor, action, store=store, target=target)


def _password(request: Request, visitor: Visitor, errors: dict[str, str], status: int = 200) -> Response:
    with services_of(request).db.reading() as session:
        names = accounts.names_of(session, visitor.account_id)
    view = PasswordForm(names[0] if names else "", visitor.must_change, errors)
    store = None if visitor.must_change else _store(request, visitor)
    return screens_of(request).show(
        request,
        "account/password.html",
        view,
        _words(request, visitor),
        visitor=visitor,
        store=store,
        status=status,
    )


def _store(request: Request, visitor: Visitor) -> StoreFacts | None:
    """Where they work, so that the navigation stays: their own store, or the first that they may see."""
    with services_of(request).db.reading() as session:
        seen = [store for store in places.stores(session) if visitor.may_see(store.id)]
    return next((one for one in seen if visitor.carrier_in(one.id) is not None), seen[0] if seen else None)


def _words(request: Request, visitor: Visitor) -> Words:
    store = _store(request, visitor)
    return screens_of(request).words(
        language_of(request, visitor, store), store.timezone if store is not None else "UTC"
    )
