"""What a pager says of a call: place first, then why, shortened on purpose, nothing that names a customer.

The words are here; `pager_text` makes them what a display can show, `pager_codes` speaks without letters."""

from __future__ import annotations

from server.rules import pager_codes, pager_text
from server.rules.facts import Button, Pager
from server.rules.pages import TAKEN as TAKEN_REASON
from server.rules.pages import TELLS
from server.rules.watch_codes import code_reason

Words = dict[str, str]

CALLS: dict[str, Words] = {
    # reason -> words per language; the place stands before them
    "step": {"en": "CALL", "ru": "ВЫЗОВ", "et": "KUTSE"},
    "repeat": {"en": "WAITING", "ru": "ЖДУТ", "et": "OOTAB"},
    "again": {"en": "AGAIN", "ru": "СНОВА", "et": "UUESTI"},
    "joined": {"en": "PRESSED AGAIN", "ru": "НАЖАЛИ ЕЩЁ", "et": "VAJUTAS VEEL"},
    "not_attended": {"en": "NOBODY THERE YET", "ru": "НИКТО НЕ ПРИШЁЛ", "et": "KEEGI POLE KOHAL"},
    "pass": {"en": "PASSED TO YOU", "ru": "ПЕРЕДАНО ВАМ", "et": "ANTI SULLE"},
    "help": {"en": "HELP NEEDED", "ru": "НУЖНА ПОМОЩЬ", "et": "VAJA ABI"},
    "fallback": {"en": "NOBODY ELSE HERE", "ru": "БОЛЬШЕ НИКОГО", "et": "KEDAGI TEIST POLE"},
    "stand_in": {"en": "CALL", "ru": "ВЫЗОВ", "et": "KUTSE"},
    "undone": {"en": "TAKEN BACK", "ru": "ОТМЕНА", "et": "TÜHISTATUD"},
    "unknown": {"en": "CALL, REPEATED", "ru": "ВЫЗОВ, ПОВТОР", "et": "KUTSE, KORDUS"},
}
REPEATED = {"en": "REPEATED", "ru": "ПОВТОР", "et": "KORDUS"}
"""After the words of a call that may have rung before."""
SHORT: dict[str, Words] = {
    # where those are too long: at most eight signs on any pager, so that a place of seven stays beside them on sixteen
    "joined": {"en": "AGAIN", "ru": "ЕЩЁ", "et": "VEEL"},
    "not_attended": {"en": "WAITING", "ru": "ЖДУТ", "et": "OOTAB"},
    "pass": {"en": "FOR YOU", "ru": "ВАМ", "et": "SULLE"},
    "help": {"en": "HELP", "ru": "ПОМОЩЬ", "et": "ABI"},
    "fallback": {"en": "YOU GO", "ru": "НЕКОМУ", "et": "MINE ISE"},
    "undone": {"en": "NO CALL", "ru": "ОТМЕНА", "et": "ÄRA MINE"},
    "unknown": {"en": "CALL", "ru": "ВЫЗОВ", "et": "KUTSE"},
    TAKEN_REASON: {"en": "TAKEN", "ru": "ИДУТ", "et": "MINNAKSE"},
}
TAKEN = {"en": "%s HAS IT", "ru": "ИДЁТ %s", "et": "LÄHEB %s"}
"""To those who were called too: the initials of who goes."""
TAKEN_BY_SOMEBODY = {"en": "TAKEN", "ru": "УЖЕ ИДУТ", "et": "JUBA MINNAKSE"}
QUIET = {"en": "CODE 7", "ru": "КОД 7", "et": "KOOD 7"}
"""A quiet call: the radio is in clear, so no word of security goes on the air."""
DRILL = {"en": "DRILL", "ru": "УЧЕБНЫЙ", "et": "ÕPPUS"}
DRILL_SHORT = {"en": "DRILL", "ru": "УЧЕБА", "et": "ÕPPUS"}
FIRST = frozenset({"step", "stand_in"})
"""Reasons whose words say by themselves that nobody was called before."""
LEAST_PLACE = 4
"""Fewer signs than these are no place any more."""


def repeated(reason: str) -> str:
    """The reason that a page without words gives when this very page may have rung before."""
    return "unknown" if reason in FIRST else reason


def page_body(
    button: Button,
    pager: Pager,
    reason: str,
    *,
    drill: bool,
    quiet: bool = False,
    who: str = "",
    again: bool = False,
) -> str:
    """What this pager shows for this call; "" for a tone-only pager; for a watch the code that it was taught for this
    place. `who`: initials, for the reason `taken`. `again`: this very page may have rung before."""
    if pager.format == "tone":
        return ""
    if again and pager.format != "text":
        reason = repeated(reason)
    if pager.format == "code":
        return button.codes.get(code_reason(reason, drill=drill, quiet=quiet), "")
    if pager.format == "numeric":
        return pager_codes.numeric(button.number, reason, pager.longest, drill=drill, quiet=quiet)
    words, short = _said(reason, pager.language, drill=drill, quiet=quiet, who=who)
    if again and not quiet:
        words = f"{words}, {_in(REPEATED, pager.language)}"
    place = button.place.upper()
    whole = [f"{place} {words}", f"{place} {short}"]
    if (
        not quiet
    ):  # what is no usual call says so before the label, which a wrist may not show without scrolling
        early = drill or reason in TELLS
        whole.insert(0, " ".join((place, *((words, button.label) if early else (button.label, words)))))
    found = pager_text.first_that_fits(whole, pager.charset, pager.longest)
    if found is not None:
        return found
    place = pager_text.convert(place, pager.charset)
    if place and not (drill or quiet or reason in TELLS):
        return pager_text.cut(place, pager.longest)
    return _marked(place, pager_text.convert(short, pager.charset), pager.longest)


def _marked(place: str, short: str, longest: int) -> str:
    """What is no usual call never reads as one: the place is cut, not the word."""
    room = longest - len(short) - 1
    return f"{pager_text.cut(place, room)} {short}" if room >= LEAST_PLACE else pager_text.cut(short, longest)


def _said(reason: str, language: str, *, drill: bool, quiet: bool, who: str) -> tuple[str, str]:
    """In full, and as short as can be."""
    if quiet and reason not in TELLS:
        words = short = _in(QUIET, language)
    elif reason == TAKEN_REASON:
        words = _in(TAKEN, language) % who if who else _in(TAKEN_BY_SOMEBODY, language)
        short = _in(SHORT[reason], language)
    else:
        words = _in(CALLS.get(reason, CALLS["step"]), language)
        short = _in(SHORT[reason], language) if reason in SHORT else words
    if drill:
        words = f"{_in(DRILL, language)} {words}"
        short = short if reason in TELLS else _in(DRILL_SHORT, language)
    return words, short


def _in(words: Words, language: str) -> str:
    return words.get(language, words["en"])
