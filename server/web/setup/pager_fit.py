"""Whether a pager and its transmitter suit each other, said while somebody can still choose another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from broker_config import capcodes
from broker_config.charsets import NAMES
from server.db.setup_book import Book, Line, Pager
from server.rules.pager_codes import LEAST_DIGITS
from server.web.frame.words import Words
from server.web.setup import pager_words, sayings

SILENT = ("tone", "code")
"""Formats without a display of ours: what is typed about one does not count."""


def misfits(
    line: Line | None, address: str, values: Mapping[str, Any], t: Words
) -> Iterator[tuple[str, str]]:
    """(field, words): what this transmitter cannot do for such a pager. What it never told of is not held against it.
    An empty address is no mistake of the transmitter's."""
    form, longest = values["format"], values["longest"]
    if form == "numeric" and longest < LEAST_DIGITS:
        words = t.ngettext(
            "A pager of digits needs room for at least %(n)s sign.",
            "A pager of digits needs room for at least %(n)s signs.",
            LEAST_DIGITS,
        )
        yield "longest", words
    if line is None:
        return
    trouble = capcodes.trouble(line.driver, address) if address else None
    if trouble is not None:
        yield "address", pager_words.capcode(trouble, t)
    if line.formats and form not in line.formats:
        able = sayings.listed(sayings.format_words(one, t) for one in sayings.FORMATS if one in line.formats)
        yield "format", t.gettext("This transmitter can do no more than: %(formats)s.", formats=able)
    if form == "text" and line.charsets and values["charset"] not in line.charsets:
        yield "charset", t.gettext("This transmitter cannot carry these letters.")
    if form not in SILENT and line.longest and longest > line.longest:
        words = t.ngettext(
            "This transmitter carries at most %(n)s sign.",
            "This transmitter carries at most %(n)s signs.",
            line.longest,
        )
        yield "longest", words


def misfits_of(book: Book, pager: Pager, t: Words) -> tuple[str, ...]:
    """Of a pager that is set up: it was before its transmitter was another one, or told what it can do."""
    values = {"format": pager.format, "charset": pager.charset, "longest": pager.longest}
    found = misfits(line_of(book, pager.transmitter_id), pager.address, values, t)
    return tuple(words for _, words in found)


def charsets_for(book: Book, chosen: str) -> list[str]:
    """Those that some transmitter carries; all of them while one of the transmitters did not say."""
    known = [line.charsets for line in book.lines]
    able = {name for charsets in known for name in charsets} if known and all(known) else set(NAMES)
    return [name for name in NAMES if name in able or name == chosen]


def line_of(book: Book, line_id: int | None) -> Line | None:
    return next((one for one in book.lines if one.id == line_id), None)
