"""Giving people a sign-in, a new password, another role; seeing where they are signed in, and ending that. A password
is shown once and kept nowhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db import accounts, setup_write, sign_ins
from server.db.roster import changed
from server.db.setup_book import Account, Book, Person
from server.db.setup_password import new_password
from server.rules.audit import Action, Changes, Target
from server.rules.rights import Right, Role, may_give
from server.web.frame.access import LIMITS
from server.web.frame.audited import note
from server.web.frame.place import Number, Place, holding
from server.web.roster.fields import Fields, TypedForm
from server.web.setup import sign_ins as views
from server.web.setup.forms import Values
from server.web.setup.noun import one_of
from server.web.setup.people import accounts_of
from server.web.setup.shared import announce, book_of, change, url_of

router = APIRouter()
Giving = Annotated[Place, Depends(holding(Right.GIVE_SIGN_INS))]
PERSON = "/s/{store}/setup/people/{row_id}/sign-in"
ALL = "/s/{store}/setup/sign-ins"
ONE = ALL + "/{account_id}"


@router.get(PERSON, response_class=Response)
def person_screen(place: Giving, row_id: Number) -> Response:
    return _show_person(place, row_id)


@router.post(PERSON, response_class=Response)
def add_for_person(place: Giving, row_id: Number, typed: TypedForm) -> Response:
    fields, book = Fields(typed, place.words), book_of(place)
    person = _person(book, row_id)
    login, role = views.read_login(fields, place.visitor)
    if not person.active or accounts_of(book, row_id):
        words = place.words.gettext("Nothing was changed: there is a sign-in already.")
        return _show_person(place, row_id, notice=words, status=409)
    password = _add(place, fields, login, role, person.name, row_id)
    if password is None:
        return _show_person(place, row_id, typed=typed, fields=fields, status=422)
    return _show_person(place, row_id, secret=password, secret_login=login)


@router.get(ALL, response_class=Response)
def list_screen(place: Giving) -> Response:
    view = views.sign_in_list(book_of(place), place.words, url_of(place))
    return place.show("setup/sign_ins.html", view, active="setup")


@router.get(ALL + "/new", response_class=Response)
def new_screen(place: Giving) -> Response:
    view = views.new_view(place.words, url_of(place), visitor=place.visitor)
    return place.show("setup/sign_in.html", view, active="setup")


@router.post(ALL + "/new", response_class=Response)
def add(place: Giving, typed: TypedForm) -> Response:
    """For somebody who wears no pager."""
    fields = Fields(typed, place.words)
    name = fields.text("name", views.LONGEST)
    login, role = views.read_login(fields, place.visitor)
    password = _add(place, fields, login, role, name, None)
    if password is None:
        view = views.new_view(place.words, url_of(place), visitor=place.visitor, values=typed, fields=fields)
        return place.show("setup/sign_in.html", view, active="setup", status=422)
    view = views.new_view(
        place.words, url_of(place), visitor=place.visitor, secret=password, secret_login=login
    )
    return place.show("setup/sign_in.html", view, active="setup")


@router.get(ONE, response_class=Response)
def account_screen(place: Giving, account_id: Number) -> Response:
    return _show_account(place, _known(book_of(place), account_id))


@router.post(ONE + "/password", response_class=Response)
def give_new_password(place: Giving, account_id: Number) -> Response:
    """Everybody who is signed in with the old one is out; at the first sign-in another one must be chosen."""
    account = _changeable(place, book_of(place), account_id)
    password = new_password()
    noted = _noted(place, Action.PASSWORD_SET, account.name)
    accounts.change_password(place.services.db, account.id, password, must_change=True, note=noted)
    return _show_account(place, account, secret=password)


@router.post(ONE + "/role", response_class=Response)
def change_role(place: Giving, account_id: Number, typed: TypedForm) -> Response:
    role = Fields(typed, place.words).raw("role")
    if not may_give(place.visitor.role, role):
        raise HTTPException(403 if role in set(Role) else 422)
    return _set(place, account_id, role=role)


@router.post(ONE + "/off", response_class=Response)
def switch_off(place: Giving, account_id: Number) -> Response:
    return _set(place, account_id, active=False)


@router.post(ONE + "/on", response_class=Response)
def switch_on(place: Giving, account_id: Number) -> Response:
    return _set(place, account_id, active=True)


@router.post(ONE + "/end", response_class=Response)
def end_one(place: Giving, account_id: Number, handle: Annotated[str, Form(max_length=16)] = "") -> Response:
    account = _changeable(place, book_of(place), account_id)
    with place.services.db.transaction() as session:
        if sign_ins.revoke_named(session, account.id, handle):
            _note_ended(place, session, account, 1)
    return _back(place, account)


@router.post(ONE + "/end-all", response_class=Response)
def end_all(place: Giving, account_id: Number) -> Response:
    account = _changeable(place, book_of(place), account_id)
    with place.services.db.transaction() as session:
        ended = sign_ins.revoke_all(session, account.id)
        if ended:
            _note_ended(place, session, account, ended)
    return _back(place, account)


def _add(place: Place, fields: Fields, login: str, role: str, name: str, carrier: int | None) -> str | None:
    """The first password; None: something in the form is wrong."""
    if fields.errors:
        return None
    password = new_password()
    new = accounts.NewAccount(
        login=login,
        name=name,
        password=password,
        role=Role(role),
        store_id=place.store.id,
        carrier_id=carrier,
        must_change=True,
    )
    try:
        accounts.create(place.services.db, new, note=_noted(place, Action.ACCOUNT_ADDED, name, role))
    except accounts.LoginTaken:
        fields.wrong("login", place.words.gettext("Somebody signs in with this name already."))
        return None
    announce(place, "account", name)
    return password


def _set(place: Place, account_id: int, **values: object) -> Response:
    """Looked at and changed in one transaction, so that two owners cannot put each other out."""

    def do(session: Session, book: Book) -> str:
        account = _changeable(place, book, account_id)
        if account.role == Role.OWNER and not setup_write.other_owner(session, account.id, account.store_id):
            raise HTTPException(409)
        setup_write.set_account(session, account.id, **values)
        return account.name

    change(place, "account", do)
    return _back(place, _known(book_of(place), account_id))


def _known(book: Book, account_id: int) -> Account:
    found = next((one for one in book.accounts if one.id == account_id), None)
    if found is None:
        raise HTTPException(404)
    return found


def _changeable(place: Place, book: Book, account_id: int) -> Account:
    found = _known(book, account_id)
    if views.why_not(found, place.store.id, place.visitor, place.words):
        raise HTTPException(403)
    return found


def _noted(place: Place, action: Action, name: str, role: str | None = None) -> accounts.Note:
    def write(session: Session, account: int) -> None:
        changes: Changes = {"role": (None, role)} if role is not None else {}
        changed(session, place.store.id)
        note(place, session, action, Target("account", str(account), name), changes)

    return write


def _note_ended(place: Place, session: Session, account: Account, count: int) -> None:
    target = Target("account", str(account.id), account.name)
    note(place, session, Action.SESSION_ENDED, target, {"sign-ins": (count, 0)})


def _back(place: Place, account: Account) -> Response:
    return RedirectResponse(f"{url_of(place)}/sign-ins/{account.id}", 303)


def _person(book: Book, row_id: int) -> Person:
    try:
        person: Person = one_of(book.people, row_id)
    except LookupError:
        raise HTTPException(404) from None
    return person


def _signed(place: Place, found: list[Account]) -> views.Signed:
    now = place.services.now()
    with place.services.db.reading() as session:
        return {one.id: sign_ins.listed(session, one.id, now, LIMITS) for one in found}


def _show_account(place: Place, account: Account, *, secret: str = "") -> Response:
    view = views.account_view(
        book_of(place),
        place.words,
        url_of(place),
        account,
        _signed(place, [account]),
        place.services.now(),
        visitor=place.visitor,
        secret=secret,
    )
    return place.show("setup/sign_in.html", view, active="setup")


def _show_person(
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
    view = views.person_view(
        book,
        place.words,
        url_of(place),
        _person(book, row_id),
        _signed(place, accounts_of(book, row_id)),
        place.services.now(),
        visitor=place.visitor,
        values=typed,
        fields=fields,
        secret=secret,
        secret_login=secret_login,
    )
    return place.show("setup/sign_in.html", view, active="setup", notice=notice, status=status)
