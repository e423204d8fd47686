"""How people sign in: a login, a first password that is shown once, a role, and where they are signed in."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.db.setup_book import Account, Book, Person
from server.db.sign_ins import Listed
from server.rules.rights import Role, may_give
from server.web.account.view import Browser, browsers
from server.web.frame.access import Visitor
from server.web.frame.roles import role_may, role_name
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup.forms import Field, Filling, Values
from server.web.setup.people import accounts_of

LONGEST = 60
"""Of a login."""


@dataclass(frozen=True, slots=True)
class SignIn:
    login: str
    name: str
    role: str
    """In words."""
    active: bool
    url: str
    why_not: str
    """Why this visitor cannot change it; empty: they can."""
    mine: bool
    roles: Field
    browsers: tuple[Browser, ...]


@dataclass(frozen=True, slots=True)
class SignInView:
    """Of one person or account."""

    title: str
    name: str
    back: str
    back_label: str
    url: str
    fields: tuple[Field, ...]
    """Of a new one; empty when there is one."""
    sign_ins: tuple[SignIn, ...]
    secret: str = ""
    secret_login: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    url: str
    login: str
    name: str
    role: str
    active: bool
    everywhere: bool
    """Of every store."""


@dataclass(frozen=True, slots=True)
class SignInList:
    lines: tuple[Line, ...]
    url: str
    back: str


Signed = Mapping[int, Sequence[Listed]]
"""Account -> where it is signed in."""


def sign_in_list(book: Book, t: Words, url: str) -> SignInList:
    """Owners first, those who may not sign in last."""
    order = list(Role)
    found = sorted(
        book.accounts,
        key=lambda one: (
            not one.active,
            *([order.index(Role(one.role))] if one.role in order else [99]),
            one.name,
        ),
    )
    return SignInList(
        tuple(
            Line(
                f"{url}/sign-ins/{one.id}",
                one.login,
                one.name,
                role_name(one.role, t),
                one.active,
                one.store_id is None,
            )
            for one in found
        ),
        f"{url}/sign-ins",
        url,
    )


def person_view(
    book: Book,
    t: Words,
    url: str,
    person: Person,
    signed: Signed,
    now: datetime,
    *,
    visitor: Visitor,
    values: Values | None = None,
    fields: Fields | None = None,
    secret: str = "",
    secret_login: str = "",
) -> SignInView:
    found = accounts_of(book, person.id)
    fill = Filling(
        values
        or {"login": (suggested(book, person.name, person.initials),), "role": (_usual(person, visitor),)},
        fields.errors if fields else {},
    )
    return SignInView(
        title=t.gettext("Sign-in of %(name)s", name=person.name),
        name=person.name,
        back=f"{url}/people",
        back_label=t.gettext("People"),
        url=f"{url}/people/{person.id}/sign-in",
        fields=() if found or not person.active else _new(fill, t, visitor),
        sign_ins=tuple(_sign_in(one, t, url, book, signed, now, visitor) for one in found),
        secret=secret,
        secret_login=secret_login,
    )


def new_view(
    t: Words,
    url: str,
    *,
    visitor: Visitor,
    values: Values | None = None,
    fields: Fields | None = None,
    secret: str = "",
    secret_login: str = "",
) -> SignInView:
    """For somebody who wears no pager: an owner, an auditor, an installer."""
    fill = Filling(values or {"role": (Role.AUDITOR.value,)}, fields.errors if fields else {})
    name = fill.text("name", t.gettext("Name"), needed=True)
    return SignInView(
        title=t.gettext("New sign-in"),
        name="",
        back=f"{url}/sign-ins",
        back_label=t.gettext("Sign-ins"),
        url=f"{url}/sign-ins/new",
        fields=(name, *_new(fill, t, visitor)),
        sign_ins=(),
        secret=secret,
        secret_login=secret_login,
    )


def account_view(
    book: Book,
    t: Words,
    url: str,
    account: Account,
    signed: Signed,
    now: datetime,
    *,
    visitor: Visitor,
    secret: str = "",
) -> SignInView:
    return SignInView(
        title=t.gettext("Sign-in of %(name)s", name=account.name),
        name=account.name,
        back=f"{url}/sign-ins",
        back_label=t.gettext("Sign-ins"),
        url="",
        fields=(),
        sign_ins=(_sign_in(account, t, url, book, signed, now, visitor),),
        secret=secret,
        secret_login=account.login if secret else "",
    )


def roles(t: Words, visitor: Visitor, also: str = "") -> list[tuple[str, str]]:
    """Those that this visitor may give. `also`: the one that stands there now, in any case."""
    return [
        (role.value, f"{role_name(role, t)}: {role_may(role, t)}")
        for role in Role
        if may_give(visitor.role, role) or role == also
    ]


def suggested(book: Book, name: str, initials: str) -> str:
    """The first name as it is typed without accents; a number tells namesakes apart."""
    parts = name.split() or [initials]
    plain = unicodedata.normalize("NFKD", parts[0].lower())
    stem = "".join(sign for sign in plain if sign.isalnum()) or "staff"
    return _free(stem, {account.login for account in book.accounts})


def read_login(fields: Fields, visitor: Visitor) -> tuple[str, str]:
    """(login, role). Whether another store has the login is found out when it is written."""
    login, role = fields.text("login", LONGEST).lower(), fields.raw("role")
    if len(login) > LONGEST:  # a small letter may be longer than its capital
        fields.wrong("login", fields.t.ngettext("At most %(n)s letter.", "At most %(n)s letters.", LONGEST))
    if " " in login:
        fields.wrong("login", fields.t.gettext("Without spaces, please."))
    if not may_give(visitor.role, role):
        fields.wrong("role", fields.t.gettext("Please choose from the list."))
    return login, role


def why_not(account: Account, store_id: str, visitor: Visitor, t: Words) -> str:
    """Why this visitor may not change this sign-in; empty: they may. Nobody changes their own here, so that nobody
    locks themselves out, nor gets in again without the old password; and nobody takes over one that may do more than
    they can give."""
    if account.id == visitor.account_id:
        return t.gettext("This is your own sign-in: somebody else can change it.")
    if visitor.store_id is not None and account.store_id != store_id:
        return t.gettext("This sign-in is for several stores: whoever manages them all can change it.")
    if not may_give(visitor.role, account.role):
        return t.gettext("Only an owner can change the sign-in of an owner.")
    return ""


def _new(fill: Filling, t: Words, visitor: Visitor) -> tuple[Field, ...]:
    return (
        fill.text(
            "login",
            t.gettext("Name to sign in with"),
            needed=True,
            help=t.gettext("Short, without spaces: typed at each sign-in."),
        ),
        fill.select("role", t.gettext("May"), roles(t, visitor)),
    )


def _free(stem: str, taken: Collection[str]) -> str:
    return next(
        tried
        for number in range(1, len(taken) + 2)
        if (tried := stem + str(number) * (number > 1)) not in taken
    )


def _usual(person: Person, visitor: Visitor) -> str:
    """What somebody is called for is mostly what they may."""
    return person.role if may_give(visitor.role, person.role) else Role.STAFF.value


def _sign_in(
    account: Account, t: Words, url: str, book: Book, signed: Signed, now: datetime, visitor: Visitor
) -> SignIn:
    fill = Filling({"role": (account.role,)})
    refused = why_not(account, book.store_id, visitor, t)
    return SignIn(
        login=account.login,
        name=account.name,
        role=role_name(account.role, t),
        active=account.active,
        url=f"{url}/sign-ins/{account.id}",
        why_not=refused,
        mine=account.id == visitor.account_id,
        roles=fill.select("role", t.gettext("May"), roles(t, visitor, account.role)),
        browsers=() if refused else browsers(signed.get(account.id, ()), now, t),
    )
