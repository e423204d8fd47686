"""What a pager would show: the same words that a real call sends, made from what stands in a form now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from broker_config.charsets import NAMES
from server.db.setup_book import Book
from server.rules import facts, pager_codes
from server.rules.pager_text import PLAIN, VISIBLE, on_display
from server.rules.wording import page_body
from server.web.frame.words import LANGUAGES, Words
from server.web.setup import pager_words, sayings
from server.web.setup.forms import Filling, Preview
from server.web.setup.pager_fit import SILENT, line_of, misfits

MOST = 240
"""Signs of the longest display."""
SORTS = 3
"""Most sorts of pagers that are shown for a place."""
USUAL = ("text", "ascii", 40, "en")
"""Format, charset, longest text and language of a pager where there is none yet."""
REASONS = (
    *("step", "repeat", "again", "joined", "not_attended", "unknown", "pass", "help", "fallback"),
    *("taken", "undone", "quiet", "drill"),
)
"""All that a pager may say, in the order of a call. `stand_in` reads as `step`."""


def previews_of_zone(book: Book, pager_name: str, label: str, t: Words) -> tuple[Preview, ...]:
    """One for each sort of pager that the store has, the most frequent first."""
    if not pager_name.strip():
        return ()
    sorts: dict[tuple[str, str, int, str], int] = {}
    for pager in book.pagers:
        if pager.active and pager.format == "text":
            key = (pager.format, pager.charset, pager.longest, pager.language)
            sorts[key] = sorts.get(key, 0) + 1
    most = sorted(sorts, key=lambda key: (-sorts[key], key))[:SORTS] or [USUAL]
    return tuple(_of_sort(pager_name.strip(), label, *sort, t) for sort in most)


def previews_of_form(book: Book, fill: Filling, t: Words) -> tuple[Preview, ...]:
    """Every call from the first button of the store, as this pager would show it, and what its transmitter cannot."""
    form, language = fill.one("format"), fill.one("language")
    length = USUAL[2] if form in SILENT else _size(fill.one("longest"))
    visible = _size(fill.one("visible")) or VISIBLE
    charset = fill.one("charset") if form == "text" else PLAIN
    if not length or form not in sayings.FORMATS or language not in LANGUAGES or charset not in NAMES:
        return ()
    who = next((one.initials for one in book.people if one.active), "")
    pager = pager_of(form, charset, length, language)
    key = fill.one("transmitter_id")
    line = line_of(book, int(key) if key.isascii() and key.isdigit() and len(key) <= 9 else None)
    values = {"format": form, "charset": charset, "longest": length}
    wrong = [words for _, words in misfits(line, fill.one("address"), values, t)]
    offered = (line.alerts if line is not None else 0) or len(pager_codes.Tone)
    found = previews_of_pager(_first_button(book, t), pager, t, who=who, visible=visible, offered=offered)
    return (*(Preview("", words, kind="warn") for words in wrong), *found)


def _first_button(book: Book, t: Words) -> facts.Button:
    button = next((one for one in book.buttons if one.active), None)
    if button is None:
        return button_of(t.gettext("DAIRY"), t.gettext("Milk fridge"))
    zone = next((one for one in book.zones if one.id == button.zone_id), None)
    place = zone.pager_name if zone else t.gettext("DAIRY")
    return button_of(place, button.label, pager_codes.numbered(one.id for one in book.buttons)[button.id])


def _size(text: str) -> int:
    """A number of signs as somebody typed it; 0: nonsense."""
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
    return found if found <= MOST else 0


def button_of(place: str, label: str, number: int = 1) -> facts.Button:
    return facts.Button(None, "b1", 1, None, place[:30], label, "red", number=number)


def pager_of(form: str, charset: str, longest: int, language: str) -> facts.Pager:
    return facts.Pager(0, "", None, "", "", "", form, charset, longest, 1, language)


def previews_of_pager(
    button: facts.Button,
    pager: facts.Pager,
    t: Words,
    *,
    who: str = "",
    visible: int = VISIBLE,
    offered: int = len(pager_codes.Tone),
) -> tuple[Preview, ...]:
    """For each reason what staff will read. `who`: initials of somebody who goes; `offered`: patterns of beeps."""
    if pager.format == "tone":
        found = _beeps(offered, t)
    elif pager.format == "code":
        words = t.gettext("It shows the number that it was taught, for each button and reason.")
        found = iter((Preview("", words, kind="note"),))
    elif pager.format == "numeric":
        found = _digits(button, pager, visible, t)
    else:
        found = _texts(button, pager, who, visible, t)
    return tuple(replace(one, still=place > 0) for place, one in enumerate(found))


def _texts(button: facts.Button, pager: facts.Pager, who: str, visible: int, t: Words) -> Iterator[Preview]:
    for reason in REASONS:
        text = on_display(said(button, pager, reason, who), pager.charset)
        yield Preview(text[:visible], pager_words.reason(reason, t), rest=text[visible:])


def _digits(button: facts.Button, pager: facts.Pager, visible: int, t: Words) -> Iterator[Preview]:
    first: dict[int, str] = {}
    for reason in REASONS:
        first.setdefault(digit_of(reason), reason)
    for number in pager_codes.IN_ORDER:
        text = said(button, pager, first[number], "")
        yield Preview(text[:visible], pager_words.digit(number, t), rest=text[visible:])


def _beeps(offered: int, t: Words) -> Iterator[Preview]:
    if offered < len(pager_codes.Tone):
        words = t.ngettext(
            "This transmitter makes %(n)s pattern only: whatever needs another one sounds like a call.",
            "This transmitter makes %(n)s patterns only: whatever needs another one sounds like a call.",
            offered,
        )
        yield Preview("", words, kind="warn")
    yield Preview("", t.gettext("It only beeps."), kind="note")
    for tone in pager_codes.Tone:
        if tone <= offered:
            yield Preview(t.gettext("Pattern %(number)s", number=tone.value), pager_words.tone(tone, t))


def digit_of(reason: str) -> int:
    if reason == "drill":
        return pager_codes.DRILL
    return pager_codes.digit("step" if reason == "quiet" else reason, quiet=reason == "quiet")


def said(button: facts.Button, pager: facts.Pager, reason: str, who: str) -> str:
    """The body of a page for a reason; `quiet` and `drill` are those of a first call."""
    usual = "step" if reason in ("quiet", "drill") else reason
    return page_body(button, pager, usual, drill=reason == "drill", quiet=reason == "quiet", who=who)


def _of_sort(
    place: str, label: str, form: str, charset: str, longest: int, language: str, t: Words
) -> Preview:
    body = page_body(button_of(place, label), pager_of(form, charset, longest, language), "step", drill=False)
    parts = [sayings.format_words(form, t), t.ngettext("%(n)s sign", "%(n)s signs", longest)]
    parts += [sayings.spoken(language, t), pager_words.charset(charset, t)]
    return Preview(on_display(body, charset), ", ".join(parts))
