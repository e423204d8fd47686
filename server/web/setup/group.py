"""The pagers that one capcode rings together, on the form of that capcode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.db.setup_book import Book, Pager
from server.rules.groups import LEAST
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup.forms import Field, Filling

SAME = ("format", "charset", "longest", "language")
"""What a display can show: a group has one text for all."""


def fields(book: Book, fill: Filling, row_id: int | None, t: Words) -> tuple[Field, ...]:
    """Nothing to choose from: no field."""
    found = _choice(book, row_id)
    if len(found) < LEAST:
        return ()
    return (
        fill.ticks(
            "members",
            t.gettext("This capcode rings a group of pagers"),
            [(str(one.id), one.label) for one in found],
            help=t.gettext(
                "Then one page goes out instead of one for each, whenever all of them are to be called. "
                "Each of these pagers must have this capcode in its memory too."
            ),
        ),
    )


def read(book: Book, fields: Fields, values: Mapping[str, Any], row_id: int | None) -> list[int]:
    t = fields.t
    known = {str(one.id): one for one in _choice(book, row_id)}
    typed = list(dict.fromkeys(fields.every("members")))
    members = [known[one] for one in typed if one in known]
    if len(members) < len(typed):
        fields.wrong("members", t.gettext("Please choose from the list."))
    if not members:
        return []
    if len(members) < LEAST:
        fields.wrong("members", t.gettext("A group has two pagers at least."))
    if values["carrier_id"] is not None:
        fields.wrong("carrier_id", t.gettext("The capcode of a group is worn by nobody alone."))
    other = next((one for one in members if any(getattr(one, name) != values[name] for name in SAME)), None)
    if other is not None:
        words = t.gettext(
            "%(label)s shows something else than this one: letters, length and language must be the same.",
            label=other.label,
        )
        fields.wrong("members", words)
    return sorted(one.id for one in members)


def _choice(book: Book, row_id: int | None) -> list[Pager]:
    """Pagers in use that are no group themselves."""
    found = [one for one in book.pagers if one.active and not one.members and one.id != row_id]
    return sorted(found, key=lambda one: one.label)
