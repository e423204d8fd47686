"""The five answers from which a new shop begins: what each must be, and what is meant by what was typed. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from broker_config.lines import KINDS

LANGUAGES = {"en": "English", "ru": "Русский", "et": "Eesti"}
NONE_YET = "-"
_URL = re.compile(r"(/dev/[\w./:+-]{1,180}|(socket|rfc2217)://[\w.\[\]:-]{1,180})")
# Cyrillic as it is usually spelled in Latin, for the id that stands in topics and for initials.
_LATIN = {
    ord(ours): theirs
    for ours, theirs in zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziiklmnoprstufye", strict=True)
}
_LATIN |= {ord("ж"): "zh", ord("х"): "kh", ord("ц"): "ts", ord("ч"): "ch", ord("ш"): "sh", ord("щ"): "shch"}
_LATIN |= {ord("ю"): "yu", ord("я"): "ya", ord("ъ"): "", ord("ь"): ""}
_LATIN |= {ord(chr(sign).upper()): theirs.capitalize() for sign, theirs in _LATIN.items()}


class Unfit(ValueError):
    """What was typed is no answer; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Answers:
    name: str
    language: str
    timezone: str
    line: str | None
    """Device path or URL of the paging transmitter; None: there is none yet."""
    owner: str
    driver: str = "tap"
    """What kind of transmitter that is."""

    @property
    def store(self) -> str:
        """The id that stands in the topics of the broker."""
        return re.sub(r"[^a-z0-9]+", "-", latin(self.name).lower()).strip("-")[:32].strip("-") or "shop"

    @property
    def initials(self) -> str:
        found = "".join(part[:1] for part in re.findall(r"[A-Z0-9]+", latin(self.owner).upper()))
        return found[:4] or "OW"


def read_name(typed: str) -> str:
    return _text(typed, 80, "the name of the shop")


def read_owner(typed: str) -> str:
    return _text(typed, 60, "your name")


def read_language(typed: str) -> str:
    wanted = typed.strip().lower()
    for code, name in LANGUAGES.items():
        if wanted and (wanted == code or name.lower().startswith(wanted)):
            return code
    raise Unfit(f"please one of {', '.join(f'{code} ({name})' for code, name in LANGUAGES.items())}")


def read_timezone(typed: str) -> str:
    wanted = typed.strip()
    try:
        ZoneInfo(wanted)
    except (KeyError, ValueError, OSError):
        raise Unfit(f"{wanted!r} is no time zone; an example: Europe/Tallinn") from None
    return wanted


def read_line(typed: str, found: Sequence[str] = ()) -> str | None:
    """A number picks one of those that were found on this machine."""
    wanted = typed.strip()
    if wanted == NONE_YET:
        return None
    if wanted.isdecimal() and 1 <= int(wanted) <= len(found):
        return found[int(wanted) - 1]
    if _URL.fullmatch(wanted) is None:
        raise Unfit(
            f"please a device (/dev/serial/by-id/...), a URL (socket://host:port) or {NONE_YET} for none yet"
        )
    return wanted


def read_driver(typed: str) -> str:
    """One of ours, or the name that a package of other people brings."""
    wanted = typed.strip().lower()
    if re.fullmatch(r"[a-z0-9-]{1,32}", wanted) is None:
        raise Unfit(
            f"please one of {', '.join(KINDS)}, or the name of a driver that was installed beside them"
        )
    return wanted


def latin(text: str) -> str:
    """Without accents, Cyrillic spelled out; other letters fall away."""
    spelled = unicodedata.normalize("NFC", text).translate(_LATIN)
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


def _text(typed: str, longest: int, what: str) -> str:
    wanted = " ".join(typed.split())
    if not wanted or not wanted.isprintable():
        raise Unfit(f"please type {what}")
    if len(wanted) > longest:
        raise Unfit(f"at most {longest} letters, please")
    return wanted
