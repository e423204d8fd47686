"""Signing in and out, and the two choices of every visitor: language and colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from server.db import places
from server.web.frame import access
from server.web.frame.access import InClear, MaybeSignedIn, SignedIn, TooManyTries, WrongPassword
from server.web.frame.arrival import by_https, way_of
from server.web.frame.language import COOKIE as LANGUAGE_COOKIE
from server.web.frame.navigation import first_of
from server.web.frame.screens import THEME_COOKIE, THEMES, language_of, screens_of
from server.web.frame.words import LANGUAGES, Words
from server.web.services import services_of
from server.web.sign_in import trust
from server.web.sign_in.trust import show_trust

router = APIRouter()
router.include_router(trust.router)

YEAR_S = 365 * 24 * 3600
Text = Annotated[str, Form(max_length=200)]
Path = Annotated[str, Form(max_length=2_000)]


@dataclass(frozen=True, slots=True)
class SignInForm:
    login: str
    next: str
    error: str | None = None


@router.get("/", response_class=Response)
def home(request: Request, visitor: SignedIn) -> Response:
    """To the first store that this person may see, and there to where their work begins."""
    with services_of(request).db.reading() as session:
        seen = [store for store in places.stores(session) if visitor.may_see(store.id)]
    if not seen:
        screens = screens_of(request)
        words = screens.words(language_of(request, visitor, None))
        return screens.show(request, "sign_in/no_store.html", None, words, visitor=visitor)
    store = next((one for one in seen if visitor.carrier_in(one.id) is not None), seen[0])
    return RedirectResponse(f"/s/{store.id}/{first_of(visitor, store.id)}", 303)


@router.get("/sign-in", response_class=Response)
def sign_in_screen(request: Request, visitor: MaybeSignedIn, next: str = "/") -> Response:
    if not way_of(request).private:
        return show_trust(request, refused=True)
    if visitor is not None:
        return RedirectResponse(access.local_path(next), 303)
    return _form(request, SignInForm("", access.local_path(next)))


@router.post("/sign-in", response_class=Response)
def sign_in(request: Request, login: Text = "", password: Text = "", next: Path = "/") -> Response:
    wanted = access.local_path(next)
    words = _words(request)
    try:
        token = access.sign_in(request, login, password)
    except InClear:
        return show_trust(request, refused=True)
    except WrongPassword:
        error = words.gettext("Name and password do not belong together.")
        return _form(request, SignInForm(login, wanted, error), 422)
    except TooManyTries as tries:
        return _form(request, SignInForm(login, wanted, access.wait_words(tries, words)), 429)
    answer = RedirectResponse(wanted, 303)
    access.set_cookie(answer, token, by_https(request))
    return answer


@router.post("/sign-out", response_class=Response)
def sign_out(request: Request) -> Response:
    access.sign_out(request)
    answer = RedirectResponse("/sign-in", 303)
    access.clear_cookie(answer, by_https(request))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'  # nothing of the shop stays on a shared tablet
    return answer


@router.post("/preferences", response_class=Response)
def preferences(
    request: Request, visitor: MaybeSignedIn, language: Text = "", theme: Text = "", next: Path = "/"
) -> Response:
    """The language follows a person to every browser; colours belong to the browser."""
    answer = RedirectResponse(access.local_path(next), 303)
    if language in LANGUAGES:
        _remember(request, answer, LANGUAGE_COOKIE, language)
        if visitor is not None:
            with services_of(request).db.transaction() as session:
                places.choose_language(session, visitor.account_id, language)
    if theme in THEMES:
        _remember(request, answer, THEME_COOKIE, theme)
    return answer


def _remember(request: Request, answer: Response, name: str, value: str) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=YEAR_S,
        path="/",
        secure=by_https(request),
        httponly=True,
        samesite="lax",
    )


def _words(request: Request) -> Words:
    """Nobody is signed in yet: the browser's wish, then the language of the shop, if there is only one."""
    with services_of(request).db.reading() as session:
        stores = places.stores(session)
    language = language_of(request, None, stores[0] if stores else None)
    return screens_of(request).words(language)


def _form(request: Request, view: SignInForm, status: int = 200) -> Response:
    return screens_of(request).show(request, "sign_in/sign_in.html", view, _words(request), status=status)
