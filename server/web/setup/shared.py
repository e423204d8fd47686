"""What every setup screen does: read the shop, change it in one transaction, tell the engine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from fastapi import HTTPException
from sqlmodel import Session

from server.db import setup_write
from server.db.roster import changed
from server.db.setup_book import Book
from server.db.setup_read import read_book
from server.db.watch_codes import provide
from server.requests import DeskClosed, ShopChanged
from server.web.frame.audited import noting
from server.web.frame.place import Place


class Changed(Exception):
    """Somebody else changed a thing since its form was shown: nothing may be overwritten."""


def url_of(place: Place) -> str:
    return f"{place.url}/setup"


def book_of(place: Place) -> Book:
    with place.services.db.reading() as session:
        return read_book(session, place.store.id)


def change(place: Place, what: str, do: Callable[[Session, Book], str | None]) -> bool:
    """`do` sees the shop as it is in this very transaction and gives the name of what it changed, for the journal;
    None: nothing. What became of the rows is noted in the audit log. Should the engine not answer, it finds the new
    revision by itself within seconds. What a watch may now be called for gets its codes with the same."""
    with place.services.db.transaction() as session:
        setup_write.lock(session, place.store.id)
        with noting(place, session, what) as noted:
            try:
                name = do(session, read_book(session, place.store.id))
            except LookupError:
                raise HTTPException(404) from None
            noted.saved, noted.name = name is not None, name or ""
        if name is not None:
            provide(session, place.store.id)
            changed(session, place.store.id)
    if name is not None:
        announce(place, what, name)
    return name is not None


def announce(place: Place, what: str, name: str) -> None:
    """To the engine, after the commit."""
    with contextlib.suppress(DeskClosed):
        place.services.desk.ask(ShopChanged(place.store.id, place.visitor.account_id, what, name))
