"""How a person signs in: a login, a first password that is shown once, and what they may do."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from server.db.setup_book import Account, Book, Person
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup.forms import Field, Filling, Values
from server.web.setup.people import accounts_of

ROLES = ("staff", "manager")
LONGEST = 60
"""Of a login."""


@dataclass(frozen=True, slots=True)
class SignIn:
    login: str
    role: str
    active: bool
    url: str
    mine: bool
    """Of the visitor: nobody locks themselves out."""
    ours: bool
    """May be changed here: it belongs to this store, or the visitor manages every store."""
    roles: Field


@dataclass(frozen=True, slots=True)
class SignInView:
    title: str
    name: str
    back: str
    url: str
    fields: tuple[Field, ...]
    """Of a new one; empty when there is one."""
    sign_ins: tuple[SignIn, ...]
    secret: str = ""
    secret_login: str = ""


def sign_in_view(
    book: Book,
    t: Words,
    url: str,
    person: Person,
    *,
    visitor: int,
    everywhere: bool,
    values: Values | None = None,
    fields: Fields | None = None,
    secret: str = "",
    secret_login: str = "",
) -> SignInView:
    found = accounts_of(book, person.id)
    base = f"{url}/people/{person.id}/sign-in"
    fill = Filling(
        values or {"login": (suggested(book, person),), "role": (_usual(person),)},
        fields.errors if fields else {},
    )
    new = (
        fill.text(
            "login",
            t.gettext("Name to sign in with"),
            needed=True,
            help=t.gettext("Short, without spaces: typed at each sign-in."),
        ),
        fill.select("role", t.gettext("May"), roles(t)),
    )
    return SignInView(
        title=t.gettext("Sign-in of %(name)s", name=person.name),
        name=person.name,
        back=f"{url}/people",
        url=base,
        fields=() if found or not person.active else new,
        sign_ins=tuple(_sign_in(one, t, base, book, visitor, everywhere) for one in found),
        secret=secret,
        secret_login=secret_login,
    )


def roles(t: Words) -> list[tuple[str, str]]:
    return [
        ("staff", t.gettext("take calls and see the board")),
        ("manager", t.gettext("do everything, this setup too")),
    ]


def suggested(book: Book, person: Person) -> str:
    """The first name as it is typed without accents; a number tells namesakes apart."""
    parts = person.name.split() or [person.initials]
    plain = unicodedata.normalize("NFKD", parts[0].lower())
    stem = "".join(sign for sign in plain if sign.isalnum()) or "staff"
    return _free(stem, {account.login for account in book.accounts})


def read_login(fields: Fields) -> tuple[str, str]:
    """(login, role). Whether another store has the login is found out when it is written."""
    login, role = fields.text("login", LONGEST).lower(), fields.raw("role")
    if len(login) > LONGEST:  # a small letter may be longer than its capital
        fields.wrong("login", fields.t.ngettext("At most %(n)s letter.", "At most %(n)s letters.", LONGEST))
    if " " in login:
        fields.wrong("login", fields.t.gettext("Without spaces, please."))
    if role not in ROLES:
        fields.wrong("role", fields.t.gettext("Please choose from the list."))
    return login, role


def may_change(account: Account, store_id: str, everywhere: bool) -> bool:
    return everywhere or account.store_id == store_id


def _free(stem: str, taken: Collection[str]) -> str:
    return next(
        tried
        for number in range(1, len(taken) + 2)
        if (tried := stem + str(number) * (number > 1)) not in taken
    )


def _usual(person: Person) -> str:
    return "manager" if person.role == "manager" else "staff"


def _sign_in(account: Account, t: Words, base: str, book: Book, visitor: int, everywhere: bool) -> SignIn:
    fill = Filling({"role": (account.role,)})
    return SignIn(
        login=account.login,
        role=account.role,
        active=account.active,
        url=f"{base}/{account.id}",
        mine=account.id == visitor,
        ours=may_change(account, book.store_id, everywhere),
        roles=fill.select("role", t.gettext("May"), roles(t)),
    )
