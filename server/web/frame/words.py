"""Everything a screen says: translated words, and times and numbers as people of that language write them."""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

LANGUAGES = ("en", "ru", "et")
"""English is the source and has no catalogue."""
NAMES = {"en": "English", "ru": "Русский", "et": "Eesti"}
LOCALES = Path(__file__).parent.parent.parent / "locale"


def read_catalogues(folder: Path = LOCALES) -> dict[str, gettext.NullTranslations]:
    """Catalogues are kept as text and compiled here, in memory: no compiled file can be out of date."""
    found: dict[str, gettext.NullTranslations] = {"en": gettext.NullTranslations()}
    for language in LANGUAGES[1:]:
        compiled = io.BytesIO()
        write_mo(compiled, read_catalogue(language, folder))
        compiled.seek(0)
        found[language] = gettext.GNUTranslations(compiled)
    return found


def read_catalogue(language: str, folder: Path = LOCALES) -> Catalog:
    """Every file of a language as one: a file per family of screens, so that two people can translate at once."""
    whole = Catalog(locale=language)
    for path in sorted((folder / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id:
                    whole.add(message.id, message.string, flags=message.flags)
    return whole


class Words:
    """One language in one time zone. `gettext` and `ngettext` take the named parts of the sentence."""

    def __init__(self, language: str, catalogues: Mapping[str, gettext.NullTranslations], zone: str) -> None:
        self.language = language
        self.zone = ZoneInfo(zone)
        self._catalogue = catalogues[language]

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse({"en": "en_GB"}.get(self.language, self.language))

    def gettext(self, message: str, **parts: object) -> str:
        text = self._catalogue.gettext(message)
        return text % parts if parts else text

    def ngettext(self, singular: str, plural: str, count: int, **parts: object) -> str:
        return self._catalogue.ngettext(singular, plural, count) % {"n": self.number(count), **parts}

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def clock(self, moment: datetime) -> str:
        """14:07"""
        return format_time(self.local(moment), "HH:mm", locale=self.locale)

    def clock_s(self, moment: datetime) -> str:
        """14:07:31"""
        return format_time(self.local(moment), "HH:mm:ss", locale=self.locale)

    def day(self, day: date | datetime) -> str:
        """21 November 2026"""
        return format_date(self._day(day), "long", locale=self.locale)

    def day_short(self, day: date | datetime) -> str:
        """Sat 21 Nov"""
        return format_date(self._day(day), self.gettext("EEE d MMM"), locale=self.locale)

    def weekday(self, day: date) -> str:
        """Saturday"""
        return format_date(day, "EEEE", locale=self.locale)

    def weekday_short(self, day: date) -> str:
        """Sat"""
        return format_date(day, "EEE", locale=self.locale)

    def days(self, first: date, last: date) -> str:
        """14-21 November 2026, both included."""
        if first == last:
            return self.day(first)
        return format_interval(first, last, "yMMMMd", locale=self.locale)

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.locale)

    def signed(self, value: int) -> str:
        """+6, with a real minus for the other direction."""
        return (
            f"+{self.number(value)}" if value > 0 else f"\u2212{self.number(-value)}" if value else "\u00b10"
        )

    def percent(self, share: float) -> str:
        return format_percent(share, "#,##0\u202f%", locale=self.locale)

    def seconds(self, value: float) -> str:
        """0.9 s: how long a hop took. Below a tenth in milliseconds, from a minute on as on a stop-watch."""
        if value >= 60:
            return minutes(value)
        if value < 0.1:
            return self.gettext("%(number)s ms", number=self.number(round(value * 1000)))
        return self.gettext("%(number)s s", number=format_decimal(value, "0.0", locale=self.locale))

    def _day(self, day: date | datetime) -> date:
        return self.local(day).date() if isinstance(day, datetime) else day


def minutes(seconds: float) -> str:
    """0:48, 12:05, 1:02:07: the same in every language, and the same as the script in the page writes."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    if hours:
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{rest // 60}:{rest % 60:02}"


def day_start(zone: ZoneInfo, day: date) -> datetime:
    """The first moment of a local day, in UTC; right on the days on which the clocks change."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
