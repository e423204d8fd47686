"""Where one is signed in, in words: which browser on what, since when, last used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.db.sign_ins import Listed
from server.rules.passwords import LONGEST, SHORTEST, Weakness
from server.web.frame.words import Words

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first that is found: each of them names those below it, too."""
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Browser:
    handle: str
    name: str
    since: str
    used: str
    this: bool


@dataclass(frozen=True, slots=True)
class MySignIns:
    browsers: tuple[Browser, ...]
    others: bool


@dataclass(frozen=True, slots=True)
class PasswordForm:
    login: str
    must: bool
    """Nothing else is open before."""
    errors: dict[str, str]
    shortest: int = SHORTEST


def browsers(found: Sequence[Listed], now: datetime, t: Words) -> tuple[Browser, ...]:
    return tuple(
        Browser(
            one.handle,
            browser_name(one.agent, t),
            _moment(one.created_at, now, t),
            t.gettext("now") if one.this else _moment(one.used_at, now, t),
            one.this,
        )
        for one in found
    )


def browser_name(agent: str, t: Words) -> str:
    """What a browser says of itself is not to be trusted, and good enough to know one's own by."""
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    if browser and system:
        return t.gettext("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or agent[:40] or t.gettext("Something that tells no name")


def weakness_words(found: Weakness, t: Words) -> str:
    return {
        Weakness.TOO_SHORT: t.ngettext(
            "At least %(n)s sign, please. Several words are easy to remember.",
            "At least %(n)s signs, please. Several words are easy to remember.",
            SHORTEST,
        ),
        Weakness.TOO_LONG: t.ngettext("At most %(n)s sign, please.", "At most %(n)s signs, please.", LONGEST),
        Weakness.COMMON: t.gettext("This is one of the commonest passwords. Please choose another one."),
        Weakness.NAME: t.gettext("This is a name that everybody knows. Please choose another one."),
        Weakness.NOT_TEXT: t.gettext("This is no text."),
    }[found]


def _moment(at: datetime, now: datetime, t: Words) -> str:
    if t.local(at).date() == t.local(now).date():
        return t.clock(at)
    return f"{t.day_short(at)} {t.clock(at)}"
