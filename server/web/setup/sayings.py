"""Words of the setup screens that several of them use: roles, colours, languages, kinds of pagers."""

from __future__ import annotations

from collections.abc import Iterable

from server.web.frame.words import LANGUAGES, NAMES, Words

ROLES = ("staff", "shift_lead", "manager", "security")
COLOURS = ("red", "yellow", "green")
FORMATS = ("text", "numeric", "tone", "code")
SPOKEN = ("et", "ru", "en", "fi", "lv", "lt", "uk", "de", "sv", "pl", "fr", "es")


def role(word: str, t: Words) -> str:
    return {
        "staff": t.gettext("Staff"),
        "shift_lead": t.gettext("Shift lead"),
        "manager": t.gettext("Manager"),
        "security": t.gettext("Security"),
    }.get(word, word)


def colour(word: str, t: Words) -> str:
    return {
        "red": t.gettext("Red: calls somebody"),
        "yellow": t.gettext("Yellow: counted, calls nobody"),
        "green": t.gettext("Green: counted, calls nobody"),
    }.get(word, word)


def colour_short(word: str, t: Words) -> str:
    return {"red": t.gettext("red"), "yellow": t.gettext("yellow"), "green": t.gettext("green")}.get(
        word, word
    )


def format_words(word: str, t: Words) -> str:
    return {
        "text": t.gettext("Text"),
        "numeric": t.gettext("Digits only"),
        "tone": t.gettext("Beeps only, no display"),
        "code": t.gettext("Code"),
    }.get(word, word)


def spoken(code: str, t: Words) -> str:
    """A language as people of the screen's language call it."""
    name: str = t.locale.languages.get(code, code)
    return name[:1].upper() + name[1:]


def spoken_options(t: Words, more: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Those that customers here speak first, then what the store uses besides."""
    return [(code, spoken(code, t)) for code in dict.fromkeys((*SPOKEN, *sorted(more)))]


def screen_languages() -> list[tuple[str, str]]:
    return [(code, NAMES[code]) for code in LANGUAGES]


def listed(words: Iterable[str]) -> str:
    return ", ".join(words)
