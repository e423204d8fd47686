"""The text on a wrist: place first, cut on purpose, nothing that names a customer."""

from __future__ import annotations

import unicodedata

from server.rules.facts import Button, Pager
from server.rules.watch_codes import code_reason

CALLS = {
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
TAKEN = {"en": "%s HAS IT", "ru": "ИДЁТ %s", "et": "LÄHEB %s"}
"""To those who were called too: the initials of who goes."""
TAKEN_BY_SOMEBODY = {"en": "TAKEN", "ru": "УЖЕ ИДУТ", "et": "JUBA MINNAKSE"}
QUIET = {"en": "CODE 7", "ru": "КОД 7", "et": "KOOD 7"}
"""A quiet call: the radio is in clear, so no word of security goes on the air."""
DRILL = {"en": "DRILL", "ru": "УЧЕБНЫЙ", "et": "ÕPPUS"}
_LETTERS = {"õ": "o", "ä": "a", "ö": "o", "ü": "u", "š": "s", "ž": "z"}
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace("_", "").split(
            " "
        ),
        strict=True,
    )
)


def page_body(
    button: Button, pager: Pager, reason: str, *, drill: bool, quiet: bool = False, who: str = ""
) -> str:
    """What this pager shows for this call; "" for a tone-only pager; for a watch the code that it was taught for this
    place. `who`: initials, for the reason `taken`.

    A numeric pager gets the button's number as digits, since it can show nothing else."""
    if pager.format == "tone":
        return ""
    if pager.format == "code":
        return button.codes.get(code_reason(reason, drill=drill, quiet=quiet), "")
    if pager.format == "numeric":
        return "".join(letter for letter in f"{button.device}{button.input:02d}" if letter.isdigit())[
            : pager.longest
        ]
    if reason == "taken":
        text = (
            TAKEN.get(pager.language, TAKEN["en"]) % who
            if who
            else TAKEN_BY_SOMEBODY.get(pager.language, TAKEN_BY_SOMEBODY["en"])
        )
    else:
        words = QUIET if quiet else CALLS.get(reason, CALLS["step"])
        text = words.get(pager.language, words["en"])
    if quiet:
        return fit(f"{button.place.upper()} {text}", (button.place.upper(), text), pager)
    if drill:
        text = f"{DRILL.get(pager.language, DRILL['en'])} {text}"
    return fit(f"{button.place.upper()} {button.label} {text}", (button.place.upper(), text), pager)


def fit(text: str, short: tuple[str, str], pager: Pager) -> str:
    """The whole text if it fits; else place and reason; else the place, cut at a word where that leaves enough."""
    for candidate in (text, " ".join(short), short[0]):
        line = " ".join(encode(candidate, pager.charset).split())
        if len(line) <= pager.longest:
            return line
    cut = line[: pager.longest]
    head = cut.rsplit(" ", 1)[0]
    return (
        head
        if line[pager.longest : pager.longest + 1] != " " and len(head) >= pager.longest // 2
        else cut.rstrip()
    )


def encode(text: str, charset: str) -> str:
    """Only what the pager can show: ASCII pagers get letters without marks and Latin for Cyrillic. Signs that steer
    (a terminal, the direction of writing) go on no air, whoever put them into a name."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    if charset != "ascii":
        return text
    return "".join(_ascii(letter) for letter in text)


def _ascii(letter: str) -> str:
    if letter.isascii():
        return letter
    low = letter.lower()
    plain = _LETTERS.get(low, _CYRILLIC.get(low))
    if plain is None:
        plain = unicodedata.normalize("NFKD", low).encode("ascii", "ignore").decode() or "?"
    return plain.upper() if letter.isupper() else plain
