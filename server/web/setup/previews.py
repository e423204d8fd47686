"""What a pager would show: the same words that a real call sends, made from what stands in a form now."""

from __future__ import annotations

from server.db.setup_book import Book
from server.rules import facts
from server.rules.wording import page_body
from server.web.frame.words import Words
from server.web.setup import sayings
from server.web.setup.forms import Preview

MOST = 3
USUAL = ("text", "ascii", 40, "en")
"""Format, charset, longest text and language of a pager where there is none yet."""


def previews_of_zone(book: Book, pager_name: str, label: str, t: Words) -> tuple[Preview, ...]:
    """One for each sort of pager that the store has, the most frequent first."""
    if not pager_name.strip():
        return ()
    sorts: dict[tuple[str, str, int, str], int] = {}
    for pager in book.pagers:
        if pager.active and pager.format == "text":
            key = (pager.format, pager.charset, pager.longest, pager.language)
            sorts[key] = sorts.get(key, 0) + 1
    most = sorted(sorts, key=lambda key: (-sorts[key], key))[:MOST] or [USUAL]
    return tuple(_preview(pager_name.strip(), label, *sort, t) for sort in most)


def preview_of_pager(
    place: str, label: str, form: str, charset: str, longest: int, language: str, t: Words
) -> Preview:
    return _preview(place, label, form, charset, longest, language, t)


def _preview(
    place: str, label: str, form: str, charset: str, longest: int, language: str, t: Words
) -> Preview:
    button = facts.Button(None, "b1", 1, None, place[:30], label, "red")
    pager = facts.Pager(0, "", None, "", "", "", form, charset, longest, 1, language)
    body = page_body(button, pager, "step", drill=False)
    if form == "code":
        body = t.gettext("the number that it was taught")
    parts = [sayings.format_words(form, t), t.ngettext("%(n)s sign", "%(n)s signs", longest)]
    if form == "text":
        parts += [sayings.spoken(language, t), sayings.charset(charset, t)]
    return Preview(body or t.gettext("It only beeps."), ", ".join(parts))
