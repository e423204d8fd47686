"""Giving a person a sign-in, a new password, another role; ending it. A password is shown once and kept nowhere."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db import accounts, setup_write
from server.db.setup_book import Account, Book, Person
from server.db.setup_password import new_password
from server.web.frame.place import AtStoreAsManager, Number, Place
from server.web.roster.fields import Fields, TypedForm
from server.web.setup.forms import Values
from server.web.setup.noun import one_of
from server.web.setup.people import accounts_of
from server.web.setup.shared import book_of, change, url_of
from server.web.setup.sign_ins import ROLES, may_change, read_login, sign_in_view

router = APIRouter()
BASE = "/s/{store}/setup/people/{row_id}/sign-in"


@router.get(BASE, response_class=Response)
def sign_in_screen(place: AtStoreAsManager, row_id: Number) -> Response:
    return _show(place, row_id)


@router.post(BASE, response_class=Response)
def add_sign_in(place: AtStoreAsManager, row_id: Number, typed: TypedForm) -> Response:
    fields = Fields(typed, place.words)
    person = _person(book_of(place), row_id)
    login, role = read_login(fields)
    if not person.active or accounts_of(book_of(place), row_id):
        words = place.words.gettext("Nothing was changed: there is a sign-in already.")
        return _show(place, row_id, notice=words, status=409)
    if fields.errors:
        return _show(place, row_id, typed=typed, fields=fields, status=422)
    password = new_password()
    new = accounts.NewAccount(
        login=login,
        name=person.name,
        password=password,
        role=role,
        store_id=place.store.id,
        carrier_id=row_id,
    )
    try:
        accounts.create(place.services.db, new)
    except accounts.LoginTaken:
        fields.wrong("login", place.words.gettext("Somebody signs in with this name already."))
        return _show(place, row_id, typed=typed, fields=fields, status=422)
    change(place, "account", lambda _session, _book: person.name)
    return _show(place, row_id, secret=password, secret_login=login)


@router.post(BASE + "/{account_id}/password", response_class=Response)
def give_new_password(place: AtStoreAsManager, row_id: Number, account_id: Number) -> Response:
    account = _theirs(place, row_id, account_id)
    password = new_password()
    accounts.change_password(place.services.db, account.id, password)
    return _show(place, row_id, secret=password, secret_login=account.login)


@router.post(BASE + "/{account_id}/role", response_class=Response)
def change_role(place: AtStoreAsManager, row_id: Number, account_id: Number, typed: TypedForm) -> Response:
    role = Fields(typed, place.words).raw("role")
    if role not in ROLES:
        raise HTTPException(422)
    return _set(place, row_id, account_id, role=role)


@router.post(BASE + "/{account_id}/off", response_class=Response)
def end_sign_in(place: AtStoreAsManager, row_id: Number, account_id: Number) -> Response:
    return _set(place, row_id, account_id, active=False)


@router.post(BASE + "/{account_id}/on", response_class=Response)
def allow_sign_in(place: AtStoreAsManager, row_id: Number, account_id: Number) -> Response:
    return _set(place, row_id, account_id, active=True)


def _set(place: Place, row_id: int, account_id: int, **values: object) -> Response:
    account = _theirs(place, row_id, account_id)

    def do(session: Session, _book: Book) -> str:
        setup_write.set_account(session, account.id, **values)
        return account.name

    change(place, "account", do)
    return RedirectResponse(f"{url_of(place)}/people/{row_id}/sign-in", 303)


def _theirs(place: Place, row_id: int, account_id: int) -> Account:
    """A sign-in of this person that this visitor may change. Nobody changes their own here, so that nobody locks
    themselves out, nor gets in again without the old password."""
    found = next((one for one in accounts_of(book_of(place), row_id) if one.id == account_id), None)
    if found is None:
        raise HTTPException(404)
    everywhere = place.visitor.store_id is None
    if found.id == place.visitor.account_id or not may_change(found, place.store.id, everywhere):
        raise HTTPException(403)
    return found


def _person(book: Book, row_id: int) -> Person:
    try:
        person: Person = one_of(book.people, row_id)
    except LookupError:
        raise HTTPException(404) from None
    return person


def _show(
    place: Place,
    row_id: int,
    *,
    typed: Values | None = None,
    fields: Fields | None = None,
    secret: str = "",
    secret_login: str = "",
    notice: str | None = None,
    status: int = 200,
) -> Response:
    book = book_of(place)
    view = sign_in_view(
        book,
        place.words,
        url_of(place),
        _person(book, row_id),
        visitor=place.visitor.account_id,
        everywhere=place.visitor.store_id is None,
        values=typed,
        fields=fields,
        secret=secret,
        secret_login=secret_login,
    )
    return place.show("setup/sign_in.html", view, active="setup", notice=notice, status=status)
