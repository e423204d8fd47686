"""What each sort of thing says about itself, so that one set of routes can list, show, change and switch off all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlmodel import Session

from server.db.setup_book import Book
from server.rules.rights import Right
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup.forms import FormView, ListView, Values


class Noun(Protocol):
    path: str
    """In the address, and the name of its table: zones, buttons, people ..."""
    what: str
    """For the journal: zone, button, person ..."""
    right: Right
    """Needed to see and to change this sort."""

    def listing(self, book: Book, t: Words, url: str) -> ListView: ...

    def start(self, book: Book, query: Mapping[str, str]) -> Values:
        """What a form for a new one begins with."""
        ...

    def kept(self, book: Book, row_id: int) -> Values:
        """What stands in the form of one that is there, and its `mark`, which changes with it. Raises LookupError."""
        ...

    def form(
        self, book: Book, t: Words, url: str, row_id: int | None, values: Values, errors: Mapping[str, str]
    ) -> FormView: ...

    def read(self, book: Book, fields: Fields, row_id: int | None) -> tuple[int | None, dict[str, Any]]:
        """The row to write (one that was switched off and comes back, for a new one of the same name) and its
        values. What is wrong stands in `fields.errors` afterwards; nothing is written then."""
        ...

    def after(self, session: Session, book: Book, fields: Fields, row_id: int) -> None:
        """What else follows from the form, in the same transaction."""
        ...

    def name(self, book: Book, row_id: int) -> str: ...

    def why_not_off(self, book: Book, row_id: int, t: Words) -> str | None:
        """Why it cannot be switched off now, and what to do first."""
        ...

    def why_not_on(self, book: Book, row_id: int, t: Words) -> str | None:
        """Why it cannot be switched on again: another one has its name by now."""
        ...

    def switched_off(self, session: Session, book: Book, row_id: int) -> None:
        """What else ends with it."""
        ...

    def next(self, url: str, row_id: int, *, new: bool) -> str:
        """Where to go after saving."""
        ...


class Plain:
    """Answers of those that have nothing to add."""

    path: str
    what: str
    right = Right.CHANGE_SHOP

    def start(self, book: Book, query: Mapping[str, str]) -> Values:
        return {}

    def after(self, session: Session, book: Book, fields: Fields, row_id: int) -> None:
        pass

    def why_not_off(self, book: Book, row_id: int, t: Words) -> str | None:
        return None

    def why_not_on(self, book: Book, row_id: int, t: Words) -> str | None:
        return None

    def switched_off(self, session: Session, book: Book, row_id: int) -> None:
        pass

    def next(self, url: str, row_id: int, *, new: bool) -> str:
        return f"{url}/{self.path}"


def one_of(rows: Any, row_id: int) -> Any:
    """The row of this id. Raises LookupError."""
    found = next((row for row in rows if row.id == row_id), None)
    if found is None:
        raise LookupError(row_id)
    return found
